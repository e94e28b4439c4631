"""Serve the page below a prefix, whether the proxy in front of it strips the prefix or not."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from starlette.responses import RedirectResponse
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """Middleware that makes path and root path of a request agree as in ASGI: the path begins with the root path.

    Gradio sets the operator's GRADIO_ROOT_PATH, a path or a whole address, in every request. If a proxy has stripped it
    from the path, Starlette would not find what is mounted.
    """

    def __init__(self, app: ASGIApp, own: Mount) -> None:
        self._app = app
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.get("root_path") or scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        root = _path_of(scope["root_path"])
        if scope["path"] == root:
            # The page requests everything by relative addresses; so the redirect is relative, too: the outer prefix is
            # unknown.
            there = f"./{quote(root.rpartition('/')[2])}/?{scope['query_string'].decode('latin-1')}".rstrip("?")
            await RedirectResponse(there)(scope, receive, send)
        else:
            inside = scope["path"].startswith(f"{root}/") and not (root and self._is_own(scope["path"]))
            path = scope["path"] if inside else root + scope["path"]
            await self._app({**scope, "root_path": root, "path": path}, receive, send)

    def _is_own(self, path: str) -> bool:
        """Whether a path names one of the page's own routes without a prefix: the prefix may have the name of their
        mount.
        """
        asked = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        found, inner = self._own.matches(asked)
        return found is not Match.NONE and any(
            route.matches({**asked, **inner})[0] is not Match.NONE for route in self._own.routes
        )


def _path_of(root: str) -> str:
    """The path of a root path or of a whole address: "" or "/prefix"."""
    path = unquote(urlsplit(root).path).strip("/")
    return f"/{path}" if path else ""
