"""JSON from files that anybody may have made."""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from pathlib import Path
from typing import Any

from vit_core.reasons import Reason

# The largest vocabularies and lists of class names are a tenth of that.
MOST_BYTES = 64_000_000


def loads(text: str) -> Any:
    """What a text says.

    Raises:
        ValueError: it is no JSON, nested deeper than anything that means something, or has a number without end (NaN,
            Infinity, 1e999), which could not be written as JSON again.
    """
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError(Reason("nested")) from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(Reason("no_number", text=text[:20], number=str(number)))
    return number


def require_regular_file(path: Path) -> None:
    """Raise OSError for what is no file that has an end: a pipe would be waited for, a device read for ever."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, Reason("no_file"), str(path))


def read(path: Path) -> Any:
    """What a file says.

    Raises:
        OSError: it cannot be read, or it is no file that has an end.
        ValueError: as `loads`, or it is no UTF-8, or larger than anything that describes a model.
    """
    require_regular_file(path)
    if (size := os.path.getsize(path)) > MOST_BYTES:
        raise ValueError(Reason("long_description", megabytes=size // 1_000_000))
    return loads(path.read_text(encoding="utf-8"))
