"""Strategies that follow a single hypothesis: greedy, sampling, and given tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Real
from typing import Protocol

import torch
from torch import Tensor

from vit_core.arguments import described, require_ids, require_whole
from vit_core.decoding.state import Choice, DecodeState, Hypothesis, Pass


class Strategy(Protocol):
    """Chooses how the hypotheses of a state go on."""

    def choose(self, state: DecodeState, passed: Pass) -> Choice:
        """Choose how a state goes on after a pass of the decoder; `passed` has one row per hypothesis alive."""
        ...


@dataclass(frozen=True)
class Greedy:
    """Always the most probable token."""

    def choose(self, state: DecodeState, passed: Pass) -> Choice:
        weighed = allowed(state, passed)
        return write(state, passed, weighed, int(weighed[0].argmax()))


@dataclass(frozen=True)
class Sample:
    """Sample a token by its probability.

    Attributes:
        temperature: the logits are divided by it; below 1 probable tokens gain, above 1 they lose.
        top_k: only the k most probable tokens can be drawn; None: all.
        top_p: only the smallest set of most probable tokens whose probabilities reach p together; None: all.
        seed: the same seed draws the same tokens, also after a step back.
    Source: top-k Fan et al. (arXiv 1805.04833), section 5.4; top-p Holtzman et al. (arXiv 1904.09751), section 3.1.
        Order and ties as in transformers' logits processors: temperature, then top-k, then top-p.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, number in (("temperature", self.temperature), ("top_p", 1 if self.top_p is None else self.top_p)):
            if isinstance(number, bool) or not isinstance(number, Real):
                raise TypeError(f"Sample: {name} takes a number, not {described(number)}")
        for name, whole in (("top_k", self.top_k), ("seed", self.seed)):
            require_whole("Sample", name, whole)
        if not self.temperature > 0:
            raise ValueError(f"temperature {self.temperature} is not above 0; Greedy is its limit at 0")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k {self.top_k} leaves nothing to draw from")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p {self.top_p} is no probability above 0")

    def choose(self, state: DecodeState, passed: Pass) -> Choice:
        weighed = self.weigh(allowed(state, passed))
        # On the CPU, so that a seed gives the same tokens on every device; some devices have no float64.
        shares = weighed[0].cpu().double().exp().cumsum(dim=0)
        # Token n uses the n-th number of the seed's stream, so that a state can be repeated without storing a
        # generator.
        stream = torch.Generator().manual_seed(self.seed)
        draw = torch.rand(state.length + 1, generator=stream, dtype=torch.float64, device="cpu")[-1]
        return write(state, passed, weighed, int(torch.searchsorted(shares, draw * shares[-1], right=True)))

    def weigh(self, logprobs: Tensor) -> Tensor:
        """The log-probabilities to sample from. Shapes: [A, V] -> [A, V], -inf for tokens that are cut off."""
        weighed = logprobs / self.temperature
        if self.top_k is not None and self.top_k < weighed.shape[-1]:
            least = weighed.topk(self.top_k).values[:, -1:]
            weighed = weighed.masked_fill(weighed < least, float("-inf"))
        if self.top_p is not None and self.top_p < 1:
            shares, order = weighed.softmax(dim=-1).sort(dim=-1, descending=True, stable=True)
            before = shares.cumsum(dim=-1) - shares
            beyond = torch.zeros_like(before, dtype=torch.bool).scatter(-1, order, before >= self.top_p)
            weighed = weighed.masked_fill(beyond, float("-inf"))
        return weighed.log_softmax(dim=-1)


@dataclass(frozen=True)
class Forced:
    """Write given tokens, from the first token of the target on, one per step.

    Attributes:
        ids: the target, without the start token.

    Raises:
        TypeError: they are no ids of tokens.
        ValueError: one of them is negative.
    """

    ids: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", require_ids("Forced", "ids", self.ids))

    def choose(self, state: DecodeState, passed: Pass) -> Choice:
        """The given token.

        Raises:
            ValueError: no token is given for this place, or it is not in the vocabulary.
        """
        if state.length >= len(self.ids):
            raise ValueError(f"this step writes token {state.length + 1}, but {len(self.ids)} are given")
        token = self.ids[state.length]
        if not 0 <= token < passed.logprobs.shape[-1]:
            raise ValueError(f"{token} is no token of {passed.logprobs.shape[-1]}")
        return replace(write(state, passed, passed.logprobs, token), given=True)


def allowed(state: DecodeState, passed: Pass, *, searching: bool = False) -> Tensor:
    """The log-probabilities a strategy may choose by. Shapes: returns [A, V].

    Args:
        searching: the strategy adds log-probabilities up, as beam search does.
    """
    constraints = state.source.constraints
    logits = passed.logits if constraints.scales and not searching else None
    return constraints.apply(passed.logprobs, [hypothesis.tokens for hypothesis in state.alive], logits)


def write(state: DecodeState, passed: Pass, weighed: Tensor, token: int) -> Choice:
    """The choice of one token to go on with.

    Raises:
        ValueError: several hypotheses are alive, which only beam search supports.
    """
    if len(state.alive) != 1:
        raise ValueError(f"{len(state.alive)} hypotheses are alive: only Beam goes on from here")
    before = state.alive[0]
    written = Hypothesis((*before.tokens, token), before.logprob + float(passed.logprobs[0, token]))
    done = state.source.constraints.stops(written.tokens)
    return Choice(weighed, () if done else (written,), (written,) if done else (), done)
