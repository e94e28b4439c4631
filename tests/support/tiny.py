"""The tiny model most tests share: no two of its dimensions are equal."""

from __future__ import annotations

from typing import Any

TINY: dict[str, Any] = {
    "image_size": 32, "patch_size": 8, "d_model": 48, "n_layers": 2, "n_heads": 3, "d_mlp": 96, "n_classes": 7,
}  # fmt: skip
LABELS = ("red", "orange", "yellow", "green", "blue", "indigo", "violet")
