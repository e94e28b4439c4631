"""The screens of the page: the one table that the head, the rail, the styles, the addresses and the tests read.

A screen is a row here and files of its own: `assets/js/screens/<name>.js`, whose `mount(root)` draws it,
`assets/css/<name>.css`, and `demo/text/<language>/<name>.md` with at least `<name>.title`.
"""

from __future__ import annotations

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


# Each journey in the order of its data's way through the model.
SCREENS = (
    Screen("patches", "photo"),
    Screen("position", "photo"),
    Screen("attention", "photo"),
    Screen("block", "photo"),
    Screen("decision", "photo"),
    Screen("before", "sentence"),
    Screen("words", "sentence"),
    Screen("decoder", "sentence"),
    Screen("translation", "sentence"),
    Screen("models"),
)
# Where a visitor begins whom no address sends elsewhere.
OPENING = "attention"
