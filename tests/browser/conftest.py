"""One served app and one browser for all browser tests; for each test the page is loaded anew, in a tab that knows it already."""

from __future__ import annotations

import pytest

from tests.support.browser import Watched, Windows, chromium
from tests.support.layout import Rooms
from tests.support.waiting import SECONDS

# The files that take longest, the longest first.
LONG = (
    *("rooms", "layout", "print", "walks", "access", "translation", "page", "encoder", "equations", "take_away"),
    *("addresses_sentence", "proxies", "addresses", "start", "room", "position", "block", "present", "decoder"),
    *("models", "inputs", "leading_tokens", "recorded", "attention", "course", "tours", "new_screen"),
)


def pytest_collection_modifyitems(items):
    """Browser tests come last: while Playwright is at work an event loop runs in this thread, and no other test can start its own.

    The long files come before the others: processes share the files, and a long one at the end would leave the others idle.
    """
    in_browser = [item for item in items if "tests/browser/" in item.nodeid]
    for item in in_browser:
        item.add_marker(pytest.mark.browser)
    rank = {f"test_{name}.py": at for at, name in enumerate(LONG)}
    in_browser.sort(key=lambda item: rank.get(item.path.name, len(rank)))
    items[:] = [item for item in items if item not in set(in_browser)] + in_browser


@pytest.fixture(scope="session")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="session")
def app(browser):
    from tests.support.server import running_app  # Gradio is not for the process that only hands the tests out

    with running_app() as served:
        yield served


@pytest.fixture(scope="session")
def windows(browser, app):
    return Windows(browser, app.url)


@pytest.fixture
def open_page(windows, request):
    """Open watched pages; at the end none of them may have thrown an error or asked another host.

    In a file marked `one_page` a test goes on in the page of the test before, and so does what it opens next: its
    address has everything that was chosen, and loading the page anew takes ten times as long. `anew`: this one needs a
    page that has seen nothing. `beside`: the one opened before is still looked at.
    """
    opened, calm, failed_before = [], set(), request.session.testsfailed
    goes_on = request.node.get_closest_marker("one_page") is not None

    def open_(query="lang=en", *, width=1440, height=1000, anew=False, beside=False, reduced_motion="null", **context):
        window, stays = windows.with_options(**context), goes_on and not anew
        before = [watched for of, watched, stayed in opened if of is window and stayed and stays and not beside]
        if before:
            watched, is_open = before[-1], True
            page = watched.page
        else:
            page, is_open = window.tab_as_left() if stays else (window.tab(), False)
            watched = Watched(page, windows.url)
            opened.append((window, watched, stays))
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(SECONDS * 1000)
        if reduced_motion != "null" or page in calm:  # the page asks for it each time: no window of its own is needed
            page.emulate_media(reduced_motion=reduced_motion)
            calm.add(page)
        if is_open:
            watched.go_on(query)
        else:
            watched.open(query)
        return watched

    yield open_
    for page in calm:
        page.emulate_media(reduced_motion="null")
    for window, watched, stays in opened:
        if request.session.testsfailed > failed_before:
            windows.close(window)
        elif stays:
            window.leave(watched)
        else:
            window.take_back(watched)
    assert [watched.foreign for _, watched, _ in opened] == [[] for _ in opened]
    assert [watched.errors for _, watched, _ in opened] == [[] for _ in opened]


@pytest.fixture(scope="module", autouse=True)
def _pages_that_were_left(request):
    """What the tests of a `one_page` file went on in is taken back before the next file."""
    if request.node.get_closest_marker("one_page") is None:
        yield
        return
    windows = request.getfixturevalue("windows")
    yield
    windows.take_back_left()


@pytest.fixture
def rooms(open_page):
    """The rooms of a page, to be entered and measured."""
    found = Rooms(open_page().page)
    yield found
    found.leave()
