"""Find faults of layout that a visitor would see or feel, by a script in the page.

A room is a screen, or a chapter of one; the list of rooms is read from the page itself.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from itertools import combinations as pairs_of
from itertools import cycle, product
from pathlib import Path
from typing import Any

from tests.support.browser import settled

SCRIPT = Path(__file__).with_name("layout.js")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# Rules of axe that the audit measures itself, in both themes and at every width ("faint", "small").
MEASURED = ("color-contrast", "target-size")
# Requests that stay open on an idle page: Gradio's own streams.
OPEN_LINES = ("/heartbeat", "/queue/data")
WITH_CHAPTERS = ("before",)  # screens


@dataclass(frozen=True)
class Room:
    """A screen, or one chapter of it."""

    screen: str
    chapter: str | None = None

    def __str__(self) -> str:
        return f"{self.screen}/{self.chapter}" if self.chapter else self.screen


@dataclass(frozen=True)
class Setting:
    """A setting of the page: width in CSS pixels, theme, language, device pixels per CSS pixel."""

    width: int
    theme: str
    lang: str
    ratio: int

    @property
    def height(self) -> int:
        return 844 if self.width < 640 else 1080 if self.width > 1440 else 900


class Rooms:
    """The rooms of a loaded page, and the way from one to the next."""

    def __init__(self, page) -> None:
        self.page = page
        self._under_way: set[object] = set()
        self._listeners = {"request": self._begun, "requestfinished": self._ended, "requestfailed": self._ended}
        for event, listener in self._listeners.items():
            page.on(event, listener)
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
        self._devices = page.context.new_cdp_session(page)
        self._setting: Setting | None = None

    def _begun(self, request) -> None:
        self._under_way.add(request)

    def _ended(self, request) -> None:
        self._under_way.discard(request)

    def leave(self) -> None:
        """Restore the page: remove listeners, and reset the window's resolution."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self._devices.send("Emulation.clearDeviceMetricsOverride")
        self._devices.detach()

    def every(self) -> list[Room]:
        """Every room, from the rail and the chapters that the screens have laid out."""
        return self._after_opening(".rail [data-to]")

    def listed(self) -> list[Room]:
        """Every room, while the screens without chapters are still to be laid out: each that is reacts to every change
        of theme and language. Whoever has entered them all compares these with `laid_out`.
        """
        return self._after_opening(", ".join(f".rail [data-to={screen}]" for screen in WITH_CHAPTERS))

    def _after_opening(self, stations: str) -> list[Room]:
        for station in self.page.locator(stations).all():
            self._lay_out(station)
        return self.laid_out()

    def lay_out(self, room: Room) -> None:
        """Open the screen of a room, so that it is laid out; it may have no numbers yet."""
        self._lay_out(self.page.locator(f".rail [data-to={room.screen}]"))

    def _lay_out(self, station) -> None:
        station.dispatch_event("click")  # a screen is laid out when it is first opened
        self.page.wait_for_function("() => !document.querySelector('[data-mounting]')")

    def laid_out(self) -> list[Room]:
        """The rooms as the page has laid them out until now; a screen that nobody has opened is one room."""
        found = settled(lambda: self.page.evaluate("() => layout.rooms()"))
        return [Room(screen, chapter) for screen, chapters in found for chapter in chapters or [None]]

    def look(self, setting: Setting) -> None:
        """Change window, resolution, theme and language; the page has to adapt by itself."""
        if setting == self._setting:
            return
        before, self._setting = self._setting, setting
        # A page notices another resolution only together with another size, as when it is moved to another screen.
        is_larger = before is not None and before.width != setting.width
        for height in (setting.height,) if is_larger else (setting.height + 1, setting.height):
            self._devices.send(
                "Emulation.setDeviceMetricsOverride",
                {"width": setting.width, "height": height, "deviceScaleFactor": setting.ratio, "mobile": False},
            )
            self.page.evaluate("() => layout.frames(2)")
        root = "document.documentElement"
        if self.page.evaluate(f"{root}.lang") != setting.lang:
            self.page.locator(f".title-bar button[lang={setting.lang}]").click()
        if self.page.evaluate(f"{root}.dataset.theme") != setting.theme:
            self.page.locator(".title-bar .icon").click()

    def enter(self, room: Room) -> None:
        """Open a room, scroll through it so that lazy parts load, and wait until it is idle."""
        self.page.locator(f".rail [data-to={room.screen}]").dispatch_event("click")
        if room.chapter:
            self.page.locator(f"#screen-{room.screen} [aria-controls=chapter-{room.chapter}]").click()
        self.settle(everything=False, times=1)
        self.page.evaluate("() => layout.walkDown()")
        self.settle()

    def settle(self, *, everything: bool = True, times: int = 3, seconds: float = 60.0) -> None:
        """Wait until nothing is requested, dimmed or moving, several times in a row, in the window or in the whole
        room.
        """
        until, still = time.monotonic() + seconds, 0
        while still < times:
            asked = [request for request in self._under_way if not any(line in request.url for line in OPEN_LINES)]
            still = still + 1 if self.page.evaluate("(all) => layout.isStill(all)", everything) and not asked else 0
            assert time.monotonic() < until, f"still under way: {[request.url for request in asked]}"

    def found(self, *checks: str | tuple) -> dict[str, Any]:
        """The findings of checks of layout.js in the room on screen, by check; a tuple is a check with arguments."""
        asked = [[check] if isinstance(check, str) else list(check) for check in checks]
        return self.page.evaluate("(asked) => layout.found(asked)", asked)

    def findings(self, check: str, *given: object) -> Any:
        """The findings of one check."""
        return self.found((check, *given))[check]

    def violations(
        self, *, waiting: bool = False, within: str | None = None, without: tuple[str, ...] = ()
    ) -> list[str]:
        """The violations that axe finds in our part of the page, or within one element, without the rules that are left
        out; `waiting`: by all rules, while the page waits for numbers.
        """
        if not self.page.evaluate("() => 'axe' in globalThis"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "() => layout.checks.whileWaiting('violations')"
            if waiting
            else "(given) => layout.checks.violations(...given)",
            [within, list(without)],
        )
        return [f"{rule}: {target} ({why})" for rule, target, why in found]


def told(found: dict[str, list[str]]) -> str:
    """The findings as text, by place."""
    return "\n".join(f"{place}\n  " + "\n  ".join(sentences) for place, sentences in found.items())


def covering(rooms: list[Room], **choices: list) -> list[tuple[Room, dict[str, Any]]]:
    """Every room once, each in one combination of the options, so chosen that every pair of options occurs somewhere.

    Greedy: takes the combination with the most pairs that have not occurred yet, of equals the one that is rarest so
    far. Where there are fewer rooms than that takes, the first ones come again.
    """
    combinations = [dict(zip(choices, one, strict=True)) for one in product(*choices.values())]

    def pairs(combination: dict[str, Any]) -> set:
        return set(pairs_of(combination.items(), 2))

    wanted = set().union(*map(pairs, combinations))
    often: Counter = Counter()
    chosen: list[tuple[Room, dict[str, Any]]] = []
    for room in cycle(rooms):
        if len(chosen) >= len(rooms) and not wanted:
            break
        best = max(combinations, key=lambda one: (len(pairs(one) & wanted), -sum(often[c] for c in one.items())))
        wanted -= pairs(best)
        often.update(best.items())
        chosen.append((room, best))
    return chosen
