"""What the Attention screen is sent, against the trace itself and plain loops over its numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from demo.photo.views import attention
from demo.photo.views.attention import ATLAS_SIDE
from tests.support.payload import close_to_weights, unpack
from vit_core.analysis import (
    SINK_TIMES_EVEN,
    SINK_TIMES_MEDIAN,
    attention_distance,
    attention_entropy,
    rollout,
    sinks,
)
from vit_core.trace import Trace, trace_pixels
from vit_core.vit import VisionTransformer


@pytest.fixture
def make_trace(make_vit: Callable[..., VisionTransformer], as_loaded: Any) -> Callable[..., Trace]:
    """A trace of a picture of rows x cols patches."""

    def make(rows: int, cols: int, **changes: Any) -> Trace:
        pixels = torch.randn(3, 8 * rows, 8 * cols, generator=torch.Generator().manual_seed(3))
        return trace_pixels(as_loaded(make_vit(**changes)), pixels)

    return make


# ---- one layer


@pytest.mark.parametrize("layer", [0, 1])
def test_a_layer_is_the_pattern_of_every_head(layer: int, make_trace: Callable[..., Trace]) -> None:
    trace = make_trace(4, 5, n_registers=2)
    arrays, facts = unpack(attention.layer(trace, layer))
    assert arrays["pattern"].shape == (3, 23, 23)
    close_to_weights(arrays["pattern"], trace.pattern(layer))
    assert_allclose(arrays["ahead"], trace.pattern(layer)[..., :3].sum(-1), rtol=1e-6)
    assert facts == {"layer": layer}


def test_a_glance_is_one_row_of_a_layer_in_every_head(make_trace: Callable[..., Trace]) -> None:
    trace = make_trace(4, 5, n_registers=2)
    whole, _ = unpack(attention.layer(trace, 1))
    for query in (0, 22):
        arrays, facts = unpack(attention.glance(trace, 1, query))
        assert_array_equal(arrays["pattern"], whole["pattern"][:, query])
        assert_array_equal(arrays["ahead"], whole["ahead"][:, query])
        assert facts == {"layer": 1}
    with pytest.raises(IndexError):
        attention.glance(trace, 1, 23)


@pytest.mark.parametrize("layer", [-1, 2])
def test_a_layer_that_is_not_there_is_refused(layer: int, make_trace: Callable[..., Trace]) -> None:
    with pytest.raises(IndexError, match="from 0 to 1, not"):
        attention.layer(make_trace(4, 5), layer)


# ---- the atlas


def pooled(row: np.ndarray, rows: int, cols: int, step: int) -> np.ndarray:
    """Mean weight of each block of step x step patches, written as loops."""
    grid = row.reshape(rows, cols)
    return np.array(
        [grid[r : r + step, c : c + step].mean() for r in range(0, rows, step) for c in range(0, cols, step)]
    )


@pytest.mark.parametrize(
    ("rows", "cols", "step"),
    [(4, 5, 1), (8, 8, 1), (12, 12, 2), (16, 16, 2), (17, 13, 2), (16, 24, 3), (3, 20, 2), (1, 1, 1)],
)
@pytest.mark.parametrize("prefix", [{}, {"n_registers": 2}], ids=["CLS", "CLS and registers"])
def test_the_atlas_is_every_head_in_coarse_cells(
    rows: int, cols: int, step: int, prefix: dict[str, int], make_trace: Callable[..., Trace]
) -> None:
    trace = make_trace(rows, cols, **prefix)
    arrays, facts = unpack(attention.atlas(trace))
    cells = [-(-rows // step), -(-cols // step)]
    assert facts == {"cells": cells, "query": None}
    first = len(trace.geometry.prefix)
    assert arrays["levels"].shape == (2, 3, first + rows * cols, cells[0] * cells[1])
    rng = np.random.default_rng(0)
    for _ in range(6):
        layer, head, query = rng.integers(2), rng.integers(3), rng.integers(first + rows * cols)
        expected = pooled(trace.pattern(layer, head)[query, first:].numpy(), rows, cols, step)
        peak = arrays["peak"][layer, head, query].astype(np.float64)
        assert_allclose(peak, expected.max(), rtol=2.0**-10)
        shown = (arrays["levels"][layer, head, query] / 255.0) ** 2
        assert_allclose(shown, expected / expected.max(), atol=1 / 255)


def test_the_cells_of_the_bundled_models_sizes() -> None:
    """About 8 cells a side, whatever the picture size: a thumbnail shows no more."""
    for grid in (3, 7, 8, 12, 16, 24):
        step = max(1, round(grid / ATLAS_SIDE))
        assert min(grid, ATLAS_SIDE - 2) <= -(-grid // step) <= ATLAS_SIDE + 1


@pytest.mark.parametrize("query", [0, 1, 22])
def test_the_atlas_of_one_query_is_its_row_of_the_whole(query: int, make_trace: Callable[..., Trace]) -> None:
    trace = make_trace(4, 5, n_registers=2)
    whole, _ = unpack(attention.atlas(trace))
    one, facts = unpack(attention.atlas(trace, query))
    assert facts == {"cells": [4, 5], "query": query}
    assert_array_equal(one["levels"], whole["levels"][:, :, query : query + 1])
    assert_array_equal(one["peak"], whole["peak"][:, :, query : query + 1])


@pytest.mark.parametrize("query", [-1, 23, 10**6])
def test_the_atlas_of_a_query_that_is_not_there_is_refused(query: int, make_trace: Callable[..., Trace]) -> None:
    with pytest.raises(IndexError, match=f"query takes a whole number from 0 to 22, not {query}"):
        attention.atlas(make_trace(4, 5, n_registers=2), query)


# ---- over depth


def test_the_figures_over_depth_are_those_of_the_analysis(make_trace: Callable[..., Trace]) -> None:
    trace = make_trace(4, 5, n_registers=1)
    arrays, facts = unpack(attention.depth(trace))
    found = sinks(trace)
    assert arrays["distance"].shape == arrays["entropy"].shape == (2, 3)
    assert arrays["times_even"].shape == arrays["is_sink"].shape == (2, 22)
    assert_array_equal(arrays["distance"], attention_distance(trace))
    assert_array_equal(arrays["entropy"], attention_entropy(trace))
    assert_array_equal(arrays["times_even"], found.times_even)
    assert_array_equal(arrays["times_median"], found.times_median)
    assert_array_equal(arrays["is_sink"], found.is_sink)
    close_to_weights(arrays["rollout"], rollout(trace))
    assert facts == {"even": SINK_TIMES_EVEN, "median": SINK_TIMES_MEDIAN}


# ---- whatever the model does


def test_heads_that_look_everywhere_or_at_one_token_are_numbers(make_trace: Callable[..., Trace]) -> None:
    trace = make_trace(4, 5)
    tensors = dict(trace.tensors)
    tensors["blocks.0.attn.q"] = torch.zeros_like(tensors["blocks.0.attn.q"])  # an even pattern
    tensors["blocks.1.attn.q"] = 1e4 * tensors["blocks.1.attn.q"]  # all on one key
    extreme = Trace(trace.checkpoint, trace.config, trace.geometry, trace.pixels, tensors, trace.labels)
    with np.errstate(all="raise", under="ignore"):
        payloads = [attention.layer(extreme, 0), attention.layer(extreme, 1), attention.atlas(extreme)]
        payloads.append(attention.depth(extreme))
    for payload in payloads:
        for array in unpack(payload)[0].values():
            assert np.isfinite(array.astype(np.float64)).all()
    even = unpack(payloads[0])[0]["pattern"].astype(np.float64)
    assert_allclose(even, 1 / 21, rtol=2.0**-10)
    sharp = unpack(payloads[1])[0]["pattern"].astype(np.float64)
    assert_allclose(sharp.max(-1), 1, atol=1e-3)
    assert (unpack(payloads[2])[0]["levels"][0] == 255).all()


def test_the_same_trace_is_the_same_bytes_and_stays_as_it_was(make_trace: Callable[..., Trace]) -> None:
    trace = make_trace(4, 5)
    before = {name: tensor.clone() for name, tensor in trace.tensors.items()}
    for view in (attention.atlas, attention.depth, lambda t: attention.layer(t, 1)):
        assert view(trace) == view(trace)
    assert all(torch.equal(trace[name], tensor) for name, tensor in before.items())
