"""The data of the Attention screen: one layer in full, thumbnails of all layers, and statistics by depth."""

from __future__ import annotations

import numpy as np

from demo.views.payload import colour_levels, encode
from vit_core import Trace
from vit_core.analysis import SINK_TIMES_EVEN, SINK_TIMES_MEDIAN, by_depth
from vit_core.arguments import require_place

# Cells along a side of a thumbnail: it is no larger, and full grids would take megabytes.
ATLAS_SIDE = 8


def layer(trace: Trace, index: int) -> bytes:
    """Every head's attention of one layer.

    Shapes: pattern [H, query, key], as cells of weights (payload.py); ahead [H, query] of float32, the sum of the
        weights of the tokens before the patches, which a sum of cells would not give exactly.
    """
    pattern = trace.pattern(index).numpy()
    return encode({"ahead": _ahead(trace, pattern)}, {"layer": index}, weights={"pattern": pattern})


def glance(trace: Trace, index: int, query: int) -> bytes:
    """One token's attention in every head of a layer: its row of `layer`, to be shown before the whole layer has
    arrived.

    Shapes: pattern [H, key], as cells of weights (payload.py); ahead [H], as in `layer`.

    Raises:
        IndexError: there is no such layer or query.
    """
    require_place("query", query, trace.geometry.n_tokens)
    pattern = _row(trace, index, query)
    return encode({"ahead": _ahead(trace, pattern)}, {"layer": index}, weights={"pattern": pattern})


def _row(trace: Trace, index: int, query: int) -> np.ndarray:
    """What one token looks at in a layer. Shapes: returns [H, key]."""
    return trace.pattern_at(trace.attention(index), query=query).numpy()


def _ahead(trace: Trace, pattern: np.ndarray) -> np.ndarray:
    """The sum of the weights of the tokens before the patches. Shapes: [..., key] -> [...]."""
    return pattern[..., : len(trace.geometry.prefix)].sum(axis=-1)


def atlas(trace: Trace, query: int | None = None) -> bytes:
    """Thumbnails of every head of every layer, for colour only; patch keys are pooled to about 8 x 8 cells, CLS is left
    out.

    Shapes: levels [L, H, query, cells] of uint8 with peak [L, H, query]; one query only when given.

    Raises:
        IndexError: there is no such query.
    """
    if query is not None:
        require_place("query", query, trace.geometry.n_tokens)
    rows, cols = trace.geometry.grid
    step = max(1, round(max(rows, cols) / ATLAS_SIDE))
    # Layer by layer: all layers in float32 would take many megabytes, and thirty visitors may request them at once.
    layers = range(trace.config.n_layers)
    patterns = (trace.pattern(i).numpy() if query is None else _row(trace, i, query)[:, None] for i in layers)
    levels, peak = map(np.stack, zip(*(colour_levels(_pool(one, trace, step)) for one in patterns), strict=True))
    return encode({"levels": levels, "peak": peak}, {"cells": [-(-rows // step), -(-cols // step)], "query": query})


def depth(trace: Trace) -> bytes:
    """Statistics by depth: distance and entropy per head, attention received and length per token, rollout.

    Shapes: distance (pixels), entropy (bits) [L, H]; times_even, times_median, is_sink [L, N]; rollout [N, N] as
        cells of weights (payload.py).
    """
    found = by_depth(trace)
    return encode(
        {
            "distance": found.distance.numpy(),
            "entropy": found.entropy.numpy(),
            "times_even": found.sinks.times_even.numpy(),
            "times_median": found.sinks.times_median.numpy(),
            "is_sink": found.sinks.is_sink.numpy().astype(np.uint8),
        },
        {"even": SINK_TIMES_EVEN, "median": SINK_TIMES_MEDIAN},
        weights={"rollout": found.rollout.numpy()},
    )


def _pool(pattern: np.ndarray, trace: Trace, step: int) -> np.ndarray:
    """Mean over step x step neighbouring patch keys, over fewer at the edges."""
    rows, cols = trace.geometry.grid
    first = len(trace.geometry.prefix)
    grid = pattern[..., first:].reshape(*pattern.shape[:-1], rows, cols)
    sums = _summed(_summed(grid.swapaxes(-1, -2), step).swapaxes(-1, -2), step)
    counts = np.outer(*(_summed(np.ones(n, np.float32), step) for n in (rows, cols)))
    return (sums / counts).reshape(*pattern.shape[:-1], -1)


def _summed(x: np.ndarray, step: int) -> np.ndarray:
    """Sums of `step` neighbours along the last axis, of fewer at its end."""
    sums = x[..., ::step].copy()
    for i in range(1, step):
        part = x[..., i::step]
        sums[..., : part.shape[-1]] += part
    return sums
