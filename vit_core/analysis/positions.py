"""Similarity of position embeddings, and the length of the position beside the content of a token."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from vit_core.analysis.embedding import TokenParts, position_grid
from vit_core.vit import VisionTransformer

# The most maps that can be seen and are worth sending: in a larger grid, only every second, third, ... place gets one.
MOST_MAPS = 800


def position_similarity(table: Tensor) -> Tensor:
    """Cosine similarity of every position embedding to every other, -1 .. 1.

    A row of zeros has no direction; its similarities are 0.

    Shapes: [P, D] -> [P, P].
    Source: arXiv 2010.11929, Fig. 7 centre.
    """
    directions = F.normalize(table.double(), dim=1)
    return (directions @ directions.T).clamp(-1, 1).float()


def similarity_maps(model: VisionTransformer, rows: int, cols: int) -> tuple[Tensor, int]:
    """A map of similarities for every `step`-th row and column of a grid, and that step.

    Shapes: returns [Q, rows * cols], Q places in reading order.
    Source: arXiv 2010.11929, Fig. 7 centre.
    """
    step = next(step for step in range(1, rows + cols) if -(-rows // step) * -(-cols // step) <= MOST_MAPS)
    between = position_similarity(position_grid(model, rows, cols))
    return between.reshape(rows, cols, -1)[::step, ::step].reshape(-1, rows * cols), step


def similarity_by_offset(similarity: Tensor) -> Tensor:
    """Mean similarity of two places that are k apart in reading order, for every k.

    Shapes: [P, P] -> [P]; entry k is the mean of P - k pairs.
    Source: arXiv 1706.03762, section 3.5: a sinusoidal position k further on is a fixed rotation of this one.
    """
    return torch.stack([similarity.diagonal(k).double().mean() for k in range(len(similarity))]).float()


def peaks_at_rows(by_offset: Tensor, cols: int) -> int:
    """How many row widths in a row (cols, 2·cols, ...) are local peaks: places below each other are alike.

    Shapes: by_offset [P]. A peak is higher than both neighbours; the count ends at the first row width that is none.
    """
    values = by_offset.tolist()
    found = 0
    for at in range(cols, len(values) - 1, cols):
        if not values[at - 1] < values[at] > values[at + 1]:
            break
        found += 1
    return found


def part_lengths(parts: TokenParts) -> Tensor:
    """Euclidean length of what a token is, of its position, and of their sum.

    Shapes: returns [3, N] as (content, position, token).
    Source: arXiv 2010.11929, equation (1).
    """
    return torch.stack([x.norm(dim=1) for x in (parts.content, parts.position, parts.content + parts.position)])
