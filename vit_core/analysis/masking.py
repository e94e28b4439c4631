"""What comes between a score and its weight: the division by the root, the mask, and the answer that lies behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass

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


@dataclass(frozen=True)
class RootEffect:
    """What dividing by sqrt(d_head) does in each head of one attention, over all pairs of tokens of a sentence.

    Attributes:
        spread: standard deviation of q·k before it is divided, [H].
        divided: the same after, [H].
        peak: each row's largest weight, mean over the rows that can choose, 0..1, [H].
        undivided_peak: what that would be of the softmax of q·k itself, [H].
    """

    spread: Tensor
    divided: Tensor
    peak: Tensor
    undivided_peak: Tensor


def root_effect(trace: SentenceTrace, layer: int, part: Part) -> RootEffect:
    """How far the scores of one attention spread, and how sharp its weights are, with the root and without it.

    Raises:
        IndexError: there is no such layer.
    Source: arXiv 1706.03762, section 3.2.1 and its footnote: the sum of d products of independent numbers of variance 1
        has variance d; where the scores spread far, the softmax saturates and its gradient vanishes.
    """
    divided = scores_before_mask(trace, layer, part)
    products = divided * math.sqrt(trace.config.d_model // divided.shape[0])
    mask = trace.mask(part)
    open_ = torch.ones(divided.shape[1:], dtype=torch.bool) if mask is None else mask.expand(divided.shape[1:])
    chooses = open_.sum(dim=-1) > 1

    def peak(scores: Tensor) -> Tensor:
        weights = scores.masked_fill(~open_, -torch.inf).softmax(dim=-1)
        return weights[:, chooses].amax(dim=-1).mean(dim=-1).nan_to_num()

    def spread(scores: Tensor) -> Tensor:
        return scores[:, open_].std(dim=-1, correction=0)

    return RootEffect(spread(products), spread(divided), peak(divided), peak(products))


def answer_share(trace: SentenceTrace) -> Tensor:
    """How much of its attention each head of the decoder gives to the very token that its row has to predict, 0..1.

    Row t predicts target token t, which the decoder reads at place t + 1: ahead of the row. Under the causal mask this
    is 0. The last row's token is not read and is left out; a target of one token has no such row, and the share is 0.

    Shapes: returns [L, H], mean over the rows.
    Source: arXiv 1706.03762, section 3.2.3: without the mask information flows leftward.
    """
    patterns = [trace.pattern(layer, part="decoder") for layer in range(trace.config.decoder.n_layers)]
    return torch.stack(patterns).diagonal(offset=1, dim1=-2, dim2=-1).mean(dim=-1).nan_to_num()
