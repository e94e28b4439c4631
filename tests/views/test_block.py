"""What the Block screen is sent: the numbers of the opened block for one token, and of the trained pass beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import Tensor

from demo.photo.views import block
from tests.support.payload import unpack
from vit_core.analysis import branch_lengths
from vit_core.interventions import NOTHING, Intervention
from vit_core.replay import open_block, rerun
from vit_core.trace import Trace, trace_pixels

D_HEAD, D_MODEL, LAYER, QUERY = 16, 48, 1, 5
VECTORS = {
    "x": "resid_pre", "ln1": "ln1", "attn_out": "attn_out", "mid": "resid_mid", "ln2": "ln2", "pre": "mlp.pre",
    "post": "mlp.post", "mlp_out": "mlp_out", "out": "resid_post",
}  # fmt: skip
OFF = Intervention(residual_off=frozenset({1}), unscaled=frozenset({0, 1}))


@pytest.fixture(scope="module", params=[{}, {"n_registers": 2, "layer_scale": True}], ids=str)
def loaded(request: pytest.FixtureRequest, make_vit: Callable[..., Any], as_loaded: Callable[..., Any]) -> Any:
    return as_loaded(make_vit(**request.param))


@pytest.fixture(scope="module")
def trained(loaded: Any, pixels: Tensor) -> Trace:
    return trace_pixels(loaded, pixels)


def opened(loaded: Any, trained: Trace, intervention: Intervention) -> Trace:
    return open_block(loaded, rerun(loaded, trained, intervention.edits(D_HEAD)), LAYER, intervention.edits(D_HEAD))


@pytest.mark.parametrize(
    "intervention",
    [NOTHING, OFF, Intervention(residual_off=frozenset({LAYER})), Intervention(unscaled=frozenset({LAYER}))],
    ids=["as trained", "both off", "residual off", "square root off"],
)
def test_the_numbers_are_the_opened_blocks_own(loaded: Any, trained: Trace, intervention: Intervention) -> None:
    trace = opened(loaded, trained, intervention)
    arrays, facts = unpack(block.block(trace, loaded, LAYER, QUERY, trained, intervention))
    for name, of in VECTORS.items():
        assert_array_equal(arrays[name], trace.at(LAYER, of)[QUERY])
        assert facts["lengths"][name] == pytest.approx(np.linalg.norm(arrays[name]), rel=1e-5)
    for name in ("q", "k", "v", "z", "scores", "pattern"):
        assert_array_equal(arrays[name], trace.at(LAYER, f"attn.{name}")[:, QUERY])
    assert_allclose(arrays["k_length"], np.linalg.norm(trace.at(LAYER, "attn.k"), axis=-1), rtol=1e-5)
    assert_allclose(arrays["v_length"], np.linalg.norm(trace.at(LAYER, "attn.v"), axis=-1), rtol=1e-5)
    assert_allclose(arrays["carried"], arrays["pattern"] * arrays["v_length"], rtol=1e-5)
    divisor = 1.0 if intervention.unscaled else 4.0
    assert_allclose(arrays["dots"] / divisor, arrays["scores"], atol=1e-5)
    assert (facts["layer"], facts["query"]) == (LAYER, QUERY)
    off = {"residual": intervention.residual_off, "scale": intervention.unscaled}
    assert facts["off"] == [kind for kind, layers in off.items() if layers]
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}


def test_the_trained_softmax_stands_beside_the_changed_one(loaded: Any, trained: Trace) -> None:
    arrays, _ = unpack(block.block(opened(loaded, trained, OFF), loaded, LAYER, QUERY, trained, OFF))
    weights = trained.pattern(LAYER)[:, QUERY].numpy()
    assert_allclose(arrays["trained_pattern"], weights, atol=1e-6)
    for prefix in ("", "trained_"):
        shares = arrays[f"{prefix}pattern"].astype(float)
        assert_allclose(arrays[f"{prefix}peak"], shares.max(-1), atol=1e-6)
        assert_allclose(arrays[f"{prefix}entropy"], -(shares * np.log2(shares)).sum(-1), atol=1e-4)
    assert (arrays["peak"] > arrays["trained_peak"]).all(), "without the division every head is more saturated"


def test_mean_and_spread_are_what_the_norm_takes_out(loaded: Any, trained: Trace) -> None:
    arrays, facts = unpack(block.block(opened(loaded, trained, NOTHING), loaded, LAYER, QUERY, trained, NOTHING))
    norms = loaded.model.blocks[LAYER]
    for name, of, norm in (("ln1", "x", norms.norm1), ("ln2", "mid", norms.norm2)):
        told = facts["norms"][name]
        by_hand = (arrays[of] - told["mean"]) / told["spread"] * norm.weight.numpy(force=True)
        assert_allclose(by_hand + norm.bias.numpy(force=True), arrays[name], atol=1e-5)


def test_what_layer_scale_multiplies_is_sent_where_there_is_one(loaded: Any, trained: Trace) -> None:
    arrays, _ = unpack(block.block(opened(loaded, trained, NOTHING), loaded, LAYER, QUERY, trained, NOTHING))
    sent = {name for name in arrays if name.endswith(("_before", "_gamma"))}
    if not trained.config.layer_scale:
        assert not sent
        return
    assert_allclose(arrays["attn_before"] * arrays["attn_gamma"], arrays["attn_out"], atol=1e-5)
    assert_allclose(arrays["mlp_before"] * arrays["mlp_gamma"], arrays["mlp_out"], atol=1e-5)


@pytest.mark.parametrize("query", [-1, 23])
def test_a_token_that_is_not_there_is_refused(loaded: Any, trained: Trace, query: int) -> None:
    with pytest.raises(IndexError):
        block.block(opened(loaded, trained, NOTHING), loaded, LAYER, query, trained, NOTHING)


def test_contributions_are_the_lengths_of_every_layer(loaded: Any, trained: Trace) -> None:
    arrays, _ = unpack(block.contributions(trained))
    made, n = branch_lengths(trained), trained.geometry.n_tokens
    shapes = {name: array.shape for name, array in arrays.items()}
    assert shapes == {
        **dict.fromkeys(("attention", "mlp", "attention_share", "mlp_share", "middle"), (2, n)),
        "stream": (3, n),
    }
    for name, array in arrays.items():
        assert_array_equal(array, getattr(made, name))
    assert torch.isfinite(made.attention_share).all()
