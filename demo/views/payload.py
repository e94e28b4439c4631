"""Numbers on the wire: safetensors bytes, gzip-compressed. The page reads them with assets/js/core/wire.js.

Attention travels as float16, colours as uint8, smaller tables whose digits are shown as float32, words and shapes in
the header. Never as JSON lists: those cost seconds in the page.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.numpy import save

# Weights are rounded to this step before they become float16. It is 0.0008 %, below the last digit that the page shows,
# and well below float16's own error for the larger weights; without it a layer of 257 tokens does not fit into 0.6 MB.
WEIGHT_STEP = 2.0**-17
PLANES = ".f16planes"


def encode(arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any] | None = None) -> bytes:
    """Arrays and facts as one gzip-compressed safetensors file.

    Args:
        arrays: float16, float32, uint8 or int32 arrays by name.
        facts: what else the view needs: words, shapes, single numbers (anything JSON).
    """
    tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    body = save(tensors, metadata={"facts": json.dumps(facts or {}, ensure_ascii=False)})
    # Huffman coding alone: attention weights hardly repeat, so looking for repeats costs time and saves nothing.
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16, 9, zlib.Z_HUFFMAN_ONLY)
    return packer.compress(body) + packer.flush()


def weight_planes(weights: np.ndarray) -> np.ndarray:
    """Attention weights as float16, its low and high bytes apart, which compresses a quarter better.

    Shapes: [...] of float, 0..1 -> [2, ...] of uint8.
    """
    rounded = np.round(weights / WEIGHT_STEP) * WEIGHT_STEP
    halves = rounded.astype("<f2")
    return np.stack([halves.view("<u2") & 0xFF, halves.view("<u2") >> 8]).astype(np.uint8)


def join_planes(planes: np.ndarray) -> np.ndarray:
    """The inverse of `weight_planes`, as the page does it.

    Shapes: [2, ...] of uint8 -> [...] of float16.
    """
    low, high = planes.astype("<u2")
    return (low | (high << 8)).view("<f2")


def colour_levels(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights as 0..255 of their row's maximum, for colour only: level = 255 * sqrt(weight / peak).

    The square root keeps small weights apart where one key takes nearly everything.

    Shapes: [..., keys] of float -> levels [..., keys] of uint8, peak [...] of float16.
    """
    peak = weights.max(axis=-1, keepdims=True)
    share = np.divide(weights, peak, out=np.zeros_like(weights), where=peak > 0)
    return np.round(255 * np.sqrt(share)).astype(np.uint8), peak[..., 0].astype(np.float16)
