"""Every room looked at by machine: on a phone and on a projector, light and dark, in both languages, at every resolution."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.support.browser import settled, settles, wait_for_sentence
from tests.support.layout import Room, Rooms, Setting, covering, told

pytestmark = pytest.mark.slow

WIDTHS, THEMES, LANGUAGES, RATIOS = [390, 768, 1280, 1920], ["light", "dark"], ["en", "ko"], [1, 2, 3]
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
# Every room is measured at these too, in a setting in which it is looked at anyway: the narrowest phone, and a window
# hardly wider than those that fold.
ALSO = (320, 720)
# Both sides of every width at which the rail is laid out otherwise, and some between.
RAIL_WIDTHS = (320, 375, 376, 420, 421, 640, 760, 900, 901, 1024, 1100, 1240, 1241, 1500, 1660, 1799, 1800, 1920)
OF_PLACES = ("overlapping", "leaving", "overhanging", "cut", "small", "crowded")
LEAST_IN_A_LARGE_WINDOW = 15  # CSS pixels: it is a projector's


def looked_at(rooms, place: str, *, large: bool = False, checks: tuple = CHECKS) -> dict:
    """What checks find of what is on screen."""
    checks = (*checks, ("tiny", LEAST_IN_A_LARGE_WINDOW)) if large else checks
    return {f"{place}: {check}": sentences for check, sentences in rooms.found(*checks).items() if sentences}


@pytest.mark.timeout(900)  # beside other work it takes several times as long
def test_every_room_can_be_read_and_reached_in_every_setting(rooms):
    found, every = {}, settled(rooms.all)
    also = {room: list(ALSO) for room in every}
    for room, setting in covering(every, width=WIDTHS, theme=THEMES, lang=LANGUAGES, ratio=RATIOS):
        rooms.look(setting)
        rooms.enter(room)
        found |= looked_at(rooms, f"{room} {setting}", large=setting.width >= max(WIDTHS))
        if also[room]:
            narrow = replace(setting, width=also[room].pop())
            rooms.look(narrow)
            rooms.settle()
            found |= looked_at(rooms, f"{room} {narrow}", checks=OF_PLACES)
    assert not found, told(found)


@pytest.mark.parametrize("setting", [Setting(1440, "light", "en", 2), Setting(390, "dark", "ko", 1)], ids=str)
def test_what_opens_over_a_room_can_be_read_and_reached(rooms, setting):
    page, found = rooms.page, {}
    rooms.look(setting)
    openers = {
        Room("decision"): (".opens", ".verdict-actions [aria-haspopup=dialog]"),  # the calculator, the list of classes
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


# A long one of rare words; pieces of one letter; a translator that writes nothing but full stops.
SENTENCES = (
    "Die Brötchen und der Käsekuchen schmeckten den Kindern so gut, dass die Verkäuferin am nächsten Morgen die doppelte Menge holte.",
    "Žluťoučký kůň & Ölgötze: 3,14159 …",
    "Warum hast du mir gestern nicht geholfen?",
)
# The second writes little but full stops, whatever it is given.
WRITTEN = [("marian-s-de-en", text) for text in SENTENCES] + [("twin-unmasked-de-en", SENTENCES[0])]


def test_the_words_of_any_sentence_stand_apart_and_their_pieces_together(open_page):
    found, watched = {}, open_page()
    rooms = Rooms(watched.page)
    for translator, text in WRITTEN:
        watched.go(f"lang=en&screen=translation&translator={translator}&text={quote(text)}")
        wait_for_sentence(watched.page, "#screen-translation [data-complete]", text)
        for width in (WIDTHS[0], WIDTHS[2]):
            rooms.look(Setting(width, "light", "en", 1))
            rooms.settle(everything=False)
            for check, sentences in rooms.found("overlapping", "torn", "leaving", "small").items():
                if sentences:
                    found[f"{translator} {text[:9]} {width}: {check}"] = sentences
    # What is pointed at word by word is large enough for a finger, however many words there are.
    rooms_of_words = ("screen=words", "screen=decoder", "screen=before&chapter=gradient", "screen=before&chapter=path")
    for room, text in [*((room, SENTENCES[0]) for room in rooms_of_words), ("screen=words", SENTENCES[1])]:
        watched.go(f"lang=en&{room}&text={quote(text)}")
        for width in (WIDTHS[0], WIDTHS[2]):
            rooms.look(Setting(width, "light", "en", 1))
            rooms.settle(everything=False)
            for check, sentences in rooms.found("overlapping", "small", "torn").items():
                if sentences:
                    found[f"{room} {text[:9]} {width}: {check}"] = sentences
    rooms.leave()
    assert not found, told(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_rail_is_one_line_in_every_window(rooms, lang):
    found = {}
    for screen in dict.fromkeys(room.screen for room in settled(rooms.all)):
        rooms.page.locator(f".rail [data-to={screen}]").dispatch_event("click")
        settles(lambda screen=screen: rooms.page.evaluate("document.documentElement.dataset.screen"), screen)
        for width in RAIL_WIDTHS:
            rooms.look(Setting(width, "light", lang, 1))
            if seen := rooms.findings("crowded"):
                found[f"{screen} {width}"] = seen
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
