"""Read what a screen is in print."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass, field

import pypdf

from tests.support.browser import in_page
from tests.support.layout import Room, Rooms

MARGIN = {side: "12mm" for side in ("top", "bottom", "left", "right")}
# Headings that can be seen; a formula's signs stand in another order on paper.
HEADINGS = """(screen) => [...document.querySelectorAll(`#screen-${screen} :is(h2, h3, h4)`)]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1)
  .filter((one) => !one.querySelector('.math'))
  .map((one) => one.innerText)"""


# What is smaller on paper, and that in the size that it has on a screen.
SMALLER = ":is([style*='standing-wide'], [style*='lying-wide'])"
AS_LARGE = f"@media print {{ {SMALLER} {{ zoom: 1 !important; }} }}"
PAPERS = (("A4", False), ("A4", True), ("Letter", False), ("Letter", True))
# Whose second figure was lost where the first was smaller.
LOST = Room("before", "bottleneck")
# Rooms with much that is high. Models first: a page that has printed the translator's screens before still leaves a
# sheet of it emptier.
HIGH = (Room("models"), Room("words"), Room("encoder"), Room("decoder"), Room("translation"), LOST)
COMPARED = (Room("words"), Room("encoder"), LOST)
# How far down a sheet has words, unless it is the last one.
FULL = 0.6


@dataclass
class HighSheets:
    """What a room is on a paper: how many sheets more, and how many half empty ones, it takes all in its own size.

    Attributes:
        wrong: what should not be, in words.
    """

    more: int = 0
    emptier: int = 0
    wrong: list[str] = field(default_factory=list)


def high_sheets(rooms: Rooms, room: Room, paper: str, *, landscape: bool) -> HighSheets:
    """Print the room on screen as it is and, of some, with everything as large as on screen."""
    page, read = rooms.page, HighSheets()
    found, words = filled(page, paper, landscape=landscape)
    if room != LOST and min(found[:-1], default=1) < FULL:
        read.wrong.append(f"{room}, {paper}, {landscape}: a sheet is half empty: {found}")
    if room not in COMPARED:
        return read
    style = page.add_style_tag(content=AS_LARGE)
    large, all_words = filled(page, paper, landscape=landscape)
    style.evaluate("(style) => style.remove()")
    if len(found) > len(large):
        read.wrong.append(f"{room}, {paper}, {landscape}: more sheets than in its own size: {found}, {large}")
    if len(all_words - words) > 2:  # those cut at a line's end
        read.wrong.append(f"{room}, {paper}, {landscape}: lost {all_words - words}")
    read.more, read.emptier = len(large) - len(found), sum(share < FULL for share in large[:-1])
    return read


def sheets(page, *, landscape: bool) -> list[str]:
    """The words of every sheet (A4) that the page is printed on."""
    return [one.extract_text().strip() for one in _printed(page, "A4", landscape)]


def filled(page, paper: str, *, landscape: bool) -> tuple[list[float], set[str]]:
    """How far down each sheet of a paper has words, as a share of what lies between its margins; and these words."""
    read = [_filled(sheet) for sheet in _printed(page, paper, landscape)]
    return [share for share, _ in read], {word for _, words in read for word in words.split()}


def _filled(sheet) -> tuple[float, str]:
    """How far down a sheet has words, and these; to read it takes as long as to print it."""
    places: list[float] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            places.append(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    words = sheet.extract_text(visitor_text=visit)
    high, margin = float(sheet.mediabox.height), 12 / 25.4 * 72
    return (high - margin - min(places)) / (high - 2 * margin), words


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
