"""Every room looked at by machine: on a phone and on a projector, light and dark, in both languages, at every resolution.

A selection in which every pair of these occurs; `python -m tests.rooms_in_full` looks at every room in all of them.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise, permutations, product
from urllib.parse import quote

import pytest

from demo.page.texts import LANGUAGES
from tests.support.audit import (
    CHECKS,
    NARROW,
    RATIOS,
    THEMES,
    WIDTHS,
    by_turns,
    look_at,
    looked_at,
    on_the_rail,
    selection,
)
from tests.support.browser import intercept, wait_for_sentence
from tests.support.layout import AXE, MEASURED, Room, Rooms, Setting, told
from tests.support.plants import blind, sayings, unplanted

pytestmark = pytest.mark.slow


@pytest.mark.timeout(900)  # beside other work it takes several times as long
def test_every_room_can_be_read_and_reached_in_every_setting(rooms):
    found, listed = {}, rooms.listed()
    order = by_turns(selection(listed))
    rooms.lay_out(order[0][0])
    for (room, looks), (follows, _) in zip(order, [*order[1:], order[0]], strict=True):
        rooms.look(looks[0])
        rooms.lay_out(follows)  # it has to follow this room's change of theme, language and size while it is hidden
        for at, setting in enumerate(looks):
            found |= look_at(rooms, room, setting, enters=at == 0)
            # In a narrow window other parts are shown, other rules of style hold, and in Korean every name is another.
            if AXE.exists() and (seen := rooms.violations(without=MEASURED)):
                found[f"{room} {setting}: axe"] = seen
    assert not found, told(found)
    assert rooms.laid_out() == listed


def test_the_selection_has_every_room_and_every_pair_of_settings():
    every = [Room(f"screen{n}") for n in range(18)]
    chosen = selection(every)
    assert [room for room, _ in chosen[: len(every)]] == every and len(chosen) < 1.5 * len(every)
    first, second = (Counter(setting) for setting in zip(*(looks for _, looks in chosen), strict=True))
    for settings, widths, ratios in ((first, WIDTHS, RATIOS), (second, NARROW, [1])):
        options = {"width": widths, "theme": THEMES, "lang": LANGUAGES, "ratio": ratios}
        for one, other in combinations(options, 2):
            seen = {(getattr(setting, one), getattr(setting, other)) for setting in settings}
            assert seen == set(product(options[one], options[other])), (one, other)
    for _, (one, other) in chosen:
        assert one.theme != other.theme and one.lang != other.lang
    turns = by_turns(chosen)
    assert Counter((room, frozenset(looks)) for room, looks in turns) == Counter(
        (room, frozenset(looks)) for room, looks in chosen
    )
    as_before = [
        (ended.theme, ended.lang) == (begins.theme, begins.lang)
        for (_, (_, ended)), (_, (begins, _)) in pairwise(turns)
    ]
    assert as_before.count(False) == 1  # between those of two themes and languages and those of the other two


def test_each_check_finds_what_is_planted(rooms):
    lines = sayings(rooms)
    assert set(CHECKS) < set(lines)
    assert unplanted(lines) == []
    one_more = {**lines, "cut": [*lines["cut"], "found.add('something new')"], "unheard": []}
    assert len(unplanted(one_more)) == 3  # a sentence, as itself and by number, and a check
    missed = blind(rooms)
    assert not missed, "\n".join(missed)


def test_what_opens_over_a_room_can_be_read_and_reached(rooms):
    page, found = rooms.page, {}
    openers = {
        Room("decision"): (".opens", ".verdict-actions [aria-haspopup=dialog]"),  # the calculator, the list of classes
        Room("attention"): (".calculate",),
        Room("block"): (".box.at-softmax", ".box.at-post"),
    }
    for setting in (Setting(1440, "light", "en", 2), Setting(390, "dark", "ko", 1)):
        rooms.look(setting)
        for room, selectors in openers.items():
            rooms.enter(room)
            for selector in selectors:
                page.locator(f"#screen-{room.screen} {selector}").first.click()
                rooms.settle()
                found |= looked_at(rooms, f"{room} {selector} {setting}")
                page.keyboard.press("Escape")
    assert not found, told(found)


# One after another as somebody presses them, whom the page follows when it gets to it: before it is laid out, or after.
PRESS = """async ([boxes, apart]) => {
  for (const box of boxes) {
    box.click();
    if (apart) await layout.frames(2);
  }
  await layout.frames(2);
}"""


@pytest.mark.parametrize("screen", ["encoder", "block"])
def test_a_box_that_is_opened_after_another_is_drawn_as_wide_as_it_is(rooms, screen):
    """Beside some stands a matrix, which takes half of the width; in others nothing of the lists is shown."""
    page, found = rooms.page, {}
    rooms.look(Setting(1440, "light", "en", 1))
    rooms.enter(Room(screen))
    river = f"document.querySelector('#screen-{screen} .river')"
    for one, other in permutations(("q", "scale", "carry", "concat", "mlp_out"), 2):
        boxes = page.evaluate_handle(
            f"(ids) => ids.map((id) => {river}.querySelector(`.box.at-${{id}}`))", [one, other, one]
        )
        for apart in (True, False):
            page.evaluate(PRESS, [boxes, apart])
            if seen := rooms.findings("canvases"):
                found[f"{one} after {other}, {'apart' if apart else 'at once'}"] = seen
            page.evaluate("(boxes) => boxes[0].click()", boxes)  # closed again
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
    # In a wide window what is crowded on a phone stands apart: one sentence there, the longest.
    for translator, text in WRITTEN:
        watched.go(f"lang=en&screen=translation&translator={translator}&text={quote(text)}")
        wait_for_sentence(watched.page, "#screen-translation [data-complete]", text)
        for width in (WIDTHS[0], WIDTHS[2])[: 2 if (translator, text) == WRITTEN[0] else 1]:
            rooms.look(Setting(width, "light", "en", 1))
            rooms.settle(everything=False)
            for check, sentences in rooms.found("overlapping", "torn", "leaving", "small").items():
                if sentences:
                    found[f"{translator} {text[:9]} {width}: {check}"] = sentences
    # What is pointed at word by word is large enough for a finger, however many words there are.
    rooms_of_words = ("screen=words", "screen=decoder", "screen=before&chapter=gradient", "screen=before&chapter=path")
    for room, text in [*((room, SENTENCES[0]) for room in rooms_of_words), ("screen=words", SENTENCES[1])]:
        watched.go(f"lang=en&{room}&text={quote(text)}")
        for width in (WIDTHS[0], WIDTHS[2])[: 2 if room == rooms_of_words[0] else 1]:
            rooms.look(Setting(width, "light", "en", 1))
            rooms.settle(everything=False)
            for check, sentences in rooms.found("overlapping", "small", "torn").items():
                if sentences:
                    found[f"{room} {text[:9]} {width}: {check}"] = sentences
    rooms.leave()
    assert not found, told(found)


def test_the_rail_is_one_line_in_every_window(rooms):
    # What is below the rail has no part in it, and to lay it out anew for every width takes ten times as long.
    rooms.page.add_style_tag(content="[id^=screen-] .am-mount { display: none !important; }")
    nothing = {"content_type": "text/javascript", "body": "export const mount = () => {};"}
    intercept(rooms.page, "**/js/screens/*.js", lambda route: route.fulfill(**nothing))
    found = {}
    for lang in LANGUAGES:
        found |= on_the_rail(rooms, lang, every=2)
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
