"""One number per head, or per token, that says what kind of attention this is."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.analysis.entropy import entropy_bits
from vit_core.trace import Trace


def attention_distance(trace: Trace) -> Tensor:
    """How far each head looks: mean distance in pixels between a patch and what it attends to, weighted by attention.

    Only patches count, as queries and as keys (the rest of each row is renormalised): CLS has no place in the picture.

    Shapes: returns [L, H], pixels of the model's input.
    Source: arXiv 2010.11929, Fig. 7 right and Fig. 11 (there averaged over 128 pictures, here over one).
    """
    apart = patches_apart(trace)
    return torch.stack([head_distances(trace.pattern(layer), apart) for layer in range(trace.config.n_layers)])


def patches_apart(trace: Trace) -> Tensor:
    """How far patches lie apart, in pixels of the model's input. Shapes: returns [P, P]."""
    centres = trace.geometry.centres()
    return torch.cdist(centres, centres)


def head_distances(pattern: Tensor, apart: Tensor) -> Tensor:
    """`attention_distance` of one layer. Shapes: pattern [H, N, N], apart [P, P] -> [H]."""
    first = pattern.shape[-1] - len(apart)
    among_patches = pattern[:, first:, first:]  # H P P
    # A row may lie on CLS and registers alone; it has no distance and is left out, instead of making the head NaN.
    total = among_patches.sum(dim=-1)  # H P
    distances = (among_patches * apart).sum(dim=-1) / total
    return distances.where(total > 0, torch.nan).nanmean(dim=-1).nan_to_num()


def attention_rows(trace: Trace, query: int) -> Tensor:
    """What one token looks at, in every head of every layer: its row of each pattern, without computing the others.

    Shapes: returns [L, H, N], rows sum to 1.

    Raises:
        IndexError: there is no such token.
    Source: arXiv 1706.03762, equation (1).
    """
    layers = range(trace.config.n_layers)
    return torch.stack([trace.pattern_at(trace.attention(layer), query=query) for layer in layers])


def attention_entropy(trace: Trace) -> Tensor:
    """How widely each head spreads its attention: mean entropy of its rows in bits, 0 (one key) .. log2 N (all alike).

    Shapes: returns [L, H].
    Source: Shannon entropy of each row of the pattern; Clark et al. (arXiv 1906.04341), section 3.3.
    """
    return torch.stack([head_entropies(trace.pattern(layer)) for layer in range(trace.config.n_layers)])


def head_entropies(pattern: Tensor) -> Tensor:
    """`attention_entropy` of one layer. Shapes: pattern [H, N, N] -> [H]."""
    return entropy_bits(pattern).mean(-1)


def attention_received(trace: Trace) -> Tensor:
    """How much of all attention a token receives, mean over heads and queries, 0..1; an even share would be 1/N.

    Shapes: returns [L, N].
    Source: attention sinks, Xiao et al. (arXiv 2309.17453), section 3.
    """
    return torch.stack([received(trace.pattern(layer)) for layer in range(trace.config.n_layers)])


def received(pattern: Tensor) -> Tensor:
    """`attention_received` of one layer. Shapes: pattern [H, N, N] -> [N]."""
    return pattern.mean(dim=(0, 1))


def token_norms(trace: Trace) -> Tensor:
    """Length (L2 norm) of every token of the residual stream as it leaves each block.

    Shapes: returns [L, N].
    Source: high-norm outlier tokens, Darcet et al. (arXiv 2309.16588), section 2.
    """
    return torch.stack([trace.resid(layer, "post").norm(dim=-1) for layer in range(trace.config.n_layers)])


# A token is called a sink when it receives this many times an even share of a layer's attention, or when it leaves the
# layer this many times as long as the median token. Darcet et al. cut at a fixed length that fits their models only; a
# ratio fits any.
SINK_TIMES_EVEN = 5.0
SINK_TIMES_MEDIAN = 3.0


@dataclass(frozen=True)
class Sinks:
    """Which tokens draw attention out of proportion.

    Attributes:
        times_even: attention received as a multiple of an even share, [L, N].
        times_median: length of the token as a multiple of the median token's, [L, N].
        is_sink: either is above its threshold, [L, N] of bool.
    """

    times_even: Tensor
    times_median: Tensor
    is_sink: Tensor


def sinks(trace: Trace) -> Sinks:
    """The sinks of every layer.

    Source: Xiao et al. (arXiv 2309.17453), section 3; Darcet et al. (arXiv 2309.16588), section 2.
    """
    return sinks_among(attention_received(trace), token_norms(trace))


def sinks_among(received: Tensor, norms: Tensor) -> Sinks:
    """The sinks among tokens that receive so much attention and are so long. Shapes: [L, N] both."""
    times_even = received * received.shape[-1]
    times_median = norms / norms.median(dim=-1, keepdim=True).values
    return Sinks(times_even, times_median, (times_even >= SINK_TIMES_EVEN) | (times_median >= SINK_TIMES_MEDIAN))
