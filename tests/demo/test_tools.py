"""Assistants call the named endpoints as tools, where gradio[mcp] is installed."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from gradio.context import LocalContext

from demo.serving.bodies import MOST_BYTES
from tests.support.pictures import as_file, picture
from tests.support.server import RunningApp

mcp = pytest.importorskip("mcp", reason="gradio[mcp] is not installed")


def asked(
    url: str, *calls: tuple[str, dict[str, Any]], address: str = "127.0.0.1", **fields: str
) -> tuple[dict[str, Any], list[Any]]:
    """The tools by name, and the answers to some calls from an address, with header fields."""
    from mcp.client.streamable_http import streamablehttp_client

    def from_there(headers: Any = None, timeout: Any = None, auth: Any = None) -> httpx.AsyncClient:
        way = httpx.AsyncHTTPTransport(local_address=address)
        return httpx.AsyncClient(headers={**(headers or {}), **fields}, timeout=timeout, auth=auth, transport=way)

    async def talk() -> tuple[dict[str, Any], list[Any]]:
        async with (
            streamablehttp_client(f"{url}gradio_api/mcp/", httpx_client_factory=from_there) as (reading, writing, _),
            mcp.ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            return tools, [await session.call_tool(*call) for call in calls]

    return asyncio.run(talk())


def test_the_tools_name_their_parameters_and_ranges(served: RunningApp) -> None:
    tools, _ = asked(served.url)
    assert set(tools) == {"classify", "attention", "translate"}
    beam = tools["translate"].inputSchema["properties"]["beam"]
    assert (beam["minimum"], beam["maximum"]) == (1, 8) and "a whole number from 1 to 8" in beam["description"]
    assert "data:image/png;base64," in tools["classify"].inputSchema["properties"]["image"]["description"]


def test_a_tool_answers_and_refuses_as_the_endpoint_does(served: RunningApp) -> None:
    image = "data:image/png;base64," + base64.b64encode(as_file(picture(3))).decode()
    _, (said, seen, looked, refused) = asked(
        served.url,
        ("translate", {"text": "Der Hund schläft."}),
        ("classify", {"image": image, "model": "tiny"}),
        ("attention", {"image": image, "model": "tiny", "layer": 1}),
        ("classify", {"image": "http://127.0.0.1:1/x.png"}),
    )
    assert "The dog is sleeping." in said.content[0].text
    assert not seen.isError and "probability" in seen.content[0].text
    weights = np.load(io.BytesIO(httpx.get(looked.content[0].text).content))
    assert weights.shape == (3, 17, 17) and np.allclose(weights.sum(-1), 1, atol=1e-5)
    assert refused.isError and "no address is fetched" in refused.content[0].text


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("translate", {"text": "Hallo.", "beam": 9}, "beam takes a whole number from 1 to 8, not 9"),
        ("translate", {}, "text takes a text of 1 to 600 characters, and is missing"),
        ("translate", {"text": "Hallo.", "top": 1}, "top takes nothing (the parameters are text, model, beam, length_"),
        ("nothing", {}, 'name takes one of classify, translate, attention, not "nothing"'),
    ],
)
def test_a_refusal_names_the_parameter_and_what_it_takes(
    name: str, given: dict[str, Any], sentence: str, served: RunningApp
) -> None:
    _, [refused] = asked(served.url, (name, given))
    assert refused.isError and refused.content[0].text.startswith(sentence)


def test_a_tools_call_waits_as_its_visitors_whatever_address_is_forwarded(
    served: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    translation = served.services.sentences.translation

    def noted(query: Any) -> Any:
        seen.append(LocalContext.request.get().client.host)
        return translation(query)

    monkeypatch.setattr(served.services.sentences, "translation", noted)
    for forged in ({}, {"X-Forwarded-For": "203.0.113.9"}):
        # Of the loopback's addresses one that is no proxy's.
        asked(served.url, ("translate", {"text": "Der Hund schläft."}), address="127.0.0.2", **forged)
    assert seen == ["127.0.0.2"] * 2


def test_what_cannot_be_read_is_the_callers_failure_and_in_no_log(
    served: RunningApp, caplog: pytest.LogCaptureFixture
) -> None:
    fields = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "Geheim", "arguments": "Geheim"}}

    def pieces() -> Iterator[bytes]:
        yield b" " * (MOST_BYTES + 1)

    with caplog.at_level(logging.INFO), httpx.Client(base_url=served.url, headers=fields) as client:
        for body, status in ((b"[" * 100_000, 400), (b"{", 400), (pieces(), 413), (json.dumps(call).encode(), 200)):
            assert client.post("gradio_api/mcp/", content=body).status_code == status
    assert "Traceback" not in caplog.text and "Geheim" not in caplog.text, caplog.text
