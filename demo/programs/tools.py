"""Let assistants call the named endpoints as tools (MCP), with our error messages and under the visitor's address.

Gradio's MCP server calls the endpoints by HTTP from this computer, with the header fields that it received.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from starlette._utils import get_route_path
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.query.body import unread
from demo.query.parameters import ParameterError, check

PATH = "/gradio_api/mcp"
FORWARDED = b"x-forwarded-for"
# JSON-RPC's error code for a request that cannot be parsed.
NESTED = {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error: nested too deeply"}}


def refusing_in_our_words(server: Any, endpoints: Mapping[str, Any]) -> None:
    """Make an MCP server check arguments as the endpoints do; its own check would not name the parameter.

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


def whole_and_shallow(app: ASGIApp) -> ASGIApp:
    """Read a body before MCP does, which would treat an incomplete or too deeply nested one as an internal error."""

    async def read_first(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST":
            await app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await request.body()
            json.loads(body)
        except ClientDisconnect as error:
            await unread(request, error)(scope, receive, send)
            return
        except RecursionError:
            await JSONResponse(NESTED, 400)(scope, receive, send)
            return
        except ValueError:
            pass  # MCP's own answer says that it is no JSON
        read = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return read.pop() if read else await receive()

        await app(scope, again, send)

    return read_first


def say_nothing_of_what_was_sent() -> None:
    """Suppress MCP's log lines: they contain names and contents that visitors sent."""
    logging.getLogger("mcp").setLevel(logging.ERROR)
    root = logging.getLogger()
    if _not_of_mcp not in root.filters:  # for lines logged at the root; a filter here sees only those
        root.addFilter(_not_of_mcp)


def _not_of_mcp(record: logging.LogRecord) -> bool:
    return "mcp" not in record.pathname.replace("\\", "/").split("/")


class CallsAsVisitor:
    """Middleware that gives a tool's call of an endpoint the address of the tool's caller, and ignores any other that
    it names.

    Forwarded addresses from this computer are trusted, and these calls come from it.
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
