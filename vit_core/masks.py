"""Attention masks as explicit values: True = may attend."""

from __future__ import annotations

import torch
from torch import Tensor


def causal(n: int) -> Tensor:
    """The causal mask: token i may attend to tokens 0..i.

    Shapes: returns [1, 1, n, n] of bool.
    Source: arXiv 1706.03762, section 3.2.3 (the decoder must not look ahead).
    """
    return torch.ones(n, n, dtype=torch.bool).tril()[None, None]


def padding(lengths: Tensor, n: int) -> Tensor:
    """The padding mask: nothing may attend to the padding after a sequence's end.

    Shapes: lengths [B] of int; returns [B, 1, 1, n] of bool.
    """
    return (torch.arange(n, device=lengths.device) < lengths[:, None])[:, None, None]


def hide(scores: Tensor, mask: Tensor) -> Tensor:
    """Scores with -inf where the mask forbids attending, so that the softmax gives exactly 0 there.

    Raises:
        ValueError: some query may attend to no key at all; its softmax would be 0/0.
    """
    if not mask.any(dim=-1).all():
        raise ValueError("a query may not attend to any key: every row of a mask needs at least one True")
    return scores.masked_fill(~mask, float("-inf"))
