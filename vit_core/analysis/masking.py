"""Between q·k and the attention weights: the division by sqrt(d_head) and the mask."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.arguments import require_place
from vit_core.sentence_trace import Part, SentenceTrace


def scores_before_mask(trace: SentenceTrace, layer: int, part: Part, *, scaled: bool = True) -> Tensor:
    """The scores of one attention without its mask: q·k / sqrt(d_head) of all pairs.

    Args:
        scaled: False for q·k alone, as where the root is switched off.

    Shapes: returns [H, query, key].

    Raises:
        IndexError: there is no such layer.
    Source: arXiv 1706.03762, equation (1) and section 3.2.3.
    """
    return trace.scores_from_queries(trace.attention(layer, part), scaled=scaled)


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
    """How far the scores of one attention spread and how sharp its weights are, with and without the division by
    sqrt(d_head).

    Raises:
        IndexError: there is no such layer.
    Source: arXiv 1706.03762, section 3.2.1 and its footnote: the sum of d products of independent numbers of variance 1
        has variance d; where the scores spread far, the softmax saturates and its gradient vanishes.
    """
    divided = scores_before_mask(trace, layer, part)
    products = divided * math.sqrt(trace.config.d_model // divided.shape[0])
    open_ = open_pairs(trace, layer, part)
    chooses = open_.sum(dim=-1) > 1

    def peak(scores: Tensor) -> Tensor:
        weights = scores.masked_fill(~open_, -torch.inf).softmax(dim=-1)
        return weights[:, chooses].amax(dim=-1).mean(dim=-1).nan_to_num()

    def spread(scores: Tensor) -> Tensor:
        return scores[:, open_].std(dim=-1, correction=0)

    return RootEffect(spread(products), spread(divided), peak(divided), peak(products))


def open_pairs(trace: SentenceTrace, layer: int, part: Part) -> Tensor:
    """Which query may attend to which key. Shapes: [query, key] of bool."""
    at, mask = trace.attention(layer, part), trace.mask(part)
    n_queries, n_keys = trace[f"{at}.q"].shape[1], trace[f"{at}.k"].shape[1]
    return torch.ones(n_queries, n_keys, dtype=torch.bool) if mask is None else mask.expand(n_queries, n_keys)


@dataclass(frozen=True)
class ProductVariance:
    """How the variance of q·k grows with the number of its terms, over all pairs of tokens that may meet.

    Attributes:
        growth: variance of the sum of the first m products q[i]·k[i], for m = 1 .. d_head, [H, K].
        alone: the same if the products were independent: the sum of their own variances, [H, K].
        pairs: of tokens, over which it is taken.
    """

    growth: Tensor
    alone: Tensor
    pairs: int


def product_variance(trace: SentenceTrace, layer: int, part: Part) -> ProductVariance:
    """The variance of q·k by the number of its terms, the reason why scores are divided by sqrt(d_head).

    Raises:
        IndexError: there is no such layer.
    Source: arXiv 1706.03762, section 3.2.1, footnote 4.
    """
    at, open_ = trace.attention(layer, part), open_pairs(trace, layer, part)
    q, k = trace[f"{at}.q"].double(), trace[f"{at}.k"].double()
    terms = torch.einsum("hqm,hkm->hqkm", q, k)[:, open_]  # H pairs K
    growth = terms.cumsum(dim=-1).var(dim=1, correction=0)
    alone = terms.var(dim=1, correction=0).cumsum(dim=-1)
    return ProductVariance(growth.float(), alone.float(), int(open_.sum()))


@dataclass(frozen=True)
class RootOnRow:
    """One query's weights with and without the division by sqrt(d_head), whichever of the two the pass used.

    Attributes:
        divided, undivided: softmax of q·k / sqrt(d_head), and of q·k, [H, key].
        slope, undivided_slope: how far a weight still moves with its own score, summed over the keys:
            sum of A(1 - A), 0 (one key has all) .. 1 - 1/N (all alike), [H].
    """

    divided: Tensor
    undivided: Tensor
    slope: Tensor
    undivided_slope: Tensor


def root_on_row(trace: SentenceTrace, layer: int, part: Part, query: int) -> RootOnRow:
    """One query's softmax with the division by sqrt(d_head) and without it.

    Raises:
        IndexError: there is no such layer or query.
    Source: arXiv 1706.03762, section 3.2.1: large products push the softmax where its gradient is small; the derivative
        of a weight A by its own score is A(1 - A).
    """
    open_ = open_pairs(trace, layer, part)
    require_place("query", query, len(open_))
    divided, undivided = (
        scores_before_mask(trace, layer, part, scaled=scaled)[:, query]
        .masked_fill(~open_[query], -torch.inf)
        .softmax(dim=-1)
        for scaled in (True, False)
    )
    slopes = [(weights * (1 - weights)).sum(dim=-1) for weights in (divided, undivided)]
    return RootOnRow(divided, undivided, *slopes)


def answer_share(trace: SentenceTrace) -> Tensor:
    """How much attention each decoder head gives to the very token that it has to predict, 0..1.

    Row t predicts target token t, which the decoder reads at place t + 1: ahead of the row. Under the causal mask this
    is 0. The last row's token is not read and is left out; a target of one token has no such row, and the share is 0.

    Shapes: returns [L, H], mean over the rows.
    Source: arXiv 1706.03762, section 3.2.3: without the mask information flows leftward.
    """
    patterns = [trace.pattern(layer, part="decoder") for layer in range(trace.config.decoder.n_layers)]
    return torch.stack(patterns).diagonal(offset=1, dim1=-2, dim2=-1).mean(dim=-1).nan_to_num()
