"""The papers' figures as files, for either journey, and which screen shows the numbers of which."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.asked import asked, cases_of
from demo.lanes import Lanes
from demo.payloads import Payloads
from demo.registry import Question, Views
from demo.screens import SCREENS

MEDIA = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
# On which screens, or chapters of one, a figure's numbers are shown: whoever takes something away from there can take
# the figure too (assets/js/core/paper_figures.js). What it is called there is figures.<name> of the page's texts.
SCREENS_OF = {
    "fig6": ("attention",),
    "fig7": ("patches", "position", "attention"),
    "fig7-left": ("patches",),
    "fig7-centre": ("position",),
    "fig7-right": ("attention",),
    "bahdanau2": ("before:bottleneck",),
    "bahdanau3": ("before:chain", "decoder"),
    "vaswani3": ("decoder", "encoder"),
    "vaswani4": ("decoder",),
    "vaswani5": ("decoder",),
    "beam": ("translation",),
    "length": ("translation",),
    "gradient": ("before:gradient",),
}


def on_screens() -> dict[str, dict[str, Any]]:
    """Whose figures there are, and on which screens, for the page."""
    journeys = {screen.name: screen.journey for screen in SCREENS}
    return {
        name: {"journey": journeys[screens[0].partition(":")[0]], "screens": screens}
        for name, screens in SCREENS_OF.items()
    }


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
