"""Encode arrays for the page: safetensors bytes, gzip-compressed. assets/js/core/wire.js decodes them.

Attention is sent as cells (below), colours as uint8, smaller tables whose digits are shown as float32, texts and shapes
in the header. Never as JSON lists, which would take seconds in the page.
"""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.numpy import save
from torch import Tensor

# The ending of the name of an array of weights, which is sent as numbers of cells, low and high bytes apart.
PLANES = ".weights"
# A weight is sent as the number of its cell: (from this weight on, cells between 0 and 1). The page prints at most
# three digits, and none below 0.001 %. The borders of the cells are the points at which these printed numbers round up
# or down, so that the middle of a cell, which the page uses, prints like every number in it.
CELLS = ((0.0, 200_000), (0.01, 100_000), (0.1, 10_000))
NEGATIVE = 1 << 15
# Weights that are converted at once, so that temporary arrays stay in a processor's cache.
AT_ONCE = 1 << 15


def encode(arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any] | None = None) -> bytes:
    """Arrays and facts as one gzip-compressed safetensors file.

    Args:
        arrays: float16, float32, uint8 or int32 arrays by name.
        facts: what else the view needs: texts, shapes, single numbers (anything JSON).
    """
    tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    body = save(tensors, metadata={"facts": json.dumps(facts or {}, ensure_ascii=False)})
    # Huffman coding alone: attention weights hardly repeat, so looking for repeats costs time and saves nothing.
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16, 9, zlib.Z_HUFFMAN_ONLY)
    return packer.compress(body) + packer.flush()


def as_float32(tensors: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """Convert quantities to float32 arrays, as they are sent if they are no weights."""
    return {name: x.numpy().astype(np.float32) for name, x in tensors.items()}


def weight_planes(weights: np.ndarray) -> np.ndarray:
    """Attention weights as numbers of cells, low and high bytes apart, which compresses a quarter better.

    0 and 1 have cells of their own; values above 1 by rounding count as 1, and a negative number has the cell of its
    absolute value with the highest bit set.

    Shapes: [...] of float, -1..1 -> [2, ...] of uint8.
    """
    planes = np.empty((2, weights.size), np.uint8)
    flat = weights.reshape(-1)
    for start in range(0, weights.size, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        numbers = _numbers(flat[part])
        planes[0, part], planes[1, part] = numbers & 0xFF, numbers >> 8
    return planes.reshape(2, *weights.shape)


def _numbers(weights: np.ndarray) -> np.ndarray:
    """The cells' numbers. Shapes: [n] of float -> [n] of uint16."""
    size = np.minimum(np.abs(weights.astype(np.float64)), 1)  # float64: the product of a float32 and a count is exact
    (_, count), *wider = CELLS
    first, *firsts = _first_numbers()
    numbers = (first + np.minimum(size * count, NEGATIVE - 1)).astype("<u2")  # most weights lie in the finest cells
    for (start, count), first in zip(wider, firsts, strict=True):
        there = np.flatnonzero(size >= start)
        numbers[there] = (first + size[there] * count).astype("<u2")
    numbers[size == 0] = 0
    numbers[weights < 0] |= NEGATIVE
    return numbers


def join_planes(planes: np.ndarray) -> np.ndarray:
    """The inverse of `weight_planes`, as the page does it: the middle of each cell.

    Shapes: [2, ...] of uint8 -> [...] of float32.
    """
    low, high = planes.astype("<u2")
    numbers = low | (high << 8)
    code = (numbers & ~np.uint16(NEGATIVE)).astype(np.float64)
    size = np.zeros(code.shape)
    for (start, count), first in zip(CELLS, _first_numbers(), strict=True):
        np.copyto(size, np.minimum((code - first + 0.5) / count, 1), where=code >= first + round(start * count))
    size[code == 0] = 0
    return np.where(numbers & NEGATIVE, -size, size).astype(np.float32)


def _first_numbers() -> list[int]:
    """The first number of each range of cells, which continues the range before; number 0 is the weight 0."""
    first = [1]
    for (_, count), (start, finer) in itertools.pairwise(CELLS):
        first.append(first[-1] + round(start * count) - round(start * finer))
    return first


def colour_levels(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights as 0..255 of their row's maximum, for colour only: level = 255 * sqrt(weight / peak).

    The square root keeps small weights apart where one key takes nearly everything.

    Shapes: [..., keys] of float -> levels [..., keys] of uint8, peak [...] of float16.
    """
    peak = weights.max(axis=-1, keepdims=True)
    levels = weights / np.where(peak > 0, peak, 1)
    np.sqrt(levels, out=levels)
    levels *= 255
    return np.rint(levels, out=levels).astype(np.uint8), peak[..., 0].astype(np.float16)
