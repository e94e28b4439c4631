"""The shapes of timm's architectures, of which a timm config.json gives the name only.

Source: timm/models/vision_transformer.py and timm/models/deit.py; tests/parity compares each entry with the model
timm builds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vit_core.config import ViTConfig

# d_model, layers, heads, and the MLP's hidden units for each number of a token
SIZES = {
    "tiny": (192, 12, 3, 4),
    "small": (384, 12, 6, 4),
    "medium": (512, 12, 8, 4),
    "base": (768, 12, 12, 4),
    "large": (1024, 24, 16, 4),
    "huge": (1280, 32, 16, 4),
    "giant": (1408, 40, 16, 48 / 11),
    "gigantic": (1664, 48, 16, 64 / 13),
}


# timm's own small model for tests.
TRIAL = ViTConfig(160, 16, 64, 6, 2, 192, position_resample="bicubic_antialias")
# DINOv2's giant, whose MLP has a gate.
SWIGLU = replace(
    TRIAL, image_size=518, patch_size=14, d_model=1536, n_layers=40, n_heads=24, d_mlp=4096, n_classes=0,
    act="silu", gated=True, layer_scale=True,
)  # fmt: skip


def sized(size: str, patch_size: int = 16, image_size: int = 224, n_classes: int = 1000) -> ViTConfig:
    """A plain ViT of one of the usual sizes."""
    d_model, n_layers, n_heads, widened = SIZES[size]
    return ViTConfig(
        image_size=image_size,
        patch_size=patch_size,
        d_model=d_model,
        n_layers=n_layers,
        n_heads=n_heads,
        d_mlp=round(widened * d_model),
        n_classes=n_classes,
        position_resample="bicubic_antialias",
    )


def _all() -> Iterator[tuple[str, ViTConfig]]:
    for size, patch in (
        ("tiny", 16),
        ("small", 16),
        ("small", 32),
        ("base", 16),
        ("base", 32),
        ("large", 16),
        ("large", 32),
    ):
        for side in (224, 384):
            yield f"vit_{size}_patch{patch}_{side}", sized(size, patch, side)
    for size in ("small", "base"):
        yield f"vit_{size}_patch8_224", sized(size, 8)
    for size in ("huge", "giant", "gigantic"):
        yield f"vit_{size}_patch14_224", sized(size, 14)
    for size in ("small", "base", "large"):
        yield f"flexivit_{size}", replace(sized(size, 16, 240), prefix_positions=False)
    for side in (196, 336):
        yield f"eva_large_patch14_{side}", sized("large", 14, side)
    yield "test_vit", TRIAL
    yield "vit_base_patch16_224_miil", replace(sized("base"), qkv_bias=False)
    for size, side in (("tiny", 224), ("small", 224), ("base", 224), ("base", 384)):
        yield f"deit_{size}_patch16_{side}", sized(size, 16, side)
        yield (
            f"deit_{size}_distilled_patch16_{side}",
            replace(sized(size, 16, side), distilled=True, distilled_head=True),
        )
    for size in ("small", "medium", "base", "large"):
        for side in (224,) if size == "medium" else (224, 384):
            yield (
                f"deit3_{size}_patch16_{side}",
                replace(sized(size, 16, side), layer_scale=True, prefix_positions=False),
            )
    yield "deit3_huge_patch14_224", replace(sized("huge", 14), layer_scale=True, prefix_positions=False)
    for size in ("small", "base", "large"):
        dinov2 = replace(sized(size, 14, 518, n_classes=0), layer_scale=True)
        yield f"vit_{size}_patch14_dinov2", dinov2
        yield f"vit_{size}_patch14_reg4_dinov2", replace(dinov2, n_registers=4, prefix_positions=False)
    yield "vit_giant_patch14_dinov2", SWIGLU
    yield "vit_giant_patch14_reg4_dinov2", replace(SWIGLU, n_registers=4, prefix_positions=False)
    so400m = replace(SWIGLU, d_model=1152, n_layers=27, n_heads=16, d_mlp=4304, act="gelu", gated=False)
    tips = {"base": sized("base", 14), "large": sized("large", 14), "so400m": so400m, "giant": SWIGLU}
    for size, shape in tips.items():
        described = replace(shape, image_size=448, n_classes=0, n_registers=1, prefix_positions=False)
        yield f"vit_{size}_patch14_reg1_tipsv2", replace(described, layer_scale=True)
    plus = replace(sized("base", 16, 240), d_model=896, n_heads=14, d_mlp=3584, layer_scale=True)
    yield "vit_base_patch16_plus_240", plus
    yield "vit_base_patch32_plus_256", replace(plus, patch_size=32, image_size=256)
    yield "vit_small_patch16_36x1_224", replace(sized("small"), n_layers=36, layer_scale=True)
    yield "vit_large_patch14_224", sized("large", 14)


TIMM_ARCHITECTURES: dict[str, ViTConfig] = dict(_all())
