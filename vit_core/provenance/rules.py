"""Explain any number of a trace, by one rule for every quantity of every model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vit_core.interventions import NOTHING, AnyIntervention
from vit_core.provenance.answers import alone
from vit_core.provenance.block_rules import BLOCK_RULES
from vit_core.provenance.explanation import Explanation, Index
from vit_core.provenance.image_rules import IMAGE_RULES
from vit_core.provenance.places import numbers_of, parameter, place_of
from vit_core.provenance.question import Question, Rule
from vit_core.provenance.recurrent_rules import recurrent_rules
from vit_core.provenance.sentence_rules import SENTENCE_RULES
from vit_core.recurrent_translation import RecurrentTrace
from vit_core.sentence_trace import TextTrace
from vit_core.trace import Trace

if TYPE_CHECKING:
    from vit_core.provenance.places import AnyModel


def explain(
    model: AnyModel,
    trace: Trace | TextTrace,
    name: str,
    index: Index,
    *,
    intervention: AnyIntervention = NOTHING,
) -> Explanation:
    """Explain how one number of a trace was computed.

    Args:
        trace: a photo's with the number's own block opened (vit_core.replay.open_block) if it stands in one, or a
            sentence's as `translate` or `translate_recurrent` keeps it.
        name: a quantity of vit_core.names, "pixels", "blocks.{i}.resid_pre" of any stack, one of
            `recurrent_places.BETWEEN`, or a learned parameter.
        intervention: what was switched off or moved in the pass.

    Raises:
        KeyError: there is no such quantity.
        IndexError: it has no such number.
    """
    numbers = numbers_of(model, trace, name)
    if len(index) != numbers.ndim or not all(0 <= i < n for i, n in zip(index, numbers.shape, strict=True)):
        given, counts = (",".join(map(str, one)) or "none" for one in (index, numbers.shape))
        takes = f"{name} takes {numbers.ndim} whole numbers from 0, each below that of {counts}"
        raise IndexError(f"{takes}, not {given}")
    learned = parameter(model.model, name)
    rule = alone if learned is not None else _rule(trace, name)
    shape = tuple(numbers.shape if learned is None else learned.shape)
    return replace(rule(Question(model, trace, name, place_of(name), index, intervention)), shape=shape)


def _rule(trace: Trace | TextTrace, name: str) -> Rule:
    place = place_of(name)
    if isinstance(trace, RecurrentTrace):
        return recurrent_rules(trace.config)[place.kind]
    outside = IMAGE_RULES if isinstance(trace, Trace) else SENTENCE_RULES
    return (outside if place.layer is None else BLOCK_RULES)[place.kind]
