"""Short links and their squares: what is kept, for how long, how much of it, and where it leads."""

from __future__ import annotations

import io
import math
import re
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cairosvg
import pytest
import zxingcpp
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from demo.errors import VisitorError
from demo.page import links
from demo.page.host_addresses import ROOM_PAGE
from demo.page.links import SECONDS_KEPT, Links, ShortLinks, squares
from demo.routes import data_plane
from demo.services import Services
from demo.serving.prefix import Prefix

QUERY = "v=3&lang=ko&screen=attention&layer=9&text=Der%20Hund%20schl%C3%A4ft.&change=scale:off@e2;head:0@1.2"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_link_expires_and_a_new_one_of_the_same_lives_on() -> None:
    clock = Clock()
    kept = Links(clock)
    link = kept.keep(f"?{QUERY}")
    assert (kept.query(link.code), link.until) == (QUERY, clock.now + SECONDS_KEPT)
    clock.now += SECONDS_KEPT - 1
    again = kept.keep(QUERY)
    assert again.code == link.code and len(kept) == 1
    clock.now += 2
    assert kept.query(link.code) == QUERY, "asked for again, it works from then on"
    clock.now += SECONDS_KEPT
    assert kept.query(link.code) is None
    assert (len(kept), kept.nbytes) == (0, 0)


def test_codes_are_long_and_say_nothing_of_each_other() -> None:
    kept = Links()
    codes = [kept.keep(f"step={i}").code for i in range(500)]
    assert len(set(codes)) == 500 and all(re.fullmatch(r"[\w-]{12}", code) for code in codes)
    # 72 random bits: of each sign all 64 values turn up, and neighbours agree no more often than by chance.
    assert len(set("".join(codes))) == 64
    alike = sum(a == b for one, other in pairwise(codes) for a, b in zip(one, other, strict=True))
    assert alike / (499 * 12) == pytest.approx(1 / 64, abs=5 * math.sqrt(1 / 64 / (499 * 12)))


def test_memory_is_bounded_and_what_is_used_stays() -> None:
    kept = Links(budget=50 * (links.OVERHEAD + 10))
    used = kept.keep("used=0001")
    for i in range(300):
        kept.keep(f"step={i:05}")
        assert kept.query(used.code) is not None
        assert kept.nbytes <= 50 * (links.OVERHEAD + 10)
    assert 40 < len(kept) <= 50


@pytest.mark.parametrize("query", ["", "?", "a=1\r\nSet-Cookie: x=1", "a=b c", "a=ä", "a=" + "1" * links.LONGEST])
def test_what_is_no_query_is_refused(query: str) -> None:
    with pytest.raises(VisitorError, match="link_refused"):
        Links().keep(query)


@pytest.fixture
def kept() -> Links:
    return Links()


@pytest.mark.parametrize(
    ("root_path", "address"), [("", "/"), ("/lab/page", "/lab/page/"), ("/lab/page", "/"), ("/microscope", "/")]
)
def test_a_code_leads_to_the_address_wherever_the_page_was_found(
    kept: Links, root_path: str, address: str, services: Services
) -> None:
    own = data_plane(services, links=kept)
    page = Route("/", lambda _: PlainTextResponse("the page"))
    layers = [Middleware(Prefix, own=own), Middleware(ShortLinks, links=kept)]
    client = TestClient(Starlette(routes=[own, page], middleware=layers), "http://a.b", root_path=root_path)
    code = kept.keep(QUERY).code
    answer = client.get(f"{address}?s={code}&__theme=dark", follow_redirects=False)
    there = urlsplit(answer.headers["location"])
    assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store")
    assert (there.scheme, there.netloc, there.path) == ("", "", ""), "it is the browser that knows where the page is"
    assert parse_qs(there.query) == parse_qs(QUERY)
    for gone in ("nothing", "", code[:-1], code.swapcase()):
        assert client.get(address, params={"s": gone}).text == "the page"
    assert client.get(f"{address}?lang=en").text == "the page"


def test_the_routes_keep_and_draw_and_list_nothing(kept: Links, services: Services) -> None:
    client = TestClient(Starlette(routes=[data_plane(services, links=kept)]))
    told = client.post("/microscope/link", content=f"?{QUERY}").json()
    assert kept.query(told["code"]) == QUERY
    for refused in (client.post("/microscope/link", content=b"x" * 20_000), client.post("/microscope/link")):
        assert (refused.status_code, refused.json()["error"]) == (400, "link_refused")
    assert client.get("/microscope/link").status_code == 405
    answer = client.get("/microscope/qr", params={"link": f"http://192.168.1.20:7860/?s={told['code']}"})
    assert answer.headers["content-type"] == "image/svg+xml"
    assert client.get("/microscope/qr", params={"link": "x" * 155}).json()["error"] == "link_refused"
    # Somebody who comes from elsewhere is not told what the computer's own network is.
    assert client.get("/microscope/room").json() == {"pages": []}


def test_the_room_is_told_to_who_sits_at_the_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http"}
    asked |= {"server": ("127.0.0.1", 7860), "client": ("127.0.0.1", 5000), "headers": [(b"host", b"localhost:7860")]}
    monkeypatch.setattr(links, "room_pages", lambda port: [f"http://198.51.100.7:{port}/"])
    reached: list[str] = []
    monkeypatch.setattr(links, "_answers", lambda page: bool(reached.append(page)) or True)
    page = "http://198.51.100.7:7860/"
    assert links.from_the_room(links.Request(asked)) == [page] == reached
    for other in ({"client": ("198.51.100.9", 5000)}, {"headers": [(b"host", b"example.org")]}, {"client": None}):
        assert links.from_the_room(links.Request({**asked, **other})) == []
    monkeypatch.setenv(ROOM_PAGE, page)
    behind_docker = {**asked, "client": ("172.18.0.1", 5000)}
    assert links.from_the_room(links.Request(behind_docker)) == [page], "the operator knows it"
    monkeypatch.undo()
    monkeypatch.setattr(links, "room_pages", lambda port: [f"http://127.0.0.1:{port}/"])
    assert links.from_the_room(links.Request({**asked, "server": ("127.0.0.1", 1)})) == [], "nobody answers there"


def test_another_program_reads_the_squares() -> None:
    for link in ("http://192.168.1.20:7860/?s=Ab3_-9zZ01xY", "https://example.org/?" + "v=3&lang=en" * 12):
        drawn = cairosvg.svg2png(squares(link), output_width=600)
        [read] = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn)).convert("RGB"))
        assert (read.format, read.text) == (zxingcpp.BarcodeFormat.QRCode, link)


def test_squares_are_few_enough_for_the_last_row() -> None:
    sides = {}
    for length in (30, 60, 154):
        [(width, height)] = re.findall(r'viewBox="0 0 (\d+) (\d+)"', squares("x" * length).decode())
        assert width == height
        sides[length] = int(width) - 8
    assert sides[154] == 45 and sides[60] <= 37
    with pytest.raises(VisitorError, match="link_refused"):
        squares("x" * 155)
