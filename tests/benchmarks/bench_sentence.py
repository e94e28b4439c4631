"""What a visitor waits for with a sentence, in chromium: from pressing Enter to the translation and its attention painted."""

from __future__ import annotations

import itertools
import statistics
import time
from contextlib import ExitStack, closing

from playwright.sync_api import Browser, Page

import vit_core
from demo.sentence.query import DEFAULT_MODEL
from tests.benchmarks.timing import Row
from tests.support.browser import chromium
from tests.support.visitors import checkouts, served

SENTENCES = [
    f"Der {adjective} Mann sah gestern im {place} einen kleinen {animal} und lachte."
    for adjective, place, animal in itertools.product(
        ("alte", "junge"), ("Garten", "Park"), ("Hund", "Vogel", "Affen", "Ball")
    )
]
SCREEN = "#screen-decoder .am-mount"
# From the key to the end of the frame in which the new sentence's heads were painted: the screen is dimmed until then.
WATCH = """(screen) => {
  const root = document.querySelector(screen), times = window.enters = [];
  let start = 0;
  document.querySelector('.sentence-input').addEventListener('keydown', (event) => { if (event.key === 'Enter') start = event.timeStamp; }, true);
  new MutationObserver(() => {
    if (!start || root.hasAttribute('data-waiting')) return;
    const from = start;
    start = 0;
    requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => times.push(performance.now() - from); c.port2.postMessage(0); });
  }).observe(root, { attributeFilter: ['data-waiting'] });
}"""


def run() -> list[Row]:
    """Rows of the sentence page's speed; every sentence is new to the servers, and decoded alone beside them.

    The program runs in a process of its own, as for visitors, and another checkout's (BEFORE) is asked by turns with it.
    """
    assert all(len(sentence.split()) == 12 for sentence in SENTENCES)
    translator = vit_core.load(DEFAULT_MODEL)
    decodes: list[float] = []
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        pages = {name: _page(browser, stack.enter_context(served(folder)).url, stack) for name, folder in checkouts()}
        waits: dict[str, list[float]] = {name: [] for name in pages}
        for number, sentence in enumerate(SENTENCES):
            for name, page in sorted(pages.items(), reverse=bool(number % 2)):
                started = time.perf_counter()
                vit_core.translate(translator, sentence)
                decodes.append((time.perf_counter() - started) * 1000)
                page.bring_to_front()
                waits[name].append(_wait(page, sentence, len(waits[name])))
    alone = statistics.median(decodes)
    rows = [Row("a sentence of 12 words: beam search alone, median", alone, "ms")]
    for name, found in waits.items():
        wait = statistics.median(found)
        rows += [
            Row(f"{name}Enter -> translation and attention painted, median", wait, "ms"),
            Row(f"{name}Enter -> painted / beam search alone", wait / alone, "x", 3.0),
        ]
    return rows


def _page(browser: Browser, url: str, stack: ExitStack) -> Page:
    """The screen of the decoder, watched."""
    page = stack.enter_context(closing(browser.new_page(viewport={"width": 1440, "height": 1000})))
    page.goto(f"{url}?screen=decoder")
    page.wait_for_selector(f"{SCREEN}[data-complete]")
    page.mouse.move(720, 500)  # a mouse lies somewhere on the page
    page.evaluate(WATCH, SCREEN)
    return page


def _wait(page: Page, sentence: str, before: int) -> float:
    """Milliseconds from the key to the painted heads of a sentence, after so many others."""
    page.fill(".sentence-input", sentence)
    page.press(".sentence-input", "Enter")
    page.wait_for_function("(n) => window.enters.length > n", arg=before, timeout=60_000)
    page.wait_for_selector(f"{SCREEN}[data-complete]")
    return float(page.evaluate("() => window.enters.at(-1)"))
