"""The route of the views of either journey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.compute.payloads import Payloads
from demo.compute.request_threads import RequestThreads
from demo.query.asked import asked, cases_of
from demo.query.registry import Question, Views


def view_route(path: str, views: Views[Any, Any], owner: Any, payloads: Payloads, threads: RequestThreads) -> Route:
    """Make the route of one journey's views; `owner` is the service that is passed to them."""

    def question_of(request: Request) -> Question[Any, Any]:
        return views.question(request.path_params["view"], request.query_params)

    @asked(cases=cases_of(views), answers="application/octet-stream")
    def view(request: Request) -> Response:
        question = question_of(request)
        return payloads.answer(question, lambda: question.answer(owner))

    return Route(f"{path}/{{view}}", threads.of(view, is_ready(question_of, owner, payloads)))


def is_ready(
    question_of: Callable[[Request], Question[Any, Any]], owner: Any, payloads: Payloads
) -> Callable[[Request], bool]:
    """Make a function that tells of a request whether its answer is stored, or the trace or translation that it
    needs.
    """

    def kept(request: Request) -> bool:
        question = question_of(request)
        return payloads.keeps(question) or owner.keeps(question.subject)

    return kept
