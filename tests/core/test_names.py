"""The table of names against what a model really announces: names, order and axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from vit_core.names import VIT_NAMES, vit_trace_names
from vit_core.tap import RecordTap
from vit_core.vit import VisionTransformer

VARIANTS: list[dict[str, Any]] = [
    {},
    {"n_classes": 0},
    {"n_registers": 2, "layer_scale": True},
    {"distilled": True, "distilled_head": True, "qkv_bias": False},
    {"pool": "mean"},
    {"gated": True, "act": "silu"},
    {"pool": "mean+norm", "n_registers": 2},
]


@pytest.mark.parametrize("changes", VARIANTS, ids=str)
def test_a_model_announces_exactly_the_table_in_its_order_with_its_axes(
    make_vit: Callable[..., VisionTransformer], pixels: Tensor, changes: dict[str, Any]
) -> None:
    model = make_vit(**changes)
    tap = RecordTap(lambda name: True)
    with torch.no_grad():
        model(pixels[None], tap=tap)
    config = model.config
    norm_of_mean = config.pool == "mean+norm"
    names = vit_trace_names(
        config.n_layers, has_head=bool(config.n_classes), norm_of_mean=norm_of_mean, gated=config.gated
    )
    assert list(tap.tensors) == names

    n = model.geometry(32, 40).n_tokens
    lengths = {
        "patch": 20, "position": 21 + config.distilled, "token": n,
        "query": n, "key": n, "head": config.n_heads, "d_head": config.d_head,
        "d_model": config.d_model, "d_mlp": config.d_mlp, "class": config.n_classes, "mean": 1,
    }  # fmt: skip
    for entry in VIT_NAMES:
        for layer in range(config.n_layers if entry.per_layer else 1):
            tensor = tap.tensors.get(entry.template.format(i=layer))
            if norm_of_mean and entry.template == "ln_final":
                assert tuple(tensor.shape) == (1, 1, config.d_model)
            elif tensor is not None:
                assert tuple(tensor.shape) == (1, *(lengths[axis] for axis in entry.axes)), entry.template


def test_the_dimensions_of_the_tiny_model_all_differ(tiny_vit: VisionTransformer) -> None:
    """Otherwise the axes above could be swapped unnoticed."""
    c = tiny_vit.config
    sizes = [c.n_layers, c.n_heads, c.n_classes, c.d_head, 20, 21, c.d_model, c.d_mlp]
    assert len(set(sizes)) == len(sizes)


def test_every_name_stands_once_and_has_a_sentence() -> None:
    templates = [entry.template for entry in VIT_NAMES]
    assert len(set(templates)) == len(templates)
    for entry in VIT_NAMES:
        assert entry.axes and len(entry.meaning.split()) > 3 and entry.meaning.endswith("."), entry.template


def test_names_of_two_layers() -> None:
    names = vit_trace_names(2, gated=True)
    assert names[:4] == ["patches", "position", "tokens", "blocks.0.ln1"]
    assert names[-3:] == ["blocks.1.resid_post", "ln_final", "logits"]
    assert len(names) == 5 + 2 * sum(entry.per_layer for entry in VIT_NAMES) == len(set(names))
    assert vit_trace_names(2, gated=True, has_head=False) == names[:-1]
    of_gates = {f"blocks.{i}.mlp.{name}" for i in range(2) for name in ("gate", "value")}
    assert vit_trace_names(2) == [name for name in names if name not in of_gates]
