"""The data plane of the sentence's journey: facts and bytes of a translation, under /microscope/sentence.

As for photos (demo.routes), an address names everything its answer depends on; nothing is remembered per visitor.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.errors import VisitorError
from demo.page import sentence_facts
from demo.payloads import Payloads
from demo.queries import Query, numbers
from demo.sentences import DEFAULT_MODEL, MAX_WORDS, Ask, Sentences

View = Callable[[Sentences, Ask, Query], bytes]

VIEWS: dict[str, View] = {}
# What a view may be asked beside its sentence. Nothing else tells two payloads apart.
ASKED = ("part", "layer", "head", "query", "name", "index")


def sentence_routes(sentences: Sentences, payloads: Payloads) -> list[Route]:
    """Every route of the sentence's journey."""

    def facts(request: Request) -> Response:
        query = request.query_params
        return JSONResponse(sentence_facts(sentences, _ask(query), query.get("request", "")[:40]))

    def view(request: Request) -> Response:
        name, query = request.path_params["view"], request.query_params
        if name not in VIEWS:
            raise VisitorError("bad_request")
        ask = _ask(query)
        asked = tuple(query.get(word) for word in ASKED)
        return payloads.answer(("sentence", name, ask, asked), lambda: VIEWS[name](sentences, ask, query))

    return [Route("/sentence/facts", facts), Route("/sentence/view/{view}", view)]


def _ask(query: Query) -> Ask:
    return Ask(
        query.get("text", ""),
        query.get("model", DEFAULT_MODEL),
        query.get("how", Ask.how),
        numbers(query, "prefix", MAX_WORDS),
        query.get("change", ""),
    )
