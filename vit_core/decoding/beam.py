"""Beam search: follow several hypotheses at once, and compare them by probability and length.

Graves (arXiv 1211.3711) for the search, Wu et al. (arXiv 1609.08144), section 7, for dividing by the length. Tokens
and scores equal transformers' `generate` (tests/parity): where the checkpoint does not say otherwise (early_stopping),
the search ends when the best hypothesis alive, judged at its present length, would not take a place among the
finished ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import Literal, get_args

from torch import Tensor

from vit_core.arguments import described
from vit_core.decoding.state import Candidate, Choice, DecodeState, Fate, Hypothesis, Pass
from vit_core.decoding.strategies import Strategy, allowed

LengthRule = Literal["exponent", "paper"]
WEIGHED, SHOWN = 2, 3  # candidates per hypothesis: among which the search chooses, and how many are kept for drawing


def length_norm(n: int, penalty: float, rule: LengthRule = "exponent") -> float:
    """The length normalisation: the divisor of the log-probability of n tokens (end token included).

    Source: "exponent": n^α as in transformers; "paper": ((5 + n) / 6)^α, Wu et al. (arXiv 1609.08144), equation (14),
        which arXiv 1706.03762 uses in section 6.1 with α = 0.6.
    """
    return float(n if rule == "exponent" else (5 + n) / 6) ** penalty


@dataclass(frozen=True)
class Beam:
    """Follow the `width` most probable hypotheses at once and take the finished one with the best score.

    Tokens that were given before the search count in neither the probability nor the length of the score: all
    hypotheses share them, and counting them would favour longer texts. transformers treats a decoder prompt in the same
    way.

    Attributes:
        width: hypotheses alive at once.
        length_penalty: α of the rule; 0 compares plain log-probabilities, larger values favour long texts.
        rule: see `length_norm`.
    """

    width: int = 4
    length_penalty: float = 0.6
    rule: LengthRule = "exponent"

    def __post_init__(self) -> None:
        if not (isinstance(self.length_penalty, (int, float)) and math.isfinite(self.length_penalty)):
            raise ValueError(f"length_penalty takes a finite number, not {self.length_penalty!r}")
        if isinstance(self.width, bool) or not isinstance(self.width, Integral):
            raise TypeError(f"Beam: width takes a whole number, not {described(self.width)}")
        if self.width < 1:
            raise ValueError(f"beam takes a width of at least 1, not {self.width}")
        if self.rule not in get_args(LengthRule):
            raise ValueError(f"rule {self.rule!r} is none of {', '.join(get_args(LengthRule))}")

    def choose(self, state: DecodeState, passed: Pass) -> Choice:
        # With one hypothesis this is greedy decoding, which transformers does not treat as a search.
        weighed = allowed(state, passed, searching=self.width > 1)
        candidates = tuple(self._judged(state, self._most_probable(state, weighed)))
        alive = tuple(_grown(state, found) for found in candidates if found.fate == "kept")
        fresh = [_grown(state, found) for found in candidates if found.fate == "ended"]
        ended = tuple(sorted([*state.ended, *fresh], key=_score, reverse=True)[: self.width])
        return Choice(weighed, alive, ended, self._is_done(state, alive, ended), candidates)

    def _most_probable(self, state: DecodeState, weighed: Tensor) -> list[tuple[int, int, float, float]]:
        """The best continuations of all hypotheses, best first: row, token, its logprob, and that of all chosen."""
        so_far = weighed.new_tensor([hypothesis.logprob - state.given.logprob for hypothesis in state.alive])
        totals = (weighed + so_far[:, None]).flatten()  # A V -> A·V
        best = totals.topk(min(SHOWN * self.width, len(totals)))
        of_token, n_words = weighed.flatten()[best.indices].tolist(), weighed.shape[-1]
        found = zip(best.indices.tolist(), of_token, best.values.tolist(), strict=True)
        return [(*divmod(index, n_words), logprob, total) for index, logprob, total in found]

    def _judged(self, state: DecodeState, found: list[tuple[int, int, float, float]]) -> Iterator[Candidate]:
        """Keep the best `width` continuations; an ending one counts as finished only if it is among the best `width` of
        all.
        """
        constraints, n_kept = state.source.constraints, 0
        norm = length_norm(state.length + 1 - len(state.given.tokens), self.length_penalty, self.rule)
        for rank, (row, token, logprob, chosen) in enumerate(found):
            if not chosen > float("-inf"):  # neither forbidden tokens nor NaN are candidates
                continue
            fate: Fate = "cut"
            if token == constraints.end or state.length + 1 >= constraints.limit:
                if rank < self.width:
                    fate = "ended"
            elif n_kept < self.width and rank < WEIGHED * self.width:
                fate, n_kept = "kept", n_kept + 1
            score = chosen / norm if fate == "ended" else None
            yield Candidate(row, token, logprob, state.given.logprob + chosen, rank, fate, score)

    def _is_done(self, state: DecodeState, alive: tuple[Hypothesis, ...], ended: tuple[Hypothesis, ...]) -> bool:
        if not alive:
            return True
        if len(ended) < self.width:
            return False
        constraints, length = state.source.constraints, state.length + 1
        early = constraints.settings.early_stopping
        if early is True or self.width == 1:
            return True
        if early == "never" and self.length_penalty > 0:
            length = constraints.limit
        norm = length_norm(length - len(state.given.tokens), self.length_penalty, self.rule)
        return (alive[0].logprob - state.given.logprob) / norm <= _score(ended[-1])


def length_rule(strategy: Strategy) -> tuple[float, LengthRule]:
    """The exponent and rule of a strategy's length normalisation; for a strategy without one, the default of
    `translate`.
    """
    return (strategy.length_penalty, strategy.rule) if isinstance(strategy, Beam) else (0.6, "exponent")


def _grown(state: DecodeState, candidate: Candidate) -> Hypothesis:
    tokens = (*state.alive[candidate.row].tokens, candidate.token)
    return Hypothesis(tokens, candidate.total, candidate.row, candidate.score)


def _score(hypothesis: Hypothesis) -> float:
    assert hypothesis.score is not None
    return hypothesis.score
