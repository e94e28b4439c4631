"""The screens of the page: the one table that the head, the rail, the styles, the addresses and the tests read.

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
        name: in the address, in the names of its files and of its words.
        journey: whose station it is; None for one that stands beside both.
    """

    name: str
    journey: Journey | None = None


# Where a visitor begins whom no address sends elsewhere.
OPENING = "start"
# Where an address leads that says what to look at but on no screen, and a photo that is brought while a sentence is on
# screen: to the photo's heads, as always before there was a start.
HEADS = "attention"
# As the course goes, each journey in the order of its data's way through the model: it counts from 1 on the rail.
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

# The frame: what stands above every screen, and what below.
ABOVE = ("title_bar", "sentence_strip", "input_strip", "rail")
BELOW = ("way_on", "tour", "room", "present")


def parts() -> Iterator[tuple[str, str]]:
    """Every part of the page from top to bottom: the module of assets/js that draws it, and its id."""
    yield from ((f"frame/{part}", part.replace("_", "-")) for part in ABOVE)
    yield from ((f"screens/{screen.name}", f"screen-{screen.name}") for screen in SCREENS)
    yield from ((f"frame/{part}", part.replace("_", "-")) for part in BELOW)
    yield "calculator/calculator", "calculator"
