"""Read JSON from untrusted files."""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from pathlib import Path
from typing import Any

from vit_core.reasons import Reason

# The largest vocabularies and lists of class names take a tenth of that.
MOST_BYTES = 64_000_000


def loads(text: str) -> Any:
    """Parse a JSON text.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or holds a number that is not finite (NaN, Infinity, 1e999),
            which could not be written as JSON again.
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
    """Raise OSError unless a path is a regular file: reading a pipe would wait, and reading a device might never
    end.
    """
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, Reason("no_file"), str(path))


def read(path: Path) -> Any:
    """Parse a JSON file.

    Raises:
        OSError: it cannot be read, or it is no regular file.
        ValueError: as `loads`; or it is no UTF-8, or larger than MOST_BYTES.
    """
    require_regular_file(path)
    if (size := os.path.getsize(path)) > MOST_BYTES:
        raise ValueError(Reason("long_description", megabytes=size // 1_000_000))
    return loads(path.read_text(encoding="utf-8"))
