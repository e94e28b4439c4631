"""What happens if: edits of a forward pass that switch one mechanism off.

Each function returns edits by quantity name, for `trace_image(..., edit=...)` and `replay.rerun`; several are joined
with `|`. Edits that remember something belong to one pass: make new ones for the next. `Intervention` says which of
them a pass had, for whoever has to tell how its numbers came to be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Edits = dict[str, Callable[[Tensor], Tensor]]


@dataclass(frozen=True)
class Intervention:
    """What is moved or switched off in one forward pass.

    Attributes:
        order: which patch stands at each place; empty for the order of the picture.
        position_off: no position is added to any token.
        residual_off: layers that hand on only what their branches compute.
        unscaled: layers that do not divide q·k by sqrt(d_head).
    """

    order: tuple[int, ...] = ()
    position_off: bool = False
    residual_off: frozenset[int] = frozenset()
    unscaled: frozenset[int] = frozenset()

    def edits(self, d_head: int) -> Edits:
        """The edits that do it; new ones for every pass."""
        made = shuffled_patches(self.order) if self.order else {}
        if self.position_off:
            made |= without_position()
        for layer in self.residual_off:
            made |= without_residual(layer)
        for layer in self.unscaled:
            made |= unscaled_scores(layer, d_head)
        return made


NOTHING = Intervention()


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


def without_source_position() -> Edits:
    """Add no position to any word of the source sentence; the decoder still knows the places of what it writes."""
    return {"encoder.position": torch.zeros_like}


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
