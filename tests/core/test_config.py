"""ViTConfig: derived sizes, and refusal of what cannot be built."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from vit_core.config import ViTConfig


def test_defaults_are_vit_base_16() -> None:
    config = ViTConfig()
    assert (config.d_head, config.grid, config.n_tokens, config.n_positions) == (64, 14, 197, 197)
    assert config.prefix == ("CLS",)


@pytest.mark.parametrize(
    ("changes", "prefix", "n_positions"),
    [
        ({}, ("CLS",), 17),
        ({"n_registers": 2}, ("CLS", "REG1", "REG2"), 17),
        ({"distilled": True}, ("CLS", "DIST"), 18),
        ({"distilled": True, "n_registers": 1}, ("CLS", "DIST", "REG1"), 18),
        ({"prefix_positions": False}, ("CLS",), 16),
        ({"prefix_positions": False, "distilled": True, "n_registers": 1}, ("CLS", "DIST", "REG1"), 16),
    ],
)
def test_prefix_and_positions(changes: dict[str, Any], prefix: tuple[str, ...], n_positions: int) -> None:
    config = ViTConfig(image_size=32, patch_size=8, **changes)
    assert config.prefix == prefix
    assert config.n_tokens == len(prefix) + 16
    assert config.n_positions == n_positions


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"image_size": 0}, "image_size must be at least 1"),
        ({"patch_size": 0}, "patch_size must be at least 1"),
        ({"d_model": -1}, "d_model"),
        ({"n_layers": 0}, "n_layers"),
        ({"n_heads": 0}, "n_heads"),
        ({"d_mlp": 0}, "d_mlp"),
        ({"n_classes": -1}, "negative"),
        ({"n_registers": -1}, "negative"),
        ({"d_model": 50, "n_heads": 3}, "50 cannot be shared out over 3 heads"),
        ({"image_size": 30, "patch_size": 8}, "30 is not a multiple of patch_size 8"),
        ({"distilled_head": True}, "distillation token"),
        ({"distilled_head": True, "distilled": True, "n_classes": 0}, "classes"),
        ({"act": "gelu_new"}, "gelu_new.*gelu_tanh"),
        ({"pool": "max"}, "max.*cls"),
        ({"pool": "mean+norm", "distilled": True, "distilled_head": True}, "none is normalised"),
        ({"position_resample": "bicubic-antialias"}, "bicubic-antialias.*bicubic_antialias"),
    ],
)
def test_refuses_what_cannot_be_built(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ViTConfig(**changes)


def test_is_frozen_and_comparable() -> None:
    config = ViTConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.d_model = 1  # type: ignore[misc]
    assert config == ViTConfig() and hash(config) == hash(ViTConfig())
    assert config != ViTConfig(eps=1e-12)


def test_no_config_has_more_layers_than_any_model() -> None:
    with pytest.raises(ValueError, match="n_layers must be at most 1000, not 1001"):
        ViTConfig(image_size=32, patch_size=8, d_model=8, n_layers=1001, n_heads=2, d_mlp=8, n_classes=2)
