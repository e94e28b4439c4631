"""Take every guided tour to its end in both languages: python -m tests.tours [TOUR ...] [--present]

With --present before a room, one slide at a time.
"""

from __future__ import annotations

import argparse
import sys

from demo.page.texts import LANGUAGES
from demo.page.tours import own_tours
from tests.support.browser import chromium
from tests.support.server import running_app
from tests.support.touring import take


def main() -> int:
    """Tell of every tour how it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.tours")
    parser.add_argument("tours", nargs="*", metavar="TOUR", help="their names (all)")
    parser.add_argument("--present", action="store_true", help="before a room")
    parser.add_argument("--lang", choices=LANGUAGES, action="append", help="the languages (all)")
    asked = parser.parse_args()
    width, height = (1920, 1080) if asked.present else (1440, 1000)
    failed = 0
    with running_app() as app, chromium() as browser:
        for language in asked.lang or LANGUAGES:
            for tour in own_tours(language):
                if asked.tours and tour.name not in asked.tours:
                    continue
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto(f"{app.url}?lang={language}&screen=start")
                try:
                    take(page, tour, language, present=asked.present)
                    said = f"{len(tour.steps)} steps"
                except Exception as error:  # the other tours are still worth their while
                    said, failed = f"broke off: {error}", failed + 1
                page.close()
                sys.stdout.write(f"{language} {tour.name}: {said}\n")
                sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
