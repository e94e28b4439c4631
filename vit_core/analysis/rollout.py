"""Attention rollout: which patches could have reached a token through all layers."""

from __future__ import annotations

import torch
from torch import Tensor

from vit_core.trace import Trace


def rollout(trace: Trace) -> Tensor:
    """Share of each input token in each token of the last layer, if attention alone mixed tokens; rows sum to 1.

    Heads are averaged, the identity is added for the residual path, rows are renormalised, layers are multiplied.

    Shapes: returns [N, N] as (last layer's token, input token).
    Source: Abnar & Zuidema (arXiv 2005.00928), section 3; the recipe behind Fig. 6 of arXiv 2010.11929.
    """
    total = torch.eye(trace.geometry.n_tokens)
    for layer in range(trace.config.n_layers):
        total = through(trace.pattern(layer), total)
    return total


def through(pattern: Tensor, total: Tensor) -> Tensor:
    """The rollout up to a layer, from the one before. Shapes: pattern [H, N, N], total [N, N] -> [N, N]."""
    mixing = pattern.mean(dim=0) + torch.eye(pattern.shape[-1])  # H N N -> N N
    return (mixing / mixing.sum(dim=-1, keepdim=True)) @ total
