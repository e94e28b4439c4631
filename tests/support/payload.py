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
    sent, following = np.where(low & 64, -1, 1) * ((high << 6) | (low & 63)), np.cumsum(counts) - counts
    middles = middles_of_cells()
    queries, keys = (1, *shape)[-2:]
    found = np.empty((sent.size // max(1, queries * keys), queries, keys), int)
    levels = np.array([0, *(2 * n.bit_length() + int(f"{n:b}0"[1]) for n in range(1, len(middles)))])
    for rows in found:
        for at in range(queries):
            left = levels[np.abs(rows[at - 1])] if at else np.zeros(keys, int)
            above = levels[np.abs(rows[at - 16])] if at >= 16 else left
            groups = (left + above) // 2
            for group in np.unique(groups):
                there = np.flatnonzero(groups == group)
                rows[at, there] = sent[following[group] : following[group] + len(there)]
                following[group] += len(there)
    return (np.sign(found) * middles[np.abs(found)]).astype(np.float32).reshape(shape)


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
