"""Tiny image models whose patches stand behind other tokens than CLS alone, or behind none."""

from __future__ import annotations

from typing import Any

from tests.support.perturb import perturb
from tests.support.tiny import TINY
from vit_core.config import ViTConfig
from vit_core.vit import VisionTransformer

PREFIXES: dict[str, tuple[str, ...]] = {
    "none": (),
    "registers alone": ("REG1", "REG2"),
    "CLS": ("CLS",),
    "CLS and registers": ("CLS", "REG1", "REG2", "REG3"),
    "CLS, DIST and a register": ("CLS", "DIST", "REG1"),
}


class WithoutCLS(ViTConfig):
    """No checkpoint that is offered is of this shape; it has no class head, since that would read CLS."""

    @property
    def prefix(self) -> tuple[str, ...]:
        return super().prefix[1:]


def vit_with(prefix: tuple[str, ...], **changes: Any) -> VisionTransformer:
    """A tiny perturbed model with these tokens before its patches."""
    shape: dict[str, Any] = {
        **TINY,
        "distilled": "DIST" in prefix,
        "n_registers": sum(name.startswith("REG") for name in prefix),
        **changes,
    }
    if "CLS" in prefix:
        model = VisionTransformer(ViTConfig(**shape))
    else:
        # No library builds it either, which its activation says: there is nothing to compare it with.
        shape |= {"n_classes": 0, "prefix_positions": False, "act": "gelu_tanh"}
        model = VisionTransformer(WithoutCLS(**shape))
        model.cls_token = None  # type: ignore[assignment]
    assert model.config.prefix == prefix
    return perturb(model)
