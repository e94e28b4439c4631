"""Compute a block by hand: from a checkpoint's tensors alone, with no module, tap or trace of the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Weights = Mapping[str, Tensor]


def times(weights: Weights, at: str, x: Tensor) -> Tensor:
    """x times a matrix of the checkpoint, plus its bias."""
    return x @ weights[f"{at}.weight"].T + weights[f"{at}.bias"]


def norm(weights: Weights, at: str, x: Tensor, eps: float) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    spread = (centred.square().mean(-1, keepdim=True) + eps).sqrt()
    return centred / spread * weights[f"{at}.weight"] + weights[f"{at}.bias"]


@dataclass(frozen=True)
class Attended:
    """The quantities of one attention, in the order of their computation.

    Shapes: q, k, v, z [H, N, d]; dots, scores, pattern [H, N, N]; out [N, D].
    """

    q: Tensor
    k: Tensor
    v: Tensor
    dots: Tensor
    scores: Tensor
    pattern: Tensor
    z: Tensor
    out: Tensor


def attention(
    weights: Weights, at: str, x: Tensor, heads: int, *, memory: Tensor | None = None, masked: bool = False
) -> Attended:
    """Attention of the tokens of x [N, D] to those of `memory`, or of x itself; `masked`: not to later ones."""
    given = x if memory is None else memory

    def of_heads(which: str, of: Tensor) -> Tensor:
        return torch.stack(times(weights, f"{at}.{which}", of).chunk(heads, dim=-1))

    q, k, v = of_heads("q", x), of_heads("k", given), of_heads("v", given)
    dots = q @ k.transpose(1, 2)
    scores = dots / q.shape[-1] ** 0.5
    read = scores + torch.full(scores.shape[1:], -torch.inf).triu(1) if masked else scores
    powers = (read - read.amax(-1, keepdim=True)).exp()
    pattern = powers / powers.sum(-1, keepdim=True)
    z = pattern @ v
    return Attended(q, k, v, dots, scores, pattern, z, times(weights, f"{at}.proj", torch.cat(list(z), dim=-1)))


@dataclass(frozen=True)
class Passed:
    """The quantities of an encoder block; `normed` is the input of attention, `normed2` that of the MLP.

    Shapes: pre, post [N, M]; all others [N, D].
    """

    normed: Tensor
    attended: Attended
    mid: Tensor
    normed2: Tensor
    pre: Tensor
    post: Tensor
    mlp: Tensor
    out: Tensor


def block(weights: Weights, at: str, x: Tensor, heads: int, eps: float, *, norm_first: bool) -> Passed:
    """Compute one block: a ViT's normalises before each branch and uses GELU, that of 2017 normalises after each sum
    and uses ReLU.
    """
    normed = norm(weights, f"{at}.norm1", x, eps) if norm_first else x
    attended = attention(weights, f"{at}.attn", normed, heads)
    mid = x + attended.out
    if not norm_first:
        mid = norm(weights, f"{at}.norm1", mid, eps)
    normed2 = norm(weights, f"{at}.norm2", mid, eps) if norm_first else mid
    pre = times(weights, f"{at}.mlp.fc1", normed2)
    post = pre * torch.special.ndtr(pre) if norm_first else pre.clamp(min=0)
    mlp = times(weights, f"{at}.mlp.fc2", post)
    out = mid + mlp
    if not norm_first:
        out = norm(weights, f"{at}.norm2", out, eps)
    return Passed(normed, attended, mid, normed2, pre, post, mlp, out)


@dataclass(frozen=True)
class Seen:
    """The quantities of a ViT from pixels to classes.

    Shapes: flat [P, 3 p²], the patches as they are; embedded [P, D]; tokens [1 + P, D]; read [D]: CLS for the head.
    """

    flat: Tensor
    embedded: Tensor
    tokens: Tensor
    blocks: list[Passed]
    read: Tensor
    logits: Tensor


def vit(weights: Weights, pixels: Tensor, heads: int, eps: float) -> Seen:
    """A ViT with CLS and learned positions. Shapes: pixels [3, side, side], scaled as the model wants them."""
    filters = weights["patch_embed.proj.weight"]
    patch = filters.shape[-1]
    n = pixels.shape[-1] // patch
    cut = [pixels[:, patch * r : patch * (r + 1), patch * c : patch * (c + 1)] for r in range(n) for c in range(n)]
    flat = torch.stack([one.flatten() for one in cut])
    embedded = flat @ filters.flatten(1).T + weights["patch_embed.proj.bias"]
    x = torch.cat([weights["cls_token"][0], embedded]) + weights["pos_embed"][0]
    blocks: list[Passed] = []
    for i in range(sum(name.endswith("norm1.weight") for name in weights)):
        blocks.append(block(weights, f"blocks.{i}", blocks[-1].out if blocks else x, heads, eps, norm_first=True))
    read = norm(weights, "norm", blocks[-1].out[0], eps)
    return Seen(flat, embedded, x, blocks, read, times(weights, "head", read))
