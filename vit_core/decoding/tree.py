"""The tree of a beam search: the hypotheses that it followed, finished and cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from vit_core.decoding.beam import LengthRule, length_norm
from vit_core.decoding.state import Candidate, DecodeState, Fate, Hypothesis


@dataclass(frozen=True)
class BeamNode:
    """One token that a hypothesis tried.

    Attributes:
        id: place of the node in the tree's tuple.
        parent: the node it continues; None for the first token.
        step: the step that tried it, from 0: its place in the target.
        token: its id.
        logprob: its log-probability after its ancestors, nats.
        total: log-probability of the target up to here, nats.
        rank: 0 for the most probable continuation of the step, all hypotheses together.
        fate: kept for the next step, ended (a finished hypothesis), or cut.
        score: log-probability of the chosen tokens divided by the function of their number; of an ended one only.
        place: rank of an ended hypothesis among all that ended, 0 for the best; None if better ones pushed it out.
        on_path: it is part of the translation.
    """

    id: int
    parent: int | None
    step: int
    token: int
    logprob: float
    total: float
    rank: int
    fate: Fate
    score: float | None
    place: int | None
    on_path: bool


class Judged(NamedTuple):
    """The score of a target up to a node; within the given tokens there is none, since nothing was chosen.

    Attributes:
        total: log-probability of the chosen tokens, nats; within the given tokens, of the given ones.
        divisor: the function of their number by which it is divided; NaN within the given ones.
        score: the quotient: the score of an ended hypothesis, and of another one if it ended there.
    """

    total: float
    divisor: float
    score: float


@dataclass(frozen=True)
class BeamTree:
    """All nodes of a beam search, step by step, the most probable of each step first.

    Attributes:
        nodes: the nodes; a parent stands before its children.
        width: hypotheses that were alive at once.
    """

    nodes: tuple[BeamNode, ...]
    width: int

    def step(self, step: int) -> tuple[BeamNode, ...]:
        """The nodes of one step, best first."""
        return tuple(node for node in self.nodes if node.step == step)

    def path(self) -> tuple[BeamNode, ...]:
        """The nodes of the translation, first to last."""
        return tuple(node for node in self.nodes if node.on_path)

    def judged(self, alpha: float, rule: LengthRule, given: int = 0, given_logprob: float = 0.0) -> tuple[Judged, ...]:
        """The score of every node's target, as if it ended there.

        Args:
            alpha, rule: as for `length_norm`.
            given, given_logprob: the number of given tokens, which do not count in the score, and their
                log-probability.
        """

        def of(node: BeamNode) -> Judged:
            if node.step < given:
                return Judged(node.total, math.nan, math.nan)
            total, divisor = node.total - given_logprob, length_norm(node.step + 1 - given, alpha, rule)
            return Judged(total, divisor, total / divisor)

        return tuple(map(of, self.nodes))


def beam_tree(state: DecodeState, width: int) -> BeamTree:
    """The tree of the beam search that led to a state."""
    states = []
    walked: DecodeState | None = state
    while walked is not None and walked.back is not None:
        states.append(walked)
        walked = walked.back
    nodes: list[BeamNode] = []
    parents: list[int | None] = [None]  # node of each hypothesis that was alive before the step
    prefixes: list[tuple[int, ...]] = [()]
    places = {hypothesis.tokens: place for place, hypothesis in enumerate(state.ended)}
    winner = state.best.tokens
    for at in reversed(states):
        kept: list[int | None] = []
        texts = []
        for candidate in _candidates(at):
            tokens = (*prefixes[candidate.row], candidate.token)
            survives = candidate.fate != "cut"
            nodes.append(
                BeamNode(
                    id=len(nodes),
                    parent=parents[candidate.row],
                    step=at.length - 1,
                    token=candidate.token,
                    logprob=candidate.logprob,
                    total=candidate.total,
                    rank=candidate.rank,
                    fate=candidate.fate,
                    score=candidate.score,
                    place=places.get(tokens) if candidate.fate == "ended" else None,
                    on_path=survives and tokens == winner[: len(tokens)],
                )
            )
            if candidate.fate == "kept":
                kept.append(nodes[-1].id)
                texts.append(tokens)
        parents, prefixes = kept, texts
    return BeamTree(tuple(nodes), width)


def _candidates(state: DecodeState) -> tuple[Candidate, ...]:
    """The candidates of a step; a forced token is the only one."""
    assert state.choice is not None and state.back is not None
    if state.choice.candidates:
        return state.choice.candidates
    hypothesis: Hypothesis = state.best
    fate: Fate = "ended" if state.done else "kept"
    logprob = hypothesis.logprob - state.back.best.logprob
    return (Candidate(0, hypothesis.tokens[-1], logprob, hypothesis.logprob, 0, fate, hypothesis.score),)
