"""Numbers on the wire: what is packed comes out again, as exactly as is promised."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from demo.views.payload import PLANES, colour_levels, encode, join_planes, weight_planes
from tests.support.payload import close_to_weights, unpack

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
    planes = weight_planes(sign * weights)
    assert (planes.dtype, planes.shape) == (np.uint8, (2, *weights.shape))
    back = join_planes(planes)
    assert back.dtype == np.float32
    close_to_weights(back, sign * weights)
    assert_array_equal(weight_planes(back), planes)


def test_weights_of_every_size_are_carried_without_a_bias() -> None:
    weights = np.concatenate([np.linspace(0, 1, 20_001), np.geomspace(1e-7, 1, 20_001)]).astype(np.float32)
    back = join_planes(weight_planes(weights))
    close_to_weights(back, weights)
    assert abs((back.astype(np.float64) - weights).mean()) < 1e-6, "rounding leans to one side"


def test_the_ends_of_the_scale_are_themselves_and_what_is_near_them_is_not() -> None:
    weights = np.array([0, 1, np.nextafter(np.float32(1), 2), np.nextafter(np.float32(1), 0), 1e-30], np.float32)
    zero, one, beyond, below, least = join_planes(weight_planes(weights))
    assert (zero, one, beyond) == (0, 1, 1)
    assert below < 1 and least > 0, "what is not hidden by a mask must not read as if it were"


def test_cells_are_numbered_by_size() -> None:
    weights = np.unique(np.random.default_rng(2).random(100_000, dtype=np.float32) ** 3)
    low, high = weight_planes(weights).astype(int)
    assert (np.diff(low + 256 * high) >= 0).all()


def test_the_low_byte_comes_first() -> None:
    """assets/js/core/wire.js joins them by place, not by name. Before 10 % lie 2000 and 9000 cells."""
    low, high = weight_planes(np.array([0.1, -0.1], np.float32)).astype(int)
    assert (low + 256 * high).tolist() == [11_001, 11_001 + 32_768]


def test_rows_of_weights_still_sum_to_nearly_1() -> None:
    rows = np.random.default_rng(0).dirichlet(np.full(257, 0.05), size=200).astype(np.float32)
    sums = join_planes(weight_planes(rows)).astype(np.float64).sum(-1)
    assert np.abs(sums - 1).max() < 1e-3


def test_cells_and_planes_make_a_layer_light() -> None:
    """Both earn their place: without either, a layer is more than a tenth heavier."""
    scores = np.random.default_rng(1).normal(0, 2, (6, 257, 257)).astype(np.float32)
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    planes = weight_planes(weights)
    ours = len(encode({f"pattern{PLANES}": planes}))
    assert ours * 1.1 < len(encode({"pattern": weights.astype(np.float16)}))
    assert ours * 1.1 < len(encode({"pattern": np.moveaxis(planes, 0, -1)}))


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
