"""Look at rooms in settings: a selection for the tests, all of them for `python -m tests.rooms_in_full`."""

from __future__ import annotations

from itertools import product
from typing import Any

from demo.page.screens import SCREENS
from demo.page.texts import LANGUAGES
from tests.support.browser import settles
from tests.support.layout import Room, Rooms, Setting, covering

WIDTHS, THEMES, RATIOS = [390, 768, 1440, 1920], ["light", "dark"], [1, 2, 3]
# The narrowest phone, and a window hardly wider than those that fold.
NARROW = [320, 720]
# A room that is looked at in one of these is looked at in the other, too; any other is in both of the others.
OTHER_WAY = ((THEMES[0], LANGUAGES[1]), (THEMES[1], LANGUAGES[0]))
# In the order of layout.js.
CHECKS = (
    "overlapping",
    "leaving",
    "overhanging",
    "cut",
    "canvases",
    "parted",
    "faint",
    "small",
    "crowded",
    "misnamed",
    "valueless",
    "unfocused",
)
# Both sides of every width at which the rail is laid out otherwise, and some between.
RAIL_WIDTHS = (320, 375, 376, 420, 421, 640, 760, 900, 901, 1024, 1100, 1240, 1241, 1500, 1660, 1799, 1800, 1920)
LEAST_IN_A_LARGE_WINDOW = 15  # CSS pixels: it is a projector's


def looked_at(rooms: Rooms, place: str, *, large: bool = False) -> dict[str, Any]:
    """What the checks find of what is on screen, by place."""
    checks = (*CHECKS, ("tiny", LEAST_IN_A_LARGE_WINDOW)) if large else CHECKS
    return {f"{place}: {check}": sentences for check, sentences in rooms.found(*checks).items() if sentences}


def look_at(rooms: Rooms, room: Room, setting: Setting, *, enters: bool = True) -> dict[str, Any]:
    """What the checks find of a room in a setting, by place; without `enters` it is the one on screen."""
    rooms.look(setting)
    if enters:
        rooms.enter(room)
    else:
        rooms.settle()
    return looked_at(rooms, f"{room} {setting}", large=setting.width >= max(WIDTHS))


def selection(every: list[Room]) -> list[tuple[Room, tuple[Setting, Setting]]]:
    """Every room in two settings that have neither theme nor language in common, the second narrow: of the first as of
    the second ones every pair of options occurs.
    """
    chosen = []
    for room, one in covering(every, width=WIDTHS, theme=THEMES, lang=LANGUAGES, ratio=RATIOS, narrow=NARROW):
        first = Setting(**{name: choice for name, choice in one.items() if name != "narrow"})
        theme, lang = (
            next(other for other in both if other != one[name])
            for name, both in (("theme", THEMES), ("lang", LANGUAGES))
        )
        chosen.append((room, (first, Setting(one["narrow"], theme, lang, 1))))
    return chosen


def by_turns(chosen: list[tuple[Room, tuple[Setting, Setting]]]) -> list[tuple[Room, tuple[Setting, Setting]]]:
    """The same rooms in the same settings, each beginning with the theme and the language in which the one before it
    ended: to change them draws anew all that is laid out, and is what a look costs most. Within a room both change.
    """
    looks: list[tuple[Room, tuple[Setting, Setting]]] = []
    ended = None
    # Rooms of the same two themes and languages stand together.
    for room, (one, other) in sorted(chosen, key=lambda chose: (chose[1][0].theme, chose[1][0].lang) in OTHER_WAY):
        turned = ended is not None and (other.theme, other.lang) == (ended.theme, ended.lang)
        looks.append((room, (other, one) if turned else (one, other)))
        ended = looks[-1][1][1]
    return looks


def settings() -> list[Setting]:
    """All of them, those next to each other that differ least."""
    return [
        Setting(width, theme, lang, ratio)
        for ratio, lang, theme, width in product(RATIOS, LANGUAGES, THEMES, [*NARROW, *WIDTHS])
    ]


def on_the_rail(rooms: Rooms, lang: str, *, every: int = 1) -> dict[str, Any]:
    """What of the rail stands too close, or in two lines, by screen and width; of `every` widths one, by turns."""
    page, found = rooms.page, {}
    for at, screen in enumerate(screen.name for screen in SCREENS):
        page.locator(f".rail [data-to={screen}]").dispatch_event("click")
        settles(lambda screen=screen: page.evaluate("document.documentElement.dataset.screen"), screen)
        for width in RAIL_WIDTHS[(at + LANGUAGES.index(lang)) % every :: every]:
            rooms.look(Setting(width, "light", lang, 1))
            if seen := rooms.findings("crowded"):
                found[f"{screen} {width} {lang}"] = seen
    return found
