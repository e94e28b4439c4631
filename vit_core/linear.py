"""A linear layer that is also fast for the few rows of a decoding step.

Such a step takes as long as fetching the weights from memory. How fast that is depends on how the product is written
and on the processor: torch's own layer multiplies the rows by the transposed matrix, x Wᵀ; with the matrix first, W xᵀ,
the same product takes a quarter to half of the time on some processors and twice the time on others, since libraries
like MKL choose other kernels for each. So the ways are timed once, when the first few rows come. The results are the
same up to rounding, which may differ between two computers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FEW = 5  # rows from which on torch's own layer is as fast everywhere
CLEARLY = 0.8  # of the time of a way that stands before it: what is no faster than this does not take its place
TIMED = (32, 1024, 256)  # matrices, outputs, inputs: the weights of a small decoder, more than the fast caches hold
ROUNDS = 3
PARTS = (2, 3, 5, 7)  # a number of outputs that none of them divides stays whole

Way = Callable[[Tensor, Tensor, Tensor], Tensor]  # x [rows, in], weight [out, in], bias [out] -> [rows, out]


def _matrix_by_vector(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.addmv(bias, weight, x[0])[None]


def _parts_first(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """One row: the matrix in parts, which makes it a product of matrices; its whole is taken for one by a vector."""
    parts = next((count for count in PARTS if not weight.shape[0] % count), 1)
    matrices, biases = weight.unflatten(0, (parts, -1)), bias.view(parts, -1, 1)
    return torch.baddbmm(biases, matrices, x.T.expand(parts, -1, -1)).view(1, -1)


def _matrix_first(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.addmm(bias[:, None], weight, x.T).T


ONE_ROW: tuple[Way, ...] = (_matrix_by_vector, _parts_first, F.linear)
FEW_ROWS: tuple[Way, ...] = (F.linear, _matrix_first)


@cache
def fastest(ways: tuple[Way, ...], rows: int) -> Way:
    """The fastest of some ways on this computer for so many rows; one that is hardly faster does not take the place of
    one before it.
    """
    times = dict.fromkeys(ways, float("inf"))
    with torch.inference_mode():
        weights = torch.ones(TIMED, device="cpu")
        bias, x = torch.ones(TIMED[1], device="cpu"), torch.ones(rows, TIMED[2], device="cpu")
        for _ in range(ROUNDS):  # by turns, so that what else the computer does slows all of them
            for way in ways:
                started = time.perf_counter()
                for weight in weights:
                    way(x, weight, bias)
                times[way] = min(times[way], time.perf_counter() - started)
    best = ways[0]
    for way in ways[1:]:
        if times[way] < CLEARLY * times[best]:
            best = way
    return best


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """x Wᵀ + b. Shapes: x [..., in], weight [out, in], bias [out] -> [..., out]."""
    inputs = x.shape[-1]
    rows = x.numel() // inputs if inputs else 0
    if bias is None or not 1 <= rows < FEW or x.device.type != "cpu" or x.dtype not in (torch.float32, torch.float64):
        return F.linear(x, weight, bias)
    way = fastest(ONE_ROW, 1) if rows == 1 else fastest(FEW_ROWS, FEW - 1)
    return way(x.reshape(rows, inputs), weight, bias).reshape(*x.shape[:-1], -1)


class Linear(nn.Linear):
    """torch's linear layer, computed by `linear`."""

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: [..., in] -> [..., out]."""
        return linear(x, self.weight, self.bias)
