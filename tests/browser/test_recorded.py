"""Pages without a server: one file opened from a disk, and a static edition from a server of plain files."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from demo.offline.recorded import Recorder
from demo.offline.scene import scene_of
from demo.offline.shell import MOST_BYTES, one_file
from demo.page.head import needed
from demo.page.screens import SCREENS
from demo.photo.query import FIRST
from demo.routes import data_plane
from demo.static import write_folder
from tests.support.browser import Late, Watched, passes, settled, settles
from tests.support.screens import STATUS, centre_of, complete, until_status

# Every head's own line of numbers, and the pixels of its picture.
HEADS = """() => [...document.querySelectorAll('#screen-attention .heads .head-line')].map((line) => {
    const canvas = line.parentElement.querySelector('canvas.heat');
    return [line.innerText, String(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)];
  })"""
MISSED = "[...microscope.missed]"


def in_a_thread(work):
    """A coroutine's result; Playwright has its own event loop in this thread."""
    found = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(work)))
    thread.start()
    thread.join()
    return found[0]


@pytest.fixture
def alone(browser):
    """A page of a window that reaches nobody but this computer, whose errors are noted."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    yield Watched(context.new_page(), "")
    context.close()


def test_a_file_from_a_disk_paints_all_heads_as_the_app_does(open_page, app, alone, tmp_path) -> None:
    query = f"v=4&lang=en&screen=attention&photo={FIRST.photo}&model={FIRST.model}&layer=4&query=60"

    asked = set()

    class Counted(Recorder):
        async def records(self):
            async for record in super().records():
                asked.add(record.key)
                yield record

    async def write() -> None:
        scene = scene_of(app.services, query)
        with file.open("wb") as out:
            async for piece in one_file(Counted(app.services, data_plane(app.services), scene), query):
                out.write(piece)

    file: Path = tmp_path / "page.html"
    in_a_thread(write())
    # 257 tokens: every layer of theirs and of the notes' model, and all else that is recorded, has room.
    assert file.stat().st_size <= MOST_BYTES
    index = json.loads(re.search(rb'id="index">(.*?)</script>', file.read_bytes())[1])
    assert set(index["answers"]) == asked
    assert sum(key.startswith("view/layer?") for key in asked) == 12 + 4
    served = open_page(query)
    page = alone.page
    page.context.set_offline(True)
    page.goto(file.as_uri())
    settles(lambda: page.evaluate("location.pathname"), file.as_posix())
    complete(served.page)
    complete(page)
    held = settled(lambda: served.page.evaluate(HEADS))
    settles(lambda: page.evaluate(HEADS), held)
    assert len(held) == 6
    for one in (served.page, page):
        one.mouse.move(*centre_of(one, 3, 4))
    pointed = settles(
        lambda: served.page.evaluate(HEADS), lambda heads: all(a != b for a, b in zip(heads, held, strict=True))
    )
    settles(lambda: page.evaluate(HEADS), pointed)
    # Every layer is in it, and read to the last digit where a patch is pointed at.
    for _ in range(8):
        for one in (served.page, page):
            one.keyboard.press("]")
    for one in (served.page, page):
        expect(one.locator("#screen-attention .layer-name")).to_contain_text("12")
        expect(one.locator("#screen-attention .heads[data-waiting]")).to_have_count(0)

    def same_in_both():
        # Of both at once: on the way to the last layer each has shown others.
        last = served.page.evaluate(HEADS)
        assert last == page.evaluate(HEADS)
        assert all(a != b for a, b in zip(last, pointed, strict=True))

    passes(same_in_both)
    expect(page.locator("#rail .recorded")).to_contain_text("This page is a file")
    expect(page.locator('[data-action="upload"] + * + * + .needs-server')).to_have_text("needs the server")
    settles(lambda: (page.evaluate(MISSED), alone.errors), ([], []))
    page.locator("#rail .journey-name:visible").first.click()
    expect(page.locator("#screen-words h2").first).to_be_visible()
    settles(lambda: page.evaluate(MISSED), [])
    assert settled(lambda: [url for url in alone.requests if not url.startswith(("file:", "data:", "blob:"))]) == []
    # A host of plain files may say that all its pages are UTF-8: the file reads itself again, as it was written.
    page.context.set_offline(False)
    with plain_server(tmp_path, charset="utf-8") as (url, _):
        page.goto(f"{url}{file.name}?{query}&text=Unbekannt.")
        complete(page)
        settles(lambda: page.evaluate("document.characterSet"), "UTF-8")
        settles(lambda: page.evaluate(HEADS), held)
        # What is not in it is told, never an empty box.
        until_status(page, "This was not recorded")
        # It has no other photo to be taken for the one that an address does not tell.
        page.goto(f"{url}{file.name}?screen=attention&photo=one&photo=another")
        complete(page)
        until_status(page, "The address says photo=one&photo=another")


@contextmanager
def plain_server(folder: Path, charset: str = ""):
    """What `python -m http.server` serves of a folder; what it said to whom is in `answers`. With a charset, it claims it."""
    answers: list[tuple[str, str]] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, code="-", size="-") -> None:
            answers.append((self.path, str(int(code))))

        def log_message(self, *_) -> None: ...

        def guess_type(self, path) -> str:
            kind = super().guess_type(path)
            return f"{kind}; charset={charset}" if charset and kind == "text/html" else kind

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", answers
        finally:
            server.shutdown()
            thread.join()


def _before(screen) -> None:
    """No number of a cell is worked out, and none is said to be; nor is a step timed."""
    expect(screen.locator(".chain-below .calculate[data-switched-off] + .needs-server")).to_be_visible()
    screen.locator("[aria-controls=chapter-cost]").click()
    expect(screen.locator(".cell-costs tr")).to_have_count(4)
    expect(screen.get_by_text("NaN")).to_have_count(0)
    expect(screen.get_by_text("Measuring")).to_have_count(0)


def _translation(screen) -> None:
    """No word can be forced, by row, by node or by hand."""
    expect(screen.locator("button.word-row:not(:disabled)")).to_have_count(0)
    screen.locator(".node.kept:not(.winner)").first.click()
    expect(screen.locator(".beam-head .needs-server")).to_be_visible()


def _modules_come_together(alone, url: str) -> None:
    """What a screen needs is fetched while the module that names it is still on its way."""
    first, later = needed()
    late = Late(alone.page, "**/js/screens/encoder.js")
    alone.requests.clear()
    alone.page.goto(f"{url}?lang=en&screen=start")
    settles(lambda: set(first) - {one.removeprefix(url) for one in alone.requests}, set())
    # The doors of both journeys stand side by side, once they are there.
    for strip in ("#sentence-strip", "#input-strip"):
        expect(alone.page.locator(f"{strip} .door h2")).to_be_visible()
    boxes = "() => ['#sentence-strip', '#input-strip'].map((id) => document.querySelector(id).getBoundingClientRect().toJSON())"
    beside = lambda doors: doors[0]["top"] == doors[1]["top"] and doors[0]["right"] <= doors[1]["left"]  # noqa: E731
    settles(lambda: alone.page.evaluate(boxes), beside)
    alone.page.locator('[data-to="encoder"]').evaluate("(station) => station.click()")
    late.wait()
    settles(lambda: set(later["screens/encoder"]) - {one.removeprefix(url) for one in alone.requests}, set())
    late.let_through()
    alone.page.unroute_all()
    expect(alone.page.locator("#screen-encoder h2").first).to_be_visible()


# What only a server does is switched off, and says so, on these screens.
WITHOUT_SERVER = {
    "before": _before,
    "translation": _translation,
    "patches": lambda screen: expect(screen.locator(".choices [data-switched-off] + .needs-server")).to_be_visible(),
    "position": lambda screen: expect(screen.locator(".places [data-switched-off] + .needs-server")).to_be_visible(),
    "models": lambda screen: expect(screen.get_by_text("asking huggingface.co")).to_have_count(0),
}


def test_every_screen_of_a_static_edition_is_alive_below_any_path(app, alone, tmp_path) -> None:
    # Nine patches: the same screens of small answers.
    scene = scene_of(app.services, f"photo={FIRST.photo}&model={FIRST.model}&size=42")
    in_a_thread(write_folder(app.services, scene, tmp_path / "class" / "microscope"))
    page = alone.page
    with plain_server(tmp_path) as (url, answers):
        page.goto(f"{url}class/microscope/?lang=en&screen={SCREENS[0].name}")
        # The notes read the photo through a model of their own: whoever leaves them has the one from before a moment later.
        for screen in sorted(SCREENS, key=lambda screen: screen.name == "notes"):
            page.locator(f'[data-to="{screen.name}"]').evaluate("(station) => station.click()")
            expect(page.locator(f"#screen-{screen.name} h2").first).to_be_visible()
            expect(page.locator(f"#screen-{screen.name} [data-waiting]:visible")).to_have_count(0)
            expect(page.locator(f"{STATUS}.problem")).to_have_count(0)
            if screen.name in WITHOUT_SERVER:
                WITHOUT_SERVER[screen.name](page.locator(f"#screen-{screen.name}"))
        _modules_come_together(alone, f"{url}class/microscope/")
        expect(page.locator("#input-strip .door p")).to_have_text(
            "Choose one of the recorded photos under “Examples”. One of your own needs the server."
        )
        settles(lambda: page.evaluate(MISSED), [])
        page.goto(f"{url}class/microscope/?lang=en&screen=translation&text=Unbekannt.")
        until_status(page, "This was not recorded")
        foreign = settled(lambda: [one for one in alone.requests if not one.startswith((url, "data:", "blob:"))])
    assert (alone.errors, foreign) == ([], [])
    assert {status for _, status in answers} <= {"200", "304"}
