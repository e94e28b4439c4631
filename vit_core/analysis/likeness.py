"""Whether the key with the largest q·k is also the token that is most similar by cosine."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.analysis.masking import open_pairs, scores_before_mask
from vit_core.analysis.sentences import encoder_output
from vit_core.arguments import require_place
from vit_core.interventions import branches_of
from vit_core.sentence_trace import Part, SentenceTrace, Stack


@dataclass(frozen=True)
class Likeness:
    """q·k of one query with every key, and the cosine similarity of the query's token to every key's token.

    Attributes:
        fit: q·k, [H, key]; -inf for a key that the query may not see.
        inner: x·y of what W^Q reads of the query's token and W^K of the key's, [key].
        length, lengths: |x| of the query's token, and |y| of every key's, [key].
        alike: the key with the largest cosine x·y / (|x| |y|) of those it may see, itself apart; None for none.
        same: whether a query's key with the largest q·k is the most alike one, [H, query] of bool.
        fits: of each query the two largest q·k, [H, query, 2]; likes: the two largest cosines with others, [query, 2].
            -inf where a query has no second key, or no other one.
    """

    fit: Tensor
    inner: Tensor
    length: Tensor
    lengths: Tensor
    alike: int | None
    same: Tensor
    fits: Tensor
    likes: Tensor


def likeness(trace: SentenceTrace, layer: int, part: Part, query: int) -> Likeness:
    """q·k and cosine similarity of one query with all keys of one attention.

    Raises:
        IndexError: there is no such layer or query.
    """
    open_ = open_pairs(trace, layer, part)
    require_place("query", query, len(open_))
    x, y = read_by(trace, layer, part)
    fit = scores_before_mask(trace, layer, part, scaled=False).masked_fill(~open_, -torch.inf)
    inner, lengths = x @ y.T, y.norm(dim=-1)
    # Computed from float32, as the page does it with the numbers it is sent, so that both print the same digits.
    cosine = inner.double() / (x.norm(dim=-1)[:, None].double() * lengths.double())
    others = open_ if part == "cross" else open_ & ~torch.eye(len(open_), dtype=torch.bool)
    likeness_of = cosine.masked_fill(~others, -torch.inf)
    alike = likeness_of.argmax(dim=-1)
    return Likeness(
        fit=fit[:, query],
        inner=inner[query],
        length=x[query].norm(),
        lengths=lengths,
        alike=int(alike[query]) if others[query].any() else None,
        same=fit.argmax(dim=-1) == alike,
        fits=_two_largest(fit),
        likes=_two_largest(likeness_of),
    )


def _two_largest(values: Tensor) -> Tensor:
    """[..., N] -> [..., 2]"""
    largest = values.topk(min(2, values.shape[-1]), dim=-1).values
    return torch.nn.functional.pad(largest, (0, 2 - largest.shape[-1]), value=-torch.inf)


def read_by(trace: SentenceTrace, layer: int, part: Part) -> tuple[Tensor, Tensor]:
    """The inputs of W^Q and W^K of an attention: the stream before it, normalised in models that normalise first.

    Shapes: [query, D] and [key, D].
    """
    stack: Stack = "encoder" if part == "encoder" else "decoder"
    first, *rest = branches_of(f"{stack}.blocks.{layer}")
    if trace.config.norm == "pre":
        asks = trace.at(stack, layer, (rest[0] if part == "cross" else first).ln)
    else:
        asks = trace.at(stack, layer, first.resid if part == "cross" else "resid_pre")
    return asks, encoder_output(trace) if part == "cross" else asks
