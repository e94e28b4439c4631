"""What the calculator asks for, of a photo, of a translation, and of a recurrent network's reading."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MaxLen

from demo.registry import Naturals, photo_view, sentence_view
from demo.sentences import Ask, Sentences
from demo.services import Look, Services
from demo.views import calculator
from vit_core.provenance import layer_of
from vit_core.sentence_trace import Part

# Where a number stands in its quantity; none has more axes.
Index = Annotated[Naturals, MaxLen(3)]


@photo_view("number", on_demand=True)
def number(services: Services, look: Look, *, name: str, index: Index = ()) -> bytes:
    layer = layer_of(name)
    trace = services.trace(look) if layer is None else services.block(look, layer)
    return calculator.number(trace, services.check(look), name, index, services.intervention(look, trace))


@photo_view("row", on_demand=True)
def row(services: Services, look: Look, *, layer: int, head: int, query: int) -> bytes:
    trace = services.trace(look)
    return calculator.row(trace, layer, head, query, services.intervention(look, trace))


@sentence_view("number", on_demand=True)
def sentence_number(sentences: Sentences, ask: Ask, *, name: str, index: Index = (), cell: str | None = None) -> bytes:
    """A number of a translation, or of a recurrent network's reading where a cell is named."""
    if cell is not None:
        reading, model = sentences.recurrents.by_cell(cell, ask.text)
        return calculator.number(reading.trace, model, name, index)
    trace, what_if = sentences.translation(ask).trace, sentences.intervention(ask)
    return calculator.number(trace, sentences.check(ask), name, index, what_if)


@sentence_view("row", on_demand=True)
def sentence_row(sentences: Sentences, ask: Ask, *, part: Part, layer: int, head: int, query: int) -> bytes:
    trace, what_if = sentences.translation(ask).trace, sentences.intervention(ask)
    return calculator.row(trace, layer, head, query, what_if, part)
