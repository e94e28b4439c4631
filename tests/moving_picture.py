"""Film the page for the README: python -m tests.moving_picture

Writes assets/readme/moving.webp: the start screen, the heads of a layer while the pointer goes over the photo, a
translation step by step, and a number opened in the calculator, each as it stands on the real page. Every frame is
what the browser shows once it is at rest, so the film does not depend on how quick this computer is.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import expect

from demo.space import ROOT
from tests.support.browser import Watched, box_of, chromium, settled
from tests.support.server import running_app

FILM = ROOT / "assets" / "readme" / "moving.webp"
WINDOW, SIZE = (1280, 800), (960, 600)  # pixels on screen, and of the film
MOST_BYTES, QUALITY = 3_000_000, 60
LOOK = "v=5&lang=en&theme=light"
# Where the pointer goes on the photo, as shares of its sides: from the eyes over an ear and the body to the background.
WAY = ((0.36, 0.40), (0.50, 0.42), (0.62, 0.30), (0.70, 0.55), (0.55, 0.75), (0.30, 0.80), (0.15, 0.25))
BETWEEN = 3  # frames from one of these places to the next
POINTER = """() => {
  const arrow = document.createElement('div');
  arrow.id = 'film-pointer';
  arrow.style.cssText = 'position:fixed;left:-99px;top:0;z-index:99999;pointer-events:none;width:22px;height:22px';
  arrow.innerHTML = '<svg viewBox="0 0 22 22"><path d="M2 1v17l4-4 3 7 3-1-3-7h6z" fill="#111" stroke="#fff"/></svg>';
  document.body.append(arrow);
  addEventListener('mousemove', ({ clientX, clientY }) => {
    arrow.style.left = `${clientX}px`;
    arrow.style.top = `${clientY}px`;
  }, true);
}"""

Frame = tuple[Image.Image, int]  # with the milliseconds that it stands


class Camera:
    """A window of the page that is filmed, with a pointer that can be seen."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self._watched = page, Watched(page, url)

    def open(self, query: str) -> None:
        self._watched.open(f"{LOOK}&{query}")
        self.page.wait_for_function("() => !document.documentElement.hasAttribute('data-busy')")
        self.page.evaluate(POINTER)

    def point(self, x: float, y: float) -> None:
        self.page.mouse.move(x, y)

    def frame(self, milliseconds: int) -> Frame:
        shot = Image.open(io.BytesIO(settled(self.page.screenshot))).convert("RGB")
        return shot.resize(SIZE, Image.Resampling.LANCZOS), milliseconds


def film(camera: Camera) -> Iterator[Frame]:
    """The scenes one after the other."""
    page = camera.page
    camera.open("screen=start")
    expect(page.locator("#screen-start .stop[data-waiting]")).to_have_count(0)
    expect(page.locator("#screen-start .reach")).to_have_count(3)
    camera.point(640, 500)
    yield camera.frame(2000)
    camera.open("screen=attention&layer=9&head=5&perhead=1")
    yield from over_the_photo(camera)
    camera.open("screen=translation&text=Der Hund schläft unter dem Tisch.&step=1")
    written = page.locator(".words-written .word")
    yield camera.frame(900)
    for step in range(1, written.count()):
        page.click("[data-step-to=on]")
        expect(page.locator(".words-written .word[data-when=done]")).to_have_count(step)
        yield camera.frame(400)
    camera.open("screen=attention&layer=9&head=5&query=118&explain=p!9.attn.pattern:4,118,119")
    yield camera.frame(1600)
    page.locator("#calculator button:has-text('q')").first.click()
    yield camera.frame(2000)


def over_the_photo(camera: Camera) -> Iterator[Frame]:
    box = box_of(camera.page.locator("#screen-attention .picker-surface"))
    yield camera.frame(600)
    for (x, y), (to_x, to_y) in pairwise(WAY):
        for part in range(BETWEEN):
            share = part / BETWEEN
            at = (x + (to_x - x) * share, y + (to_y - y) * share)
            camera.point(box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"])
            yield camera.frame(160)
    yield camera.frame(700)


def main(path: Path) -> None:
    with running_app() as app, chromium() as browser:
        page = browser.new_page(viewport={"width": WINDOW[0], "height": WINDOW[1]})
        frames = list(film(Camera(page, app.url)))
    images, durations = zip(*frames, strict=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, quality=QUALITY, method=6)
    size, seconds = path.stat().st_size, sum(durations) / 1000
    sys.stdout.write(f"{path}: {len(images)} frames, {seconds:.1f} s, {size / 1e6:.2f} MB\n")
    if size > MOST_BYTES:
        sys.exit(f"more than {MOST_BYTES / 1e6:g} MB")


if __name__ == "__main__":
    main(FILM if len(sys.argv) == 1 else Path(sys.argv[1]))
