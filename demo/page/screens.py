"""The table of the page's screens, which the head, the rail, the styles, the addresses and the tests read.

A screen is a row here and files of its own: `assets/js/screens/<name>.js`, whose `mount(root)` draws it,
`assets/css/<name>.css`, and `demo/text/<language>/<name>.md` with at least `<name>.title` and, of a station,
`next.<name>`: why the screen that follows it does so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Journey = Literal["photo", "sentence"]


@dataclass(frozen=True)
class Screen:
    """One screen.

    Attributes:
        name: its name in addresses, files and keys of texts.
        journey: the journey that it belongs to; None for a screen of both.
    """

    name: str
    journey: Journey | None = None


# The first screen of a visitor whose address names none.
OPENING = "start"
# The screen for an address that names something to look at but no screen, and for a photo that is added while a
# sentence is on screen. It is the photo's heads, which were the first screen before there was a start screen.
HEADS = "attention"
# In the order of the course, each journey in the order in which its data passes through the model; the rail counts from
# 1.
SCREENS = (
    Screen(OPENING),
    Screen("before", "sentence"),
    Screen("words", "sentence"),
    Screen("encoder", "sentence"),
    Screen("decoder", "sentence"),
    Screen("translation", "sentence"),
    Screen("patches", "photo"),
    Screen("position", "photo"),
    Screen("block", "photo"),
    Screen(HEADS, "photo"),
    Screen("decision", "photo"),
    Screen("notes"),
    Screen("models"),
)

# The frame: the parts above and below every screen.
ABOVE = ("title_bar", "sentence_strip", "input_strip", "rail")
BELOW = ("way_on", "tour", "room", "present")


def parts() -> Iterator[tuple[str, str]]:
    """Every part of the page from top to bottom: the module of assets/js that draws it, and its id."""
    yield from ((f"frame/{part}", part.replace("_", "-")) for part in ABOVE)
    yield from ((f"screens/{screen.name}", f"screen-{screen.name}") for screen in SCREENS)
    yield from ((f"frame/{part}", part.replace("_", "-")) for part in BELOW)
    yield "calculator/calculator", "calculator"
