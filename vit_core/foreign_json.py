"""JSON from files that anybody may have made."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any


def loads(text: str) -> Any:
    """What a text says.

    Raises:
        ValueError: it is no JSON, nested deeper than anything that means something, or has a number without end (NaN,
            Infinity, 1e999), which could not be written as JSON again.
    """
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError("it is nested without end") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is {number}: no number of JSON (NaN and infinity are none)")
    return number


def read(path: Path) -> Any:
    """What a file says.

    Raises:
        OSError: it cannot be read.
        ValueError: as `loads`, or it is no UTF-8.
    """
    return loads(path.read_text(encoding="utf-8"))
