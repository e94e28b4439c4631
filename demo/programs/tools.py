"""Assistants call the named endpoints as tools (MCP): what they are refused in, and as whom they wait in the queue.

Gradio's server of tools calls the endpoints by HTTP, from this computer, with the header fields that it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette._utils import get_route_path
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.query.parameters import ParameterError, check

PATH = "/gradio_api/mcp"
FORWARDED = b"x-forwarded-for"


def refusing_in_our_words(server: Any, endpoints: Mapping[str, Any]) -> None:
    """Have a server of tools check what it is sent as the endpoints do; its own check would not name the parameter.

    Args:
        server: of the package `mcp`.
        endpoints: the functions behind the tools, by name, each with the `parameters` that it takes.
    """
    from mcp import types  # noqa: PLC0415  it may not be installed

    call = server.request_handlers[types.CallToolRequest]

    async def checked(request: types.CallToolRequest) -> types.ServerResult:
        name, given = request.params.name, request.params.arguments or {}
        try:
            if name not in endpoints:
                raise ParameterError("name", f"one of {', '.join(endpoints)}", name)
            check(endpoints[name].parameters, given)
        except ParameterError as error:
            told = types.TextContent(type="text", text=error.sentence)
            return types.ServerResult(types.CallToolResult(content=[told], isError=True))
        return await call(request)

    server.request_handlers[types.CallToolRequest] = checked


class CallsAsVisitor:
    """Has a tool's call of an endpoint come from the address that called the tool, and from no other that it names.

    What is forwarded from this computer is believed, and these calls come from it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and get_route_path(scope).startswith(PATH):
            fields = [field for field in scope["headers"] if field[0] != FORWARDED]
            if scope.get("client"):
                fields.append((FORWARDED, scope["client"][0].encode("latin-1")))
            scope = {**scope, "headers": fields}
        await self._app(scope, receive, send)
