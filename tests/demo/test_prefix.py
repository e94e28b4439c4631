"""Path and root path of a request, as they arrive through proxies and as the app has to see them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from demo.page.head import EarlyHead
from demo.serving.prefix import Prefix

PAGE = "<html><head><title>x</title></head></html>"


@pytest.fixture(scope="module")
def app() -> Starlette:
    """A page, a file beside it, and routes of its own that are mounted, as the real app has them."""

    def say(request: Request) -> PlainTextResponse:
        return PlainTextResponse(PAGE if request.scope["path"].endswith("/") else "found")

    own = Mount("/microscope", routes=[Route("/boot", say), Mount("/static/1", routes=[Route("/a.js", say)])])
    routes = [own, Route("/", say), Route("/config", say), Route("/static/gradio.js", say)]
    return Starlette(routes=routes, middleware=[Middleware(Prefix, own=own), Middleware(EarlyHead)])


def asked(app: Starlette, root_path: str, path: str) -> httpx.Response:
    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app, root_path=root_path)
        async with httpx.AsyncClient(transport=transport, base_url="http://inner.example") as client:
            return await client.get(path)

    return asyncio.run(get())


ROOTS: dict[str, Any] = {
    # What the operator named, and the prefix that a proxy leaves in the path.
    "": "",
    "/lab": "/lab",
    "/lab/": "/lab",
    "/lab/page": "/lab/page",
    "/microscope": "/microscope",
    "https://school.example/lab": "/lab",
    "https://school.example": "",
    "/a%20lab": "/a%20lab",
}


@pytest.mark.parametrize("strips", [True, False])
@pytest.mark.parametrize("root_path", ROOTS)
def test_everything_is_found_below_any_prefix(root_path: str, strips: bool, app: Starlette) -> None:
    prefix = "" if strips else ROOTS[root_path]
    for path in ("/microscope/boot", "/microscope/static/1/a.js", "/config", "/static/gradio.js"):
        answer = asked(app, root_path, prefix + path)
        assert (answer.status_code, answer.text) == (200, "found"), path
    page = asked(app, root_path, f"{prefix}/")
    assert page.text.startswith("<html><head><script>"), "the early head is lost"
    assert "content-security-policy" in page.headers
    assert asked(app, root_path, f"{prefix}/microscope/nothing").status_code == 404


@pytest.mark.parametrize(
    ("root_path", "asked_for", "leads_to"),
    [
        ("/lab", "/lab", "http://inner.example/lab/"),
        ("/lab/page", "/lab/page?lang=ko&v=2", "http://inner.example/lab/page/?lang=ko&v=2"),
        ("/a%20lab", "/a%20lab", "http://inner.example/a%20lab/"),
    ],
)
def test_without_its_slash_the_page_sends_on_to_an_address_relative_to_its_own(
    root_path: str, asked_for: str, leads_to: str, app: Starlette
) -> None:
    answer = asked(app, root_path, asked_for)
    assert answer.status_code == 307
    # Whatever a second proxy has stripped, and whatever Host it has written, is not named.
    assert answer.headers["location"].startswith("./")
    assert str(httpx.URL("http://inner.example").join(asked_for).join(answer.headers["location"])) == leads_to


def test_a_longer_name_is_not_inside(app: Starlette) -> None:
    assert asked(app, "/lab", "/laboratory/").status_code == 404
