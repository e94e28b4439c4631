"""One number's origin: an operation, its operands and where each of them stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

from vit_core.blocks import ACTIVATIONS
from vit_core.config import Activation

Operation = Literal[
    "dot", "masked", "softmax", "norm", "sum", "activation", "same", "scaled", "sinusoid", "normalise", "parameter"
]
Index = tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """Where the operands of one role stand.

    Attributes:
        name: a quantity (vit_core.names), "pixels", or a parameter of the model.
        start: index of the first.
        run: how far they run along each axis, 1 for a fixed one; the i-th operand is the i-th element of that box.
    """

    name: str
    start: Index
    run: Index


@dataclass(frozen=True)
class Explanation:
    """How one number came to be.

    Attributes:
        name: the quantity.
        index: which of its numbers.
        value: what the model used.
        operation: how `terms` and `numbers` give the value (OPERATIONS).
        terms: the operands' values by role, each [n] of float32.
        sources: where the operands stand, by role of `terms` or `numbers`; a role without a source has no further
            origin.
        numbers: single numbers the operation needs: a bias, a divisor, a mean.
        act: which activation, for the operation of that name.
        shape: of the whole quantity.
    """

    name: str
    index: Index
    value: float
    operation: Operation
    terms: Mapping[str, Tensor] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    act: Activation = "gelu"
    shape: tuple[int, ...] = ()

    def recompute(self) -> float:
        """The value again, from the terms alone, in double precision."""
        return OPERATIONS[self.operation](self)


def _dot(e: Explanation) -> float:
    """gamma * (a·b + bias) / divisor"""
    total = (e.terms["a"].double() * e.terms["b"].double()).sum().item() + e.numbers.get("bias", 0.0)
    return e.numbers.get("gamma", 1.0) * total / e.numbers.get("divisor", 1.0)


def _masked(e: Explanation) -> float:
    """a·b / divisor, which the mask replaces by -inf whatever it is"""
    return _dot(e) - math.inf


def _softmax(e: Explanation) -> float:
    """exp(x_at) / sum over x of exp(x); exp(-inf) is 0"""
    return e.terms["x"].double().softmax(dim=0)[int(e.numbers["at"])].item()


def _norm(e: Explanation) -> float:
    """(x_at - mean) / sqrt(variance + eps) * weight + bias"""
    x, n = e.terms["x"].double(), e.numbers
    spread = math.sqrt(x.var(unbiased=False).item() + n["eps"])
    return (x[int(n["at"])].item() - x.mean().item()) / spread * n["weight"] + n["bias"]


def _sum(e: Explanation) -> float:
    """every part that is used, added"""
    return (e.terms["parts"].double() * e.terms["used"].double()).sum().item()


def _sinusoid(e: Explanation) -> float:
    """sine, or cosine, of place / 10000^(2 pair / d_model)"""
    angle = e.numbers["place"] / 10000.0 ** (2 * e.numbers["pair"] / e.numbers["d_model"])
    return math.cos(angle) if e.numbers["cosine"] else math.sin(angle)


def _one(e: Explanation) -> float:
    return float(e.terms["x"][0])


OPERATIONS: dict[Operation, Callable[[Explanation], float]] = {
    "dot": _dot,
    "masked": _masked,
    "softmax": _softmax,
    "norm": _norm,
    "sum": _sum,
    "activation": lambda e: ACTIVATIONS[e.act](e.terms["x"].double())[0].item(),
    "scaled": lambda e: _one(e) * e.numbers["factor"],
    "sinusoid": _sinusoid,
    "normalise": lambda e: (_one(e) / 255 - e.numbers["mean"]) / e.numbers["std"],
    "same": _one,
    "parameter": _one,
}
