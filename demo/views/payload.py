"""Encode arrays for the page: safetensors bytes, gzip-compressed. assets/js/core/wire.js decodes them.

Attention is sent as cells (below), colours as uint8, smaller tables whose digits are shown as float32, texts and shapes
in the header. Never as JSON lists, which would take seconds in the page.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from safetensors.numpy import save
from torch import Tensor
from zlib_ng import zlib_ng

# An array of weights is two arrays on the wire: the numbers of their cells, parted into low and high bits, which are
# grouped, and how many are in each group.
PLANES, GROUPS = ".weights", ".groups"
# A weight is sent as the number of its cell: (from this weight on, cells between 0 and 1). The page prints at most
# three digits, and none below 0.001 %. The borders of the cells are the points at which these printed numbers round up
# or down, so that the middle of a cell, which the page uses, prints like every number in it. Most weights are in the
# finest cells, which therefore have no other borders (`_finest`).
CELLS = ((0.0, 200_000), (0.01, 20_000), (0.1, 10_000))
# The high bits of a number lie in a byte of their own; above the low ones stands the sign.
LOW_BITS = 6
NEGATIVE = 1 << LOW_BITS
# Rows that lie so far apart have weights of similar sizes, and so have columns: in the bundled model's grid a patch and
# its neighbours to the left and above. A weight is in a group with those of which the neighbours expect the same, since
# numbers of similar size have shorter codes among themselves: a layer of a photo becomes about a seventh smaller.
APART = (1, 16)
# A number's level is its power of two and, with so many bits, where between two of them it lies. With more bits than 3
# a group, which is at most twice a level, would not fit a byte.
LEVEL_BITS = 3
# Weights that are converted at once, so that temporary arrays stay in a processor's cache.
AT_ONCE = 1 << 15


def encode(
    arrays: Mapping[str, np.ndarray],
    facts: Mapping[str, Any] | None = None,
    *,
    weights: Mapping[str, np.ndarray] | None = None,
) -> bytes:
    """Arrays and facts as one gzip-compressed safetensors file.

    Args:
        arrays: float16, float32, uint8 or int32 arrays by name.
        facts: what else the view needs: texts, shapes, single numbers (anything JSON).
        weights: arrays of float in -1..1, the last two axes query and key, as cells.
    """
    tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, array in (weights or {}).items():
        tensors[f"{name}{PLANES}"], tensors[f"{name}{GROUPS}"] = grouped_cells(array)
    body = save(tensors, metadata={"facts": json.dumps(facts or {}, ensure_ascii=False)})
    # Huffman coding alone: attention weights hardly repeat, so looking for repeats costs time and saves nothing. Short
    # blocks (memory level 8), so that a group of weights has codes of its own.
    # zlib-ng: in half of zlib's time.
    packer = zlib_ng.compressobj(1, zlib_ng.DEFLATED, zlib_ng.MAX_WBITS | 16, 8, zlib_ng.Z_HUFFMAN_ONLY)
    return packer.compress(body) + packer.flush()


def as_float32(tensors: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """Convert quantities to float32 arrays, as they are sent if they are no weights."""
    return {name: x.numpy().astype(np.float32) for name, x in tensors.items()}


def grouped_cells(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Attention weights as numbers of cells, low and high bits apart, in groups of which a similar size is expected.

    0 and 1 have cells of their own; values above 1 by rounding count as 1, and a negative number has the cell of its
    absolute value, with the sign beside its low bits.

    Shapes: [..., query, key] of float, -1..1 -> [2, ...] of uint8, in each the first group's numbers first; and how
        many are in each group, [G] of int32.
    """
    flat, numbers = weights.reshape(-1), np.empty(weights.size, np.uint16)
    for start in range(0, flat.size, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        numbers[part] = _numbers(flat[part])
    groups = _groups(_levels().take(numbers).reshape(weights.shape)).reshape(-1)
    order = np.argsort(groups, kind="stable")
    numbers = numbers.take(order)
    planes = np.stack([(numbers & (NEGATIVE - 1)).astype(np.uint8), (numbers >> LOW_BITS).astype(np.uint8)])
    if (negative := flat < 0).any():
        planes[0, negative.take(order)] |= NEGATIVE
    return planes.reshape(2, *weights.shape), np.bincount(groups).astype(np.int32)


def _groups(levels: np.ndarray) -> np.ndarray:
    """The group of each weight: the level that is expected of it by those that come before it.

    A score is a product of a query and a key, so that what two keys differ by for one query they nearly differ by for
    its neighbour: expected is the mean level in the rows before, and what the columns before differ by from theirs.

    Shapes: [..., query, key] of int16 -> the same of uint8.
    """
    rows = np.atleast_2d(levels)
    twice = _before(rows)  # what is expected by the rows before
    more = _before((2 * rows - twice).swapaxes(-1, -2)).swapaxes(-1, -2)
    return np.maximum((2 * twice + more) >> 2, 0).astype(np.uint8).reshape(levels.shape)


def _before(x: np.ndarray) -> np.ndarray:
    """The sum of the rows so far `APART` before each row; where there is no far one, the near one counts twice.

    Shapes: [..., row, column] -> the same.
    """
    near, far = APART
    ahead = np.zeros_like(x)
    ahead[..., near:, :] = x[..., :-near, :]
    farther = ahead.copy()
    farther[..., far:, :] = x[..., :-far, :]
    return ahead + farther


@cache
def _levels() -> np.ndarray:
    """How large a number is: its bits, and as many of those after the first as LEVEL_BITS says. [numbers] of int16"""
    largest = int(_numbers(np.ones(1))[0])

    def level(number: int) -> int:
        bits = number.bit_length()
        after = (number << LEVEL_BITS >> (bits - 1)) - (1 << LEVEL_BITS)
        return (bits << LEVEL_BITS) + after

    return np.array([0, *map(level, range(1, largest + 1))], np.int16)


def _numbers(weights: np.ndarray) -> np.ndarray:
    """The cells' numbers. Shapes: [n] of float -> [n] of uint16."""
    size = np.minimum(np.abs(weights.astype(np.float64)), 1)  # float64: the product of a float32 and a count is exact
    finest, (_, count) = _finest(), CELLS[0]
    numbers = finest.take(np.minimum(size * count, len(finest) - 1).astype(np.uint16))  # most weights lie there
    last = int(finest[-1])
    for (start, count), (end, _) in itertools.pairwise((*CELLS[1:], (1.0, 0))):
        there = np.flatnonzero(size >= start)
        numbers[there] = (last + 1 - round(start * count) + size[there] * count).astype(np.uint16)
        last += round(end * count) - round(start * count)
    numbers[size == 0] = 0
    return numbers


@cache
def _finest() -> np.ndarray:
    """The number of each of the finest cells, from 1 on; two share one where no printed number turns between them.

    Printed to 0.001 %, a weight turns at every odd border, 0.0005 %, 0.0015 % ...; with fewer digits at 0.005 %,
    0.015 % ..., 0.05 % ...: at the even borders whose number of thousandths ends in a 5, or in a 5 and zeros. What is
    less than 0.001 % prints as that.

    Shapes: [cells] of uint16.
    """
    cells = range(round(CELLS[1][0] * CELLS[0][1]))
    begins = [cell in (0, 2) or cell % 2 == 1 or str(cell // 2).rstrip("0").endswith("5") for cell in cells]
    return np.cumsum(begins).astype(np.uint16)


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
