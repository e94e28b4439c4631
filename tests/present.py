"""Walk through all slides before a room, in three windows: python -m tests.present [SCREEN ...] [--pictures FOLDER]

Tells of every slide whether anything on it is too small to be read from the last row, under the bar or over something
else, whether it is whole, and whether its headings leave a level out. With --fingers on a touch display.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from demo.page.texts import LANGUAGES
from tests.support.browser import Watched, chromium
from tests.support.presenting import KEEPS_WRITING, still, still_in_parts, told
from tests.support.server import running_app

SIZES = ((1920, 1080), (1280, 720), (3840, 2160))
CHAPTERS = ("chain", "uses", "gradient", "cost", "bottleneck", "path")
SCREENS = (
    "start",
    *(f"before&chapter={chapter}" for chapter in CHAPTERS),
    "words",
    "encoder",
    "decoder",
    "translation",
)
SCREENS += ("patches", "position", "block", "attention", "decision", "notes&model=vit-course-48&size=48", "models")


def slides(page: Any) -> int:
    """How many there are, once nothing more comes."""
    return int((page.text_content(".present-place") or "1 / 1").split("/")[1])


def walk(watched: Watched, screens: list[str], language: str, pictures: Path | None) -> int:
    """How many slides are not as they should be, in any window."""
    page, failed = watched.page, 0
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[0], strict=True)))
    page.goto(f"{watched.url}?v=5&lang={language}&screen={screens[0]}&present=1")
    page.wait_for_selector("html[data-present] .present-head")
    for screen in screens:
        watched.go(f"v=5&lang={language}&screen={screen}&present=1")
        still(page)
        for at in range(1, slides(page) + 1):
            watched.go(f"v=5&lang={language}&screen={screen}&present=1&slide={at}")
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                found = still_in_parts(page)
                if found:
                    failed += 1
                    sys.stdout.write(f"{language} {width}x{height} {screen} {at}: {told(found)}\n")
                    sys.stdout.flush()
                if pictures and width == SIZES[0][0]:
                    name = f"{language}-{screen.partition('&model')[0].replace('&chapter=', '-')}-{at}.jpg"
                    page.screenshot(path=pictures / name, type="jpeg", quality=70)
            page.set_viewport_size(dict(zip(("width", "height"), SIZES[0], strict=True)))
    return failed


def main() -> int:
    """Tell of every slide that is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.present")
    parser.add_argument("screens", nargs="*", metavar="SCREEN", help="as in an address: before&chapter=cost (all)")
    parser.add_argument(
        "--lang", choices=LANGUAGES, action="append", help="the languages that are walked through (all)"
    )
    parser.add_argument("--fingers", action="store_true", help="on a touch display")
    parser.add_argument("--pictures", type=Path, help="where a picture of every slide is put")
    asked = parser.parse_args()
    if asked.pictures:
        asked.pictures.mkdir(parents=True, exist_ok=True)
    failed = 0
    with running_app() as app, chromium() as browser:
        for language in asked.lang or LANGUAGES:
            page = browser.new_page(has_touch=asked.fingers)  # type: ignore[attr-defined]
            page.add_init_script(KEEPS_WRITING)
            failed += walk(Watched(page, app.url), asked.screens or list(SCREENS), language, asked.pictures)
            page.close()
    sys.stdout.write(f"{failed} pictures of slides are not whole or have small type\n")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
