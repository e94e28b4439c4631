"""Our Vision Transformer computes what torchvision, timm and transformers compute: scores, patterns, residual stream.

Every parameter of the references is perturbed, and the planted bugs at the end show that a slip anywhere would be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache, partial
from typing import Any, get_args

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.support.references import REFERENCES, Reference, assert_same, divergence
from vit_core.config import Resample
from vit_core.vit import VisionTransformer

pytestmark = pytest.mark.parity

NATIVE = (32, 32)
# 16x64 pixels are as many patches as 32x32, in another arrangement.
SIZES = (NATIVE, (24, 24), (48, 48), (24, 40), (16, 64))
FP32 = {"": 1e-5}
FP64 = {"": 1e-12}
# transformers rounds these families' softmax to float32 before it shows it; the scores, taken another way, are exact.
ROUNDED_PATTERNS = {"": 1e-12, "pattern": 1e-6}
# timm and DINOv2 resize their positions in float32.
ROUNDED_POSITIONS = {"": 1e-5}


@cache
def reference(name: str) -> Reference:
    return REFERENCES[name]()


@cache
def expected(name: str, size: tuple[int, int], dtype: torch.dtype) -> dict[str, Tensor]:
    return reference(name).watched(picture(size, dtype))


def picture(size: tuple[int, int], dtype: torch.dtype) -> Tensor:
    return torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1), dtype=dtype)


def check(
    name: str, model: VisionTransformer, size: tuple[int, int], dtype: torch.dtype, atol: dict[str, float]
) -> None:
    assert_same(divergence(expected(name, size, dtype), model, picture(size, dtype)), atol)


def fp64_tolerance(name: str, size: tuple[int, int]) -> dict[str, float]:
    if size != NATIVE and ("timm" in name or "dinov2" in name):
        return ROUNDED_POSITIONS
    return ROUNDED_PATTERNS if name.startswith(("hf-vit", "hf-deit")) else FP64


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", REFERENCES)
def test_scores_patterns_and_residual_stream_are_the_references(name: str, size: tuple[int, int]) -> None:
    if reference(name).at is not None and size[0] != size[1]:
        size = (size[1], size[1])  # torchvision resizes positions for square pictures only
    ours = reference(name).ours()
    check(name, ours, size, torch.float32, FP32)
    check(name, ours, size, torch.float64, fp64_tolerance(name, size))


# ---- planted bugs: each must make the check fail


def rotate_qkv_biases(model: VisionTransformer) -> None:
    for block in model.blocks:
        attn: Any = block.attn
        attn.q.bias, attn.k.bias, attn.v.bias = attn.v.bias, attn.q.bias, attn.k.bias


def swap_norms(model: VisionTransformer) -> None:
    for block in model.blocks:
        block.norm1, block.norm2 = block.norm2, block.norm1


def zero_patch_bias(model: VisionTransformer) -> None:
    model.patch_embed.proj.bias.zero_()  # type: ignore[union-attr]


def swap_q_and_k(model: VisionTransformer) -> None:
    for block in model.blocks:
        block.attn.q, block.attn.k = block.attn.k, block.attn.q  # type: ignore[union-attr]


def interleave_heads(model: VisionTransformer) -> None:
    """Cut each projection as [K, H] instead of [H, K]."""
    for block in model.blocks:
        for part in (block.attn.q, block.attn.k, block.attn.v):  # type: ignore[union-attr]
            for tensor in part.parameters():
                tensor.copy_(tensor.unflatten(0, (-1, model.config.n_heads)).transpose(0, 1).flatten(0, 1))


def roll_positions(model: VisionTransformer) -> None:
    model.pos_embed.copy_(model.pos_embed.roll(1, dims=1))


def swap_layers(model: VisionTransformer) -> None:
    model.blocks = nn.ModuleList(reversed(model.blocks))


def tanh_gelu(model: VisionTransformer) -> None:
    for block in model.blocks:
        block.mlp._act = partial(F.gelu, approximate="tanh")  # type: ignore[union-attr, assignment]


def exchange_gate_and_value(model: VisionTransformer) -> None:
    for block in model.blocks:
        block.mlp.fc1, block.mlp.fc3 = block.mlp.fc3, block.mlp.fc1  # type: ignore[union-attr]


def open_the_gate_unbent(model: VisionTransformer) -> None:
    for block in model.blocks:
        block.mlp._act = lambda x: x  # type: ignore[union-attr, assignment]


def bend_the_gate_by_gelu(model: VisionTransformer) -> None:
    for block in model.blocks:
        block.mlp._act = F.gelu  # type: ignore[union-attr, assignment]


def another_eps(model: VisionTransformer) -> None:
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = 1e-12


def swap_layer_scales(model: VisionTransformer) -> None:
    for block in model.blocks:
        block.ls1, block.ls2 = block.ls2, block.ls1


def swap_cls_and_dist(model: VisionTransformer) -> None:
    model.cls_token, model.dist_token = model.dist_token, model.cls_token  # type: ignore[assignment]


def forget_the_second_head(model: VisionTransformer) -> None:
    model.head_dist = None


def reverse_registers(model: VisionTransformer) -> None:
    assert model.reg_token is not None
    model.reg_token.copy_(model.reg_token.flip(1))


def pool_cls_twice(model: VisionTransformer) -> None:
    """Feed CLS to the half of the head that wants the mean of the patches."""
    head: Any = model.head
    d = model.config.d_model
    model.config = replace(model.config, pool="cls")
    joined = nn.Linear(d, model.config.n_classes)
    joined.weight = nn.Parameter(head.weight[:, :d] + head.weight[:, d:])
    joined.bias = head.bias
    model.head = joined


def normalise_before_the_mean(model: VisionTransformer) -> None:
    model.config = replace(model.config, pool="mean")


def normalise_after_the_mean(model: VisionTransformer) -> None:
    model.config = replace(model.config, pool="mean+norm")


def read_cls_alone(model: VisionTransformer) -> None:
    model.config = replace(model.config, pool="cls")


def average_the_registers_too(model: VisionTransformer) -> None:
    model._mean = lambda x: x[:, 1:].mean(dim=1)  # type: ignore[method-assign]


BUGS: list[tuple[str, Callable[[VisionTransformer], None]]] = [
    ("torchvision", rotate_qkv_biases),
    ("torchvision", swap_norms),
    ("torchvision", zero_patch_bias),
    ("torchvision", swap_q_and_k),
    ("torchvision", interleave_heads),
    ("torchvision", roll_positions),
    ("torchvision", swap_layers),
    ("torchvision", tanh_gelu),
    ("torchvision", another_eps),
    ("timm-deit3", swap_layer_scales),
    ("timm-deit-distilled", swap_cls_and_dist),
    ("hf-deit-teacher", forget_the_second_head),
    ("hf-dinov2-registers", reverse_registers),
    ("hf-dinov2", pool_cls_twice),
    ("timm-normalised-mean", normalise_before_the_mean),
    ("timm-normalised-mean", read_cls_alone),
    ("timm-mean-of-normalised", normalise_after_the_mean),
    ("timm-mean-of-normalised", average_the_registers_too),
    *(
        (name, bug)
        for name in ("timm-dinov2-giant", "timm-pathology-giant", "hf-dinov2-giant")
        for bug in (exchange_gate_and_value, open_the_gate_unbent, bend_the_gate_by_gelu)
    ),
]


@pytest.mark.parametrize(("name", "bug"), BUGS, ids=lambda value: getattr(value, "__name__", value))
def test_the_check_fails_on_a_planted_bug(name: str, bug: Callable[[VisionTransformer], None]) -> None:
    ours = reference(name).ours()
    bug(ours)
    for dtype, atol in ((torch.float32, FP32), (torch.float64, fp64_tolerance(name, NATIVE))):
        if bug is another_eps and dtype is torch.float32:
            continue  # 2e-5 against a tolerance of 1e-5 is luck; float64 sees it seven orders above its tolerance
        with pytest.raises(AssertionError, match="first to differ"):
            check(name, ours, NATIVE, dtype, atol)


@pytest.mark.parametrize("rule", get_args(Resample))
@pytest.mark.parametrize(
    "name",
    ["torchvision", "timm", "hf-vit", "hf-deit", "hf-dinov2", "hf-dinov2-registers", "hf-dinov2-no-registers"],
)
@pytest.mark.parametrize("size", [(24, 24), (48, 48)], ids=str)
def test_another_rule_for_resizing_positions_is_seen(name: str, rule: Resample, size: tuple[int, int]) -> None:
    ours = deepcopy(reference(name).ours())
    if rule == ours.config.position_resample:
        check(name, ours, size, torch.float32, FP32)
        return
    ours.config = replace(ours.config, position_resample=rule)
    with pytest.raises(AssertionError, match="first to differ"):
        check(name, ours, size, torch.float32, FP32)
