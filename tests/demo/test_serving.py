"""How the program stands before the public: health, headers, counts, limits, log lines, and its end."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

import demo.main
import vit_core
from demo.main import options, require_free_port
from demo.page import host_addresses
from demo.page.host_addresses import ROOM_PAGE, addresses_in_the_room
from demo.photo.facts import photo_facts
from demo.photo.query import FIRST
from demo.programs.tools import CallsAsVisitor
from demo.query.body import unread
from demo.selftest import run
from demo.sentence.facts import sentence_facts
from demo.sentence.query import TranslationQuery
from demo.services import Services
from demo.serving import bodies, broken_http
from demo.serving.banner import banner
from demo.serving.bodies import Bodies
from demo.serving.headers import ANCESTORS
from demo.serving.limits import HEADER, VISITORS_AN_ADDRESS, Account, VisitorLimits
from demo.serving.observed import ACCESS, JsonLines
from demo.serving.open_routes import route_of
from demo.serving.public import Public
from tests.support.namespace import CLONE_NEWNET, IP
from tests.support.server import RunningApp, free_port
from vit_core.checkpoints import in_memory

ROOT = Path(__file__).resolve().parents[2]
FEW = VisitorLimits(requests=1, burst=5, uploaded=1000, passes=2)


def app_of(public: Public, *, address: str = "203.0.113.7") -> TestClient:
    """A small app behind the public's middleware, asked from an address."""

    async def body(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse("here", headers={"Referrer-Policy": "no-referrer"})

    names = ("/facts", "/view/{view}", "/boot", "/progress")
    own = Mount(
        "/microscope", routes=[*(Route(name, answer) for name in names), Route("/photo", body, methods=["POST"])]
    )
    app = Starlette(routes=[own, *public.routes(), Route("/", answer)], middleware=public.middleware(own))
    return TestClient(app, client=(address, 50_000))


@pytest.fixture
def public(services: Services) -> Public:
    return Public(services)


def amount(client: TestClient, name: str, **labels: str) -> float:
    """What a counter says, as a Prometheus reads it."""
    text = client.get("/metrics").text
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())


# -- health and headers


def test_it_is_ready_once_it_is_warm_and_until_it_ends(public: Public) -> None:
    client = app_of(public)
    assert client.get("/healthz").status_code == 200
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (503, "starting\n")
    public.state.warm.set()
    assert client.get("/readyz").status_code == 200
    public.state.ending.set()
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (503, 200)


def test_every_answer_carries_what_the_browser_is_to_keep_to(public: Public) -> None:
    client = app_of(public)
    for path in ("/", "/microscope/boot", "/nothing"):
        fields = client.get(path).headers
        assert fields["X-Content-Type-Options"] == "nosniff"
        assert "camera=(self)" in fields["Permissions-Policy"]
        assert "Content-Security-Policy" not in fields  # anybody may frame it, unless the operator names them
    assert client.get("/microscope/boot").headers["Referrer-Policy"] == "no-referrer", (
        "what an answer says itself stays"
    )


def test_the_operator_names_who_may_frame_the_page(public: Public, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ANCESTORS, "'self' https://lms.example")
    fields = app_of(public).get("/").headers
    assert fields["Content-Security-Policy"] == "frame-ancestors 'self' https://lms.example"


# -- what is there


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/vibe-code", "gradio_api/proxy=http://example.com/", "gradio_api/run/translate", "gradio_api/runs",
        "gradio_api/deep_link", "gradio_api/process_recording", "gradio_api/stream/1", "monitoring", "openapi.json",
        "gradio_api/custom_component/1/client/component/index.js", "login", "gradio_api/token", "dev/reload", "docs",
        "gradio_api/file=http://example.com/", "gradio_api/file%3Dhttps%3A//example.com/", "gradio_api/file=/etc/hosts",
    ],
)  # fmt: skip
def test_routes_of_gradios_that_serve_nobody_here_are_not_there(path: str, http: httpx.Client) -> None:
    for method in ("GET", "POST"):
        answer = http.request(method, path)
        assert answer.status_code == 404, answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("begin", ["assets/", "static/", "gradio_api/file=", "microscope/static/"])
def test_a_path_longer_than_any_file_is_not_there(begin: str, http: httpx.Client) -> None:
    for path in ("a" * 3000, "a/" * 1500):
        assert http.get(begin + path).status_code in (403, 404)


BROKEN = [
    b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\nno request\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
]


def test_who_speaks_no_http_is_no_error_of_the_servers(
    served: RunningApp, http: httpx.Client, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    where = urlsplit(served.url)
    for request in BROKEN:
        with socket.create_connection((where.hostname, where.port), timeout=5) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1000):
                pass
    assert http.get("healthz").status_code == 200
    assert "Traceback" not in capfd.readouterr().err and not [one for one in caplog.records if one.exc_info]


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nHost: "])
def test_who_never_ends_the_lines_before_a_body_is_sent_away(
    begun: bytes, served: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broken_http, "HEAD_SECONDS", 0.3)
    where = urlsplit(served.url)
    with socket.create_connection((where.hostname, where.port), timeout=3) as connection:
        connection.sendall(begun)
        while connection.recv(1000):
            pass


def test_who_is_answered_slowly_is_not(served: RunningApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broken_http, "HEAD_SECONDS", 0.05)
    with httpx.Client(base_url=served.url) as http:
        opened = http.post("microscope/rooms/open", json={}).json()
        phone = {"room": opened["room"], "member": "m" * 20}
        seen = http.post("microscope/rooms/look", json=phone).json()["version"]
        assert http.post("microscope/rooms/look", json={**phone, "seen": seen, "wait": 0.5}).status_code == 200


@pytest.mark.parametrize("path", ["config", "theme.css", "gradio_api/info", "gradio_api/openapi.json", "favicon.ico"])
def test_what_the_page_and_clients_need_is(path: str, http: httpx.Client) -> None:
    assert http.get(path).status_code == 200


# -- bodies


def body_app(quiet_seconds: float) -> Any:
    async def read(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    return Starlette(
        routes=[Route("/", read, methods=["POST"])],
        middleware=[Middleware(Bodies, quiet_seconds=quiet_seconds)],
        exception_handlers={ClientDisconnect: unread},
    )


def test_a_body_above_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES", 1000)
    client = TestClient(body_app(30))
    assert client.post("/", content=bytes(1000)).text == "1000"
    assert client.post("/", content=bytes(1001)).status_code == 413
    assert client.post("/", content=(bytes(600) for _ in range(2))).status_code == 413, "nor one that was not announced"


def test_a_body_that_stops_is_given_up() -> None:
    """As the server sees it: a first piece, and then nothing for longer than is waited for."""
    sent: list[Any] = []

    async def talk() -> None:
        pieces = [{"type": "http.request", "body": b"x", "more_body": True}]

        async def receive() -> Any:
            return pieces.pop() if pieces else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "root_path": "", "query_string": b"", "headers": []}
        await body_app(0.01)(scope, receive, send)

    asyncio.run(talk())
    assert sent[0]["status"] == 408 and b"a body is given up" in sent[1]["body"]


def test_who_goes_away_in_the_middle_leaves_no_trace(caplog: Any) -> None:
    async def talk() -> None:
        async def receive() -> Any:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None: ...

        scope = {"type": "http", "method": "POST", "path": "/", "root_path": "", "query_string": b"", "headers": []}
        await body_app(30)(scope, receive, send)

    asyncio.run(talk())
    assert not caplog.records


# -- counts


def test_answers_are_counted_by_what_was_asked_and_the_memory_by_what_it_holds(services: Services) -> None:
    public = Public(services)
    client = app_of(public, address="127.0.0.1")
    for path in ("/microscope/view/layer?layer=3", "/microscope/view/rollout", "/microscope/nothing", "/x" * 30):
        client.get(path)
    assert amount(client, "microscope_answers_total", route="/view/{view}", status="2xx") == 2
    assert amount(client, "microscope_answers_total", route="other", status="4xx") == 2
    held = amount(client, "microscope_store_bytes", store="image models")
    assert held == services.photos.models.store.nbytes
    services.photos.model("tiny")
    held = amount(client, "microscope_store_bytes", store="image models")
    assert held == services.photos.models.store.nbytes > 0
    assert amount(client, "microscope_store_bound_bytes", store="photos") == services.stores()["photos"].budget


@pytest.mark.parametrize(("address", "found"), [("127.0.0.1", 200), ("::1", 200), ("203.0.113.7", 404), ("odd", 404)])
def test_only_the_operators_networks_read_the_counts(public: Public, address: str, found: int) -> None:
    assert app_of(public, address=address).get("/metrics").status_code == found


def test_the_operator_names_other_networks(services: Services) -> None:
    client = app_of(Public(services, metrics_from=["203.0.113.0/24"]), address="203.0.113.7")
    assert client.get("/metrics").status_code == 200


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_nobody_fills_the_memory_of_the_counts_with_paths(path: str) -> None:
    own = Mount("/microscope", routes=[Route("/boot", lambda _: None), Route("/view/{view}", lambda _: None)])
    words = {"/boot", "/view/{view}", "page", "gradio", "other", "/healthz", "/readyz", "/metrics"}
    for begin in ("", "/", "/microscope/", "/microscope/view/", "/gradio_api/"):
        scope = {
            "type": "http",
            "method": "GET",
            "path": begin + path,
            "root_path": "",
            "query_string": b"",
            "headers": [],
        }
        assert route_of(scope, own) in words


# -- log lines


def test_a_line_says_what_was_asked_and_nothing_of_what_was_in_it(public: Public, caplog: Any) -> None:
    client = app_of(public)
    with caplog.at_level(logging.INFO, ACCESS.name):
        client.get("/microscope/facts", params={"photo": "SecretName", "text": "Geheim"}, headers={HEADER: "who"})
    [line] = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == ACCESS.name]
    assert {**line, "time": 0, "ms": 0} == {
        **dict.fromkeys(("time", "ms"), 0),
        "level": "info", "event": "answered", "method": "GET", "route": "/facts", "status": 200, "bytes": 4,
    }  # fmt: skip
    assert not {"SecretName", "Geheim", "who", "203.0.113.7"} & set(json.dumps(line).replace('"', " ").split())


def test_a_failure_is_one_line_too() -> None:
    try:
        raise RuntimeError("two\nlines")
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "it failed: %s", ("why",), sys.exc_info())
    line = JsonLines().format(record)
    assert (
        "\n" not in line and json.loads(line)["event"] == "it failed: why" and "two\nlines" in json.loads(line)["trace"]
    )


# -- limits


def test_who_asks_too_much_is_told_when_to_go_on_and_others_are_not(services: Services) -> None:
    client = app_of(Public(services, limits=FEW))

    def ask(who: str) -> httpx.Response:
        return client.get("/microscope/boot", headers={HEADER: who})

    assert [ask("one").status_code for _ in range(7)] == [200] * 5 + [429] * 2
    refused = ask("one")
    assert refused.json() == {"error": "too_many", "params": {"seconds": 1}}
    assert (refused.headers["Retry-After"], refused.headers["Cache-Control"]) == ("1", "no-store")
    assert ask("two").status_code == 200, "another visitor behind the same address"
    assert client.get("/microscope/progress", headers={HEADER: "one"}).status_code == 200, "what costs nothing"
    assert amount(app_of(Public(services), address="127.0.0.1"), "microscope_limited_total") == 0


def test_an_address_that_invents_visitors_meets_its_own_limit(services: Services) -> None:
    client = app_of(Public(services, limits=VisitorLimits(requests=0.001, burst=1)))
    asked = [
        client.get("/microscope/boot", headers={HEADER: str(i)}).status_code for i in range(VISITORS_AN_ADDRESS + 3)
    ]
    assert asked == [200] * VISITORS_AN_ADDRESS + [429] * 3
    assert app_of(Public(services, limits=FEW), address="203.0.113.8").get("/microscope/boot").status_code == 200


def test_bytes_count_as_announced_and_as_they_come(services: Services) -> None:
    client = app_of(Public(services, limits=FEW))

    def send(size: int, who: str, announced: bool) -> int:
        content = b"x" * size if announced else (b"x" * 100 for _ in range(size // 100))
        return client.post("/microscope/photo", content=content, headers={HEADER: who}).status_code

    assert [send(600, "a", True) for _ in range(2)] == [200, 429]
    assert [send(600, "b", False) for _ in range(3)] == [200, 200, 429]


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 2000)), max_size=40))
def test_nobody_gets_more_than_the_burst_and_what_has_come_back_since(steps: list[tuple[float, int]]) -> None:
    account, now, taken, size_taken = Account(FEW, 0.0), 0.0, 0, 0
    for passed, size in steps:
        now += passed
        limit, seconds = account.wait(size, 0, now)
        assert (limit == "") == (seconds == 0.0)
        if not limit:
            account.take(size, 0)
            taken, size_taken = taken + 1, size_taken + size
        assert taken <= FEW.burst + FEW.requests * now + 1e-6
        # One upload may be larger than what is left of the burst when all of it is left.
        assert size_taken <= FEW.uploaded + FEW.uploaded / 60 * now + 2000


def test_so_many_passes_at_the_same_time_and_no_more() -> None:
    account = Account(FEW, 0.0)
    for _ in range(2):
        assert account.wait(0, 1, 0.0) == ("", 0.0)
        account.take(0, 1)
    assert account.wait(0, 1, 0.0)[0] == "passes"
    assert account.wait(0, 0, 0.0)[0] == ""
    account.passes -= 1
    assert account.wait(0, 1, 0.0)[0] == ""


def test_a_tools_call_comes_from_who_called_the_tool_and_not_from_whom_they_name() -> None:
    def told(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.headers.get("x-forwarded-for", ""))

    routes = [Route("/gradio_api/mcp/", told, methods=["POST"]), Route("/gradio_api/call/translate", told)]
    app = Starlette(routes=routes, middleware=[Middleware(CallsAsVisitor)])
    client = TestClient(app, client=("203.0.113.7", 50_000), headers={"X-Forwarded-For": "198.51.100.9"})
    assert client.post("/gradio_api/mcp/").text == "203.0.113.7"
    assert client.get("/gradio_api/call/translate").text == "198.51.100.9", "of others it is uvicorn's to say"


def test_passes_that_wait_in_the_queue_of_the_endpoints_count_too(services: Services) -> None:
    """A stand-in for Gradio's app: 3 calls of one visitor wait in it, and 30 of programs that name none."""
    public, waiting = Public(services, limits=FEW), [("203.0.113.7", "one")] * 3 + [("203.0.113.7", "")] * 30

    def event(address: str, visitor: str) -> Any:
        headers = [(HEADER.encode(), visitor.encode())] if visitor else []
        return SimpleNamespace(request=Request({"type": "http", "client": (address, 1), "headers": headers}))

    theirs = SimpleNamespace(queue=[event(*one) for one in waiting])
    queue = SimpleNamespace(event_queue_per_concurrency_id={"a": theirs})
    app = Starlette(
        routes=[Route("/gradio_api/call/translate", lambda _: PlainTextResponse("joined"), methods=["POST"])],
        middleware=public.middleware(Mount("/microscope", routes=[])),
    )
    app.get_blocks = lambda: SimpleNamespace(_queue=queue)  # type: ignore[attr-defined]
    client = TestClient(app, client=("203.0.113.7", 50_000))

    def call(visitor: str = "") -> int:
        headers = {HEADER: visitor} if visitor else {}
        return client.post("/gradio_api/call/translate", headers=headers).status_code

    assert (call("one"), call("two"), call()) == (429, 200, 200), "two passes a visitor; 32 of an address"
    theirs.queue += [event("203.0.113.7", "")] * 2
    assert (call("two"), call()) == (200, 429)
    queue.event_queue_per_concurrency_id["b"] = SimpleNamespace(queue=[event("203.0.113.9", "")] * 29)
    refused = client.post("/gradio_api/call/translate", headers={HEADER: "two"})
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "1", "the queue is full"


# -- the command


def test_the_banner_says_where_the_page_is_found(services: Services) -> None:
    told = {
        "version": "1.2.3",
        "port": 7860,
        "tools": False,
        "models": {"of images": 1, "translators": 0},
        "stores": services.stores(),
    }
    told |= {"devices": {"cuda": 1, "cpu": 2}, "fallbacks": ["Why two run on the CPU."]}
    here = banner(host="127.0.0.1", **told)
    assert "http://127.0.0.1:7860/" in here and "from the room" not in here
    assert "1 of images" in here and "translators" not in here
    assert re.search(r"^device +cuda, cpu \(\d+ threads\)\n +Why two run on the CPU\.$", here, re.MULTILINE)
    assert "pip install 'gradio[mcp]'" in here
    assert "gradio_api/mcp/" in banner(host="127.0.0.1", **{**told, "tools": True})
    everywhere = banner(host="0.0.0.0", **told)
    assert "http://127.0.0.1:7860/" in everywhere and "from the room" in everywhere


def test_in_a_container_the_banner_says_whose_address_it_found(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(ROOM_PAGE, raising=False)
    monkeypatch.setattr(host_addresses, "addresses_in_the_room", lambda: ["172.18.0.2"])
    told = {"version": "1.2.3", "host": "0.0.0.0", "port": 7860, "tools": False, "models": {}, "fallbacks": ()}
    told |= {"stores": services.stores(), "devices": services.passes_on()}

    def said(mark: Path) -> str:
        monkeypatch.setattr(host_addresses, "MARKS", (mark,))
        return re.sub(" +", " ", banner(**told))

    outside, inside = said(tmp_path / "none"), said(tmp_path)
    assert "from the room http://172.18.0.2:7860/\n" in outside and ROOM_PAGE not in outside
    assert f"from the room http://172.18.0.2:7860/\n a container knows only its own address: {ROOM_PAGE}=" in inside
    monkeypatch.setenv(ROOM_PAGE, "http://192.168.1.20:7860/")
    named = said(tmp_path)
    assert "from the room http://192.168.1.20:7860/\n" in named and "172.18" not in named and ROOM_PAGE not in named


@pytest.mark.skipif(os.geteuid() != 0 or IP is None, reason="needs root and ip (iproute2)")
def test_the_address_for_a_room_is_found_without_a_way_out_of_it() -> None:
    def elsewhere() -> tuple[list[str], list[str]]:
        """What is found in a network of this thread's own: first none, then a switch that leads nowhere."""
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
            pytest.skip("namespaces may not be made here")
        nothing = addresses_in_the_room()
        room = ("link add room type veth peer name wall", "addr add 198.51.100.7/24 dev room")
        for line in ("link set lo up", *room, "link set room up", "link set wall up"):
            if subprocess.run([str(IP), *line.split()], check=False, capture_output=True).returncode:
                pytest.skip(f"ip {line} is not possible here")
        return nothing, addresses_in_the_room()

    with ThreadPoolExecutor(1) as another_thread:
        assert another_thread.submit(elsewhere).result() == ([], ["198.51.100.7"])


def test_the_device_is_an_option_and_a_variable(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.delenv("MICROSCOPE_DEVICE", raising=False)
    assert options([]).device == "cpu"
    monkeypatch.setenv("MICROSCOPE_DEVICE", "cuda")
    assert options([]).device == "cuda"
    assert options(["--device", "mps"]).device == "mps"
    monkeypatch.setenv("MICROSCOPE_DEVICE", "gpu")
    with pytest.raises(SystemExit):
        options([])
    assert "MICROSCOPE_DEVICE=gpu is none of cpu, cuda, mps" in capsys.readouterr().err


def test_it_tells_its_version_and_does_nothing_else(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(demo.main, "Services", lambda **_: pytest.fail("something was loaded"))
    with pytest.raises(SystemExit) as ended:
        demo.main.main(["--version"])
    assert not ended.value.code and capsys.readouterr().out.startswith(f"{demo.__version__} (page ")


def test_without_the_device_the_page_and_the_metrics_say_where_it_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_memory, "is_here", lambda _: False)
    services = Services(device="cuda")
    assert services.passes_on() == {"cuda": 0}
    assert "device_absent" in photo_facts(services.photos, replace(FIRST, size=42))["notes"]
    assert "device_absent" in sentence_facts(services.sentences, TranslationQuery("Guten Tag."))["notes"]
    assert services.passes_on() == {"cuda": 0, "cpu": 2}
    [read] = [route.endpoint for route in Public(services).routes() if route.path == "/metrics"]
    told = read(Request({"type": "http", "client": ("127.0.0.1", 1)})).body.decode()
    assert 'microscope_models{device="cuda"} 0.0' in told and 'microscope_models{device="cpu"} 2.0' in told


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (["--models-dir", "/nowhere"], "--models-dir /nowhere is not a folder"),
        (["--metrics-from", "10.0.0.0/8", "prometheus"], "--metrics-from: 'prometheus' does not appear to be an IPv4"),
    ],
)
def test_an_option_that_is_none_is_refused_before_anything_is_loaded(typed: list[str], why: str, capsys: Any) -> None:
    with pytest.raises(SystemExit):
        options(typed)
    assert why in capsys.readouterr().err


def test_where_nothing_can_listen_is_said_in_a_sentence_before_anything_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo.main, "Services", lambda **_: pytest.fail("something was loaded"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for host, port, why in (
            ("127.0.0.1", taken.getsockname()[1], "Address already in use. --port"),
            ("192.0.2.1", 7860, "Cannot assign requested address"),
            ("no.such.host.invalid", 7860, "no.such.host.invalid, port 7860: "),
        ):
            with pytest.raises(SystemExit, match=why):
                demo.main.main(["--host", host, "--port", str(port)])
    require_free_port("127.0.0.1", free_port())
    if socket.has_ipv6:
        require_free_port("::1", free_port())


@pytest.mark.slow
def test_ended_while_it_still_imports_it_says_nothing() -> None:
    command = [sys.executable, "-X", "importtime", "app.py", "--port", str(free_port())]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any("torch" in line for line in process.stderr), "torch was never imported"  # the first of its modules
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == -signal.SIGINT
    assert "Traceback" not in said, said[-2000:]


# -- the self-test


def test_the_self_test_finds_a_page_well_and_a_broken_one_not(
    served: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    assert run(served.url, lines.append) == 0, lines
    assert len(lines) == 8

    pattern = vit_core.Trace.pattern
    monkeypatch.setattr(vit_core.Trace, "pattern", lambda self, layer, head=None: 0.99 * pattern(self, layer, head))
    lines.clear()
    run(served.url, lines.append)
    assert "do not add up to 1" in lines[-1]
