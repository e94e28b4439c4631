"""Header fields of every response: the version, and rules for the browser."""

from __future__ import annotations

import os

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo import __version__

# Hosts that may show the page in a frame, as Spaces, slides and learning platforms do: all, unless the operator names
# some.
ANCESTORS = "MICROSCOPE_FRAME_ANCESTORS"

FIELDS = {
    # docs/endpoints.md tells what a version promises.
    "X-Microscope-Version": __version__,
    # A picture or a number is never run as a script, whatever a visitor named it.
    "X-Content-Type-Options": "nosniff",
    # The address may name a visitor's own photo, and no other host may see it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), clipboard-write=(self), microphone=(), geolocation=(), payment=()",
}


class Headers:
    """Middleware that adds FIELDS to every response that does not set them itself, and the hosts that may frame it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ancestors = os.environ.get(ANCESTORS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                fields = MutableHeaders(scope=message)
                for name, value in FIELDS.items():
                    fields.setdefault(name, value)
                if self._ancestors:  # in addition to the page's own policy (demo/page/head.py): a browser enforces both
                    fields.append("Content-Security-Policy", f"frame-ancestors {self._ancestors}")
            await send(message)

        await self._app(scope, receive, add if scope["type"] == "http" else send)
