"""Take every guided tour to its end in both languages: python -m tests.tours"""

from __future__ import annotations

import sys

from demo.page.texts import LANGUAGES
from demo.page.tours import own_tours
from tests.support.browser import chromium
from tests.support.server import running_app
from tests.support.touring import take


def main() -> int:
    """Tell of every tour how it ended."""
    failed = 0
    with running_app() as app, chromium() as browser:
        for language in LANGUAGES:
            for tour in own_tours(language):
                page = browser.new_page(viewport={"width": 1440, "height": 1000})
                page.goto(f"{app.url}?lang={language}&screen=start")
                try:
                    take(page, tour, language)
                    said = f"{len(tour.steps)} steps"
                except Exception as error:  # the other tours are still worth their while
                    said, failed = f"broke off: {error}", failed + 1
                page.close()
                sys.stdout.write(f"{language} {tour.name}: {said}\n")
                sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
