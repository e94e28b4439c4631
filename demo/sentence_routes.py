"""The data plane of the sentence's journey: facts and bytes of a translation, under /microscope/sentence.

As for photos (demo.routes), an address names everything its answer depends on; nothing is remembered per visitor.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from demo import choices
from demo.errors import VisitorError
from demo.lanes import Lanes, number_of
from demo.page import sentence_facts
from demo.payloads import Payloads
from demo.queries import Query, number, numbers
from demo.readable import MAX_CHARACTERS
from demo.recurrent_routes import cell_costs, cell_times, gradient, gradient_text, translator_of
from demo.sentences import DEFAULT_MODEL, MAX_WORDS, Ask, Sentences
from demo.views import (
    before_bottleneck,
    before_chain,
    before_gradient,
    before_path,
    calculator,
    decoder,
    translation,
    twins,
    words,
)
from vit_core import LoadedRecurrent, RecurrentTranslation
from vit_core.quality_by_length import TABLE, read_quality
from vit_core.sentence_trace import Part

View = Callable[[Sentences, Ask, Query], bytes]

VIEWS: dict[str, View] = {
    "chain": lambda s, ask, q: before_chain.chain(*_read(s, ask, q), ask.text),
    "path": lambda s, ask, q: before_path.path(*_read(s, ask, q), ask.text),
    "number": lambda s, ask, q: _number(s, ask, q, numbers(q, "index", 3)),
    "row": lambda s, ask, q: calculator.row(
        s.translation(ask).trace, number(q, "layer"), number(q, "head"), number(q, "query"), part=_part(q)
    ),
    "attention": lambda s, ask, q: decoder.attention(s.translation(ask), _part(q), number(q, "layer")),
    "all_layers": lambda s, ask, q: decoder.all_layers(s.translation(ask), _part(q)),
    "heads": lambda s, ask, q: decoder.heads(s.translation(ask), _part(q)),
    "scores": lambda s, ask, q: decoder.scores(s.translation(ask), _part(q), number(q, "layer")),
    "alignment": lambda s, ask, q: decoder.alignment(s.translation(ask), s.difference(ask)),
    "twins": lambda s, ask, q: _twins(s, ask.text, q.get("reference", "")),
    "steps": lambda s, ask, q: translation.steps(s.translation(ask), s.check(ask), choices.parse(ask.how)),
    "tree": lambda s, ask, q: translation.tree(s.translation(ask), s.check(ask), choices.parse(ask.how)),
    "pieces": lambda s, ask, q: translation.pieces(s.check(ask), _word(q)),
    "words": lambda s, ask, q: words.words(s.translation(ask), s.check(ask)),
    "moved": lambda s, ask, q: _moved(s, ask, q.get("before", "")),
    "padding": lambda s, ask, q: _padding(s, ask, q.get("others", "").split("\n"), q.get("mask", "on")),
    "gradient_text": lambda s, ask, q: gradient_text(s.recurrents, ask.text, s.translation(ask).text, q),
    "gradient": lambda s, ask, q: gradient(s.recurrents, ask.text, s.translation(ask).text, q),
    "radius": lambda s, ask, q: before_gradient.radius(),
    "cell_costs": lambda s, ask, q: cell_costs(s.recurrents),
    "cell_times": lambda s, ask, q: cell_times(s.recurrents),
    "quality_by_length": lambda s, ask, q: before_bottleneck.quality(read_quality(), ask.text),
    "translated": lambda s, ask, q: _translated(s, ask.text, q.get("name", "")),
}
# What a view may be asked beside its sentence. Nothing else tells two payloads apart.
ASKED = (
    *("part", "layer", "head", "query", "name", "index", "word", "before", "others", "mask", "reference"),
    *("cell", "weights", "count", "step", "run"),
)
# Sentences that may join another one in a batch.
MOST_OTHERS = 2


def _part(query: Query) -> Part:
    for part in get_args(Part):
        if query.get("part") == part:
            return cast(Part, part)
    raise VisitorError("bad_request")


def _read(sentences: Sentences, ask: Ask, query: Query) -> tuple[RecurrentTranslation, LoadedRecurrent]:
    """A sentence as the recurrent translator of a query reads it."""
    name = translator_of(query)
    return sentences.recurrents.reading(name, ask.text), sentences.recurrents.model(name)


def _number(sentences: Sentences, ask: Ask, query: Query, index: tuple[int, ...]) -> bytes:
    """A number of a translation, or of a recurrent network's reading where the query names a cell."""
    name = query.get("name", "")
    if "cell" in query:
        reading, model = _read(sentences, ask, query)
        return calculator.number(reading.trace, model, name, index)
    return calculator.number(sentences.translation(ask).trace, sentences.check(ask), name, index)


def _word(query: Query) -> str:
    """A word that is to be forced.

    Raises:
        VisitorError: bad_request for nothing, sentence_too_long.
    """
    word = query.get("word", "")
    if len(word) > MAX_CHARACTERS:
        raise VisitorError("sentence_too_long", found=len(word), limit=MAX_CHARACTERS)
    if not word.strip():
        raise VisitorError("bad_request")
    return word


def _twins(sentences: Sentences, text: str, reference: str) -> bytes:
    """A sentence before the twins: fed its translation, and alone."""
    return twins.twins(
        [
            twins.Twin(
                name,
                sentences.models.load(name),
                sentences.fed(name, text, reference),
                sentences.translation(Ask(text, name, "greedy")),
            )
            for name in sentences.twins()
        ]
    )


def _moved(sentences: Sentences, ask: Ask, before: str) -> bytes:
    """A sentence beside another, both translated in the same way; words that were forced belong to neither."""
    ask = replace(ask, prefix=())
    return words.moved(sentences.translation(replace(ask, text=before)), sentences.translation(ask))


def _padding(sentences: Sentences, ask: Ask, others: list[str], mask: str) -> bytes:
    """A sentence in a batch with others, with the mask that hides the padding "on" or "off"."""
    if mask not in ("on", "off") or len(others) > MOST_OTHERS:
        raise VisitorError("bad_request")
    ask = replace(ask, prefix=(), change="")
    alone = [sentences.translation(replace(ask, text=text)) for text in (ask.text, *others)]
    batch, moved, written = sentences.padded(ask, tuple(others), masked=mask == "on")
    return words.padding(batch, moved, [one.source_tokens for one in alone], written, [one.text for one in alone])


def _translated(sentences: Sentences, text: str, name: str) -> bytes:
    """A sentence translated by any model that has one best next token, a Transformer or a recurrent network."""
    recurrents = sentences.recurrents
    if name in recurrents.models.names():
        return before_bottleneck.translated(recurrents.reading(name, text), recurrents.model(name))
    ask = Ask(text, name, "greedy")
    return before_bottleneck.translated(sentences.translation(ask), sentences.check(ask))


def sentence_routes(sentences: Sentences, payloads: Payloads, lanes: Lanes) -> list[Route]:
    """Every route of the sentence's journey."""

    def is_ready(request: Request) -> bool:
        return sentences.keeps(_ask(request.query_params))

    def key_of(request: Request) -> Hashable:
        query = request.query_params
        return "sentence", request.path_params["view"], _ask(query), tuple(query.get(word) for word in ASKED)

    def facts(request: Request) -> Response:
        return JSONResponse(sentence_facts(sentences, _ask(request.query_params), number_of(request)))

    def view(request: Request) -> Response:
        name, query = request.path_params["view"], request.query_params
        if name not in VIEWS:
            raise VisitorError("bad_request")
        ask = _ask(query)
        return payloads.answer(key_of(request), lambda: VIEWS[name](sentences, ask, query))

    def table(request: Request) -> Response:
        return FileResponse(TABLE, media_type="text/tab-separated-values", filename=TABLE.name)

    return [
        Route("/sentence/facts", lanes.long(facts, is_ready)),
        Route("/sentence/view/{view}", lanes.of(view, lambda asked: payloads.keeps(key_of(asked)) or is_ready(asked))),
        Route("/quality-by-length.tsv", table),
    ]


def _ask(query: Query) -> Ask:
    return Ask(
        query.get("text", ""),
        query.get("model", DEFAULT_MODEL),
        query.get("how", Ask.how),
        numbers(query, "prefix", MAX_WORDS),
        query.get("change", ""),
    )
