"""A traced forward pass beside the same weights in timm (fused, inference mode) and transformers (all attentions)."""

from __future__ import annotations

import torch
from transformers import ViTConfig as HfConfig
from transformers import ViTForImageClassification

import vit_core
from tests.benchmarks.timing import Row, interleaved, median_ratio, milliseconds
from tests.support.perturb import perturb
from tests.support.stand_in import StandIn
from vit_core.checkpoints.reference import timm_model
from vit_core.trace import trace_pixels
from vit_core.vit import VisionTransformer

ROUNDS = 25


def run(rounds: int = ROUNDS) -> list[Row]:
    """Rows for ViT-S/14 (the bundled weights) and ViT-B/16 (perturbed random weights: speed does not depend on them)."""
    bundled = vit_core.load("vit-s14-everyday")
    base = VisionTransformer(vit_core.ViTConfig(n_classes=1000)).eval().requires_grad_(False)
    perturb(base, 0.02)
    return [
        *_compare("ViT-S/14", bundled.model, rounds),
        *_compare("ViT-B/16", base, rounds),
    ]


def _compare(name: str, net: VisionTransformer, rounds: int) -> list[Row]:
    config = net.config
    pixels = torch.randn(3, config.image_size, config.image_size, generator=torch.Generator().manual_seed(0))
    loaded = StandIn(model=net, name=name, labels=())
    in_timm = timm_model(loaded, (config.grid, config.grid))
    in_transformers = ViTForImageClassification(
        HfConfig(
            hidden_size=config.d_model,
            num_hidden_layers=config.n_layers,
            num_attention_heads=config.n_heads,
            intermediate_size=config.d_mlp,
            image_size=config.image_size,
            patch_size=config.patch_size,
            layer_norm_eps=config.eps,
            num_labels=config.n_classes,
            attn_implementation="eager",
        )
    ).eval()
    ours_logits = trace_pixels(loaded, pixels).logits

    def timm_plain() -> torch.Tensor:
        with torch.inference_mode():
            return in_timm(pixels[None])

    def transformers_attentions() -> object:
        with torch.inference_mode():
            return in_transformers(pixels[None], output_attentions=True)

    assert torch.allclose(timm_plain()[0], ours_logits, atol=1e-4), "not the same weights"
    seconds = interleaved(
        {"ours": lambda: trace_pixels(loaded, pixels), "timm": timm_plain, "hf": transformers_attentions}, rounds
    )
    return [
        Row(f"{name}: timm plain forward (fused, inference mode)", milliseconds(seconds["timm"]), "ms"),
        Row(f"{name}: our traced forward", milliseconds(seconds["ours"]), "ms"),
        Row(f"{name}: traced forward / timm plain", median_ratio(seconds["ours"], seconds["timm"]), "x", 1.05),
        Row(
            f"{name}: transformers output_attentions=True / timm plain",
            median_ratio(seconds["hf"], seconds["timm"]),
            "x",
        ),
    ]
