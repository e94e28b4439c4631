"""Random weights of true shapes, each unlike every other, with which numbers stay moderate through all layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)


def shaken(build: Callable[[], M], *, seed: int = 0) -> M:
    """A module with random weights, built without the time and memory of those it begins with.

    It must have no buffers: they would be left without values.
    """
    with torch.device("meta"):
        module = build()
    module = module.to_empty(device="cpu")
    chance = torch.Generator().manual_seed(seed)
    for name, x in module.named_parameters():
        x.data.copy_(drawn(name, x.shape, chance))
    return module.eval().requires_grad_(False)


def drawn(name: str, shape: torch.Size, chance: torch.Generator) -> Tensor:
    """Numbers for a weight: behind zero biases and unit norms a swapped tensor would stay invisible."""
    noise = torch.randn(shape, generator=chance)
    if any(part in name for part in ("token", "pos_embed", "position_embed", "pos_embedding")):
        return 0.5 * noise
    if len(shape) > 1:
        return noise / torch.Size(shape[1:]).numel() ** 0.5
    if any(part in name for part in ("gamma", "lambda1")):
        return 0.5 + 0.2 * noise
    is_norm = "norm" in name.lower() or ".ln" in name
    return (1.0 if is_norm and name.endswith("weight") else 0.0) + 0.2 * noise
