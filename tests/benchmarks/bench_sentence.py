"""What a visitor waits for with a sentence, in chromium: from pressing Enter to the translation and its attention painted."""

from __future__ import annotations

import itertools
import statistics
import time

import vit_core
from demo.sentence.query import DEFAULT_MODEL
from tests.benchmarks.timing import Row
from tests.support.browser import chromium
from tests.support.server import running_app

SENTENCES = [
    f"Der {adjective} Mann sah gestern im {place} einen kleinen {animal} und lachte."
    for adjective, place, animal in itertools.product(("alte", "junge"), ("Garten", "Park"), ("Hund", "Vogel", "Affen"))
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
    """Rows of the sentence page's speed; every sentence is new to the server, and decoded alone beside it."""
    assert all(len(sentence.split()) == 12 for sentence in SENTENCES)
    translator = vit_core.load(DEFAULT_MODEL)
    ratios, waits, decodes = [], [], []
    with chromium() as browser, running_app() as app:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{app.url}?screen=decoder")
        page.wait_for_selector(f"{SCREEN}[data-complete]")
        page.evaluate(WATCH, SCREEN)
        for i, sentence in enumerate(SENTENCES):
            started = time.perf_counter()
            vit_core.translate(translator, sentence)
            decodes.append((time.perf_counter() - started) * 1000)
            page.fill(".sentence-input", sentence)
            page.press(".sentence-input", "Enter")
            page.wait_for_function("(n) => window.enters.length > n", arg=i, timeout=60_000)
            page.wait_for_selector(f"{SCREEN}[data-complete]")
            waits.append(page.evaluate("() => window.enters.at(-1)"))
            ratios.append(waits[-1] / decodes[-1])
    return [
        Row("a sentence of 12 words: beam search alone, median", statistics.median(decodes), "ms"),
        Row("Enter -> translation and attention painted, median", statistics.median(waits), "ms"),
        Row("Enter -> painted / beam search alone", statistics.median(ratios), "x", 3.0),
    ]
