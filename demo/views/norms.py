"""The two numbers by which LayerNorm normalises a token."""

from __future__ import annotations

from torch import Tensor


def statistics(x: Tensor, eps: float) -> dict[str, float]:
    """The mean that LayerNorm subtracts from a token, and the standard deviation by which it divides."""
    return {"mean": x.mean().item(), "spread": (x.var(correction=0) + eps).sqrt().item()}
