"""Health of the process: /healthz and /readyz."""

from __future__ import annotations

import threading

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


class ServingState:
    """Whether the program is warm (the first examples are computed), and whether it was asked to end."""

    def __init__(self) -> None:
        self.warm = threading.Event()
        self.ending = threading.Event()

    def routes(self) -> list[Route]:
        """/healthz: the process answers. /readyz: it may be sent visitors (503 where it may not)."""

        async def health(_: Request) -> Response:
            return PlainTextResponse("ok\n")

        async def ready(_: Request) -> Response:
            why = "ending" if self.ending.is_set() else "" if self.warm.is_set() else "starting"
            return PlainTextResponse(f"{why or 'ready'}\n", status_code=503 if why else 200)

        return [Route("/healthz", health), Route("/readyz", ready)]
