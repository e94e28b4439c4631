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


@pytest.fixture(scope="session")
def tabs(browser):
    """Pages that need nothing special are tabs of one window, so that scripts and styles come from its cache."""
    window = browser.new_context()
    yield window
    window.close()


@pytest.fixture
def open_page(browser, tabs, app):
    """Open watched pages; at the end none of them may have thrown an error or asked another host."""
    opened, windows = [], []

    def open_(query="lang=en", *, width=1440, height=1000, **context):
        window = tabs
        if context:
            window = browser.new_context(**context)
            windows.append(window)
        page = window.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(30_000)
        if not opened:
            forget(page, app.url)
        watched = Watched(page, app.url)
        opened.append(watched)
        watched.open(query)
        return watched

    yield open_
    for watched in opened:
        watched.page.close()
    for window in windows:
        window.close()
    assert [watched.foreign for watched in opened] == [[] for _ in opened]
    assert [watched.errors for watched in opened] == [[] for _ in opened]


def forget(page, url):
    """What an earlier test's page remembered (language, theme, model) is gone."""
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": url.rstrip("/"), "storageTypes": "local_storage"})
    session.detach()
