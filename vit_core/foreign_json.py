"""JSON from files that anybody may have made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def loads(text: str) -> Any:
    """What a text says.

    Raises:
        ValueError: it is no JSON, or nested deeper than anything that means something.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested without end") from None


def read(path: Path) -> Any:
    """What a file says.

    Raises:
        OSError: it cannot be read.
        ValueError: as `loads`, or it is no UTF-8.
    """
    return loads(path.read_text(encoding="utf-8"))
