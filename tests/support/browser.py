"""Debian's chromium, driven by Playwright; tests skip with a reason where there is none."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from weakref import WeakSet

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright

from demo.page.screens import HEADS
from tests.support.waiting import SECONDS

Value = TypeVar("Value")

BETWEEN = 0.05  # seconds between two reads: three frames of a page that is moving
# Exceptions that reading a half-drawn page may raise: no match, an empty list, text in place of a number.
NOT_YET = (AssertionError, AttributeError, LookupError, TypeError, ValueError, PlaywrightError)

# The headless build first, which takes a fifth less time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
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
    # No other host can be reached. Playwright's own interception could do this, too, but it disables the browser's
    # cache.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    # A fake camera with a test picture, whose use is granted: the headless browser cannot ask.
    "--use-fake-device-for-media-stream",
    ALLOWS_CAMERA := "--use-fake-ui-for-media-stream",
]


_browsers: list[Any] = []  # those that are open


@contextmanager
def chromium() -> Iterator[object]:
    """A browser without a window."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        _browsers.append(browser)
        try:
            yield browser
        finally:
            _browsers.remove(browser)
            browser.close()


@contextmanager
def without_camera(browser: Any) -> Iterator[Any]:
    """Another browser of the same kind, in which a page gets no camera."""
    arguments = [argument for argument in ARGUMENTS if argument != ALLOWS_CAMERA]
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    try:
        yield other
    finally:
        other.close()


def passes(check: Callable[[], Value], *, seconds: float = SECONDS) -> Value:
    """Call `check` until it raises nothing and return its result; after the timeout, its last error is raised.

    Prefer Playwright's `expect` where it has a suitable check; this is for values that have to be computed first.
    `check` is called many times, so it must only read. Meanwhile, routes and events of the test are served.
    """
    __tracebackhide__ = True
    until = time.monotonic() + seconds
    while True:
        try:
            return check()
        except NOT_YET:
            if time.monotonic() > until:
                raise
        _rest()


def _rest() -> None:
    """The pause between two reads; Playwright dispatches events only while it runs, as in its own pause."""
    pages = [page for browser in _browsers for context in browser.contexts for page in context.pages]
    try:
        pages[0].wait_for_timeout(1000 * BETWEEN)
    except (IndexError, PlaywrightError):  # there is none, or no more
        time.sleep(BETWEEN)


def settles(read: Callable[[], Value], wanted: Any, *, seconds: float = SECONDS) -> Value:
    """Call `read` until it equals `wanted`, or until the function `wanted` returns true for it; return that value."""
    __tracebackhide__ = True

    def check() -> Value:
        __tracebackhide__ = True
        value = read()
        if callable(wanted):
            assert wanted(value), f"still {value!r} after {seconds:g} s, for which what is wanted does not hold"
        else:
            assert value == wanted, f"still {value!r} after {seconds:g} s, wanted {wanted!r}"
        return value

    return passes(check, seconds=seconds)


def settled(read: Callable[[], Value], *, seconds: float = SECONDS) -> Value:
    """Call `read` until two reads in a row agree, and return that value.

    Only where no outcome is known to wait for: the position of something once it is at rest, a state before an action.
    """
    __tracebackhide__ = True
    seen: list[Value] = []

    def check() -> Value:
        __tracebackhide__ = True
        seen.append(copy(read()))  # a list filled by events would be the same object at each read
        assert len(seen) > 1, "read only once"
        assert seen[-1] == seen[-2], f"still changing after {seconds:g} s: {seen[-2]!r}, then {seen[-1]!r}"
        return seen[-1]

    return passes(check, seconds=seconds)


def box_of(locator) -> dict[str, float]:
    """The box of an element once it has stopped moving: x, y, width and height in CSS pixels of the window."""
    box = settled(locator.bounding_box)
    assert box is not None, f"{locator} is not on screen"
    return box


def fits(page, width: int) -> None:
    """Wait until the page is no wider than this, including what is beyond the window's edge."""
    settles(lambda: page.evaluate("document.documentElement.scrollWidth"), lambda wide: wide <= width)


# A script that returns the query of a page's address; null while it lags behind what is on screen. For a foreign page
# it returns the query as it is.
ADDRESS = """async () => {
  const at = (name) => document.querySelector(`link[rel=modulepreload][href$="/js/core/${name}.js"]`)?.href;
  if (!at('state')) return location.search;
  const modules = ['state', 'address', 'history'].map((name) => import(at(name)));
  const [{ state }, { searchOf }, { isEntryKept }] = await Promise.all(modules);
  if (isEntryKept()) return location.search; // what it names could not be had
  const words = (search) => String(new URLSearchParams(search));
  return words(searchOf(state, location.search)) === words(location.search) ? location.search : null;
}"""


def address(page) -> dict[str, str]:
    """The parameters of the address, once it names all that is on screen: it is updated when nothing has changed for a
    moment.

    Playwright's `page.url` may be outdated: it is only updated while Playwright runs.
    """
    search = page.evaluate(ADDRESS)
    assert search is not None, "the address is behind what is on screen"
    return dict(parse_qsl(search.removeprefix("?")))


def in_page(page, script: str, argument: Any = None) -> Any:
    """Run a script that builds something of its own in the page and waits there for it."""
    return page.evaluate(script, argument)


def intercept(page, addresses: str, answer: Callable[[Any], Any], **options: Any) -> None:
    """Let `answer(route)` answer all further requests for these addresses.

    The browser confirms this before the page's own process knows of it, so that the requests of an immediate key or
    click were not intercepted. A script that is run in the page afterwards returns only once its process knows.
    """
    page.route(addresses, answer, **options)
    in_page(page, "() => 0")


def held_back(page, addresses: str) -> list[Any]:
    """The requests for these addresses from now on, as they come; none of them is answered."""
    held: list[Any] = []
    intercept(page, addresses, lambda route: held.append(route))  # noqa: PLW0108 Playwright marks the function
    return held


def back_to(page, there: str) -> None:
    """Go back to an entry of the history that names `there`."""
    page.evaluate("there => { history.pushState(null, '', there); history.pushState(null, '', '?'); }", there)
    page.go_back()


def wait_for_sentence(page, ready: str, text: str) -> None:
    """Wait until an element is there and the page is idle, so that it shows no placeholder any more.

    The input strip has the text of an address at once, while the screens still show the default sentence.
    """
    page.wait_for_function(
        """([ready, text]) => document.querySelector(ready) && !document.documentElement.hasAttribute('data-busy')
             && document.querySelector('.sentence-input').value === text""",
        arg=[ready, text],
    )


LONGEST = 4 * SECONDS  # six translations of a sentence, one after the other

# A script that names all work in progress: nothing on an idle page. What is asked for once it is seen waits until then.
UNDER_WAY = """() => {
  const waits = 'html[data-busy], [data-waiting], [aria-busy=true], [data-running]';
  const below = (one) => {
    const later = one.closest('[data-later]');
    if (!later) return false;
    const { top, bottom } = later.getBoundingClientRect(), margin = Number(later.dataset.later);
    return top > innerHeight + margin || bottom < -margin;
  };
  const parts = [...document.querySelectorAll('[data-mounting]')],
    last = document.querySelector('#calculator .am-mount'); // from top to bottom, demo/page/screens.py
  if (!document.querySelector('.rail-row .status:not(:empty)') || !last || parts.length) return ['the page itself'];
  const found = [...document.querySelectorAll(waits)].filter((one) => one.checkVisibility() && !below(one));
  return found.map((one) => `${one.tagName}.${one.className}`);
}"""


# Scroll to each part of the page that is asked for once it is seen until it is asked for, then back.
SCROLL_THROUGH = """async () => {
  const top = scrollY, frame = () => new Promise((done) => requestAnimationFrame(done));
  const next = () => [...document.querySelectorAll('[data-later]')].find((one) => one.checkVisibility());
  for (let frames = 0; frames < 300 && next(); frames++) {
    next().scrollIntoView({ behavior: 'instant' });
    await frame();
  }
  scrollTo({ top, behavior: 'instant' });
  await frame();
}"""


def see_all(page) -> None:
    """Have seen whatever is asked for once it is seen, as a visitor who scrolls through the page has, with all of it
    here.
    """
    settles(lambda: page.evaluate(UNDER_WAY), [], seconds=LONGEST)
    in_page(page, SCROLL_THROUGH)
    settles(lambda: page.evaluate(UNDER_WAY), [], seconds=LONGEST)


class Late:
    """Requests of a page that are held back, and let through when they come too late.

    Attributes:
        held: those that wait, the first first.
    """

    def __init__(self, page, addresses: str, which: Callable[[str], bool] = lambda _: True) -> None:
        self.held: list[Any] = []
        self._page = page

        def hold(route) -> None:
            if which(route.request.url):
                self.held.append(route)
            else:
                route.continue_()

        intercept(page, addresses, hold)

    def wait(self, times: int = 1) -> None:
        """Wait until so many requests are held."""
        settles(lambda: len(self.held), times)

    def let_through(self) -> None:
        """Answer the held requests one after the other, and wait until the page has received them."""
        while self.held:
            route = self.held.pop(0)
            with self._page.expect_event("requestfinished", lambda request, sent=route.request: request == sent):
                route.continue_()
        in_page(self._page, "() => new Promise((done) => { setTimeout(done); })")


# The addresses that a page has asked for since it was loaded; by itself a browser notes 250 of them.
ASKED = "() => performance.getEntriesByType('resource').map(({ name }) => name)"
NOTES_ALL = "performance.setResourceTimingBufferSize(5000)"
_noting: WeakSet[Any] = WeakSet()  # the contexts whose pages do


class Watched:
    """A page whose errors are recorded, and whose requested addresses are in `requests`."""

    def __init__(self, page, url: str) -> None:
        self.page = page
        self.url = url
        self._errors: list[str] = []
        self._forgiven: list[str] = []
        self._requests: list[str] = []
        self.foreign: list[str] = []
        self._listeners = {
            "pageerror": lambda error: self._errors.append(str(error)),
            "console": lambda message: self._errors.append(message.text) if message.type == "error" else None,
            "request": lambda request: self._note(request.url),
            "requestfailed": lambda request: self._tell_foreign(request.url),
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)

    @property
    def errors(self) -> list[str]:
        """The errors of the page until now, without those that are forgiven."""
        return [error for error in self._errors if not any(words in error for words in self._forgiven)]

    def forgive(self, *words: str) -> None:
        """Ignore errors with these texts, whenever they come: the browser itself logs requests that a server has
        refused.
        """
        self._forgiven += words

    @property
    def requests(self) -> list[str]:
        """The addresses asked for since this list was last cleared."""
        self._catch_up()
        return self._requests

    def open(self, query: str = "lang=en") -> None:
        """Open the page and wait until the requested screen (by default the photo's heads) is drawn and every part of
        the page reacts to keys and clicks.
        """
        named = query if "screen=" in query else f"{query}&screen={HEADS}"
        # To hear of each of the 230 requests of a page while it is loaded takes a sixth of all that loading takes; what
        # it has asked for is noted by the browser itself.
        if self.page.context not in _noting:
            self.page.context.add_init_script(NOTES_ALL)
            _noting.add(self.page.context)
        self.page.remove_listener("request", self._listeners["request"])
        self.page.goto(f"{self.url}?{named}")
        self.come_to_rest()
        self.page.on("request", self._listeners["request"])
        for url in in_page(self.page, ASKED):
            self._note(url)

    def go(self, query: str) -> None:
        """Go to another address of the page as the Back button does, without reloading."""
        leap = "(to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }"
        in_page(self.page, leap, f"?{query}")

    def go_on(self, query: str) -> None:
        """Go to another address from any state that a test left, by way of a screen that shows nothing of it."""
        leave = """() => {
          document.activeElement?.blur();
          for (const sheet of document.querySelectorAll('dialog[open]')) sheet.close();
          localStorage.clear();
          scrollTo(0, 0);
        }"""
        in_page(self.page, leave)
        named = query if "screen=" in query else f"{query}&screen={HEADS}"
        self._arrive("screen=models", rests=False)
        language = dict(parse_qsl(named)).get("lang", "en")
        spoken = settled(lambda: self.page.evaluate("document.documentElement.lang"))
        if spoken != language:  # no step of the history changes it
            self.page.locator(f".title-bar button[lang={language}]").click()
            settles(lambda: self.page.evaluate("document.documentElement.lang"), language)  # its words may have to come
        self._arrive(named)
        self._requests.clear()

    def come_to_rest(self) -> None:
        """Wait until nothing is under way."""
        settles(lambda: self.page.evaluate(UNDER_WAY), [], seconds=LONGEST)

    def _arrive(self, query: str, *, rests: bool = True) -> None:
        self.go(query)
        passes(lambda: address(self.page))  # wait for the page; before that nothing has begun
        if rests:
            self.come_to_rest()
        else:  # until every part of the page has heard of it
            in_page(self.page, "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def look_away(self) -> None:
        """Record nothing from now on, except what has happened until now."""
        self._catch_up()
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def _catch_up(self) -> None:
        """When the page answers, everything until now has been reported."""
        self.page.evaluate("() => 0")

    def _note(self, url: str) -> None:
        self._requests.append(url)
        self._tell_foreign(url)

    def _tell_foreign(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")) and url not in self.foreign:
            self.foreign.append(url)


class Window:
    """A browser window whose tabs are reused.

    Loading the page in a tab that has shown it before takes a third of the time of a new one, since its process and
    compiled code exist. Only the cache of scripts and styles is kept.
    """

    def __init__(self, context, url: str) -> None:
        self.context = context
        self._rest = f"{url}microscope/progress"  # two bytes of the same server
        self._idle: list[object] = []
        self._left: list[object] = []

    def tab(self):
        """A tab without any stored state."""
        if not self._idle:
            return self.context.new_page()
        tab = self._idle.pop()
        tab.bring_to_front()  # a tab behind another one may get no frames
        return tab

    def take_back(self, watched: Watched) -> None:
        """Leave the page, and reset language, theme, photo, history and medium.

        Its errors count until it is left; Gradio's error about a response that it cannot get because of that does not.
        """
        page = watched.page
        page.unroute_all()
        watched.look_away()
        page.goto(self._rest)
        page.emulate_media(media="null")  # it may have been in print mode, in which there are no frames
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.mouse.move(-1, -1)
        session = page.context.new_cdp_session(page)
        session.send("Page.resetNavigationHistory")
        session.detach()
        self._idle.append(page)

    def tab_as_left(self):
        """A tab with the page as a test left it; or a tab without any state, and False."""
        return (self._left.pop(), True) if self._left else (self.tab(), False)

    def leave(self, watched: Watched) -> None:
        """Keep the page as it is for a test that goes on in it, without hover or open overlays."""
        watched.page.unroute_all()
        watched.look_away()
        watched.page.mouse.move(-1, -1)
        self._left.append(watched.page)

    def take_back_left(self) -> None:
        """Take back the pages that were left for a next test, once there is none."""
        while self._left:
            self.take_back(Watched(self._left.pop(), self._rest))


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

    def take_back_left(self) -> None:
        """Take back all left pages: no test goes on in a page of another file."""
        for window in self._open.values():
            window.take_back_left()

    def close(self, window: Window) -> None:
        """Close a window, since a failed test may have left any state in it."""
        window.context.close()
        self._open = {key: other for key, other in self._open.items() if other is not window}
