"""The blocks both models are stacked from: attention, cross-attention and MLP, each added to the residual stream.

Dosovitskiy et al. (arXiv 2010.11929), equations (2) and (3): the normalisation stands *before* attention and MLP.
Vaswani et al. (arXiv 1706.03762), section 3.1: it stands *after* the addition. Which of the two is a field of the
checkpoint's configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vit_core.attention import Attention, KeysValues
from vit_core.config import Activation, BlockConfig
from vit_core.linear import Linear
from vit_core.tap import Tap, null_tap

ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "relu": F.relu,
    "silu": F.silu,
}


class Mlp(nn.Module):
    """Two linear layers with an activation between them, applied to every token by itself."""

    def __init__(self, d_model: int, d_mlp: int, act: Activation) -> None:
        super().__init__()
        self.fc1 = Linear(d_model, d_mlp)
        self.fc2 = Linear(d_mlp, d_model)
        self._act = ACTIVATIONS[act]

    def forward(self, x: Tensor, *, tap: Tap = null_tap, at: str = "mlp") -> Tensor:
        """Shapes: [B, N, D] -> [B, N, D]."""
        pre = tap(f"{at}.pre", self.fc1(x))  # B N D -> B N M
        post = tap(f"{at}.post", self._act(pre))
        return self.fc2(post)  # B N M -> B N D


class GatedMlp(nn.Module):
    """An MLP whose hidden units are products of a gate (after the activation) and a value; with SiLU this is SwiGLU.

    Source: Shazeer (arXiv 2002.05202), equations (5) and (6); the matrices W, V and W_2 there are fc1, fc3 and fc2.
    """

    def __init__(self, d_model: int, d_mlp: int, act: Activation) -> None:
        super().__init__()
        self.fc1 = Linear(d_model, d_mlp)
        self.fc3 = Linear(d_model, d_mlp)
        self.fc2 = Linear(d_mlp, d_model)
        self._act = ACTIVATIONS[act]

    def forward(self, x: Tensor, *, tap: Tap = null_tap, at: str = "mlp") -> Tensor:
        """Shapes: [B, N, D] -> [B, N, D]."""
        gate = tap(f"{at}.gate", self._act(tap(f"{at}.pre", self.fc1(x))))  # B N D -> B N M
        value = tap(f"{at}.value", self.fc3(x))
        return self.fc2(tap(f"{at}.post", gate * value))  # B N M -> B N D


class LayerScale(nn.Module):
    """Multiplies a branch by one learned factor per dimension before it is added (arXiv 2103.17239, equation 8)."""

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class Sublayer(NamedTuple):
    """Trace names around one branch of a block: its normalised input, what it adds, the sum, and the stream after."""

    ln: str
    out: str
    sum: str
    resid: str


ATTN = Sublayer("ln1", "attn_out", "attn_sum", "resid_mid")
CROSS = Sublayer("ln_cross", "cross_out", "cross_sum", "resid_cross")
MLP = Sublayer("ln2", "mlp_out", "mlp_sum", "resid_post")


class Block(nn.Module):
    """The parts that encoder and decoder blocks share: branches added to the residual stream, with a norm before or
    after.

    Before (ViT): x + branch(norm(x)), arXiv 2010.11929, equations (2) and (3). After (the Transformer of 2017):
    norm(x + branch(x)), arXiv 1706.03762, section 3.1.
    """

    def __init__(self, config: BlockConfig) -> None:
        super().__init__()
        d = config.d_model
        self._norm_first = config.norm == "pre"
        self.norm1 = nn.LayerNorm(d, eps=config.eps)
        self.attn = Attention(d, config.n_heads, bias=config.qkv_bias)
        self.ls1 = LayerScale(d) if config.layer_scale else nn.Identity()
        self.norm2 = nn.LayerNorm(d, eps=config.eps)
        self.mlp = (GatedMlp if config.gated else Mlp)(d, config.d_mlp, config.act)
        self.ls2 = LayerScale(d) if config.layer_scale else nn.Identity()
        self.drop = nn.Dropout(config.dropout)

    def enter(self, x: Tensor, norm: nn.Module, names: Sublayer, *, tap: Tap, at: str) -> Tensor:
        """The input of a branch: the stream, normalised if the norm stands before the branch. Shapes: [B, N, D] -> [B,
        N, D]."""
        return tap(f"{at}.{names.ln}", norm(x)) if self._norm_first else x

    def add(self, x: Tensor, out: Tensor, norm: nn.Module, names: Sublayer, *, tap: Tap, at: str) -> Tensor:
        """The stream plus a branch's result, normalised if the norm stands after the sum. Shapes: as `enter`."""
        out = tap(f"{at}.{names.out}", self.drop(out) if self.training else out)
        if self._norm_first:
            return tap(f"{at}.{names.resid}", x + out)
        return tap(f"{at}.{names.resid}", norm(tap(f"{at}.{names.sum}", x + out)))

    def feed_forward(self, x: Tensor, *, tap: Tap, at: str) -> Tensor:
        """The last sublayer of every block, the MLP. Shapes: [B, N, D] -> [B, N, D]."""
        read = self.enter(x, self.norm2, MLP, tap=tap, at=at)
        return self.add(x, self.ls2(self.mlp(read, tap=tap, at=f"{at}.mlp")), self.norm2, MLP, tap=tap, at=at)


class EncoderBlock(Block):
    """One layer: attention adds values of other tokens to each token, the MLP adds a function of the token itself."""

    def forward(self, x: Tensor, mask: Tensor | None = None, *, tap: Tap = null_tap, at: str = "blocks.0") -> Tensor:
        """Shapes: x [B, N, D], mask [B or 1, 1, N or 1, N] of bool, True = may attend -> [B, N, D]."""
        read = self.enter(x, self.norm1, ATTN, tap=tap, at=at)
        out = self.ls1(self.attn(read, mask=mask, tap=tap, at=f"{at}.attn"))
        x = self.add(x, out, self.norm1, ATTN, tap=tap, at=at)
        return self.feed_forward(x, tap=tap, at=at)


class DecoderBlock(Block):
    """One layer of the decoder: attention to the words written so far, cross-attention to the source, then the MLP.

    Source: arXiv 1706.03762, section 3.1 and figure 1, right half.
    """

    def __init__(self, config: BlockConfig) -> None:
        super().__init__(config)
        self.norm_cross = nn.LayerNorm(config.d_model, eps=config.eps)
        self.cross = Attention(config.d_model, config.n_heads, bias=config.qkv_bias)

    def forward(
        self,
        x: Tensor,
        source: KeysValues,
        *,
        mask: Tensor | None = None,
        source_mask: Tensor | None = None,
        past: KeysValues | None = None,
        tap: Tap = null_tap,
        at: str = "decoder.blocks.0",
    ) -> tuple[Tensor, KeysValues]:
        """The stream after the block, and the keys and values of every target token so far.

        Shapes:
            x: [B, T, D], the target tokens of this call.
            source: keys and values the encoder handed over, [B or 1, H, S, K] (`self.cross.keys_values`).
            mask: [B or 1, 1, T or 1, all target tokens]; source_mask: [B or 1, 1, 1, S]; True = may attend.
            past: keys and values of the target tokens before these, [B, H, T', K].
            returns: [B, T, D]; keys and values [B, H, T' + T, K].
        """
        read = self.enter(x, self.norm1, ATTN, tap=tap, at=at)
        q = self.attn.queries(read, tap=tap, at=f"{at}.attn")
        target = self.attn.keys_values(read, tap=tap, at=f"{at}.attn")
        target = target if past is None else past.joined(target)
        out = self.ls1(self.attn.mix(q, *target, mask, tap=tap, at=f"{at}.attn"))
        x = self.add(x, out, self.norm1, ATTN, tap=tap, at=at)

        read = self.enter(x, self.norm_cross, CROSS, tap=tap, at=at)
        q = self.cross.queries(read, tap=tap, at=f"{at}.cross")
        out = self.cross.mix(q, *source, source_mask, tap=tap, at=f"{at}.cross")
        x = self.add(x, out, self.norm_cross, CROSS, tap=tap, at=at)
        return self.feed_forward(x, tap=tap, at=at), target
