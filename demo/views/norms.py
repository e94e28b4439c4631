"""The two numbers that LayerNorm takes out of a token."""

from __future__ import annotations

from torch import Tensor


def statistics(x: Tensor, eps: float) -> dict[str, float]:
    """What LayerNorm takes out of a token: its mean, and the spread it divides by."""
    return {"mean": x.mean().item(), "spread": (x.var(correction=0) + eps).sqrt().item()}
