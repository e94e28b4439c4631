"""The calculator's views of a translation, and of a recurrent network's."""

from __future__ import annotations

from demo.query.registry import Index
from demo.sentence.query import TranslationQuery
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from demo.views import calculator
from vit_core.sentence_trace import Part


@sentence_view("number", on_demand=True)
def number(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    name: str,
    index: Index = (),
    cell: str | None = None,
) -> bytes:
    """A number of a translation, or of a recurrent network's reading where a cell is named."""
    if cell is not None:
        reading, model = sentences.recurrents.by_cell(cell, translation_query.text)
        return calculator.number(reading.trace, model, name, index)
    trace, intervention = sentences.translation(translation_query).trace, sentences.intervention(translation_query)
    return calculator.number(trace, sentences.model_of(translation_query), name, index, intervention)


@sentence_view("row", on_demand=True)
def row(
    sentences: SentenceService, translation_query: TranslationQuery, *, part: Part, layer: int, head: int, query: int
) -> bytes:
    trace, intervention = sentences.translation(translation_query).trace, sentences.intervention(translation_query)
    return calculator.row(trace, layer, head, query, intervention, part)
