"""What a mask takes away: the scores before it, and the answer that lies behind it."""

from __future__ import annotations

import torch
from torch import Tensor

from vit_core.sentence_trace import Part, SentenceTrace


def scores_before_mask(trace: SentenceTrace, layer: int, part: Part) -> Tensor:
    """The scores of one attention as if everyone might attend to everyone: q·k / sqrt(d_head) of all pairs.

    Shapes: returns [H, query, key].

    Raises:
        IndexError: there is no such layer.
    Source: arXiv 1706.03762, equation (1) and section 3.2.3.
    """
    return trace.scores_from_queries(trace.attention(layer, part))


def answer_share(trace: SentenceTrace) -> Tensor:
    """How much of its attention each head of the decoder gives to the very token that its row has to predict, 0..1.

    Row t predicts target token t, which the decoder reads at place t + 1: ahead of the row. Under the causal mask this
    is 0. The last row's token is not read and is left out; a target of one token has no such row, and the share is 0.

    Shapes: returns [L, H], mean over the rows.
    Source: arXiv 1706.03762, section 3.2.3: without the mask information flows leftward.
    """
    patterns = [trace.pattern(layer, part="decoder") for layer in range(trace.config.decoder.n_layers)]
    return torch.stack(patterns).diagonal(offset=1, dim1=-2, dim2=-1).mean(dim=-1).nan_to_num()
