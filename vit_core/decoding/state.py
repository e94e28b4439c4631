"""The state of a translation after each token: immutable, with a reference to the state before.

Since a state never changes, "back" is the previous state, "what if" is another step from the same state, and the tree
of a beam search is the sequence of its states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

from vit_core.decoding.constraints import Constraints
from vit_core.decoding.incremental import IncrementalDecoder
from vit_core.lazy import Lazy
from vit_core.record import ordinary
from vit_core.seq2seq import Cache

Fate = Literal["kept", "ended", "cut"]
SearchEnd = Literal["end", "settled", "limit"]


@dataclass(frozen=True, eq=False, repr=False)
class Source:
    """The encoded source sentence, computed once and shared by every state of its translation.

    Attributes:
        ids: source tokens, end token included.
        mask: [1, 1, 1, S] of bool, True = may be attended to; None = everything may.
        handed: keys and values of the source for every decoder block.
        incremental: gives the decoder for the newest token of each hypothesis; made with the first token.
        tensors: what the encoder announced, still with its batch dimension of 1.
        constraints: which tokens may be written where.
        keep: which announced quantities are kept.
    """

    ids: tuple[int, ...]
    mask: Tensor | None
    handed: Cache
    incremental: Lazy[IncrementalDecoder]
    tensors: Mapping[str, Tensor]
    constraints: Constraints
    keep: Callable[[str], bool]

    @property
    def limit(self) -> int:
        """Tokens after which the target is stopped."""
        return self.constraints.limit


@dataclass(frozen=True)
class Hypothesis:
    """A partial or finished target text.

    Attributes:
        tokens: its token ids, without the start token.
        logprob: sum of its tokens' log-probabilities, nats.
        row: index of the hypothesis of the step before that it continues.
        score: log-probability of the chosen tokens divided by a function of their number; None before it is finished,
            and for strategies without a length normalisation.
    """

    tokens: tuple[int, ...] = ()
    logprob: float = 0.0
    row: int = 0
    score: float | None = None


@dataclass(frozen=True)
class Candidate:
    """A continuation that a step considered.

    Attributes:
        row: index of the hypothesis before the step that it continues.
        token: the token it adds.
        logprob: log-probability of that token, nats.
        total: log-probability of the whole hypothesis, nats.
        rank: 0 for the most probable continuation of the step.
        fate: kept for the next step, ended (a finished hypothesis), or cut.
        score: of an ended one.
    """

    row: int
    token: int
    logprob: float
    total: float
    rank: int
    fate: Fate
    score: float | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Pass:
    """The decoder's distributions for the next token, one row for each hypothesis that was alive.

    Attributes:
        logits: [A, V], one score per word of the vocabulary; A hypotheses were alive.
        logprobs: [A, V], their log-softmax, nats.
        tensors: announced quantities of the newest target token, [A, ...] with one token; empty where the decoder
            ran over the whole prefix again.
    """

    logits: Tensor
    logprobs: Tensor
    tensors: Mapping[str, Tensor]


@dataclass(frozen=True, eq=False, repr=False)
class Choice:
    """What a strategy chose after one pass of the decoder.

    Attributes:
        weighed: [A, V], the log-probabilities it chose by: -inf where a token could not be chosen.
        alive: hypotheses to go on with, best first.
        ended: all finished hypotheses still in the running, best first.
        done: nothing is left to do.
        candidates: the continuations that were compared, for display; beam search only.
        given: the token was given, not chosen.
    """

    weighed: Tensor
    alive: tuple[Hypothesis, ...]
    ended: tuple[Hypothesis, ...]
    done: bool
    candidates: tuple[Candidate, ...] = ()
    given: bool = False


@dataclass(frozen=True, eq=False)
class StepTrace:
    """The distributions of one step and the token that was written.

    Attributes:
        logits: [V], one score per word of the vocabulary, as the model gave them.
        logprobs: [V], their log-softmax, nats.
        weighed: [V], the log-probabilities the strategy chose by: after forbidden words, temperature and cut-offs,
            -inf where a token could not be chosen.
        chosen: id of the token that was written.
    """

    logits: Tensor = field(repr=False)
    logprobs: Tensor = field(repr=False)
    weighed: Tensor = field(repr=False)
    chosen: int

    def __getstate__(self) -> dict[str, object]:
        # Its tensors are rows of all steps' distributions: pickled as views, each would include all of them.
        return {name: value.clone() if isinstance(value, Tensor) else value for name, value in self.__dict__.items()}

    @property
    def probability(self) -> float:
        """Probability of the chosen token, 0..1, as the model gave it."""
        return float(self.logprobs[self.chosen].exp())

    def top(self, k: int = 5) -> list[tuple[int, float]]:
        """The k most probable tokens as (id, probability), best first, whatever the strategy chose."""
        best = self.logprobs.topk(min(k, len(self.logprobs)))
        return list(zip(best.indices.tolist(), best.values.exp().tolist(), strict=True))


@dataclass(frozen=True, eq=False, repr=False)
class DecodeState:
    """A translation after some number of tokens.

    Attributes:
        source: the sentence that is translated.
        length: tokens written.
        alive: hypotheses that can go on, best first; beam search has several.
        ended: finished hypotheses, best first.
        done: no further step is possible.
        given: the text up to the last token that was given instead of chosen; counted in no score.
        cache: keys and values of the target so far, one row per hypothesis alive; None before the first step, after
            the last, and for a decoder that may look ahead.
        passed, choice: what the model and the strategy did in the step that led here; None at the start.
        back: the state before; None at the start.
    """

    source: Source
    length: int = 0
    alive: tuple[Hypothesis, ...] = (Hypothesis(),)
    ended: tuple[Hypothesis, ...] = ()
    done: bool = False
    given: Hypothesis = Hypothesis()
    cache: Cache | None = None
    passed: Pass | None = None
    choice: Choice | None = None
    back: DecodeState | None = None

    @property
    def best(self) -> Hypothesis:
        """The finished hypothesis with the best score once decoding is done, and before that the most probable one
        alive.
        """
        return self.ended[0] if self.done else self.alive[0]

    @property
    def tokens(self) -> tuple[int, ...]:
        """Token ids of the best hypothesis."""
        return self.best.tokens

    @property
    def logprob(self) -> float:
        """Log-probability of the best hypothesis, nats."""
        return self.best.logprob

    @property
    def stopped_by(self) -> SearchEnd | None:
        """Why no further step is possible; None while one is.

        "end": every hypothesis has its end token. "settled": some could go on, but none of them would overtake the
        finished ones. "limit": a hypothesis was cut at the largest number of tokens.
        """
        if not self.done:
            return None
        if self.alive:
            return "settled"
        return "limit" if any(self.is_cut(hypothesis) for hypothesis in self.ended) else "end"

    def is_cut(self, hypothesis: Hypothesis) -> bool:
        """Whether a finished text was cut at the limit: it has no end token, or one that was forced there."""
        constraints = self.source.constraints
        if hypothesis.tokens[-1] != constraints.end:
            return True
        if len(hypothesis.tokens) < constraints.limit or constraints.forced_end != constraints.end:
            return False
        last = self.written(hypothesis)[-1]
        return int(last.choice.weighed[last.row].isfinite().sum()) == 1  # given tokens are not forced by the limit

    @property
    def step(self) -> StepTrace | None:
        """The step that wrote the last token of the best hypothesis; None at the start."""
        written = self.written()
        return written[-1].step if written else None

    def written(self, hypothesis: Hypothesis | None = None) -> tuple[WrittenToken, ...]:
        """The steps that wrote a hypothesis' tokens, first to last; those of the best hypothesis when None."""
        hypothesis, state = hypothesis or self.best, self
        while state.length > len(hypothesis.tokens):  # it ended before others did
            assert state.back is not None
            state = state.back
        found = []
        while state.back is not None:
            assert state.passed is not None and state.choice is not None
            found.append(WrittenToken(state.passed, state.choice, hypothesis.row, hypothesis.tokens[-1]))
            state = state.back
            hypothesis = state.alive[hypothesis.row]
        return tuple(reversed(found))


@dataclass(frozen=True, eq=False, repr=False)
class WrittenToken:
    """A token of a hypothesis: the pass and the choice it came from, its row in both, and its id."""

    passed: Pass
    choice: Choice
    row: int
    token: int

    @property
    def step(self) -> StepTrace:
        """The step of this token alone."""
        row = self.row
        logits, logprobs = ordinary(self.passed.logits[row]), ordinary(self.passed.logprobs[row])
        return StepTrace(logits, logprobs, ordinary(self.choice.weighed[row]), self.token)
