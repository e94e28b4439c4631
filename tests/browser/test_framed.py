"""The page inside another host's page, as a hosted Space shows it: its own address bar is not the visitor's."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from tests.support.browser import address, settles
from tests.support.pictures import picture_file

# What huggingface.co does around a Space: its own query goes into the frame, and what the frame tells of its query
# into its own address.
OUTER = """<!doctype html><title>Outer</title><style>body{margin:0}iframe{border:0;width:100%%;height:100vh}</style>
<iframe allow="clipboard-write"></iframe><script>
const inner = %r;
document.querySelector('iframe').src = inner + location.search;
addEventListener('message', ({ origin, data }) => {
  if (origin === new URL(inner).origin && data.queryString) history.replaceState(null, '', data.queryString);
});
</script>"""


@pytest.fixture
def outer(app, monkeypatch):
    """Where another origin (another site, too: its storage is its own) shows the page."""
    html = (OUTER % app.url).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if urlsplit(self.path).path == "/spaces/us/it" else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, *_) -> None:
            """Nothing is printed among the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        where = f"http://localhost:{server.server_port}/spaces/us/it"
        monkeypatch.setenv("MICROSCOPE_OUTER_PAGE", where)
        yield where
        server.shutdown()


@pytest.fixture
def visit(browser, outer):
    """Open the outer page with a query, in a window that nobody has used; the page and the frame in it."""
    opened = []

    def open_(query: str):
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened.append((context, errors))
        page.goto(f"{outer}?{query}")
        return page, page.frame_locator("iframe")

    yield open_
    for context, errors in opened:
        context.close()
        assert errors == []


def link_in(frame) -> str:
    """The link that the page offers to copy."""
    frame.get_by_role("button", name="Link", exact=True).click()
    field = frame.get_by_role("textbox", name="Link to exactly what is on screen")
    expect(field).to_be_visible()
    return settles(field.input_value, lambda text: text != "")


def test_the_link_is_the_outer_page_with_everything_that_was_chosen(visit, outer) -> None:
    page, frame = visit("v=2&lang=en&screen=attention")
    expect(frame.locator("#screen-attention [data-complete]")).to_be_attached()
    frame.locator(".station[data-to=block]").click()
    off = frame.locator("#screen-block .break-row .segmented").first.get_by_role("button").last
    off.click()
    chip = frame.locator(".changes .change-chip")
    expect(chip).to_contain_text("Residual off in all layers")

    link = link_in(frame)
    assert link.startswith(f"{outer}?v=2")
    said = dict(parse_qsl(urlsplit(link).query))
    assert said["screen"] == "block" and said["change"].startswith("residual:off")
    settles(lambda: address(page), said)  # the outer page was told, and its own address says it too

    _, again = visit(urlsplit(link).query)
    expect(again.locator("#screen-block")).to_be_visible()
    expect(again.locator(".changes .change-chip")).to_contain_text("Residual off in all layers")


def test_an_own_photo_is_looked_at_and_shared_through_the_frame(visit, outer) -> None:
    page, frame = visit("v=2&lang=en&screen=attention")
    expect(frame.locator("#screen-attention [data-complete]")).to_be_attached()
    photo = {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": picture_file(size=(310, 200), seed=91)}
    frame.locator("input[type=file]").set_input_files(photo)
    expect(frame.locator(".photo-name")).to_contain_text("Your photo, 310 × 200")
    expect(frame.locator("#screen-attention [data-complete]")).to_be_attached()

    link = link_in(frame)
    expect(frame.get_by_text("Whoever has this link")).to_be_visible()
    frame.get_by_role("button", name="Copy link").click()
    expect(frame.get_by_text("Copied")).to_be_visible()
    assert link.startswith(f"{outer}?") and "photo=" in link

    _, friend = visit(urlsplit(link).query)  # another visitor, who has no copy of the photo
    expect(friend.locator(".photo-name")).to_contain_text("Your photo, 310 × 200")

    frame.get_by_role("button", name="Copy without the photo").click()
    field = frame.get_by_role("textbox", name="Link to exactly what is on screen")
    settles(lambda: "photo=" in field.input_value(), False)

    page.reload()
    expect(frame.locator(".photo-name")).to_contain_text("Your photo, 310 × 200")
