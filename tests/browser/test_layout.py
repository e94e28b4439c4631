"""Every room looked at by machine: on a phone and on a projector, light and dark, in both languages, at every resolution."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import box_of, settled
from tests.support.layout import AXE, Room, Setting, covering

pytestmark = pytest.mark.slow

WIDTHS, THEMES, LANGUAGES, RATIOS = [390, 768, 1440, 1920], ["light", "dark"], ["en", "ko"], [1, 2, 3]
# In the order of layout.js.
CHECKS = ("overlapping", "leaving", "overhanging", "cut", "canvases", "parted", "faint", "small", "unfocused")
PLAIN = Setting(1440, "light", "en", 1)


def told(found: dict) -> str:
    return "\n".join(f"{place}\n  " + "\n  ".join(sentences) for place, sentences in found.items())


def looked_at(rooms, place: str) -> dict:
    """What every check finds of what is on screen."""
    found = {f"{place}: {check}": rooms.findings(check) for check in CHECKS}
    return {where: sentences for where, sentences in found.items() if sentences}


@pytest.mark.timeout(900)  # beside other work it takes several times as long
def test_every_room_can_be_read_and_reached_in_every_setting(rooms):
    found = {}
    for room, setting in covering(settled(rooms.all), width=WIDTHS, theme=THEMES, lang=LANGUAGES, ratio=RATIOS):
        rooms.look(setting)
        rooms.enter(room)
        found |= looked_at(rooms, f"{room} {setting}")
    assert not found, told(found)


@pytest.mark.parametrize("setting", [Setting(1440, "light", "en", 2), Setting(390, "dark", "ko", 1)], ids=str)
def test_what_opens_over_a_room_can_be_read_and_reached(rooms, setting):
    page, found = rooms.page, {}
    rooms.look(setting)
    openers = {
        Room("decision"): (".opens", ".verdict-actions button:last-child"),  # the calculator, the list of classes
        Room("attention"): (".calculate",),
        Room("block"): (".box.at-softmax", ".box.at-post"),
    }
    for room, selectors in openers.items():
        rooms.enter(room)
        for selector in selectors:
            page.locator(f"#screen-{room.screen} {selector}").first.click()
            rooms.settle()
            found |= looked_at(rooms, f"{room} {selector}")
            page.keyboard.press("Escape")
    assert not found, told(found)


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm install")
@pytest.mark.timeout(900)  # beside other work it takes several times as long
def test_axe_finds_nothing_in_any_room(rooms):
    rooms.look(PLAIN)
    found = {}
    for room in settled(rooms.all):
        rooms.enter(room)
        if violations := rooms.violations():
            found[str(room)] = violations
    assert not found, told(found)


def test_a_canvas_is_made_anew_for_another_resolution(rooms):
    rooms.enter(Room("decision"))
    for ratio in (2, 1, 3):
        rooms.look(Setting(1440, "light", "en", ratio))
        rooms.page.wait_for_function(
            """(ratio) => [...document.querySelectorAll('#screen-decision canvas')].every(
                 (canvas) => Math.abs(canvas.width - ratio * canvas.getBoundingClientRect().width) <= 2 * ratio)""",
            arg=ratio,
        )


def board_moves(page):
    """The jigsaw: how many patches lie elsewhere, and the place of one of them on the screen."""
    canvas = page.locator("#screen-position .board canvas")
    canvas.scroll_into_view_if_needed()
    box = box_of(canvas)
    moved = page.locator('#screen-position .passes [data-role="after"]')

    def at(row, col):
        return box["x"] + box["width"] * (col + 0.5) / 16, box["y"] + box["height"] * (row + 0.5) / 16

    yield "click", lambda: [page.mouse.click(*at(*place)) for place in ((3, 3), (3, 3), (3, 5))]
    yield "keys", lambda: (canvas.focus(), [page.keyboard.press(key) for key in ("Enter", "ArrowRight", "Enter")])
    yield "moved", lambda: expect(moved).to_contain_text("2 moved")


def chip_moves(page):
    """The shuffled words: the sentence as it stands."""
    chips = page.locator("#screen-words .chip")
    yield "click", lambda: (chips.nth(0).click(), chips.nth(2).click())
    yield "keys", lambda: (chips.nth(0).focus(), [page.keyboard.press(key) for key in ("Enter", "ArrowRight", "Enter")])
    yield "moved", lambda: expect(page.locator("#screen-words .chip.moved")).to_have_count(2)


# What can be dragged, and how else it is moved: by presses and by keys (WCAG 2.5.7).
DRAGGED = {
    "position": ("div.board > canvas", board_moves, ".position-left .switches .action:nth-child(4)"),
    "words": ("div.chips > button.chip", chip_moves, ".word-order .action:nth-child(2)"),
}


def test_what_is_dragged_is_also_moved_by_presses_and_by_keys(rooms):
    page = rooms.page
    rooms.look(PLAIN)
    dragged = {}
    for room in settled(rooms.all):
        rooms.enter(room)
        if found := rooms.findings("draggable"):
            dragged[str(room)] = {" > ".join(path.split(" > ")[-2:]) for path in found}
    assert dragged == {screen: {path} for screen, (path, *_) in DRAGGED.items()}

    for screen, (_, moves, back) in DRAGGED.items():
        rooms.enter(Room(screen))
        *ways, (_, moved) = moves(page)
        for _, move in ways:
            move()
            moved()
            page.locator(f"#screen-{screen} {back}").click()
            rooms.settle()
