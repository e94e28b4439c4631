"""What must hold between the quantities of one forward pass, whatever the weights and the picture.

Sums that the model itself computes are compared exactly: the recorded parts are the very operands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from vit_core.attention import attention_scores
from vit_core.names import vit_trace_names
from vit_core.tap import EditTap, RecordTap
from vit_core.trace import Trace, keep_all, keep_views, trace_pixels
from vit_core.vit import VisionTransformer

LAYERS = range(2)
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "DINOv2 with registers": {"n_registers": 2, "layer_scale": True, "pool": "cls+mean"},
    "mean of the patches": {"pool": "mean", "n_registers": 2},
    "normalised mean": {"pool": "mean+norm"},
    "DeiT distilled": {"distilled": True, "distilled_head": True, "qkv_bias": False},
    "SwiGLU": {"gated": True, "act": "silu", "layer_scale": True},
    "no head": {"n_classes": 0, "act": "gelu_tanh", "prefix_positions": False},
}


@pytest.fixture(scope="module", params=VARIANTS)
def model(request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer]) -> VisionTransformer:
    return make_vit(**VARIANTS[request.param])


@pytest.fixture(scope="module")
def trace(model: VisionTransformer, as_loaded: Callable[..., Any], pixels: Tensor) -> Trace:
    return trace_pixels(as_loaded(model), pixels, keep=keep_all)


@pytest.fixture(scope="module")
def viewed(model: VisionTransformer, as_loaded: Callable[..., Any], pixels: Tensor) -> Trace:
    return trace_pixels(as_loaded(model), pixels, keep=keep_views)


def plain_scores(model: VisionTransformer, pixels: Tensor, **tap: Any) -> Tensor:
    """The model's answer, or the last normalised stream where it has no head."""
    last = RecordTap(lambda name: name == "ln_final", **tap)
    with torch.no_grad():
        out = model(pixels[None], tap=last)
    return last.tensors["ln_final"] if out is None else out


# ---- attention


@pytest.mark.parametrize("layer", LAYERS)
def test_each_row_of_a_pattern_shares_out_exactly_1(trace: Trace, layer: int) -> None:
    used = trace.at(layer, "attn.pattern")
    assert used.min() >= 0
    assert_close(used.sum(dim=-1), torch.ones(used.shape[:-1]), atol=1e-6, rtol=0)
    assert used.amax(dim=-1).min() > 0.05, "the rows are nearly uniform: the comparisons below would see little"


@pytest.mark.parametrize("layer", LAYERS)
def test_the_derived_pattern_is_the_one_the_model_used(trace: Trace, viewed: Trace, layer: int) -> None:
    used = trace.at(layer, "attn.pattern")
    assert "blocks.0.attn.pattern" not in viewed.tensors
    assert_close(viewed.pattern(layer), used, atol=1e-6, rtol=0)
    for head in range(3):
        assert_close(viewed.pattern(layer, head), used[head], atol=1e-6, rtol=0)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_recorded_scores_are_queries_times_keys(trace: Trace, layer: int) -> None:
    q, k = trace.at(layer, "attn.q"), trace.at(layer, "attn.k")
    recorded = trace.at(layer, "attn.scores")
    assert_close(attention_scores(q, k), recorded, atol=1e-5, rtol=0)
    assert_close(torch.einsum("hqd,hkd->hqk", q, k) / 16**0.5, recorded, atol=1e-5, rtol=0)
    shares = recorded.exp() / recorded.exp().sum(dim=-1, keepdim=True)
    assert_close(shares, trace.at(layer, "attn.pattern"), atol=1e-6, rtol=0)


@pytest.mark.parametrize("layer", LAYERS)
def test_queries_keys_and_values_come_from_the_normalised_stream(
    model: VisionTransformer, trace: Trace, layer: int
) -> None:
    attention = model.blocks[layer].attn
    for name in ("q", "k", "v"):
        matrix = getattr(attention, name)
        by_hand = torch.nn.functional.linear(trace.at(layer, "ln1"), matrix.weight, matrix.bias)
        for head in range(3):
            mine = by_hand[:, head * 16 : (head + 1) * 16]
            assert_close(trace.at(layer, f"attn.{name}")[head], mine.detach(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_heads_results_are_mixed_values_and_add_up_to_what_attention_adds(
    model: VisionTransformer, trace: Trace, layer: int
) -> None:
    block = model.blocks[layer]
    z = torch.einsum("hqk,hkd->hqd", trace.at(layer, "attn.pattern"), trace.at(layer, "attn.v"))
    assert_close(trace.at(layer, "attn.z"), z, atol=1e-5, rtol=0)
    w = block.attn.proj.weight  # head h writes through its own 16 columns
    parts = [z[head] @ w[:, head * 16 : (head + 1) * 16].T for head in range(3)]
    with torch.no_grad():
        added = block.ls1(sum(parts) + block.attn.proj.bias)
    assert_close(trace.at(layer, "attn_out"), added, atol=1e-5, rtol=0)


# ---- residual stream


@pytest.mark.parametrize("layer", LAYERS)
def test_the_stream_is_a_sum_of_exactly_what_was_announced(trace: Trace, layer: int) -> None:
    assert torch.equal(trace.resid(layer, "mid"), trace.resid(layer, "pre") + trace.at(layer, "attn_out"))
    assert torch.equal(trace.resid(layer, "post"), trace.resid(layer, "mid") + trace.at(layer, "mlp_out"))


def test_a_block_reads_what_the_one_before_left(model: VisionTransformer, trace: Trace) -> None:
    assert torch.equal(trace.resid(1, "pre"), trace.resid(0, "post"))
    with torch.no_grad():
        for layer in LAYERS:
            block = model.blocks[layer]
            assert_close(block.norm1(trace.resid(layer, "pre")), trace.at(layer, "ln1"), atol=1e-5, rtol=0)
            assert_close(block.norm2(trace.resid(layer, "mid")), trace.at(layer, "ln2"), atol=1e-5, rtol=0)
        last = trace["pooled"] if model.config.pool == "mean+norm" else trace.resid(1, "post")
        assert_close(model.norm(last), trace["ln_final"], atol=1e-5, rtol=0)


def test_the_last_stream_is_the_tokens_and_everything_that_was_added(trace: Trace) -> None:
    added = sum(trace.at(layer, name) for layer in LAYERS for name in ("attn_out", "mlp_out"))
    assert_close(trace["tokens"] + added, trace.resid(1, "post"), atol=1e-5, rtol=0)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_mlp_works_on_each_token_by_itself(model: VisionTransformer, trace: Trace, layer: int) -> None:
    block = model.blocks[layer]
    with torch.no_grad():
        for token in (0, 5, 20):
            pre = block.mlp.fc1(trace.at(layer, "ln2")[token])
            assert_close(trace.at(layer, "mlp.pre")[token], pre, atol=1e-5, rtol=0)
            out = block.ls2(block.mlp.fc2(trace.at(layer, "mlp.post")[token]))
            assert_close(trace.at(layer, "mlp_out")[token], out, atol=1e-5, rtol=0)


# ---- scores


def test_logits_are_what_the_head_reads_off_the_last_normalised_stream(model: VisionTransformer, trace: Trace) -> None:
    if trace.logits is None:
        assert model.config.n_classes == 0
        return
    final = trace["ln_final"]
    n = len(model.config.prefix)
    mean = final[n:].mean(dim=0)
    with torch.no_grad():
        read = {
            "cls": final[0],
            "cls+mean": torch.cat([final[0], mean]),
            "mean": mean,
            "mean+norm": model.norm(trace.resid(1, "post")[n:].mean(dim=0)),
        }[model.config.pool]
        by_hand = model.head(read)
        if model.head_dist is not None:
            by_hand = (by_hand + model.head_dist(final[1])) / 2
    assert_close(trace.logits, by_hand, atol=1e-5, rtol=0)
    assert_close(trace.probabilities, by_hand.softmax(dim=0), atol=1e-6, rtol=0)
    best, p = trace.top(1)[0]
    assert best == trace.labels[int(by_hand.argmax())] and p == pytest.approx(float(trace.probabilities.max()))


def names_of(model: VisionTransformer) -> list[str]:
    config = model.config
    norm_of_mean = config.pool == "mean+norm"
    return vit_trace_names(2, has_head=bool(config.n_classes), norm_of_mean=norm_of_mean, gated=config.gated)


# ---- watching changes nothing, editing changes exactly what it says


def test_a_watched_pass_gives_the_same_bits(model: VisionTransformer, pixels: Tensor) -> None:
    with torch.no_grad():
        plain = model(pixels[None])
        watched = model(pixels[None], tap=RecordTap(keep_all))
    assert (plain is None and watched is None) or torch.equal(plain, watched)


def test_editing_every_quantity_into_itself_changes_no_bit(model: VisionTransformer, pixels: Tensor) -> None:
    names = names_of(model)
    edit = EditTap({name: torch.clone for name in names})
    assert torch.equal(plain_scores(model, pixels, then=edit), plain_scores(model, pixels))
    assert not edit.unused


def test_every_announced_quantity_matters(model: VisionTransformer, pixels: Tensor) -> None:
    """Each tap passes on what the model goes on with: replacing any of them changes the result."""
    plain = plain_scores(model, pixels)
    for name in names_of(model):
        edited = plain_scores(model, pixels, then=EditTap({name: lambda x: 2 * x.flip(-1)}))
        assert (edited - plain).abs().max() > 1e-4, name


@pytest.mark.parametrize("what", ["pattern", "z"])
@pytest.mark.parametrize("layer", LAYERS)
def test_with_all_heads_muted_only_the_projections_bias_is_added(
    model: VisionTransformer, as_loaded: Callable[..., Any], pixels: Tensor, layer: int, what: str
) -> None:
    edit = {f"blocks.{layer}.attn.{what}": torch.zeros_like}
    trace = trace_pixels(as_loaded(model), pixels, keep=keep_all, edit=edit)
    block = model.blocks[layer]
    with torch.no_grad():
        bias = block.ls1(block.attn.proj.bias)
    assert torch.equal(trace.at(layer, "attn_out"), bias.expand(trace.geometry.n_tokens, 48))
    assert bias.abs().max() > 0.05


def test_muting_one_head_takes_away_exactly_its_share(
    model: VisionTransformer, trace: Trace, as_loaded: Callable[..., Any], pixels: Tensor
) -> None:
    def mute(z: Tensor) -> Tensor:
        return torch.cat([z[:, :1], torch.zeros_like(z[:, 1:2]), z[:, 2:]], dim=1)

    muted = trace_pixels(as_loaded(model), pixels, keep=keep_all, edit={"blocks.0.attn.z": mute})
    block = model.blocks[0]
    with torch.no_grad():
        scale = block.ls1.gamma if model.config.layer_scale else torch.ones(48)
        share = scale * (trace.at(0, "attn.z")[1] @ block.attn.proj.weight[:, 16:32].T)
    assert_close(trace.at(0, "attn_out") - muted.at(0, "attn_out"), share, atol=1e-5, rtol=0)
    assert torch.equal(muted["tokens"], trace["tokens"])


def test_nothing_that_was_recorded_is_written_to_later(model: VisionTransformer, pixels: Tensor) -> None:
    """Copies taken at the moment of each tap equal the references kept until the end."""
    copies: dict[str, Tensor] = {}

    def copy(name: str, x: Tensor) -> Tensor:
        copies[name] = x.clone()
        return x

    record = RecordTap(keep_all, then=copy)
    with torch.no_grad():
        model(pixels[None], tap=record)
    for name, tensor in record.tensors.items():
        assert torch.equal(tensor, copies[name]), name
