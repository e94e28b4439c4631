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


class Watched:
    """A page whose errors and requests are noted."""

    def __init__(self, page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.foreign: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: self._note(request.url))

    def open(self, query: str = "lang=en") -> None:
        """Go to the page and wait until the screen asked for is drawn."""
        self.page.goto(f"{self.url}?{query}")
        self.page.wait_for_selector(".rail-row .status:not(:empty)")

    def _note(self, url: str) -> None:
        self.requests.append(url)
        if not url.startswith((self.url, "data:", "blob:")):
            self.foreign.append(url)
