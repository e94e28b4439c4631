"""The encoder block of the Vision Transformer: norm, attention, add; norm, MLP, add.

Dosovitskiy et al. (arXiv 2010.11929), equations (2) and (3): the normalisation stands *before*
attention and MLP. (The 2017 Transformer normalises after the addition.)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vit_core.attention import Attention
from vit_core.config import Activation, ViTConfig
from vit_core.tap import Tap, null_tap

ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "relu": F.relu,
}


class Mlp(nn.Module):
    """Two linear layers with an activation between them, applied to every token by itself."""

    def __init__(self, d_model: int, d_mlp: int, act: Activation) -> None:
        super().__init__()
        self.fc1 = nn.Linear(d_model, d_mlp)
        self.fc2 = nn.Linear(d_mlp, d_model)
        self._act = ACTIVATIONS[act]

    def forward(self, x: Tensor, *, tap: Tap = null_tap, at: str = "mlp") -> Tensor:
        """Shapes: [B, N, D] -> [B, N, D]."""
        pre = tap(f"{at}.pre", self.fc1(x))  # B N D -> B N M
        post = tap(f"{at}.post", self._act(pre))
        return self.fc2(post)  # B N M -> B N D


class LayerScale(nn.Module):
    """Multiplies a branch by one learned factor per dimension before it is added (arXiv 2103.17239, equation 8)."""

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class EncoderBlock(nn.Module):
    """One layer: attention adds what other tokens know, the MLP adds what this token makes of it."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        d = config.d_model
        self.norm1 = nn.LayerNorm(d, eps=config.eps)
        self.attn = Attention(d, config.n_heads, bias=config.qkv_bias)
        self.ls1 = LayerScale(d) if config.layer_scale else nn.Identity()
        self.norm2 = nn.LayerNorm(d, eps=config.eps)
        self.mlp = Mlp(d, config.d_mlp, config.act)
        self.ls2 = LayerScale(d) if config.layer_scale else nn.Identity()

    def forward(self, x: Tensor, *, tap: Tap = null_tap, at: str = "blocks.0") -> Tensor:
        """Shapes: [B, N, D] -> [B, N, D].

        Source: arXiv 2010.11929, equations (2) and (3).
        """
        ln1 = tap(f"{at}.ln1", self.norm1(x))
        attn_out = tap(f"{at}.attn_out", self.ls1(self.attn(ln1, tap=tap, at=f"{at}.attn")))
        resid_mid = tap(f"{at}.resid_mid", x + attn_out)
        ln2 = tap(f"{at}.ln2", self.norm2(resid_mid))
        mlp_out = tap(f"{at}.mlp_out", self.ls2(self.mlp(ln2, tap=tap, at=f"{at}.mlp")))
        return tap(f"{at}.resid_post", resid_mid + mlp_out)
