"""What a screen is on paper."""

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
    printed = page.pdf(format="A4", landscape=landscape, print_background=True, margin=MARGIN)
    return [one.extract_text().strip() for one in pypdf.PdfReader(io.BytesIO(printed)).pages]


def lost(page, screen: str) -> list[str]:
    """Headings of a screen that stand on none of its sheets, which lie: of low ones most is moved to another."""
    words = _signs("".join(sheets(page, landscape=True)))
    return [one for one in in_page(page, HEADINGS, screen) if _signs(one) not in words]


def _signs(text: str) -> str:
    """Without spaces, ligatures and the marks around a word of another script."""
    return re.sub(r"[\s\u2068\u2069]", "", unicodedata.normalize("NFKC", text))
