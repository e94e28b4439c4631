"""The data plane of the sentence's journey: facts and bytes of a translation, under /microscope/sentence.

As for photos (demo.photo.routes), an address names everything that its answer depends on; no state is kept per visitor.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from demo.compute.payloads import Payloads
from demo.compute.request_threads import RequestThreads, number_of
from demo.compute.view_route import view_route
from demo.query.asked import FOLLOWED, asked
from demo.query.registry import require_declared
from demo.sentence.facts import sentence_facts
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from vit_core.quality_by_length import TABLE


def sentence_routes(sentences: SentenceService, payloads: Payloads, threads: RequestThreads) -> list[Route]:
    """Every route of the sentence's journey."""

    def is_ready(request: Request) -> bool:
        return sentences.keeps(sentence_view.subject(request.query_params))

    @asked(sentence_view.parser, FOLLOWED)
    def facts(request: Request) -> Response:
        """The facts of a text and its translation: computed if they are not in memory."""
        require_declared(request.query_params, sentence_view.parser, FOLLOWED)
        translation_query = sentence_view.subject(request.query_params)
        kept = sentences.keeps(translation_query)
        # Whether it is computed now, as for a photo: else this visitor has not waited for it.
        return JSONResponse({**sentence_facts(sentences, translation_query, number_of(request)), "now": not kept})

    @asked(answers="text/tab-separated-values")
    def table(request: Request) -> Response:
        """Quality by length of the source, as it was measured."""
        return FileResponse(TABLE, media_type="text/tab-separated-values", filename=TABLE.name)

    return [
        Route("/sentence/facts", threads.long(facts, is_ready)),
        view_route("/sentence/view", sentence_view, sentences, payloads, threads),
        Route("/quality-by-length.tsv", table),
    ]
