"""A view's bytes read as the page reads them: by the safetensors library, and the program's own format of weights."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from typing import Any

import numpy as np
from safetensors.numpy import load
from torch import Tensor

from demo.views.payload import GROUPS, PLANES

Payload = tuple[dict[str, np.ndarray], dict[str, Any]]


def unpack(payload: bytes) -> Payload:
    """Arrays and facts of what a view gives; weights are joined to float32."""
    return unpacked(gzip.decompress(payload))


def unpacked(body: bytes) -> Payload:
    """The same of what has been decompressed on the way."""
    header = json.loads(body[8 : 8 + int.from_bytes(body[:8], "little")])
    sent = load(body)
    arrays = {name: array for name, array in sent.items() if not name.endswith((PLANES, GROUPS))}
    for name in {name.removesuffix(PLANES) for name in sent if name.endswith(PLANES)}:
        arrays[name] = ungrouped(sent[f"{name}{PLANES}"], sent[f"{name}{GROUPS}"])
    return arrays, json.loads(header["__metadata__"]["facts"])


def ungrouped(planes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The weights of `grouped_cells`, as assets/js/core/wire.js reads them: the middle of each cell.

    Shapes: [2, ..., query, key] of uint8, [G] of int32 -> [..., query, key] of float32.
    """
    shape = planes.shape[1:]
    low, high = planes.reshape(2, -1).astype(int)
    sent, following = np.where(low & 64, -1, 1) * ((high << 6) | (low & 63)), (np.cumsum(counts) - counts).tolist()
    middles = middles_of_cells()
    levels = levels_of_numbers(len(middles)).tolist()
    queries, keys = (1, *shape)[-2:]
    found, numbers = [], sent.tolist()
    size, more = [0] * len(numbers), [0] * len(numbers)
    # One after the other: in which group a weight is follows from those before it.
    for at in range(len(numbers)):
        query, key = at // keys % queries, at % keys
        left = size[at - keys] if query else 0
        above = size[at - 16 * keys] if query >= 16 else left
        last = more[at - 1] if key else 0
        earlier = more[at - 16] if key >= 16 else last
        group = max(0, (2 * (left + above) + last + earlier) // 4)
        number = numbers[following[group]]
        following[group] += 1
        size[at] = levels[abs(number)]
        more[at] = 2 * size[at] - left - above
        found.append(number)
    of = np.array(found, int)
    return (np.sign(of) * middles[np.abs(of)]).astype(np.float32).reshape(shape)


def levels_of_numbers(count: int) -> np.ndarray:
    """How large each number below `count` is, in eighths of a power of two, straight lines between the powers."""
    numbers = np.arange(1, count)
    power = np.floor(np.log2(numbers)).astype(int)
    return np.array([0, *(8 * (power + 1) + np.floor(8 * (numbers / 2.0**power - 1)).astype(int))])


def borders_of_cells() -> np.ndarray:
    """The borders of all cells from 0 to 1, in their order.

    Below 1 % one is wherever a weight that is printed to 0.001 %, 0.01 %, 0.1 % or 1 % turns, or as less than 0.001 %;
    above they are 0.005 % apart, from 10 % on 0.01 %.
    """
    turns = {step * (2 * k + 1) for step in (50, 500, 5_000, 50_000) for k in range(50_000 // step)}  # of ten million
    turns = {turn for turn in turns if turn < 100_000} | {100}
    below = [0.0, *(turn / 1e7 for turn in sorted(turns))]
    return np.array([*below, *np.arange(200, 2000) / 20_000, *np.arange(1000, 10_001) / 10_000])


def middles_of_cells() -> np.ndarray:
    """The weight that every number stands for; number 0 is the weight 0, and the last one 1."""
    borders = borders_of_cells()
    return np.array([0.0, *((a + b) / 2 for a, b in pairwise(borders)), 1.0])


def close_to_weights(seen: np.ndarray, weights: np.ndarray | Tensor) -> None:
    """As near as half a cell of the wire: 0.0005 % below 1 %, 0.0025 % below 10 %, 0.005 % above; 0 is itself."""
    true = np.abs(np.asarray(weights, np.float64))
    assert seen.shape == true.shape
    half = np.where(true < 0.01, 5e-6, np.where(true < 0.1, 2.5e-5, 5e-5))
    error = np.abs(seen.astype(np.float64) - np.asarray(weights, np.float64))
    assert (error <= half + 1e-7 * true + 1e-9).all()
    assert (seen[true == 0] == 0).all()
