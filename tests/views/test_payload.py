"""Numbers on the wire: what is packed comes out again, as exactly as is promised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from demo.views.payload import PLANES, WEIGHT_STEP, colour_levels, encode, join_planes, weight_planes
from tests.support.payload import unpack

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


@given(weights=WEIGHTS)
def test_weights_keep_what_float16_and_the_step_allow(weights: np.ndarray) -> None:
    planes = weight_planes(weights)
    assert (planes.dtype, planes.shape) == (np.uint8, (2, *weights.shape))
    back = join_planes(planes)
    assert back.dtype == np.float16
    error = np.abs(back.astype(np.float64) - weights)
    assert (error <= WEIGHT_STEP / 2 + weights * 2.0**-11).all()
    assert_array_equal(weight_planes(back.astype(np.float32)), planes)


def test_weights_of_every_magnitude_are_rounded_to_the_nearest() -> None:
    weights = np.concatenate([np.linspace(0, 1, 20_001), np.geomspace(1e-7, 1, 20_001)]).astype(np.float32)
    error = join_planes(weight_planes(weights)).astype(np.float64) - weights
    assert (np.abs(error) <= WEIGHT_STEP / 2 + weights * 2.0**-11).all()
    assert abs(error.mean()) < 1e-6, "rounding leans to one side"


@pytest.mark.parametrize("weight", [0.0, 1.0, 0.5, 1 / 3, WEIGHT_STEP, WEIGHT_STEP / 2.1, 2.0**-24, 1 - 2.0**-12])
def test_the_ends_of_the_scale(weight: float) -> None:
    back = float(join_planes(weight_planes(np.array([weight], np.float32)))[0])
    assert back == np.float16(round(weight / WEIGHT_STEP) * WEIGHT_STEP)
    assert 0 <= back <= 1


def test_every_float16_survives_its_two_planes() -> None:
    bits = np.arange(65536, dtype=np.uint16)
    planes = np.stack([bits & 0xFF, bits >> 8]).astype(np.uint8)
    assert_array_equal(join_planes(planes).view(np.uint16), bits)


def test_the_low_byte_comes_first() -> None:
    """assets/js/core/wire.js joins them by place, not by name."""
    low, high = weight_planes(np.array([0.1], np.float32))
    bits = int(np.array([0.1], np.float16).view(np.uint16)[0])
    assert (low[0], high[0]) == (bits & 255, bits >> 8)


def test_rows_of_weights_still_sum_to_nearly_1() -> None:
    rows = np.random.default_rng(0).dirichlet(np.full(257, 0.05), size=200).astype(np.float32)
    sums = join_planes(weight_planes(rows)).astype(np.float64).sum(-1)
    assert np.abs(sums - 1).max() < 257 * WEIGHT_STEP / 2


def test_planes_and_step_make_a_layer_light() -> None:
    """Both tricks earn their place: without either, a layer is more than a tenth heavier."""
    scores = np.random.default_rng(1).normal(0, 2, (6, 257, 257)).astype(np.float32)
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    ours = len(encode({f"pattern{PLANES}": weight_planes(weights)}))
    assert ours * 1.1 < len(encode({"pattern": weights.astype(np.float16)}))
    step_only = (np.round(weights / WEIGHT_STEP) * WEIGHT_STEP).astype(np.float16)
    assert ours * 1.1 < len(encode({"pattern": step_only}))


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
