"""Numbers on the wire: what is packed comes out again, as exactly as is promised."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

import vit_core
from demo.views.payload import colour_levels, encode, grouped_cells
from tests.support.payload import close_to_weights, ungrouped, unpack

SHAPES = hnp.array_shapes(min_dims=1, max_dims=4, max_side=5)
WEIGHTS = hnp.arrays(np.float32, SHAPES, elements=st.floats(0, 1, width=32))


@given(
    arrays=st.dictionaries(
        st.text("abc_", min_size=1, max_size=5),
        st.sampled_from([np.uint8, np.int32, np.float16, np.float32]).flatmap(lambda kind: hnp.arrays(kind, SHAPES)),
        max_size=4,
    )
)
def test_arrays_come_out_as_they_went_in(arrays: dict[str, np.ndarray]) -> None:
    found, facts = unpack(encode(arrays))
    assert set(found) == set(arrays) and facts == {}
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()


def test_arrays_that_are_views_of_others_come_out_right() -> None:
    """safetensors writes memory as it lies there, so a transposed array has to be laid out first."""
    table = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    views = {
        "turned": table.T,
        "reversed": table[:, ::-1],
        "every other": table[..., ::2],
        "repeated": table[:1, :1, :1],
    }
    views["repeated"] = np.broadcast_to(table[0, 0, 0], (3, 2))
    found, _ = unpack(encode(views))
    for name, view in views.items():
        assert_array_equal(found[name], view)


def test_facts_may_be_words_numbers_and_lists_in_any_language() -> None:
    facts = {"name": "얼룩고양이 “x”", "cells": [16, 16], "none": None, "pi": 3.25, "nested": {"CLS": [1, {"b": True}]}}
    assert unpack(encode({}, facts))[1] == facts


def test_the_same_numbers_are_the_same_bytes() -> None:
    arrays = {"b": np.ones(3, np.float32), "a": np.zeros(2, np.uint8)}
    assert encode(arrays, {"x": 1}) == encode(dict(arrays), {"x": 1})


@given(weights=WEIGHTS, sign=st.sampled_from([1, -1]))
def test_weights_keep_half_a_cell(weights: np.ndarray, sign: int) -> None:
    planes, counts = grouped_cells(sign * weights)
    assert (planes.dtype, planes.shape) == (np.uint8, (2, *weights.shape))
    assert counts.dtype == np.int32 and counts.sum() == weights.size
    back = ungrouped(planes, counts)
    assert back.dtype == np.float32
    close_to_weights(back, sign * weights)
    assert_array_equal(grouped_cells(back)[0], planes)


def test_weights_of_many_queries_are_at_their_places() -> None:
    """Rows that have another 16 rows above, which the first rows have not, in each matrix of several."""
    weights = np.random.default_rng(3).dirichlet(np.full(23, 0.2), size=(2, 3, 40)).astype(np.float32)
    close_to_weights(ungrouped(*grouped_cells(weights)), weights)


def test_weights_of_every_size_are_carried_without_a_bias() -> None:
    weights = np.concatenate([np.linspace(0, 1, 20_001), np.geomspace(1e-7, 1, 20_001)]).astype(np.float32)
    back = ungrouped(*grouped_cells(weights))
    close_to_weights(back, weights)
    assert abs((back.astype(np.float64) - weights).mean()) < 1e-6, "rounding leans to one side"


def test_the_ends_of_the_scale_are_themselves_and_what_is_near_them_is_not() -> None:
    weights = np.array([0, 1, np.nextafter(np.float32(1), 2), np.nextafter(np.float32(1), 0), 1e-30], np.float32)
    zero, one, beyond, below, least = ungrouped(*grouped_cells(weights))
    assert (zero, one, beyond) == (0, 1, 1)
    assert below < 1 and least > 0, "what is not hidden by a mask must not read as if it were"


def test_cells_are_numbered_by_size() -> None:
    weights = np.unique(np.random.default_rng(2).random(100_000, dtype=np.float32) ** 3)
    alone = weights[:, None, None]  # nothing comes before one: all are in one group, in their order
    low, high = grouped_cells(alone)[0].reshape(2, -1).astype(int)
    assert (np.diff(low + 64 * high) >= 0).all()


def test_the_low_bits_come_first() -> None:
    """assets/js/core/wire.js joins them by place, not by name. Before 10 % lie 1113 and 1800 cells."""
    low, high = grouped_cells(np.array([0.1, -0.1], np.float32))[0].astype(int)
    assert (low % 64 + 64 * high).tolist() == [2914, 2914] and (low // 64).tolist() == [0, 1]


def test_rows_of_weights_still_sum_to_nearly_1() -> None:
    rows = np.random.default_rng(0).dirichlet(np.full(257, 0.05), size=200).astype(np.float32)
    sums = ungrouped(*grouped_cells(rows)).astype(np.float64).sum(-1)
    assert np.abs(sums - 1).max() < 1e-3


def test_cells_and_groups_make_a_layer_light() -> None:
    """Both earn their place, on the weights of a real layer: without either, it is more than a tenth heavier."""
    model = vit_core.load("vit-s14-everyday")
    noise = np.random.default_rng(1).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    weights = vit_core.trace_image(model, noise).pattern(8).numpy()
    ours = len(encode({}, weights={"pattern": weights}))
    assert ours < 450_000
    assert ours * 1.1 < len(encode({"pattern": weights.astype(np.float16)}))
    (low, high), counts = grouped_cells(weights)
    there = np.argsort(np.random.default_rng(0).permutation(low.size))
    assert ours * 1.1 < len(encode({"low": low.reshape(-1)[there], "high": high.reshape(-1)[there], "groups": counts}))


# ---- colour


@given(weights=WEIGHTS)
def test_colours_follow_the_weights(weights: np.ndarray) -> None:
    levels, peak = colour_levels(weights)
    assert (levels.dtype, levels.shape, peak.shape) == (np.uint8, weights.shape, weights.shape[:-1])
    top = weights.max(-1, keepdims=True)
    assert (levels[np.broadcast_to(top > 0, weights.shape) & (weights == top)] == 255).all()
    assert (levels[weights == 0] == 0).all()
    order = np.argsort(weights, axis=-1, kind="stable")
    assert (np.diff(np.take_along_axis(levels, order, -1).astype(int), axis=-1) >= 0).all()


def test_a_colour_says_which_share_of_the_rows_peak_it_is() -> None:
    weights = np.array([[0.4, 0.1, 0.025, 0.0]], np.float32)
    levels, peak = colour_levels(weights)
    assert peak[0] == np.float16(0.4)
    shares = (levels / 255.0) ** 2
    np.testing.assert_allclose(shares[0], [1, 1 / 4, 1 / 16, 0], atol=0.005)


def test_an_even_row_is_full_and_an_empty_row_is_dark() -> None:
    with np.errstate(all="raise"):
        levels, peak = colour_levels(np.array([[1 / 8] * 8, [0.0] * 8], np.float32))
    assert_array_equal(levels, [[255] * 8, [0] * 8])
    assert_array_equal(peak, np.float16([1 / 8, 0]))
