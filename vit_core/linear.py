"""The linear layer, quick for the few rows of a translation that is being written too.

A beam search asks a large matrix about a handful of tokens, so a step takes as long as the weights take to arrive from
memory. For one row torch sends a single core to fetch them; here several cores fetch a part each. The numbers are the
same up to rounding. Measured with torch's builds for x86 (MKL), on two cores.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Weights from which on the parts are worth making out for a single use.
LARGE = 2**17
# Rows up to which the parts are quicker: for a large matrix the tokens of a sentence, for a small one the paper's beam.
FEW_FOR_LARGE, FEW = 32, 4


def most_rows(weight: Tensor) -> int:
    """Rows up to which `Parted` is quicker than torch's own linear layer."""
    return FEW_FOR_LARGE if weight.numel() >= LARGE else FEW


class Parted:
    """A linear layer for few rows, its outputs in equal parts for the cores; the same memory, seen otherwise.

    There are as many parts as divide both the outputs and the cores: 8,000 words make two for two cores, 58,101 one.
    It multiplies the matrix by the rows, W xᵀ + b: the other way round each row would send all weights through the
    processor again.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """Shapes: weight [out, in], bias [out]."""
        parts, n_in = math.gcd(weight.shape[0], torch.get_num_threads()), weight.shape[1]
        self._weight = weight.reshape(parts, -1, n_in)  # P out/P in
        self._bias = bias.reshape(parts, -1, 1)  # P out/P 1
        # The last stride is free where there is one row, but with any other one the product takes a slower way.
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
    """x Wᵀ + b, for few rows as `Parted` does it. Shapes: x [..., in], weight [out, in], bias [out] -> [..., out]."""
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
