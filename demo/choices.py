"""How a translation is to be written, as one short text in an address: "beam:4:0.6:exponent".

greedy                            always the most probable next word
beam:WIDTH:ALPHA:RULE             beam search; RULE is how length is rewarded: "exponent" or "paper"
sample:TEMPERATURE:K:P:SEED       drawn from the K most probable (0: all) that make up P of the probability
"""

from __future__ import annotations

import math
from collections.abc import Callable

from demo.errors import VisitorError
from vit_core.decoding import Beam, Greedy, Sample, Strategy
from vit_core.decoding.beam import LengthRule

DEFAULT = "beam:4:0.6:exponent"
MAX_WIDTH = 8


def parse(how: str) -> Strategy:
    """The strategy a text names.

    Raises:
        VisitorError: bad_request, when it names none or a number is out of range.
    """
    kind, *values = how.split(":")
    try:
        return _STRATEGIES[kind](*values)
    except (KeyError, TypeError, ValueError) as error:
        raise VisitorError("bad_request") from error


def _beam(width: str, alpha: str, rule: str) -> Strategy:
    return Beam(_whole(width, 1, MAX_WIDTH), _number(alpha, 0.0, 5.0), _RULES[rule])


def _sample(temperature: str, k: str, p: str, seed: str) -> Strategy:
    return Sample(
        _number(temperature, 0.05, 5.0), _whole(k, 0, 10_000) or None, _number(p, 0.01, 1.0), _whole(seed, 0, 999_999)
    )


_RULES: dict[str, LengthRule] = {"exponent": "exponent", "paper": "paper"}
_STRATEGIES: dict[str, Callable[..., Strategy]] = {"greedy": Greedy, "beam": _beam, "sample": _sample}


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise ValueError(text)
    return int(text)


def _number(text: str, least: float, most: float) -> float:
    value = float(text) if len(text) <= 12 else math.nan
    if not least <= value <= most:  # also false for what is not a number
        raise ValueError(text)
    return value
