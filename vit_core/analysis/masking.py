"""What a mask takes away: the scores as they were before it."""

from __future__ import annotations

from torch import Tensor

from vit_core.attention import attention_scores
from vit_core.sentence_trace import Part, SentenceTrace


def scores_before_mask(trace: SentenceTrace, layer: int, part: Part) -> Tensor:
    """The scores of one attention as if everyone might attend to everyone: q·k / sqrt(d_head) of all pairs.

    Shapes: returns [H, query, key].

    Raises:
        IndexError: there is no such layer.
    Source: arXiv 1706.03762, equation (1) and section 3.2.3.
    """
    at = trace.attention(layer, part)
    return attention_scores(trace[f"{at}.q"], trace[f"{at}.k"])
