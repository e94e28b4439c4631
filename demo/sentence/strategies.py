"""Parse decoding strategies, which are short texts in an address: "beam:4:0.6:exponent".

greedy                            always the most probable next word
beam:WIDTH:ALPHA:RULE             beam search; RULE is how length is rewarded: "exponent" or "paper"
sample:TEMPERATURE:K:P:SEED       drawn from the K most probable (0: all) that make up P of the probability
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from demo.query.parameters import WHOLE, ParameterError
from vit_core.decoding import Beam, Greedy, Sample, Strategy
from vit_core.decoding.beam import LengthRule

# The longest number that repr() writes, so that a program can send every digit.
LONGEST_NUMBER = 24
DEFAULT = "beam:4:0.6:exponent"


@dataclass(frozen=True)
class Range:
    """A number in such a text: its name, and the smallest and largest value; a whole number if both are."""

    name: str
    least: float
    most: float

    def read(self, text: str) -> float:
        """Parse the number.

        Raises:
            ValueError: it is no number, or out of range.
        """
        if len(text) > LONGEST_NUMBER:
            raise ValueError(text)
        if isinstance(self.least, int) and not WHOLE.fullmatch(text):
            raise ValueError(text)
        value = int(text) if isinstance(self.least, int) else float(text)
        if not self.least <= value <= self.most:  # also false for NaN
            raise ValueError(text)
        return value

    def __str__(self) -> str:
        return f"{self.name} from {self.least:g} to {self.most:g}"


@dataclass(frozen=True)
class Words:
    """A word in such a text: its name, and the allowed words."""

    name: str
    words: tuple[str, ...]

    def read(self, text: str) -> str:
        """Check the word.

        Raises:
            ValueError: it is none of them.
        """
        if text not in self.words:
            raise ValueError(text)
        return text

    def __str__(self) -> str:
        return f"{self.name} {' or '.join(self.words)}"


WIDTH, ALPHA = Range("WIDTH", 1, 8), Range("ALPHA", 0.0, 5.0)
Part = Range | Words
_PARTS: dict[str, tuple[Part, ...]] = {
    "greedy": (),
    "beam": (WIDTH, ALPHA, Words("RULE", get_args(LengthRule))),
    "sample": (
        Range("TEMPERATURE", 0.05, 5.0),
        Range("K", 0, 10_000),
        Range("P", 0.01, 1.0),
        Range("SEED", 0, 999_999),
    ),
}


def _sample(temperature: float, k: int, p: float, seed: int) -> Strategy:
    return Sample(temperature, k or None, p, seed)


_STRATEGIES: dict[str, Callable[..., Strategy]] = {"greedy": Greedy, "beam": Beam, "sample": _sample}


def parse(how: str) -> Strategy:
    """Parse a strategy.

    Raises:
        ParameterError: there is no such strategy, or a number is out of range.
    """
    kind, *values = how.split(":")
    try:
        read: list[Any] = [part.read(text) for part, text in zip(_PARTS[kind], values, strict=True)]
    except (KeyError, ValueError) as error:
        raise ParameterError("how", takes(), how) from error
    return _STRATEGIES[kind](*read)


def takes() -> str:
    """The description of the texts that `parse` reads."""
    forms = [":".join((kind, *(part.name for part in parts))) for kind, parts in _PARTS.items()]
    ranges = [str(part) for parts in _PARTS.values() for part in parts]
    return f"{', '.join(forms)}; {', '.join(ranges)}"
