"""The routes of the papers' figures and the notebooks of either journey, each as a file."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.compute.payloads import Payloads
from demo.compute.request_threads import RequestThreads
from demo.compute.view_route import is_ready
from demo.photo.service import PhotoService
from demo.query.asked import asked, cases_of
from demo.query.registry import Question, Views
from demo.sentence.service import SentenceService
from demo.takeaway import notebook
from demo.takeaway.registry import photo_figure, photo_notebook, sentence_figure, sentence_notebook

FIGURE_MEDIA = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
NOTEBOOK_NAME = "attention-microscope.ipynb"


def takeaway_routes(
    photos: PhotoService, sentences: SentenceService, payloads: Payloads, threads: RequestThreads
) -> list[Route]:
    """Every route whose response is a file to download."""
    return [
        _figure_route("/figure", photo_figure, photos, payloads, threads),
        _notebook_route("/notebook.ipynb", photo_notebook, photos, payloads, threads),
        _figure_route("/sentence/figure", sentence_figure, sentences, payloads, threads),
        _notebook_route("/sentence/notebook.ipynb", sentence_notebook, sentences, payloads, threads),
    ]


def _figure_route(
    path: str, figures: Views[Any, Any], owner: Any, payloads: Payloads, threads: RequestThreads
) -> Route:
    """The route of one journey's figures; `owner` is the service that they are asked of."""

    def question_of(request: Request) -> Question[Any, Any]:
        return figures.question(request.path_params["figure"], request.query_params)

    @asked(cases=cases_of(figures), answers=FIGURE_MEDIA.values())
    def figure(request: Request) -> Response:
        question = question_of(request)
        form = dict(question.values)["format"]
        name = f"{request.path_params['figure']}.{form}"
        return payloads.file(question, lambda: question.answer(owner), name, FIGURE_MEDIA[form])

    return Route(f"{path}/{{figure}}", threads.drawn(figure, lambda request: payloads.keeps(question_of(request))))


def _notebook_route(
    path: str, notebooks: Views[Any, Any], owner: Any, payloads: Payloads, threads: RequestThreads
) -> Route:
    """The route of one journey's notebook; `owner` is the service that it is asked of."""

    def question_of(request: Request) -> Question[Any, Any]:
        return notebooks.question("state", request.query_params)

    @asked(notebooks.parser, notebooks["state"].parser, answers=notebook.MEDIA)
    def answer(request: Request) -> Response:
        """A Jupyter notebook that computes what is on screen with vit_core."""
        question = question_of(request)
        return payloads.file(question, lambda: question.answer(owner), NOTEBOOK_NAME, notebook.MEDIA)

    return Route(path, threads.of(answer, is_ready(question_of, owner, payloads)))
