"""Another host's page around this one, as a hosted Space is shown: its address bar is the visitor's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.support.browser import settles

PATH = "/spaces/us/it"
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


@contextmanager
def page_elsewhere(html: str, path: str = "/") -> Iterator[str]:
    """Where a page of another origin is (of another site, too: its storage is its own)."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if urlsplit(self.path).path == path else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(html.encode())))
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_) -> None:
            """Nothing is printed among the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}{path}"
        server.shutdown()


def outer_page(inner: str) -> AbstractContextManager[str]:
    """Where another origin shows the page at `inner`."""
    return page_elsewhere(OUTER % inner, PATH)


def link_in(frame) -> str:
    """The link that the page offers to copy."""
    frame.get_by_role("button", name="Link", exact=True).click()
    field = frame.get_by_role("textbox", name="Link to exactly what is on screen")
    expect(field).to_be_visible()
    return settles(field.input_value, lambda text: text != "")
