"""Header fields of every answer: the version, and the rules that the browser has to keep to."""

from __future__ import annotations

import os

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo import __version__

# Who may show the page in a frame (a Space does, and slides, and learning platforms): anybody, unless the operator
# names them.
ANCESTORS = "MICROSCOPE_FRAME_ANCESTORS"

FIELDS = {
    # What a version promises stands in docs/endpoints.md.
    "X-Microscope-Version": __version__,
    # A picture or a number is never run as a script, whatever a visitor named it.
    "X-Content-Type-Options": "nosniff",
    # The address may name a visitor's own photo: no other host learns it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), clipboard-write=(self), microphone=(), geolocation=(), payment=()",
}


class Headers:
    """Adds FIELDS to every answer, where it does not say otherwise itself, and who may frame it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ancestors = os.environ.get(ANCESTORS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                fields = MutableHeaders(scope=message)
                for name, value in FIELDS.items():
                    fields.setdefault(name, value)
                if self._ancestors:  # beside the page's own policy (demo/page/head.py): a browser keeps to both
                    fields.append("Content-Security-Policy", f"frame-ancestors {self._ancestors}")
            await send(message)

        await self._app(scope, receive, add if scope["type"] == "http" else send)
