"""The notebook of either journey, as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.compute.lanes import Lanes
from demo.compute.payloads import Payloads
from demo.query.asked import asked
from demo.query.registry import Question, Views
from demo.takeaway.notebook import MEDIA

NAME = "attention-microscope.ipynb"


def notebook_route(
    path: str,
    notebooks: Views[Any, Any],
    owner: Any,
    payloads: Payloads,
    lanes: Lanes,
    is_ready: Callable[[Request], bool],
) -> Route:
    """The route of one journey's notebook; `owner` is the service that it is asked of."""

    def question_of(request: Request) -> Question[Any, Any]:
        return notebooks.question("state", request.query_params)

    @asked(notebooks.parser, notebooks["state"].parser, answers=MEDIA)
    def notebook(request: Request) -> Response:
        """A Jupyter notebook that computes what is on screen with vit_core."""
        question = question_of(request)
        return payloads.file(question, lambda: question.answer(owner), NAME, MEDIA)

    return Route(path, lanes.of(notebook, lambda asked: payloads.keeps(question_of(asked)) or is_ready(asked)))
