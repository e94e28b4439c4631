"""Path lengths between two words, and the costs of a layer (arXiv 1706.03762, Table 1)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


def recurrent_path(n_source: int, n_target: int) -> Tensor:
    """Steps from state to state between reading source word i and writing target word t, without attention.

    Word i is part of encoder state i; from there every state up to the last one has to carry it, then the decoder's
    states up to the one that writes t: S - i + t, both counted from 0.

    Shapes: returns [S, T] of int.
    Source: arXiv 1706.03762, section 4.
    """
    source, target = torch.arange(n_source), torch.arange(n_target)
    return n_source - source[:, None] + target


def attention_path(n_source: int, n_target: int) -> Tensor:
    """Path length between source word i and target word t in a decoder that attends to every encoder state: always 1.

    Shapes: returns [S, T] of int.
    Source: arXiv 1409.0473, section 3.1; for self-attention arXiv 1706.03762, Table 1.
    """
    return torch.ones(n_source, n_target, dtype=torch.long)


@dataclass(frozen=True)
class LayerCost:
    """One row of Table 1 with numbers in place of n, d, k and r.

    Attributes:
        kind: "self_attention", "recurrent", "convolutional" or "restricted".
        operations: per layer, up to a constant factor.
        sequential: operations that have to wait for each other.
        path: steps between the two words that are farthest apart.
    """

    kind: str
    operations: int
    sequential: int
    path: int


def layer_costs(n: int, d: int, *, kernel: int, window: int) -> tuple[LayerCost, ...]:
    """What the four kinds of layer cost for n words of d numbers.

    Args:
        kernel: k, the width of a convolution.
        window: r, how many neighbours a restricted self-attention looks at.

    Raises:
        ValueError: there is no word, or a convolution reaches no neighbour.
    Source: arXiv 1706.03762, Table 1; powers and fractions rounded up to whole steps.
    """
    if min(n, d, window) < 1 or kernel < 2:
        raise ValueError(f"{n} words of {d} numbers, kernel {kernel}, window {window}")
    # In whole numbers: a logarithm that is rounded up by floating point would count one step too many.
    reach, convolutions = kernel, 1
    while reach < n:
        reach, convolutions = reach * kernel, convolutions + 1
    return (
        LayerCost("self_attention", n * n * d, 1, 1),
        LayerCost("recurrent", n * d * d, n, n),
        LayerCost("convolutional", kernel * n * d * d, 1, convolutions),
        LayerCost("restricted", window * n * d, 1, math.ceil(n / window)),
    )
