"""A head's part of a learned matrix."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from vit_core.arguments import require_place
from vit_core.attention import Attention

Matrix = Literal["q", "k", "v", "proj"]


def head_matrix(blocks: nn.ModuleList, layer: int, of: str, which: Matrix, head: int) -> Tensor:
    """What a head has learned of one matrix of an attention.

    Args:
        of: the attention's name in its block, "attn" or "cross".

    Shapes: returns [K, D], K = d_head: of W^Q, W^K and W^V the columns of the head, each as a row, which makes one of
        the head's numbers of the D of a token; of W^O ("proj") the rows that read the head's result.

    Raises:
        IndexError: there is no such layer, attention or head.
    Source: arXiv 1706.03762, section 3.2.2.
    """
    attention = getattr(blocks[require_place("layer", layer, len(blocks))], of, None)
    if not isinstance(attention, Attention):
        raise IndexError(f"no {of} in this block")
    require_place("head", head, attention.n_heads)
    weight = getattr(attention, which).weight.detach()  # [out, in]
    rows = weight.T if which == "proj" else weight
    return rows.unflatten(0, (attention.n_heads, -1))[head].float().contiguous()
