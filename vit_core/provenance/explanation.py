"""The explanation of a number: an operation, its operands and the place of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from vit_core.blocks import ACTIVATIONS
from vit_core.config import Activation

Operation = Literal[
    "dot",
    "dots",
    "masked",
    "softmax",
    "norm",
    "sum",
    "gated",
    "activation",
    "same",
    "scaled",
    "sinusoid",
    "normalise",
    "parameter",
]
Index = tuple[int, ...]
Curve = Activation | Literal["tanh", "sigmoid"]

# Activations, and the nonlinear functions of recurrent cells.
CURVES: dict[Curve, Callable[[Tensor], Tensor]] = dict(
    (*ACTIVATIONS.items(), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid))
)


@dataclass(frozen=True)
class Origin:
    """The place of the operands of one role.

    Attributes:
        name: a quantity (vit_core.names), "pixels", or a parameter of the model.
        start: index of the first.
        run: their extent along each axis, 1 along a fixed one; the i-th operand is the i-th element of this box.
    """

    name: str
    start: Index
    run: Index


@dataclass(frozen=True)
class Explanation:
    """How one number was computed.

    Attributes:
        name: the quantity.
        index: which of its numbers.
        value: the number that the model used.
        operation: how `terms` and `numbers` give the value (OPERATIONS).
        terms: the operands' values by role, each [n] of float32.
        sources: the origins of the operands, by role of `terms` or `numbers`; a role without one cannot be explained
            further.
        numbers: single numbers the operation needs: a bias, a divisor, a mean. For any operation also `kept`: 0 where
            its result is switched off in the pass, which then counts times 0.
        act: which curve, for the operation of that name.
        shape: of the whole quantity.
    """

    name: str
    index: Index
    value: float
    operation: Operation
    terms: Mapping[str, Tensor] = field(default_factory=dict)
    sources: Mapping[str, Origin] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    act: Curve = "gelu"
    shape: tuple[int, ...] = ()

    def recompute(self) -> float:
        """The value again, from the terms alone, in double precision."""
        return self.numbers.get("kept", 1.0) * OPERATIONS[self.operation](self)


def _dot(e: Explanation) -> float:
    """gamma * (a·b + bias) / divisor"""
    total = (e.terms["a"].double() * e.terms["b"].double()).sum().item() + e.numbers.get("bias", 0.0)
    return e.numbers.get("gamma", 1.0) * total / e.numbers.get("divisor", 1.0)


def _dots(e: Explanation) -> float:
    """factor * (a·b + bias), of every pair of a and b, added"""
    total, numbers = 0.0, e.numbers
    for i in range(len(e.terms) // 2):
        product = (e.terms[f"a{i}"].double() * e.terms[f"b{i}"].double()).sum().item()
        total += numbers.get(f"factor{i}", 1.0) * (product + numbers.get(f"bias{i}", 0.0))
    return total


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


def _gated(e: Explanation) -> float:
    """every value times its gate, added; the rest that a gate leaves is 1 - gate, and a value may be bent by tanh"""
    gates, values = e.terms["gates"].double(), e.terms["values"].double()
    gates = torch.where(e.terms["rest"].bool(), 1 - gates, gates)
    return (gates * (values.tanh() if e.numbers["tanh"] else values)).sum().item()


def _sinusoid(e: Explanation) -> float:
    """sine, or cosine, of place / 10000^(2 pair / d_model), of so many bits as the checkpoint keeps"""
    angle = e.numbers["place"] / 10000.0 ** (2 * e.numbers["pair"] / e.numbers["d_model"])
    wave = math.cos(angle) if e.numbers["cosine"] else math.sin(angle)
    significand, exponent = math.frexp(wave)
    if bits := int(e.numbers.get("bits", 0)):
        significand = round(significand * 2**bits) / 2**bits
    return math.ldexp(significand, exponent)


def _one(e: Explanation) -> float:
    return float(e.terms["x"][0])


OPERATIONS: dict[Operation, Callable[[Explanation], float]] = {
    "dot": _dot,
    "dots": _dots,
    "masked": _masked,
    "softmax": _softmax,
    "norm": _norm,
    "sum": _sum,
    "gated": _gated,
    "activation": lambda e: CURVES[e.act](e.terms["x"].double())[0].item(),
    "scaled": lambda e: _one(e) * e.numbers["factor"],
    "sinusoid": _sinusoid,
    "normalise": lambda e: (_one(e) / 255 - e.numbers["mean"]) / e.numbers["std"],
    "same": _one,
    "parameter": _one,
}
