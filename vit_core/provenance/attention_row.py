"""One head's result for one query with all its operands at once, to show the arithmetic of attention."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from vit_core.arguments import require_place
from vit_core.interventions import NOTHING, AnyIntervention
from vit_core.sentence_trace import Part, SentenceTrace, TextTrace
from vit_core.trace import Trace


@dataclass(frozen=True)
class AttentionRow:
    """One head's result for one query, with every operand.

    Attributes:
        q: the query, [K]. k, v: every key's token's key and value, [S, K].
        scores: q·k / divisor, [S]; -inf where the mask forbids. weights: their softmax, [S], sums to 1.
        z: weights·v, [K].
        divisor: sqrt(d_head), or 1 where it is switched off.
        allowed: [S] of bool, False for keys the mask hides; None where nothing is masked.
    """

    q: Tensor
    k: Tensor
    v: Tensor
    scores: Tensor
    weights: Tensor
    z: Tensor
    divisor: float
    allowed: Tensor | None = None


def attention_row(
    trace: Trace | SentenceTrace,
    layer: int,
    head: int,
    query: int,
    *,
    part: Part = "encoder",
    intervention: AnyIntervention = NOTHING,
) -> AttentionRow:
    """All terms of softmax(q·kᵀ / sqrt(d_head))·v for one head and one query.

    Args:
        part: which of a translator's attentions.

    Raises:
        IndexError: there is no such layer, head or query.
        ValueError: there is no such part.
    Source: arXiv 1706.03762, equation (1).
    """
    at = trace.attention(layer, part) if isinstance(trace, SentenceTrace) else trace.attention(layer)
    q, k, v = (trace[f"{at}.{which}"] for which in "qkv")
    require_place("head", head, len(q))
    require_place("query", query, q.shape[1])
    q, k, v, allowed = q[head, query], k[head], v[head], allowed_keys(trace, part, query)
    scores, weights = (of(at, head, allowed, query=query) for of in (trace.scores_at, trace.pattern_at))
    return AttentionRow(
        q, k, v, scores, weights, weights @ v, divisor_of(len(q), at.rpartition(".")[0], intervention), allowed
    )


def allowed_keys(trace: Trace | TextTrace, part: Part, query: int) -> Tensor | None:
    """The keys to which the mask lets a query attend, [S] of bool; None without a mask."""
    mask = trace.mask(part) if isinstance(trace, SentenceTrace) else None
    if mask is None:
        return None
    return mask[query] if mask.ndim == 2 else mask  # causal, or the same padding for every query


def divisor_of(d_head: int, block: str, intervention: AnyIntervention) -> float:
    """The divisor of q·k in a block: sqrt(d_head), or 1 where the division is switched off."""
    return d_head**0.5 if intervention.divides(block) else 1.0
