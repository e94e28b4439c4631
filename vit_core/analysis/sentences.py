"""Which tokens two sentences share, and how far apart the encoder's outputs for them are."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import torch
from torch import Tensor

from vit_core.sentence_trace import SentenceTrace


def same_tokens(before: Sequence[int], after: Sequence[int]) -> list[int | None]:
    """For every token of `after`, the place of the same token in `before`; each place is used at most once.

    Tokens in the same order are paired first (longest common blocks); of those that were moved, the first occurrence is
    paired with the first that is left. None for a token that is not in `before`.
    """
    partner: list[int | None] = [None] * len(after)
    for block in SequenceMatcher(None, list(before), list(after), autojunk=False).get_matching_blocks():
        for i in range(block.size):
            partner[block.b + i] = block.a + i
    left: dict[int, list[int]] = {}
    for place in sorted(set(range(len(before))) - set(partner)):
        left.setdefault(before[place], []).append(place)
    for place, token in enumerate(after):
        if partner[place] is None and left.get(token):
            partner[place] = left[token].pop(0)
    return partner


def encoder_output(trace: SentenceTrace) -> Tensor:
    """What leaves the encoder: one vector per source token. Shapes: [S, D]."""
    last = trace.config.encoder.n_layers - 1
    return trace["encoder.ln_final" if trace.config.norm == "pre" else f"encoder.blocks.{last}.resid_post"]


def moved_tokens(before: Tensor, after: Tensor, partner: Sequence[int | None]) -> tuple[Tensor, Tensor]:
    """How far each token of one sentence is from the same token of another.

    Shapes: before [S', D], after [S, D], partner as `same_tokens` -> two of [S], NaN for a token without a partner:
        the length of the difference as a share of the earlier vector's length, and the largest difference of any
        single number.
    """
    places = torch.tensor([-1 if place is None else place for place in partner])
    earlier = before[places.clamp(min=0)]
    difference = after - earlier
    relative = difference.norm(dim=1) / earlier.norm(dim=1)
    largest = difference.abs().amax(dim=1)
    return tuple(torch.where(places < 0, torch.nan, x) for x in (relative, largest))  # type: ignore[return-value]
