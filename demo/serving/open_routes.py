"""Name the route of each request, and answer 404 for routes that are not open.

Of Gradio's routes, only those are open that the page, the clients of the endpoints and assistants (MCP) use. Gradio has
many more, for apps that stream, are edited in the browser, load other apps or are watched by their author. Nobody needs
them here, and some do more than strangers should be able to.
"""

from __future__ import annotations

from starlette._utils import get_route_path
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

# Routes for operators and their machines only.
OPERATOR = ("/healthz", "/readyz", "/metrics")
PAGE = "page"
GRADIO = "gradio"
OTHER = "other"
# A route of the app, not of the mount, since it also describes the endpoints.
OPENAPI = "/microscope/openapi.json"
# The key under which a request's scope holds its route, for the inner middleware.
ROUTE = "microscope.route"

PAGES = frozenset({"/config", "/theme.css", "/favicon.ico", "/robots.txt"})
FILES = ("/assets/", "/static/", "/svelte/")
API = "/gradio_api/"
API_PAGES = frozenset(
    {"info", "openapi.json", "app_id", "startup-events", "theme.css", "upload", "queue/join", "queue/data", "cancel"}
)
# The longest file name and path: a longer one would be an error on the disk.
LONGEST_NAME, LONGEST_PATH = 255, 2000
# Of files only those of answers (demo/programs/answer_files.py): Gradio's own route would fetch any address.
API_BELOW = ("call/", "heartbeat/", "file=attention/", "mcp")


def route_of(scope: Scope, own: Mount) -> str:
    """The route of a request, as one of a few labels: an attacker's paths must not fill the memory of the counters.

    Of the page's own routes (`own`) it is the path with the names of its parameters, as in "/view/{view}".
    """
    path = get_route_path(scope)
    found, inner = own.matches(scope)
    if path in (OPENAPI, *OPERATOR):
        return path
    if found is Match.NONE:
        return PAGE if path in ("", "/") else GRADIO if is_open(path) else OTHER
    inside = {**scope, **inner}
    for route in own.routes:
        if route.matches(inside)[0] is not Match.NONE:
            return "/static" if isinstance(route, Mount) else str(getattr(route, "path", OTHER))
    return OTHER


def is_open(path: str) -> bool:
    """Whether a path is one of Gradio's that is open here."""
    if len(path.encode()) > LONGEST_PATH or any(len(name.encode()) > LONGEST_NAME for name in path.split("/")):
        return False
    page = path.rstrip("/")
    if page in PAGES or path.startswith(FILES):
        return True
    inside = page.removeprefix(API)
    return inside != page and (inside in API_PAGES or inside.startswith(API_BELOW))


class OpenRoutes:
    """Middleware that answers 404 for routes that are not open. It is inside `Observed`, which has found out the
    route.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._closed = PlainTextResponse("Not Found\n", status_code=404)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_closed = scope["type"] == "http" and scope[ROUTE] == OTHER
        await (self._closed if is_closed else self._app)(scope, receive, send)
