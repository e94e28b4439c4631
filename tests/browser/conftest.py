"""One served app and one browser for all browser tests; a fresh page for each."""

from __future__ import annotations

import pytest

from tests.support.browser import Watched, chromium
from tests.support.server import running_app


def pytest_collection_modifyitems(items):
    """Browser tests come last: while Playwright is at work an event loop runs in this thread, and no other test can start its own."""
    in_browser = [item for item in items if "tests/browser/" in item.nodeid]
    for item in in_browser:
        item.add_marker(pytest.mark.browser)
    items[:] = [item for item in items if item not in set(in_browser)] + in_browser


@pytest.fixture(scope="session")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="session")
def app(browser):
    with running_app() as served:
        yield served


@pytest.fixture
def open_page(browser, app):
    """Open watched pages; at the end none of them may have thrown an error or asked another host."""
    opened = []

    def open_(query="lang=en", *, width=1440, height=1000, **context):
        page = browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
        page.set_default_timeout(30_000)
        watched = Watched(page, app.url)
        opened.append(watched)
        watched.open(query)
        return watched

    yield open_
    for watched in opened:
        watched.page.context.close()
    assert [watched.foreign for watched in opened] == [[] for _ in opened]
    assert [watched.errors for watched in opened] == [[] for _ in opened]
