"""Read what a screen is in print."""

from __future__ import annotations

import io
import re
import unicodedata

import pypdf

from tests.support.browser import in_page

MARGIN = {side: "12mm" for side in ("top", "bottom", "left", "right")}
# Headings that can be seen; a formula's signs stand in another order on paper.
HEADINGS = """(screen) => [...document.querySelectorAll(`#screen-${screen} :is(h2, h3, h4)`)]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1)
  .filter((one) => !one.querySelector('.math'))
  .map((one) => one.innerText)"""


def sheets(page, *, landscape: bool) -> list[str]:
    """The words of every sheet (A4) that the page is printed on."""
    return [one.extract_text().strip() for one in _printed(page, "A4", landscape)]


def filled(page, paper: str, *, landscape: bool) -> tuple[list[float], set[str]]:
    """How far down each sheet of a paper has words, as a share of what lies between its margins; and these words."""
    printed = _printed(page, paper, landscape)
    return [_filled(one) for one in printed], {word for one in printed for word in one.extract_text().split()}


def _filled(sheet) -> float:
    places: list[float] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            places.append(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    sheet.extract_text(visitor_text=visit)
    high, margin = float(sheet.mediabox.height), 12 / 25.4 * 72
    return (high - margin - min(places)) / (high - 2 * margin)


def _printed(page, paper: str, landscape: bool) -> list:
    printed = page.pdf(format=paper, landscape=landscape, print_background=True, margin=MARGIN)
    return list(pypdf.PdfReader(io.BytesIO(printed)).pages)


def lost(page, screen: str) -> list[str]:
    """Headings of a screen that stand on none of its sheets, which lie: of low ones most is moved to another."""
    words = _signs("".join(sheets(page, landscape=True)))
    return [one for one in in_page(page, HEADINGS, screen) if _signs(one) not in words]


def _signs(text: str) -> str:
    """Without spaces, ligatures and the marks around a word of another script."""
    return re.sub(r"[\s\u2068\u2069]", "", unicodedata.normalize("NFKC", text))
