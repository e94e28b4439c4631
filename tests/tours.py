"""Take every guided tour to its end in both languages: python -m tests.tours [TOUR ...] [--present]

With --present before a room, one slide at a time, and told of each whether it is as tests.present wants it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.page.texts import LANGUAGES
from demo.page.tours import own_tours
from tests.support.browser import chromium
from tests.support.presenting import KEEPS_WRITING, still_in_parts, told
from tests.support.server import running_app
from tests.support.touring import take


@dataclass
class Look:
    """Looks at every step: what is wrong with its slide, and its picture.

    Attributes:
        seen: lines of what was wrong.
    """

    page: Any
    name: str
    present: bool
    pictures: Path | None
    seen: list[str] = field(default_factory=list)

    def __call__(self, place: str) -> None:
        found = still_in_parts(self.page) if self.present else {}
        if found:
            self.seen.append(f"  {place}: {told(found)}\n")
        if self.pictures:
            name = f"{self.name}-{place}.jpg".replace(" ", "-")
            self.page.screenshot(path=self.pictures / name, type="jpeg", quality=70)


def main() -> int:
    """Tell of every tour how it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.tours")
    parser.add_argument("tours", nargs="*", metavar="TOUR", help="their names (all)")
    parser.add_argument("--present", action="store_true", help="before a room")
    parser.add_argument("--lang", choices=LANGUAGES, action="append", help="the languages (all)")
    parser.add_argument("--pictures", type=Path, help="where a picture of every step is put")
    asked = parser.parse_args()
    if asked.pictures:
        asked.pictures.mkdir(parents=True, exist_ok=True)
    width, height = (1920, 1080) if asked.present else (1440, 1000)
    failed = 0
    with running_app() as app, chromium() as browser:
        for language in asked.lang or LANGUAGES:
            for tour in own_tours(language):
                if asked.tours and tour.name not in asked.tours:
                    continue
                page = browser.new_page(viewport={"width": width, "height": height})
                page.add_init_script(KEEPS_WRITING)
                look = Look(page, f"{language}-{tour.name}", asked.present, asked.pictures)
                page.goto(f"{app.url}?lang={language}&screen=start")
                try:
                    take(page, tour, language, present=asked.present, look=look)
                    said = f"{len(tour.steps)} steps"
                except Exception as error:  # the other tours are still worth their while
                    said, failed = f"broke off: {error}", failed + 1
                page.close()
                failed += len(look.seen)
                sys.stdout.write(f"{language} {tour.name}: {said}\n{''.join(look.seen)}")
                sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
