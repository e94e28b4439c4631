"""The page as it is put together and served, without a browser: its parts, its head, its look, no other host."""

from __future__ import annotations

import asyncio
import gzip
import logging
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from demo.app import build_app, launch_kwargs
from demo.errors import VisitorError
from demo.page.gallery import ASSETS
from demo.page.head import CONTENT_SECURITY_POLICY, STATIC, EarlyHead, head, sheets
from demo.page.screens import SCREENS
from demo.page.texts import LANGUAGES, texts
from demo.photo import routes as photo_routes
from demo.photo.facts import photo_facts
from demo.photo.picture_file import MAX_BYTES
from demo.photo.query import FIRST, PhotoQuery
from demo.services import Services
from tests.support.pictures import as_file, picture
from tests.support.server import RunningApp
from tests.support.waiting import until

FRAME_IDS = ["title-bar", "sentence-strip", "input-strip", "rail"]


@pytest.fixture(scope="module")
def config(bundled: Services) -> dict[str, Any]:
    return build_app(bundled).get_config_file()


# ---- the parts


def test_the_page_has_its_parts_in_the_order_of_the_two_journeys(config: dict[str, Any]) -> None:
    ids = [part["props"].get("elem_id") for part in config["components"]]
    assert [name for name in ids if name] == [
        *FRAME_IDS,
        *(f"screen-{screen.name}" for screen in SCREENS),
        "way-on",
        "tour",
        "room",
        "present",
        "calculator",
    ]
    assert config["title"] == "Attention Microscope"
    assert not config["analytics_enabled"]


def test_every_part_is_drawn_by_a_script_that_is_there(config: dict[str, Any]) -> None:
    parts = [part["props"] for part in config["components"] if part["props"].get("elem_id")]
    for part in parts:
        url = part["js_on_load"].split("import(new URL('")[1].split("'")[0]
        script = ASSETS / url.removeprefix(f"{STATIC}/")
        assert "export" in script.read_text(encoding="utf-8")
        assert "{{" not in part["html_template"] and "${" not in part["html_template"]


def test_every_screen_has_its_own_script_sheet_and_words() -> None:
    for name in (screen.name for screen in SCREENS):
        for file in (ASSETS / "js" / "screens" / f"{name}.js", ASSETS / "css" / f"{name}.css"):
            assert file.is_file(), file
        for language in LANGUAGES:
            assert f"{name}.title" in texts(language)
    for name in (screen.name for screen in SCREENS if screen.journey):
        assert f"next.{name}" in texts("en"), f"why the next screen follows {name}"
    drawn = {file.stem for file in (ASSETS / "js" / "screens").glob("*.js")}
    assert drawn == {screen.name for screen in SCREENS}, "a screen that is in no row of demo/page/screens.py"


def test_other_programs_find_three_endpoints_and_the_page_needs_no_event(config: dict[str, Any]) -> None:
    events = {event["api_name"]: event["api_visibility"] for event in config["dependencies"]}
    assert events == {"classify": "public", "attention": "public", "translate": "public"}
    drawn = {part["id"] for part in config["components"] if part["props"].get("elem_id")}
    assert not any(target in drawn for event in config["dependencies"] for target, _ in event["targets"])


def test_the_launch_bounds_what_visitors_can_fill(bundled: Services) -> None:
    launched = launch_kwargs(bundled)
    assert launched["max_file_size"] == f"{MAX_BYTES // 1_000_000}mb"
    assert launched["state_session_capacity"] <= 1000
    assert not launched["ssr_mode"] and not launched["run_history"]


def test_a_machine_that_is_slow_for_a_moment_does_not_keep_the_program_from_starting(
    bundled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradio.networking.url_ok", lambda url: False)  # the page was not there within 3 s
    app = build_app(bundled)
    try:
        app.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **launch_kwargs(bundled))
    finally:
        app.close()


# ---- the facts of a photo query, which the strip asks for


def asked(http: httpx.Client, **said: Any) -> httpx.Response:
    """What the page's strip is answered."""
    return http.get("microscope/facts", params=said)


def test_a_look_is_described_in_plain_json(http: httpx.Client, bundled: Services) -> None:
    photo = bundled.photos.add_photo(as_file(picture(1)))
    facts = asked(http, photo=photo, model="tiny", size=48, request="7").json()
    expected = {"photo": photo, "model": "tiny", "size": 48, "width": 60, "height": 47, "rows": 6}
    assert expected.items() <= facts.items()
    expected = {"cols": 6, "tokens": 37, "patch": 8, "layers": 2, "heads": 3, "native": 32, "grid": 4, "classes": 7}
    assert expected.items() <= facts.items()
    assert facts["prefix"] == ["CLS"]
    side = 47 * 32 / 36
    seen = [(60 - side) / 120, (47 - side) / 94, (60 + side) / 120, (47 + side) / 94]
    assert facts["seen"] == pytest.approx(seen, abs=0.01)


def test_size_0_is_the_models_own(http: httpx.Client, services: Services) -> None:
    assert asked(http, photo=FIRST.photo, model="tiny", size=0).json()["size"] == 32
    assert photo_facts(services.photos, PhotoQuery(FIRST.photo, "headless", 0))["size"] == 32


def test_a_model_without_classes_is_said_to_be_one(http: httpx.Client) -> None:
    facts = asked(http, photo=FIRST.photo, model="headless", size=32).json()
    assert (facts["classes"], facts["notes"]) == (0, ["no_class_head"])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"size": 0}, "model_unknown"),
        ({"photo": "gone", "model": "tiny", "size": 32}, "photo_gone"),
        ({"photo": FIRST.photo, "model": "../tiny", "size": 32}, "model_unknown"),
        ({"photo": FIRST.photo, "model": "tiny", "size": 33}, "size_unknown"),
        ({"photo": FIRST.photo, "model": "tiny", "size": "-32"}, "bad_request"),
        ({"photo": FIRST.photo, "model": "tiny", "size": 32.0}, "bad_request"),
        ({"photo": "example:../app.py", "model": "tiny", "size": 32}, "photo_gone"),
    ],
)
def test_a_look_of_any_shape_gets_an_answer(said: dict[str, Any], code: str, http: httpx.Client) -> None:
    answer = asked(http, request="x" * 1000, **said)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"] == code


def test_a_fault_of_ours_gets_an_answer_and_a_line_in_the_log(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(photo_routes, "photo_facts", fail)
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    assert asked(http, photo=FIRST.photo, model="tiny", size=32).status_code == 500
    until(lambda: "ZeroDivisionError" in caplog.text)  # the answer is out before the server writes its log


def test_a_look_that_cannot_be_is_an_error_with_a_code(services: Services) -> None:
    with pytest.raises(VisitorError, match="size_unknown"):
        photo_facts(services.photos, PhotoQuery(FIRST.photo, "tiny", 31))


# ---- the head


def through_early_head(path: str = "/", chunks: tuple[bytes, ...] = (b"<html><he", b"ad><title>", b"x</title>")) -> Any:
    """What EarlyHead makes of an app's answer: (scope the app saw, headers, body)."""
    seen, sent = {}, []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)
        headers = [(b"Content-Length", b"7"), (b"x-kept", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for i, chunk in enumerate(chunks):
            await send({"type": "http.response.body", "body": chunk, "more_body": i + 1 < len(chunks)})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": [(b"accept-encoding", b"gzip"), (b"host", b"here")]}
    asyncio.run(EarlyHead(app)(scope, None, send))
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return seen, headers, b"".join(message.get("body", b"") for message in sent[1:])


def test_our_head_comes_first_and_the_browser_is_told_to_load_nothing_from_elsewhere() -> None:
    seen, headers, packed = through_early_head()
    body = gzip.decompress(packed)
    assert headers["content-encoding"] == "gzip" and headers["vary"] == "accept-encoding"
    assert body == b"<html><head>" + head().encode() + b"<title>x</title>"
    assert headers["content-length"] == str(len(packed))
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-kept"] == "1"
    assert dict(seen["headers"]) == {b"host": b"here"}, "a compressed page has no <head> to be found"


def test_other_answers_pass_untouched() -> None:
    seen, headers, body = through_early_head("/config")
    assert body == b"<html><head><title>x</title>"
    assert "content-security-policy" not in headers
    assert (b"accept-encoding", b"gzip") in seen["headers"]


def test_the_policy_names_no_other_host() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split(";"))
    assert rules["default-src"] == rules["object-src"] == "'none'", "what is not named is not loaded"
    named = {source for sources in rules.values() for source in sources.split()}
    assert named == {"'none'", "'self'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    assert set(rules["script-src"].split()) == {"'self'", "'unsafe-inline'", "'unsafe-eval'"}, "none in an address"
    # These do not fall back to default-src.
    assert rules["base-uri"] == rules["form-action"] == "'self'"


# ---- the served page


class Loaded(HTMLParser):
    """Collects every address that a browser loads by itself when it opens a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.tags.append((tag, given))
        self.addresses += [given[name] for name in ("src", "srcset", "poster", "data") if given.get(name)]
        if tag == "link" and given.get("href"):
            self.addresses.append(given["href"])


@pytest.fixture(scope="module")
def index(http: httpx.Client) -> httpx.Response:
    return http.get("")


def test_the_served_page_loads_nothing_from_another_host(index: httpx.Response, served: RunningApp) -> None:
    parser = Loaded()
    parser.feed(index.text)
    assert len(parser.addresses) > 20
    hosts = {urlsplit(urljoin(served.url, address)).netloc for address in parser.addresses}
    assert hosts == {urlsplit(served.url).netloc}
    assert index.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def test_the_check_for_other_hosts_sees_one() -> None:
    parser = Loaded()
    parser.feed('<link rel="preconnect" href="https://fonts.example"><script src="//cdn.example/x.js"></script>')
    hosts = {urlsplit(urljoin("http://here/", address)).netloc for address in parser.addresses}
    assert hosts == {"fonts.example", "cdn.example"}


def test_our_script_runs_before_any_other(index: httpx.Response) -> None:
    parser = Loaded()
    parser.feed(index.text)
    tags = [tag for tag, _ in parser.tags]
    assert tags[:3] == ["html", "head", "script"]
    assert index.text.index("Runs before anything else") < index.text.index("gradio_config")


def test_everything_the_head_names_is_served(http: httpx.Client) -> None:
    parser = Loaded()
    parser.feed(head())
    for address in parser.addresses:
        response = http.get(address)
        assert response.status_code == 200, address
        assert "immutable" in response.headers["cache-control"]


def test_the_page_behind_the_page_is_there(http: httpx.Client) -> None:
    boot = http.get("microscope/boot").json()
    assert boot["first"]["model"] == FIRST.model and "texts" not in boot
    for language in LANGUAGES:
        assert http.get("microscope/texts", params={"lang": language}).json() == texts(language)
    assert http.get("microscope/texts", params={"lang": "de"}).status_code == 400
    photo = http.post("microscope/photo", content=as_file(picture(1))).json()["photo"]
    thumb = http.get("microscope/picture/thumb", params={"photo": photo})
    assert thumb.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("path", ["/etc/passwd", str(ASSETS.parent / "app.py"), str(ASSETS.parent / "demo" / "app.py")])
def test_gradios_file_route_gives_away_nothing(path: str, http: httpx.Client) -> None:
    for url in (f"gradio_api/file={path}", f"gradio_api/file=../../../..{path}", f"file={path}"):
        assert http.get(url).status_code in (403, 404)


def test_a_file_too_large_is_answered_before_it_has_arrived(http: httpx.Client) -> None:
    response = http.post("microscope/photo", content=(bytes(1_000_000) for _ in range(60)))
    assert (response.status_code, response.json()["error"]) == (413, "photo_too_large")


WITHIN_A_LIST = re.compile(r":(?:is|where)\((?=[^{}()]*,)[^{}()]*&")


def test_no_rule_names_its_root_within_a_list() -> None:
    """Where "&" stands in a nested rule its root is not put in front: the rest of the list would be of every page."""
    assert WITHIN_A_LIST.search("html[data-present] { :is(.note, &[data-tour] .legend) { display: none; } }")
    found = {path.name: WITHIN_A_LIST.findall(path.read_text(encoding="utf-8")) for path in sheets()}
    assert {name: rules for name, rules in found.items() if rules} == {}
