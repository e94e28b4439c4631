"""Walk through all slides before a room, in three windows: python -m tests.present [SCREEN ...]

Tells of every slide whether anything on it is too small to be read from the last row, and whether it is whole.
"""

from __future__ import annotations

import sys

from tests.support.browser import chromium, passes
from tests.support.presenting import KEEPS_WRITING, measured
from tests.support.server import running_app

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
CHAPTERS = ("chain", "uses", "gradient", "cost", "bottleneck", "path")
SCREENS = (
    "start",
    *(f"before&chapter={chapter}" for chapter in CHAPTERS),
    "words",
    "encoder",
    "decoder",
    "translation",
)
SCREENS += ("patches", "position", "block", "attention", "decision", "notes", "models")


def slide(page) -> tuple[str, list[str], list[int]]:
    """What is on screen, once it has stood still for a moment."""

    def still():
        before = (page.text_content(".present-place"), *measured(page))
        page.wait_for_timeout(600)
        assert before == (page.text_content(".present-place"), *measured(page))
        return before

    return passes(still)


def main(screens: list[str]) -> int:
    """How many slides are not as they should be."""
    failed = 0
    with running_app() as app, chromium() as browser:
        for width, height in SIZES:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.add_init_script(KEEPS_WRITING)
            for screen in screens:
                page.goto(f"{app.url}?v=5&lang=en&screen={screen}&present=1")
                page.wait_for_selector("html[data-present] .present-head")
                page.wait_for_timeout(2500)
                count = int((page.text_content(".present-place") or "1 / 1").split("/")[1])
                for at in range(1, count + 1):
                    page.goto(f"{app.url}?v=5&lang=en&screen={screen}&present=1&slide={at}")
                    page.wait_for_timeout(1500)
                    _, small, over = slide(page)
                    if small or max(over) > 1:
                        failed += 1
                        sys.stdout.write(f"{width}x{height} {screen} {at}: over {over}, small {small[:5]}\n")
                        sys.stdout.flush()
            page.close()
    sys.stdout.write(f"{failed} slides are not whole or have small type\n")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(SCREENS)))
