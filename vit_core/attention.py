"""Scaled dot-product attention with several heads: self, causal and cross attention in one class.

Vaswani et al., "Attention Is All You Need" (arXiv 1706.03762), section 3.2. Checked against
torch.nn.MultiheadAttention, torchvision, timm and transformers by tests/parity.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from vit_core.linear import Linear
from vit_core.masks import hide
from vit_core.tap import Tap, null_tap


class KeysValues(NamedTuple):
    """Keys and values of one attention, computed once and used by any number of queries: [B, H, S, K] each."""

    k: Tensor
    v: Tensor

    def joined(self, later: KeysValues) -> KeysValues:
        """These, followed by those of later tokens."""
        return KeysValues(torch.cat([self.k, later.k], dim=2), torch.cat([self.v, later.v], dim=2))

    def rows(self, index: Tensor) -> KeysValues:
        """Those of selected sequences of the batch; one may be repeated. Shapes: index [B'] of int."""
        return KeysValues(self.k.index_select(0, index), self.v.index_select(0, index))


class Attention(nn.Module):
    """Multi-head attention: each query token takes a weighted mean of the key tokens' values.

    Every head sees the whole embedding through its own projection (d_model -> d_head); the heads'
    results are joined and projected back.
    """

    def __init__(self, d_model: int, n_heads: int, *, bias: bool = True) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.q = Linear(d_model, d_model, bias=bias)
        self.k = Linear(d_model, d_model, bias=bias)
        self.v = Linear(d_model, d_model, bias=bias)
        self.proj = Linear(d_model, d_model)

    def forward(
        self, x: Tensor, xa: Tensor | None = None, *, mask: Tensor | None = None, tap: Tap = null_tap, at: str = "attn"
    ) -> Tensor:
        """Mix the values of `xa` into one new vector per token of `x`.

        Shapes:
            x: [B, T, D], the stream that asks.
            xa: [B, S, D], the stream that answers; x itself when None (self-attention).
            mask: [B or 1, 1, T or 1, S] of bool, True = may attend; None = everything may.
            returns: [B, T, D], not yet added to the residual stream.
        Source: arXiv 1706.03762, equation (1) and section 3.2.2.
        """
        q = self.queries(x, tap=tap, at=at)
        k, v = self.keys_values(x if xa is None else xa, tap=tap, at=at)
        return self.mix(q, k, v, mask, tap=tap, at=at)

    def queries(self, x: Tensor, *, tap: Tap = null_tap, at: str = "attn") -> Tensor:
        """The queries of all heads. Shapes: [B, T, D] -> [B, H, T, K]."""
        return tap(f"{at}.q", self._split(self.q(x)))  # B T D -> B H T K

    def keys_values(self, xa: Tensor, *, tap: Tap = null_tap, at: str = "attn") -> KeysValues:
        """The keys and values of all heads. Shapes: [B, S, D] -> two of [B, H, S, K]."""
        k = tap(f"{at}.k", self._split(self.k(xa)))  # B S D -> B H S K
        v = tap(f"{at}.v", self._split(self.v(xa)))  # B S D -> B H S K
        return KeysValues(k, v)

    def mix(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, *, tap: Tap = null_tap, at: str = "attn"
    ) -> Tensor:
        """The values, weighted by how well each query fits each key, joined over the heads and projected back.

        Shapes:
            q: [B, H, T, K]; k, v: [B, H, S, K]; mask as in `forward`.
            returns: [B, T, D].
        Source: arXiv 1706.03762, equation (1) and section 3.2.2.
        """
        scores = tap(f"{at}.scores", attention_scores(q, k, mask))
        pattern = tap(f"{at}.pattern", scores.softmax(dim=-1))
        z = tap(f"{at}.z", pattern @ v)  # B H T K
        return self.proj(z.transpose(1, 2).flatten(2))  # B H T K -> B T D

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)  # B N D -> B H N K


def attention_scores(q: Tensor, k: Tensor, mask: Tensor | None = None, *, scaled: bool = True) -> Tensor:
    """How well each query fits each key: q·k / sqrt(d_head), with -inf where attending is forbidden.

    Args:
        scaled: False for q·k alone.

    Shapes:
        q: [..., T, K], k: [..., S, K], mask: broadcastable to [..., T, S] of bool, True = may attend.
        returns: [..., T, S].
    Source: arXiv 1706.03762, equation (1). The queries are divided instead of the products: T·K
        divisions in place of T·S.
    """
    scores = (q / math.sqrt(q.shape[-1]) if scaled else q) @ k.transpose(-2, -1)
    return scores if mask is None else hide(scores, mask)
