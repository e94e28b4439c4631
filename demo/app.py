"""The Gradio app: the frame, a box per screen, the calculator over them, and the endpoints."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect

from demo.components.endpoint import MISNAMED, Endpoints, offered
from demo.components.scope import Scope
from demo.components.streams import Streams, looks_less_often, names_every_session, tells_only_who_listens
from demo.context import AppContext
from demo.page.head import EarlyHead
from demo.page.links import Links, ShortLinks
from demo.page.screens import parts
from demo.page.tours import Tours
from demo.programs.answer_files import answer_files_route
from demo.programs.openapi import openapi_route
from demo.programs.tools import CallsAsVisitor
from demo.programs.uploads import upload_route
from demo.query.body import unread
from demo.routes import data_plane
from demo.services import Services
from demo.serving.broken_http import close_quietly
from demo.serving.limits import MOST_WAITING
from demo.serving.prefix import Prefix
from demo.serving.public import Public
from demo.tabs import api, lending

# Whether assistants can call the endpoints as tools: gradio[mcp] is installed.
OFFERS_TOOLS = find_spec("mcp") is not None


def build_app(services: Services) -> gr.Blocks:
    """The page and its endpoints."""
    ctx = AppContext(services)
    with Endpoints(title="Attention Microscope", analytics_enabled=False, fill_width=True) as app:
        for module, elem_id in parts():
            Scope(module, elem_id=elem_id)
        lending.build(ctx)
        api.build(ctx)
    app.queue(max_size=MOST_WAITING, api_open=False)
    tells_only_who_listens(app._queue)
    names_every_session(app._queue)
    looks_less_often(app._queue)
    return app


def launch_kwargs(services: Services, public: Public | None = None, tours: Tours | None = None) -> dict[str, Any]:
    """The arguments with which the app is launched: its routes and head are in place before the first request, and
    memory is bounded.
    """
    close_quietly()
    public = public or Public(services)
    links = Links()
    own = data_plane(services, public.payloads, links, tours, public.rooms, public.waiting)
    described = openapi_route(own, lambda app: offered(app.get_blocks()))
    middleware = [Middleware(Prefix, own=own), *public.middleware(own), Middleware(ShortLinks, links=links)]
    middleware += [Middleware(EarlyHead), Middleware(Streams), Middleware(CallsAsVisitor)]
    return {
        "app_kwargs": {
            "routes": [described, own, upload_route(services), answer_files_route(services), *public.routes()],
            "middleware": middleware,
            "exception_handlers": {**MISNAMED, ClientDisconnect: unread},
        },
        "theme": gr.themes.Base(
            font=["system-ui", "Noto Sans KR", "sans-serif"], font_mono=["ui-monospace", "monospace"]
        ),
        "ssr_mode": False,
        "mcp_server": OFFERS_TOOLS,
        "run_history": False,
        "state_session_capacity": 200,
        "max_file_size": "20mb",
        "footer_links": [],
        "show_error": True,
        # Gradio requests its own page once and gives up after 3 s, which a busy machine may exceed. By then it already
        # knows that the server answers (`startup-events` has no such limit).
        "_frontend": False,
    }
