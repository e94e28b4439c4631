"""One head's answer to one query, with every operand at once: what a page needs to show the arithmetic of attention."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from vit_core.attention import attention_scores
from vit_core.interventions import NOTHING, Intervention
from vit_core.trace import Trace


@dataclass(frozen=True)
class AttentionRow:
    """One head's answer to one query, with every operand.

    Attributes:
        q: the query, [K]. k, v: every token's key and value, [S, K].
        scores: q·k / divisor, [S]. weights: their softmax, [S], sums to 1. z: weights·v, [K].
        divisor: sqrt(d_head), or 1 where it is switched off.
    """

    q: Tensor
    k: Tensor
    v: Tensor
    scores: Tensor
    weights: Tensor
    z: Tensor
    divisor: float


def attention_row(trace: Trace, layer: int, head: int, query: int, *, what_if: Intervention = NOTHING) -> AttentionRow:
    """All terms of softmax(q·kᵀ / sqrt(d_head))·v for one head and one query.

    Raises:
        IndexError: there is no such layer, head or query.
    Source: arXiv 1706.03762, equation (1).
    """
    if not (0 <= head < trace.config.n_heads and 0 <= query < trace.geometry.n_tokens):
        raise IndexError(f"head {head} of {trace.config.n_heads}, query {query} of {trace.geometry.n_tokens}")
    q, k, v = (trace.at(layer, f"attn.{which}")[head] for which in "qkv")
    unscaled = layer in what_if.unscaled
    scores = attention_scores(q[query : query + 1], k)[0] * (trace.config.d_head**0.5 if unscaled else 1.0)
    weights = scores.softmax(dim=0)
    divisor = 1.0 if unscaled else trace.config.d_head**0.5
    return AttentionRow(q[query], k, v, scores, weights, weights @ v, divisor)
