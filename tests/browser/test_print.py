"""Screens on paper: nothing of the frame, nothing wider than the sheet, no page without anything, light in the dark theme."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect

from demo.texts import texts
from tests.support.browser import in_page
from tests.support.layout import Room

# Of every kind one: pictures of a photo, words and matrices, what scrolls in its own box, sheets of numbers, a chapter.
ROOMS = [
    Room("start"),
    Room("attention"),
    Room("decoder"),
    Room("translation"),
    Room("before", "gradient"),
    Room("notes"),
]
MARGIN = {side: "12mm" for side in ("top", "bottom", "left", "right")}
# What is wider than the sheet, and what of the frame can be seen, in the window that paper is (A4 between its margins).
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


@pytest.mark.parametrize("sheet", [(703, 1032), (1032, 703)], ids=["portrait", "landscape"])
def test_a_screen_is_printed_whole_and_alone(rooms, sheet: tuple[int, int]) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = rooms.page
    page.locator(".title-bar .icon").click()  # dark
    window = page.viewport_size
    for room in ROOMS if sheet[0] < sheet[1] else ROOMS[1:2]:
        rooms.enter(room)
        printed = page.pdf(format="A4", landscape=sheet[0] > sheet[1], print_background=True, margin=MARGIN)
        words = [one.extract_text().strip() for one in pypdf.PdfReader(io.BytesIO(printed)).pages]
        assert 0 < len(words) < 12 and all(words), (room, [len(one) for one in words])
        title = texts("en")["notes.sheet_blanks_title" if room.screen == "notes" else f"{room.screen}.title"]
        assert " ".join(words[0].split()).startswith(title), (room, words[0][:200])

        page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": sheet[0], "height": sheet[1]})
        found = in_page(page, WRONG, room.screen)
        assert found["wide"] == [] and found["around"] == 0, (room, found)
        assert (found["ground"], found["ink"]) == ("rgb(255, 255, 255)", "rgb(26, 29, 33)"), room
        page.emulate_media(media="null")
        page.set_viewport_size(window)
        page.evaluate("() => dispatchEvent(new Event('afterprint'))")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
