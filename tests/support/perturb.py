"""Noise on every parameter: behind zero biases and unit norms a swapped tensor would stay invisible."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)


def perturb(module: M, scale: float = 0.2, *, seed: int = 0) -> M:
    """Add noise to every parameter in place and return the module, ready for evaluation.

    Args:
        scale: standard deviation of the noise.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(scale * torch.randn(parameter.shape, generator=generator))
    return module.eval().requires_grad_(False)
