"""What the Block screen shows of a block is what it computed, switched off or not, with LayerScale or without."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F
from torch.testing import assert_close

from vit_core.analysis import (
    before_layer_scale,
    branch_lengths,
    branch_output,
    dot_products,
    peak_and_entropy,
    weighted_value_lengths,
)
from vit_core.interventions import NOTHING, Intervention
from vit_core.replay import open_block, rerun
from vit_core.trace import Trace, keep_all, trace_pixels
from vit_core.vit import VisionTransformer

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "SwiGLU and LayerScale": {"gated": True, "act": "silu", "layer_scale": True},
    "LayerScale and registers": {"n_registers": 2, "layer_scale": True, "pool": "cls+mean"},
    "ReLU without biases": {"act": "relu", "qkv_bias": False, "n_classes": 0},
}
BOTH = frozenset({0, 1})
WHAT_IF = {
    "as trained": NOTHING,
    "residual off in block 1": Intervention(residual_off=frozenset({1})),
    "residual off everywhere": Intervention(residual_off=BOTH),
    "square root off in block 0": Intervention(unscaled=frozenset({0})),
    "both off everywhere": Intervention(residual_off=BOTH, unscaled=BOTH),
}
LAYERS = (0, 1)
D_HEAD = 16


@pytest.fixture(scope="module", params=VARIANTS)
def model(request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer]) -> VisionTransformer:
    return make_vit(**VARIANTS[request.param])


@pytest.fixture(scope="module", params=WHAT_IF)
def intervention(request: pytest.FixtureRequest) -> Intervention:
    return WHAT_IF[request.param]


@pytest.fixture(scope="module")
def passed(
    model: VisionTransformer, intervention: Intervention, as_loaded: Callable[..., Any], pixels: Tensor
) -> Trace:
    """The pass of the page: as kept for the views, then run again from where it is changed."""
    loaded = as_loaded(model)
    return rerun(loaded, trace_pixels(loaded, pixels), intervention.edits(D_HEAD))


@pytest.fixture(scope="module", params=LAYERS)
def layer(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(scope="module")
def opened(
    model: VisionTransformer, intervention: Intervention, passed: Trace, layer: int, as_loaded: Callable[..., Any]
) -> Trace:
    return open_block(as_loaded(model), passed, layer, intervention.edits(D_HEAD))


def test_each_sum_is_the_stream_plus_the_branch_or_the_branch_alone(
    opened: Trace, intervention: Intervention, layer: int
) -> None:
    kept = 0.0 if layer in intervention.residual_off else 1.0
    x, mid, out = (opened.at(layer, f"resid_{where}") for where in ("pre", "mid", "post"))
    assert_close(mid, kept * x + opened.at(layer, "attn_out"), atol=1e-6, rtol=0)
    assert_close(out, kept * mid + opened.at(layer, "mlp_out"), atol=1e-6, rtol=0)
    assert (mid - opened.at(layer, "attn_out")).abs().max() > 0.1 or not kept, "the stream is too small to be missed"


def test_the_heads_joined_and_projected_are_what_attention_hands_over(
    model: VisionTransformer, opened: Trace, layer: int
) -> None:
    block = model.blocks[layer]
    joined = torch.cat(list(opened.at(layer, "attn.z")), dim=-1)  # head after head
    with torch.no_grad():
        projected = F.linear(joined, block.attn.proj.weight, block.attn.proj.bias)
        gamma = block.ls1.gamma if model.config.layer_scale else torch.ones(48)
        assert_close(opened.at(layer, "attn_out"), gamma * projected, atol=1e-5, rtol=0)


def test_the_mlp_is_two_matrices_with_the_activation_between(
    model: VisionTransformer, opened: Trace, layer: int
) -> None:
    block = model.blocks[layer]
    act = {"relu": F.relu, "gelu": F.gelu, "silu": F.silu}[model.config.act]
    with torch.no_grad():
        assert_close(opened.at(layer, "mlp.pre"), block.mlp.fc1(opened.at(layer, "ln2")), atol=1e-5, rtol=0)
        post = act(opened.at(layer, "mlp.pre"))
        post = post * block.mlp.fc3(opened.at(layer, "ln2")) if model.config.gated else post
        assert_close(opened.at(layer, "mlp.post"), post, atol=1e-6, rtol=0)
        gamma = block.ls2.gamma if model.config.layer_scale else torch.ones(48)
        assert_close(
            opened.at(layer, "mlp_out"), gamma * block.mlp.fc2(opened.at(layer, "mlp.post")), atol=1e-5, rtol=0
        )


@pytest.mark.parametrize("query", [0, 7, 20])
def test_scores_are_the_products_divided_and_undivided_where_that_is_off(
    opened: Trace, intervention: Intervention, layer: int, query: int
) -> None:
    products = dot_products(opened, layer, query)
    by_hand = (opened.at(layer, "attn.q")[:, None, query] * opened.at(layer, "attn.k")).sum(-1)
    assert_close(products, by_hand, atol=1e-5, rtol=0)
    divisor = 1.0 if layer in intervention.unscaled else math.sqrt(D_HEAD)
    assert_close(opened.at(layer, "attn.scores")[:, query], products / divisor, atol=1e-5, rtol=0)
    weights = opened.at(layer, "attn.pattern")[:, query]
    assert_close(weights, (products / divisor).softmax(-1), atol=1e-6, rtol=0)
    assert_close(weights.sum(-1), torch.ones(3), atol=1e-6, rtol=0)


@pytest.mark.parametrize("query", [0, 7, 20])
def test_each_head_adds_up_its_weighted_values(opened: Trace, layer: int, query: int) -> None:
    weighted = opened.at(layer, "attn.pattern")[:, query, :, None] * opened.at(layer, "attn.v")  # H N K
    assert_close(opened.at(layer, "attn.z")[:, query], weighted.sum(1), atol=1e-5, rtol=0)
    assert_close(weighted_value_lengths(opened, layer, query), weighted.norm(dim=-1), atol=1e-6, rtol=0)


def test_lengths_of_the_branches_are_those_of_what_was_recorded(
    model: VisionTransformer, intervention: Intervention, passed: Trace, as_loaded: Callable[..., Any], pixels: Tensor
) -> None:
    whole = trace_pixels(as_loaded(model), pixels, keep=keep_all, edit=intervention.edits(D_HEAD))
    made = branch_lengths(passed)
    for i in LAYERS:
        assert_close(branch_output(passed, i, "attn"), whole.at(i, "attn_out"), atol=1e-5, rtol=0)
        assert_close(branch_output(passed, i, "mlp"), whole.at(i, "mlp_out"), atol=1e-5, rtol=0)
        assert_close(made.attention[i], whole.at(i, "attn_out").norm(dim=-1), atol=1e-4, rtol=0)
        assert_close(made.mlp[i], whole.at(i, "mlp_out").norm(dim=-1), atol=1e-4, rtol=0)
        assert_close(made.stream[i + 1], whole.at(i, "resid_post").norm(dim=-1), atol=1e-4, rtol=0)
        assert_close(made.middle[i], whole.at(i, "resid_mid").norm(dim=-1), atol=1e-4, rtol=0)
        assert_close(made.attention_share[i] * made.stream[i], made.attention[i], atol=1e-4, rtol=0)
        assert_close(made.mlp_share[i] * made.middle[i], made.mlp[i], atol=1e-4, rtol=0)
    assert_close(made.stream[0], whole["tokens"].norm(dim=-1))


@pytest.mark.parametrize("token", [0, 9])
def test_what_layer_scale_multiplies(model: VisionTransformer, opened: Trace, layer: int, token: int) -> None:
    made = before_layer_scale(opened, model, layer, token)
    assert set(made) == ({"attn", "mlp"} if model.config.layer_scale else set())
    for branch, scaled in made.items():
        assert_close(scaled.before * scaled.gamma, opened.at(layer, f"{branch}_out")[token], atol=1e-5, rtol=0)
        assert (scaled.gamma - 1).abs().max() > 0.1, "a gamma of ones would hide a missing one"


@given(keys=st.integers(2, 300), seed=st.integers(0, 1000), sharpness=st.floats(0.01, 50))
def test_saturation_lies_between_all_alike_and_one_alone(keys: int, seed: int, sharpness: float) -> None:
    scores = torch.randn(keys, generator=torch.Generator().manual_seed(seed))
    weights = (sharpness * scores).softmax(-1)
    peak, bits = peak_and_entropy(weights)
    assert 1 / keys - 1e-6 <= peak <= 1 + 1e-6
    assert -1e-6 <= bits <= math.log2(keys) + 1e-4
    sharper_peak, fewer_bits = peak_and_entropy((2 * sharpness * scores).softmax(-1))
    assert sharper_peak >= peak - 1e-6
    assert fewer_bits <= bits + 1e-4


def test_the_ends_of_saturation() -> None:
    even, alone = torch.full((256,), 1 / 256), F.one_hot(torch.tensor(3), 256).float()
    peak, bits = peak_and_entropy(torch.stack([even, alone]))
    assert_close(peak, torch.tensor([1 / 256, 1.0]))
    assert_close(bits, torch.tensor([8.0, 0.0]), atol=1e-5, rtol=0)
