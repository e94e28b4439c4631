"""The papers' figures as files, for either journey."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.compute.lanes import Lanes
from demo.compute.payloads import Payloads
from demo.query.asked import asked, cases_of
from demo.query.registry import Question, Views

MEDIA = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}


def figure_route(path: str, figures: Views[Any, Any], owner: Any, payloads: Payloads, lanes: Lanes) -> Route:
    """The route of one journey's figures; `owner` is the service that they are asked of."""

    def question_of(request: Request) -> Question[Any, Any]:
        return figures.question(request.path_params["figure"], request.query_params)

    @asked(cases=cases_of(figures), answers=MEDIA.values())
    def figure(request: Request) -> Response:
        question = question_of(request)
        form = dict(question.values)["format"]
        name = f"{request.path_params['figure']}.{form}"
        return payloads.file(question, lambda: question.answer(owner), name, MEDIA[form])

    return Route(f"{path}/{{figure}}", lanes.drawn(figure, lambda request: payloads.keeps(question_of(request))))
