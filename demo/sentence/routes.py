"""The data plane of the sentence's journey: facts and bytes of a translation, under /microscope/sentence.

As for photos (demo.photo.routes), an address names everything its answer depends on; nothing is remembered per visitor.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from demo.compute.lanes import Lanes, number_of
from demo.compute.payloads import Payloads
from demo.query.asked import FOLLOWED, asked, cases_of
from demo.query.registry import Question
from demo.sentence.facts import sentence_facts
from demo.sentence.registry import sentence_figure, sentence_notebook, sentence_view
from demo.sentence.service import SentenceService
from demo.takeaway.figure_routes import figure_route
from demo.takeaway.notebook_routes import notebook_route
from vit_core.quality_by_length import TABLE


def sentence_routes(sentences: SentenceService, payloads: Payloads, lanes: Lanes) -> list[Route]:
    """Every route of the sentence's journey."""

    def is_ready(request: Request) -> bool:
        return sentences.keeps(sentence_view.subject(request.query_params))

    def question_of(request: Request) -> Question:
        return sentence_view.question(request.path_params["view"], request.query_params)

    @asked(sentence_view.parser, FOLLOWED)
    def facts(request: Request) -> Response:
        """What a text is to a translator and how it is translated: computed if it is not kept."""
        ask = sentence_view.subject(request.query_params)
        kept = sentences.keeps(ask)
        # Whether it is computed now, as of a photo: otherwise this visitor has not waited for it.
        return JSONResponse({**sentence_facts(sentences, ask, number_of(request)), "now": not kept})

    @asked(cases=cases_of(sentence_view), answers="application/octet-stream")
    def view(request: Request) -> Response:
        question = question_of(request)
        return payloads.answer(question, lambda: question.answer(sentences))

    @asked(answers="text/tab-separated-values")
    def table(request: Request) -> Response:
        """Quality by length of the source, as it was measured."""
        return FileResponse(TABLE, media_type="text/tab-separated-values", filename=TABLE.name)

    def is_finished(request: Request) -> bool:
        return payloads.keeps(question_of(request)) or is_ready(request)

    return [
        Route("/sentence/facts", lanes.long(facts, is_ready)),
        Route("/sentence/view/{view}", lanes.of(view, is_finished)),
        Route("/quality-by-length.tsv", table),
        figure_route("/sentence/figure", sentence_figure, sentences, payloads, lanes),
        notebook_route("/sentence/notebook.ipynb", sentence_notebook, sentences, payloads, lanes, is_ready),
    ]
