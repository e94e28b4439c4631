"""A linear layer that is also fast for the few rows of one decoding step.

A step of beam search multiplies a large matrix by a handful of tokens, so it takes as long as fetching the weights from
memory. For one row, torch uses a single core for that; here each core fetches a part. The results are the same up to
rounding. Measured with torch's builds for x86 (MKL), on two cores.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# From so many weights on, splitting the matrix pays even for a single use.
LARGE = 2**17
# Up to so many rows the parts are faster: for a large matrix a sentence's tokens, for a small one the paper's beam.
FEW_FOR_LARGE, FEW = 32, 4


def most_rows(weight: Tensor) -> int:
    """Up to how many rows `Parted` is faster than torch's own linear layer."""
    return FEW_FOR_LARGE if weight.numel() >= LARGE else FEW


class Parted:
    """A linear layer for few rows that splits its outputs into equal parts, one per core, without copying the weights.

    There are as many parts as divide both the outputs and the cores: 8,000 words make two for two cores, 58,101 one.
    It multiplies the matrix by the rows, W xᵀ + b: in the other order, each row would fetch all weights again.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """Shapes: weight [out, in], bias [out]."""
        parts, n_in = math.gcd(weight.shape[0], torch.get_num_threads()), weight.shape[1]
        self._weight = weight.reshape(parts, -1, n_in)  # P out/P in
        self._bias = bias.reshape(parts, -1, 1)  # P out/P 1
        # With one row the last stride does not matter to the result, but any other one makes the product slower.
        self._one_row = (parts, n_in, 1), (0, 1, n_in)

    def row(self, x: Tensor) -> Tensor:
        """Shapes: one row in any shape -> [P, out / P, 1].

        Raises:
            ValueError: the row has another number of inputs, which strides alone would not notice.
        """
        if x.numel() != self._one_row[0][1]:
            raise ValueError(f"a row of {x.numel()} numbers for {self._one_row[0][1]} inputs")
        return torch.baddbmm(self._bias, self._weight, x.contiguous().as_strided(*self._one_row))

    def rows(self, x: Tensor) -> Tensor:
        """Shapes: [A, in] -> [A, out]."""
        return torch.baddbmm(self._bias, self._weight, x.T.expand(self._weight.shape[0], -1, -1)).flatten(0, 1).T


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """x Wᵀ + b, for few rows by `Parted`. Shapes: x [..., in], weight [out, in], bias [out] -> [..., out]."""
    *shape, n_in = x.shape
    rows = math.prod(shape)
    fewest = 1 if weight.numel() >= LARGE else 2
    if bias is None or not fewest <= rows <= most_rows(weight):
        return F.linear(x, weight, bias)
    layer = Parted(weight, bias)
    return (layer.row(x) if rows == 1 else layer.rows(x.reshape(rows, n_in))).reshape(*shape, -1)


class Linear(nn.Linear):
    """torch's linear layer, computed by `linear`."""

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: [..., in] -> [..., out]."""
        return linear(x, self.weight, self.bias)
