"""Position embeddings: what is added to every token to tell its place.

Learned tables are resized for another picture size in two dimensions (arXiv 2010.11929, section
3.2). Which interpolation is right is a fact of the checkpoint (`ViTConfig.position_resample`): each
family is tested against its own reference off its native size. The Transformer of 2017 computes its
table instead (arXiv 1706.03762, section 3.5).
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from vit_core.config import Resample, Sinusoids, Stored

# What DINO's code adds to a grid's sides before it divides them, so that rounding cannot lose a row.
OFFSET = 0.1


def resample_grid(table: Tensor, rows: int, cols: int, rule: Resample) -> Tensor:
    """Resize a square grid of position embeddings to rows x cols.

    Shapes: table [1, side*side, D] -> [1, rows*cols, D].
    Source: arXiv 2010.11929, section 3.2; the rules are those of transformers, timm and torchvision, and of the code
        of DINO and DINOv2 ("bicubic_offset": the places are those of a grid 0.1 larger, dinov2/models/
        vision_transformer.py, interpolate_offset); "bilinear_corners" is what Google's first code does with
        scipy.ndimage.zoom (vision_transformer/vit_jax/checkpoint.py, interpolate_posembed).
    """
    side = int(table.shape[1] ** 0.5)
    if side * side != table.shape[1]:
        raise ValueError(f"{table.shape[1]} positions do not form a square grid")
    if (rows, cols) == (side, side):
        return table
    picture = table.reshape(1, side, side, -1).permute(0, 3, 1, 2)  # 1 N D -> 1 D side side
    offset = rule == "bicubic_offset"
    resized = F.interpolate(
        picture,
        size=None if offset else (rows, cols),
        scale_factor=[(rows + OFFSET) / side, (cols + OFFSET) / side] if offset else None,
        mode="bilinear" if rule.startswith("bilinear") else "bicubic",
        align_corners=rule.endswith("corners"),
        antialias=rule == "bicubic_antialias",
    )
    return resized.permute(0, 2, 3, 1).reshape(1, rows * cols, -1)


def position_table(pos_embed: Tensor, n_prefix: int, rows: int, cols: int, rule: Resample) -> Tensor:
    """The position rows for a rows x cols picture; those of the prefix (CLS) are never resized.

    Shapes: pos_embed [1, n_prefix + side*side, D] -> [1, n_prefix + rows*cols, D].
    """
    prefix, grid = pos_embed[:, :n_prefix], pos_embed[:, n_prefix:]
    return torch.cat([prefix, resample_grid(grid, rows, cols, rule)], dim=1)


@cache
def sinusoidal_table(n: int, d_model: int, layout: Sinusoids = "interleaved", stored: Stored = "float32") -> Tensor:
    """The fixed position embeddings of the Transformer of 2017: pairs of sine and cosine, slower with each pair.

    Pair i of position p is sin and cos of p / 10000^(2i / d_model). In the paper they stand in dimensions 2i and
    2i + 1 ("interleaved"); Marian puts all sines first and then all cosines ("halves"). Where a checkpoint keeps
    them in a shorter number format, they are those it keeps (`stored`).

    Shapes: returns [n, d_model].

    Raises:
        ValueError: an odd d_model, in which a sine would have no cosine.
    Source: arXiv 1706.03762, section 3.5.
    """
    if d_model % 2:
        raise ValueError(f"{d_model} numbers do not form pairs of sine and cosine")
    # Computed on the CPU even while a model is built without memory for its weights.
    positions = torch.arange(n, dtype=torch.float64, device="cpu")[:, None]
    pairs = torch.arange(0, d_model, 2, dtype=torch.float64, device="cpu")
    angles = positions / 10000.0 ** (pairs / d_model)  # n D/2
    waves = [angles.sin(), angles.cos()]
    table = torch.stack(waves, dim=-1).flatten(1) if layout == "interleaved" else torch.cat(waves, dim=-1)
    return table.float().to(getattr(torch, stored)).float()
