"""What happens if: edits of a forward pass that switch one mechanism off.

Each function returns edits by quantity name, for `trace_image(..., edit=...)` and `replay.rerun`; several are joined
with `|`. Edits that remember something belong to one pass: make new ones for the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Edits = dict[str, Callable[[Tensor], Tensor]]


def shuffled_patches(order: Sequence[int]) -> Edits:
    """Put patch `order[i]` where patch i was, before positions are added: the picture as a jigsaw.

    Raises:
        ValueError: the order leaves a patch out or names one twice.
    """
    if sorted(order) != list(range(len(order))):
        raise ValueError("an order names every patch once")
    return {"patches": lambda x: x[:, torch.as_tensor(order, device=x.device)]}


def without_position() -> Edits:
    """Add no position to any token, so that nothing tells where a patch stood."""
    return {"position": torch.zeros_like}


def without_residual(layer: int) -> Edits:
    """Let a block hand on only what attention, and then what the MLP computes, instead of adding it to the stream.

    Takes the terms `x +` out of arXiv 2010.11929, equations (2) and (3).
    """
    branch: dict[str, Tensor] = {}

    def remember(name: str) -> Callable[[Tensor], Tensor]:
        def edit(x: Tensor) -> Tensor:
            branch[name] = x
            return x

        return edit

    at = f"blocks.{layer}"
    return {
        f"{at}.attn_out": remember("attn_out"),
        f"{at}.resid_mid": lambda _: branch["attn_out"],
        f"{at}.mlp_out": remember("mlp_out"),
        f"{at}.resid_post": lambda _: branch["mlp_out"],
    }


def unscaled_scores(layer: int, d_head: int) -> Edits:
    """Leave out the division by sqrt(d_head) in a block (arXiv 1706.03762, equation 1, without its denominator)."""
    return {f"blocks.{layer}.attn.scores": lambda scores: scores * math.sqrt(d_head)}
