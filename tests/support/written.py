"""Parse and write numbers as the page does."""

from __future__ import annotations

import re
from typing import Any

import pytest

RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
# A real minus, narrow spaces between thousands, and of a very small or large number its power of ten.
NUMBER = re.compile(r"(−?\d[\d\u2009\u202f]*(?:\.\d+)?(?:e−?\d+)?)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")


def numbers(text: str) -> list[float]:
    """Every number of a text."""
    found = [(re.sub(r"\s", "", digits).replace("−", "-"), power) for digits, power in NUMBER.findall(text)]
    return [float(digits) * 10 ** int(power.translate(RAISED) or 0) for digits, power in found]


def number(text: str) -> float:
    """The last number of a text: what comes out of a sum."""
    return numbers(text)[-1]


def near(exact: float) -> Any:
    """What the page writes of this number: three significant digits, and three decimals of a small percentage."""
    return pytest.approx(exact, rel=6e-3, abs=6e-6)


def percent(share: float) -> str:
    """A share as the page writes it: three digits."""
    p = 100 * share
    if p >= 99.95:
        return "100\u00a0%"
    for least, decimals in ((9.995, 1), (0.9995, 2), (0.001, 3)):  # 9.997 has three digits as 10.0
        if p >= least:
            return f"{p:.{decimals}f}\u00a0%"
    return "<\u00a00.001\u00a0%"


def whole(count: int) -> str:
    """A count as the page writes it: a thin space before thousands."""
    return f"{count:,}".replace(",", "\u202f").replace("-", "−")
