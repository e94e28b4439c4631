"""A style sheet that is one room's (a screen's, a chapter's, the calculator's, the frame's) reaches nothing outside that room."""

from __future__ import annotations

import pytest

from demo.page import FOR_ALL
from demo.screens import SCREENS
from tests.support.browser import in_page, settled

# Rooms that are no screens, by the name of their sheet.
BESIDE = {"frame": "#title-bar, #input-strip, #sentence-strip, #rail", "calculator": "#calculator"}

# For every rule of a sheet: the elements it would style, whatever state they are in, that do not lie in the sheet's room; and for every rule
# that stands by itself, whether it names the room at all, so that what is not on the page at the moment is held to it as well.
BEYOND = """([stem, room]) => {
  const sheet = [...document.styleSheets].find(({ href }) => href?.endsWith(`/css/${stem}.css`));
  const states = /::?(before|after|backdrop|placeholder|marker)|:(hover|focus-visible|focus-within|focus|active|disabled|checked|empty)/g;
  const within = [...document.querySelectorAll(room)], found = [];
  const strays = (selector) => [...document.querySelectorAll(selector)].filter((element) => !within.some((box) => box.contains(element)));
  const told = (element) => `${element.tagName.toLowerCase()}.${String(element.getAttribute('class')).replaceAll(' ', '.')} in ${[...document.querySelectorAll('[id^=screen-], #calculator, #rail, [id$=-strip], #title-bar')].find((box) => box.contains(element))?.id}`;
  const walk = (rules, outer) => {
    for (const rule of rules) {
      if (!(rule instanceof CSSStyleRule)) {
        if (rule.cssRules && !(rule instanceof CSSKeyframesRule)) walk(rule.cssRules, outer);
        continue;
      }
      const selector = outer ? rule.selectorText.replaceAll('&', `:is(${outer})`) : rule.selectorText;
      const plain = selector.replace(states, '').replace(/:(is|not)\\(\\s*\\)/g, '').replace(/(^|[\\s>+~,(])(?=[,)]|$)/g, '$1*');
      const beyond = strays(plain);
      if (beyond.length) found.push(`${selector} styles ${told(beyond[0])}`);
      if (!outer && !within.some((box) => box.matches(plain))) found.push(`${selector} does not stand in ${room}`);
      walk(rule.cssRules, selector);
    }
  };
  walk(sheet.cssRules, '');
  return found;
}"""


def room_of(stem: str) -> str:
    """The room of a sheet: `words` is a screen's, `before_chain` a chapter's of a screen."""
    if stem in BESIDE:
        return BESIDE[stem]
    screen, _, chapter = stem.partition("_")
    assert screen in {screen.name for screen in SCREENS}, f"{stem}.css is the sheet of no room"
    return f'#screen-{screen} [data-chapter="{chapter}"]' if chapter else f"#screen-{screen}"


@pytest.mark.timeout(600)  # beside other work it takes several times as long
def test_no_sheet_reaches_out_of_its_room(rooms):
    for room in settled(rooms.all):  # all of them stay mounted
        rooms.enter(room)
    page = rooms.page
    stems = in_page(
        page,
        "() => [...document.styleSheets].map(({ href }) => href?.match(/static[/]\\w+[/]css[/](\\w+)[.]css$/)?.[1]).filter(Boolean)",
    )
    own = [stem for stem in stems if stem not in FOR_ALL]
    assert {screen.name for screen in SCREENS} <= set(own)
    assert {stem: found for stem in own if (found := in_page(page, BEYOND, [stem, room_of(stem)]))} == {}

    # A rule that stands bare in a sheet is told, whether it styles something elsewhere at the moment or not.
    plant = "([stem, rule]) => [...document.styleSheets].find(({ href }) => href?.endsWith(`/css/${stem}.css`)).insertRule(rule)"
    in_page(page, plant, ["decoder", ".shape { position: absolute; }"])
    found = "\n".join(in_page(page, BEYOND, ["decoder", room_of("decoder")]))
    assert "styles span.shape in screen-block" in found
    in_page(page, plant, ["words", ".not-there-yet:hover { color: red; }"])
    assert in_page(page, BEYOND, ["words", room_of("words")]) == [
        ".not-there-yet:hover does not stand in #screen-words"
    ]
