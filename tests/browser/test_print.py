"""Screens on paper: nothing of the frame, nothing wider than the sheet, no page without anything, light in the dark theme."""

from __future__ import annotations

import re
from itertools import cycle

import pytest
from playwright.sync_api import expect

from demo.page.texts import texts
from tests.support.browser import in_page, settled
from tests.support.layout import Room
from tests.support.paper import HIGH, PAPERS, SMALLER, high_sheets, sheets

# Of every kind one: pictures of a photo, what scrolls in its own box, sheets of numbers, a chapter; words and matrices are in HIGH.
ROOMS = [Room("attention"), Room("translation"), Room("before", "gradient"), Room("notes")]
# A4 between its margins, as a window.
SHEET = {"width": 703, "height": 1032}
# What is wider than the sheet, and what of the frame can be seen, in the window that paper is.
WRONG = """(screen) => {
  const edge = document.querySelector('.gradio-container').getBoundingClientRect().right + 1,
    isCut = (element) => {
      for (let box = element.parentElement; box && !box.matches('.gradio-container'); box = box.parentElement)
        if (getComputedStyle(box).overflowX !== 'visible') return true;
      return false;
    },
    seen = (element) => element.checkVisibility({ visibilityProperty: true });
  return {
    wide: [...document.querySelectorAll(`#screen-${screen} *`)]
      .filter((element) => seen(element) && element.getBoundingClientRect().right > edge && !isCut(element))
      .map((element) => element.outerHTML.slice(0, 80)),
    around: [...document.querySelectorAll('#title-bar *, .strip, .rail, .take, #way-on *')].filter(seen).length,
    ground: getComputedStyle(document.documentElement).backgroundColor,
    ink: getComputedStyle(document.querySelector(`#screen-${screen} .am-mount`)).color,
  };
}"""


def test_what_is_a_little_too_high_for_a_sheet_is_a_little_smaller(rooms) -> None:
    """No sheet but the last is half empty; where all went as large to the next one, more were needed. Each room is on one of the papers here,
    by turns; `python -m tests.rooms_in_full print` prints each on all four.
    """
    emptier = more = 0
    for room, (paper, landscape) in zip(HIGH, cycle(PAPERS)):
        rooms.enter(room)
        read = high_sheets(rooms, room, paper, landscape=landscape)
        assert not read.wrong, read.wrong
        more, emptier = more + read.more, emptier + read.emptier
    assert more + emptier >= 1, (more, emptier)
    # On screen nothing is left of it.
    expect(rooms.page.locator(SMALLER)).to_have_count(0)


def test_a_screen_is_printed_whole_and_alone(rooms) -> None:
    """Of others test_rooms.py sees on its way that nothing is lost on sheets that lie."""
    page = rooms.page
    page.locator(".title-bar .icon").click()  # dark
    window = page.viewport_size
    for room in ROOMS:
        rooms.enter(room)
        words = sheets(page, landscape=False)
        assert 0 < len(words) < 12 and all(words), (room, [len(one) for one in words])
        assert not re.search(r"Point at|Press a|Click (?:it|into)|Drag a", " ".join(" ".join(words).split())), room
        title = texts("en")["notes.sheet_blanks_title" if room.screen == "notes" else f"{room.screen}.title"]
        assert " ".join(words[0].split()).startswith(title), (room, words[0][:200])

        page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        page.set_viewport_size(SHEET)
        found = in_page(page, WRONG, room.screen)
        assert found["wide"] == [] and found["around"] == 0, (room, found)
        assert (found["ground"], found["ink"]) == ("rgb(255, 255, 255)", "rgb(26, 29, 33)"), room
        page.emulate_media(media="null")
        page.set_viewport_size(window)
        page.evaluate("() => dispatchEvent(new Event('afterprint'))")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(
    ("screen", "has"), [("attention", "heads averaged, identity added"), ("decoder", "As measured on held-out")]
)
def test_what_was_not_come_to_is_named_on_paper_and_is_on_the_next_sheet(open_page, screen, has) -> None:
    """Paper waits for nothing, and what is asked for once it is seen was printed as empty boxes."""
    watched = open_page(f"v=5&lang=en&screen={screen}")
    page = watched.page
    heading = page.locator(f"#screen-{screen} .seen-later h3").first
    title = settled(heading.inner_text)
    unread = f"Not on this sheet, since nobody had scrolled down to it: {title}"
    printed = " ".join(" ".join(sheets(page, landscape=False)).split())
    assert unread in printed and has not in printed
    watched.come_to_rest()
    printed = " ".join(" ".join(sheets(page, landscape=False)).split())
    assert unread not in printed and has in printed
    expect(page.locator(".not-printed:visible")).to_have_count(0)
