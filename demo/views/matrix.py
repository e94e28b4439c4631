"""A head's part of a learned matrix."""

from __future__ import annotations

from torch import Tensor

from demo.views.payload import as_float32, encode


def matrix(weights: Tensor) -> bytes:
    """A head's part of a learned matrix (`vit_core.analysis.matrices`).

    Shapes: weights [K, D] of float32.
    """
    return encode(as_float32({"weights": weights}))
