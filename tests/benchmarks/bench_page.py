"""What a visitor waits for, in chromium: hover to painted heads, upload to first heads, bytes. The peer answers with matplotlib."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import gradio as gr
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from demo.photo.picture_file import decode
from demo.photo.query import FIRST
from demo.photo.views import attention
from demo.services import Services
from tests.benchmarks.plain_forward import plain_forward
from tests.benchmarks.timing import Row
from tests.support.browser import chromium
from tests.support.screens import scrolled_through
from tests.support.server import free_port, running_app
from tests.support.visitors import ROOT, own_photo, served
from vit_core.trace import Trace

HOVERS, CLICKS, UPLOADS, NOISY = 150, 12, 15, 6
SHOWN_FIRST = 8  # the layer of an address that names none, counted from 0

# From an event to the end of the frame in which all heads were painted. The page's own listener was added first, so its repaint runs
# before the measuring callback of the same frame; the message arrives after that frame was produced.
WATCH = """() => {
  const state = window.bench = { hovers: [], uploads: [], painted: 0, fresh: null };
  const put = CanvasRenderingContext2D.prototype.putImageData;
  const afterFrame = (done) => { const c = new MessageChannel(); c.port1.onmessage = () => done(performance.now()); c.port2.postMessage(0); };
  // What is painted while a frame runs is on screen after it, anything else after the next.
  let inFrame = false;
  const next = requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (run) => next((time) => { inFrame = true; try { run(time); } finally { inFrame = false; } });
  const onScreen = (done) => (inFrame ? afterFrame(done) : next(() => afterFrame(done)));
  CanvasRenderingContext2D.prototype.putImageData = function (...args) {
    if (this.canvas.classList?.contains('heat') && this.canvas.closest('#screen-attention .heads')) {
      state.painted++;
      if (state.fresh && !state.fresh.old.has(this.canvas)) {
        const { start } = state.fresh;
        state.fresh = null;
        onScreen((end) => state.uploads.push(end - start));
      }
    }
    return put.apply(this, args);
  };
  document.querySelector('input[type=file]').addEventListener('change', (event) => {
    state.fresh = { start: event.timeStamp, old: new Set(document.querySelectorAll('#screen-attention .heads canvas')) };
  }, true);
  window.watchHovers = () => document.querySelector('#screen-attention .picker-surface').addEventListener('pointermove', (event) => {
    const before = state.painted;
    requestAnimationFrame(() => {
      const heads = state.painted - before;
      afterFrame((end) => state.hovers.push([heads, end - event.timeStamp]));
    });
  });
}"""
PEER_WATCH = """() => {
  window.clicks = [];
  let start = 0;
  document.querySelector('#photo img').addEventListener('click', (event) => { start = event.timeStamp; }, true);
  new MutationObserver(async () => {
    const image = document.querySelector('#heads img');
    if (!image || !start || image.src === window.lastSource) return;
    window.lastSource = image.src;
    const from = start;
    start = 0;
    await image.decode();
    requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => window.clicks.push(performance.now() - from); c.port2.postMessage(0); });
  }).observe(document.querySelector('#heads'), { subtree: true, childList: true, attributes: true });
}"""
STATIONS_NAMED = "() => document.querySelectorAll('#screen-start .stop-name').length === 10"
STATIONS_DRAWN = f"{STATIONS_NAMED} && !document.querySelector('#screen-start .stop:is([data-waiting], [data-failed])')"
COMPLETE = "#screen-attention [data-complete]"
AFTER_THE_HEADS = ("view/layer", "view/atlas", "view/depth")
LAYER_HERE = (
    "() => performance.getEntriesByType('resource').some((e) => e.name.includes('view/layer') && e.responseEnd)"
)
HEADS_PAINTED = """() => [...document.querySelectorAll('#screen-attention .heads canvas.heat')].some((c) =>
  c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((x) => x))"""


def run() -> list[Row]:
    """Rows of the page's speed and weight."""
    with chromium() as browser, running_app() as app:
        start = _start(browser, app.url)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        came: list[tuple[str, int]] = []
        page.on("requestfinished", lambda request: came.append((request.url, request.sizes()["responseBodySize"])))
        page.goto(f"{app.url}?screen=attention")
        page.wait_for_function(HEADS_PAINTED)
        page.wait_for_function(LAYER_HERE)
        with_layer = sum(size for _, size in came)
        # On one machine the layer is here as soon as the row that is painted before it.
        first_heads = sum(size for url, size in came if not any(rest in url for rest in AFTER_THE_HEADS))
        scrolled_through(page)
        page.evaluate(WATCH)
        trace = app.services.photos.trace(FIRST)
        rows = [*_hover(page), *_peer(browser, trace)]
        page.close()
        layers = _layers(app.services)
        with served(ROOT) as server:  # a process of its own, as it is in use: its threads are not these
            rows += _upload(browser, server.url, app.services)
    return [
        *start,
        *rows,
        Row("bytes of the layer shown first, largest of all examples and of noisy photos", layers[0] / 1e6, "MB", 0.45),
        Row("bytes of a layer, largest of all layers of those", layers[1] / 1e6, "MB", 0.45),
        Row("bytes until the first heads: page, scripts, words, photo, their row", first_heads / 1e6, "MB", 1.0),
        Row("bytes until all of their layer is here", with_layer / 1e6, "MB"),
    ]


def _layers(services: Services) -> tuple[int, int]:
    """The most bytes of the layer shown first, and of any."""
    photos = [*(item.path.read_bytes() for item in services.photos.gallery), *map(own_photo, range(NOISY))]
    sizes = []
    for photo in photos:
        trace = services.photos.trace(replace(FIRST, photo=services.photos.add_photo(photo)))
        sizes.append([len(attention.layer(trace, index)) for index in range(trace.config.n_layers)])
    return max(size[SHOWN_FIRST] for size in sizes), max(map(max, sizes))


def _start(browser, url: str) -> list[Row]:
    """The first visit, in a browser that has nothing of the page."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    started = time.perf_counter()
    page.goto(url)
    page.wait_for_function(STATIONS_NAMED)
    named = time.perf_counter() - started
    page.wait_for_function(STATIONS_DRAWN)
    drawn = time.perf_counter() - started
    page.close()
    return [
        Row("bytes until all stations of the start are drawn", sum(sizes) / 1e6, "MB", 1.0),
        Row("first visit -> the start with its words", named * 1000, "ms"),
        Row("first visit -> all of its stations drawn", drawn * 1000, "ms"),
    ]


def _hover(page) -> list[Row]:
    page.evaluate("() => window.watchHovers()")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = page.locator("#screen-attention .picker-surface").bounding_box()
    for i in range(HOVERS):
        page.mouse.move(
            box["x"] + box["width"] * ((i * 7) % 16 + 0.5) / 16, box["y"] + box["height"] * ((i * 3) % 16 + 0.5) / 16
        )
        page.wait_for_timeout(25)
    hovers = page.evaluate("() => window.bench.hovers")
    heads = page.locator("#screen-attention .head").count()
    assert len(hovers) > HOVERS / 2 and all(painted == heads for painted, _ in hovers), hovers
    times = sorted(ms for _, ms in hovers)
    return [
        Row("hover -> all heads and the atlas painted, median", statistics.median(times), "ms", 16.7),
        Row("hover -> all heads and the atlas painted, 95 of 100", times[int(0.95 * len(times))], "ms"),
        Row("hover -> requests", len(requests), "", 0),
    ]


def _peer(browser, trace: Trace) -> list[Row]:
    with _matplotlib_page(trace) as url:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(url)
        page.wait_for_selector("#photo img")
        page.evaluate(PEER_WATCH)
        box = page.locator("#photo img").bounding_box()
        for i in range(CLICKS):
            page.mouse.click(box["x"] + box["width"] * (i + 0.5) / CLICKS, box["y"] + box["height"] / 2)
            page.wait_for_function("(n) => window.clicks.length > n", arg=i, timeout=60_000)
        clicks = page.evaluate("() => window.clicks")
        page.close()
    return [Row("peer: click -> the heads as one matplotlib figure, median", statistics.median(clicks), "ms")]


@contextmanager
def _matplotlib_page(trace: Trace) -> Iterator[str]:
    photo = np.asarray(decode(Services().photos.gallery[0].path.read_bytes()).image.resize((448, 448)))
    pattern = trace.pattern(8).numpy()
    rows, cols = trace.geometry.grid

    def heads(event: gr.SelectData) -> Figure:
        x, y = event.index
        token = 1 + min(rows - 1, y * rows // 448) * cols + min(cols - 1, x * cols // 448)
        figure = Figure(figsize=(9, 6))
        for head, axes in enumerate(figure.subplots(2, 3).ravel()):
            axes.imshow(photo)
            axes.imshow(pattern[head, token, 1:].reshape(rows, cols), alpha=0.6, extent=(0, 448, 448, 0))
            axes.set_title(f"head {head + 1}")
            axes.axis("off")
        return figure

    with gr.Blocks() as page:
        image = gr.Image(photo, elem_id="photo", interactive=False, width=448, height=448)
        image.select(heads, None, gr.Plot(elem_id="heads"))
    port = free_port()
    page.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True, ssr_mode=False)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        page.close()


def _upload(browser, url: str, services: Services) -> list[Row]:
    """A visitor's own photo, never seen before, from choosing the file to its heads; a plain forward before each."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{url}?screen=attention")
    page.wait_for_selector(COMPLETE)
    page.evaluate(WATCH)
    random = np.random.default_rng(0)
    original = decode(services.photos.gallery[1].path.read_bytes()).image.resize((640, 480))
    plain = []
    with plain_forward() as forward:
        for i in range(UPLOADS):
            plain.append(forward())
            noisy = (np.asarray(original) ^ random.integers(0, 4, (480, 640, 3), dtype=np.uint8)).astype(np.uint8)
            file = io.BytesIO()
            Image.fromarray(noisy).save(file, "JPEG", quality=90)
            page.set_input_files(
                "input[type=file]", {"name": "own.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
            )
            page.wait_for_function("(n) => window.bench.uploads.length > n", arg=i, timeout=60_000)
            page.wait_for_selector(COMPLETE)
    uploads = page.evaluate("() => window.bench.uploads")
    page.close()
    return [
        Row("plain forward of ViT-S/14", statistics.median(plain), "ms"),
        Row("upload -> first heads, median", statistics.median(uploads), "ms"),
        Row(
            "upload -> first heads / plain forward",
            statistics.median(a / b for a, b in zip(uploads, plain, strict=True)),
            "x",
            1.5,
        ),
    ]
