"""Debian's chromium, driven by Playwright; tests skip with a reason where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NO_CHROMIUM = "no chromium on this machine: apt-get install chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No other host can be reached. Playwright's own interception would do it too, but takes the browser's cache away.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    # A camera that films a green test card; a page gets it only where its context grants the permission "camera".
    "--use-fake-device-for-media-stream",
]


@contextmanager
def chromium() -> Iterator[object]:
    """A browser without a window."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def wait_for_sentence(page, ready: str, text: str) -> None:
    """Wait until an element is there and the page is busy with nothing: what it shows is no placeholder any more.

    The strip has the text of an address at once, while the screens still show the sentence every page begins with.
    """
    page.wait_for_function(
        """([ready, text]) => document.querySelector(ready) && !document.documentElement.hasAttribute('data-busy')
             && document.querySelector('.sentence-input').value === text""",
        arg=[ready, text],
    )


class Watched:
    """A page whose errors and requests are noted."""

    def __init__(self, page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.foreign: list[str] = []
        self._listeners = {
            "pageerror": lambda error: self.errors.append(str(error)),
            "console": lambda message: self.errors.append(message.text) if message.type == "error" else None,
            "request": lambda request: self._note(request.url),
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)

    def open(self, query: str = "lang=en") -> None:
        """Go to the page and wait until the screen asked for is drawn."""
        self.page.goto(f"{self.url}?{query}")
        self.page.wait_for_selector(".rail-row .status:not(:empty)")

    def look_away(self) -> None:
        """Note nothing any more."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def _note(self, url: str) -> None:
        self.requests.append(url)
        if not url.startswith((self.url, "data:", "blob:")):
            self.foreign.append(url)


class Window:
    """A browser window whose tabs are used again.

    Loading the page in a tab that has shown it before costs a third of what it costs in a new one: the process is
    there, and what it has compiled. Nothing else is kept but the cache of scripts and styles.
    """

    def __init__(self, context, url: str) -> None:
        self.context = context
        self._rest = f"{url}microscope/progress"  # two bytes of the same server
        self._idle: list[object] = []

    def tab(self):
        """A tab that remembers nothing."""
        return self._idle.pop() if self._idle else self.context.new_page()

    def take_back(self, watched: Watched) -> None:
        """Leave the page, and forget language, theme, photo and history.

        Its errors count until it is left; that Gradio tells of an answer it will not get, because it is left, is none.
        """
        page = watched.page
        page.unroute_all()
        page.evaluate("() => 0")  # what happened until now has been told when this answers
        watched.look_away()
        page.goto(self._rest)
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.mouse.move(-1, -1)
        session = page.context.new_cdp_session(page)
        session.send("Page.resetNavigationHistory")
        session.detach()
        self._idle.append(page)


class Windows:
    """The windows of one browser, one for each set of options a page may need (touch, a camera, no motion)."""

    def __init__(self, browser, url: str) -> None:
        self.url = url
        self._browser = browser
        self._open: dict[tuple, Window] = {}

    def with_options(self, **options) -> Window:
        key = tuple(sorted((name, str(value)) for name, value in options.items()))
        if key not in self._open:
            self._open[key] = Window(self._browser.new_context(**options), self.url)
        return self._open[key]

    def close(self, window: Window) -> None:
        """Nobody knows what a failed test left there."""
        window.context.close()
        self._open = {key: other for key, other in self._open.items() if other is not window}
