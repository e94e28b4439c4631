"""A view's bytes read as the page reads them: by the safetensors library, and the program's own format of weights."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
from safetensors.numpy import load

from demo.views.payload import PLANES, join_planes

Payload = tuple[dict[str, np.ndarray], dict[str, Any]]


def unpack(payload: bytes) -> Payload:
    """Arrays and facts of what a view gives; byte planes are joined to float32."""
    return unpacked(gzip.decompress(payload))


def unpacked(body: bytes) -> Payload:
    """The same of what has been decompressed on the way."""
    header = json.loads(body[8 : 8 + int.from_bytes(body[:8], "little")])
    arrays = {
        name.removesuffix(PLANES): join_planes(array).astype(np.float32) if name.endswith(PLANES) else array
        for name, array in load(body).items()
    }
    return arrays, json.loads(header["__metadata__"]["facts"])
