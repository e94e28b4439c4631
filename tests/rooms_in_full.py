"""Look at every room in every setting: python -m tests.rooms_in_full [layout rail print actions axe]

What the tests look at in a selection: each room and chapter at every width, light and dark, in both languages and at
every resolution; the rail at every width on every screen; high rooms on each of four papers; a file and a link by
pointer and by keys; and by every rule of axe, with numbers and without.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from demo.page.texts import LANGUAGES
from tests.support.audit import look_at, on_the_rail, settings
from tests.support.browser import Watched, chromium
from tests.support.layout import Rooms
from tests.support.paper import HIGH, PAPERS, high_sheets
from tests.support.server import running_app
from tests.support.taking import takes_both


def layout(rooms: Rooms) -> dict[str, Any]:
    """The layout of every room in every setting."""
    found: dict[str, Any] = {}
    for room in rooms.every():
        for setting in settings():
            found |= look_at(rooms, room, setting)
    return found


def rail(rooms: Rooms) -> dict[str, Any]:
    """The rail over every screen, with all that is on it."""
    return {place: seen for lang in LANGUAGES for place, seen in on_the_rail(rooms, lang).items()}


def on_paper(rooms: Rooms) -> dict[str, Any]:
    """High rooms on every paper."""
    read = {}
    for room in HIGH:
        rooms.enter(room)
        for paper, landscape in PAPERS:
            place = f"{room} on {paper}, {'lying' if landscape else 'standing'}"
            read[place] = high_sheets(rooms, room, paper, landscape=landscape)
    found = {place: one.wrong for place, one in read.items() if one.wrong}
    if sum(one.more for one in read.values()) < 4 or sum(one.emptier for one in read.values()) < 2:
        found["all of them"] = ["nothing is smaller where that saves a sheet"]
    return found


def actions(rooms: Rooms) -> dict[str, Any]:
    """A file and a link, by pointer and by keys, in every room."""
    found: dict[str, Any] = {}
    for room in rooms.every():
        for by in ("pointer", "keys"):
            try:
                takes_both(rooms, [room], by)
            except AssertionError as error:  # the others are still worth their while
                found[f"{room} by {by}"] = [str(error)]
    return found


def axe(rooms: Rooms) -> dict[str, Any]:
    """What axe finds by all of its rules, with numbers and while they are waited for."""
    found: dict[str, Any] = {}
    for room in rooms.every():
        rooms.enter(room)
        for waiting in (False, True):
            if seen := rooms.violations(waiting=waiting):
                found[f"{room}, waiting" if waiting else str(room)] = seen
    return found


PARTS: dict[str, Callable[[Rooms], dict[str, Any]]] = {
    "layout": layout, "rail": rail, "print": on_paper, "actions": actions, "axe": axe,
}  # fmt: skip


def main() -> int:
    """Tell whatever is found, by place."""
    parser = argparse.ArgumentParser(prog="python -m tests.rooms_in_full")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (all)")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    failed = 0
    with running_app() as app, chromium() as browser:
        for name in asked.parts or PARTS:
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            watched = Watched(page, app.url)
            watched.open()
            rooms = Rooms(page)
            found = PARTS[name](rooms)
            if watched.errors or watched.foreign:
                found["the page itself"] = [*watched.errors, *watched.foreign]
            for place, sentences in found.items():
                sys.stdout.write(f"{place}\n  " + "\n  ".join(map(str, sentences)) + "\n")
            sys.stdout.write(f"{name}: {len(found) or 'no'} places with faults\n")
            sys.stdout.flush()
            failed += len(found)
            page.close()
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
