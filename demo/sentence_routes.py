"""The data plane of the sentence's journey: facts and bytes of a translation, under /microscope/sentence.

As for photos (demo.routes), an address names everything its answer depends on; nothing is remembered per visitor.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from demo.endpoints import sentence_view
from demo.page import sentence_facts
from demo.payloads import Payloads
from demo.sentences import Sentences
from vit_core.quality_by_length import TABLE


def sentence_routes(sentences: Sentences, payloads: Payloads) -> list[Route]:
    """Every route of the sentence's journey."""

    def facts(request: Request) -> Response:
        query = request.query_params
        return JSONResponse(sentence_facts(sentences, sentence_view.subject(query), query.get("request", "")[:40]))

    def view(request: Request) -> Response:
        question = sentence_view.question(request.path_params["view"], request.query_params)
        return payloads.answer(question, lambda: question.answer(sentences))

    def table(request: Request) -> Response:
        return FileResponse(TABLE, media_type="text/tab-separated-values", filename=TABLE.name)

    return [
        Route("/sentence/facts", facts),
        Route("/sentence/view/{view}", view),
        Route("/quality-by-length.tsv", table),
    ]
