"""One walk through all rooms of the page in one setting, and what must hold in each of them: asked once, told by one test each."""

from __future__ import annotations

import re
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from demo.page.head import FOR_ALL
from demo.page.screens import SCREENS
from demo.page.texts import texts
from demo.photo.query import FIRST
from demo.sentence.query import DEFAULT_MODEL as DEFAULT_TRANSLATOR
from demo.sentence.query import TranslationQuery
from tests.support.browser import UNDER_WAY, Late, Watched, box_of, in_page, settled, settles
from tests.support.formulas import NODE, formulas, unknown_symbols
from tests.support.layout import AXE, MEASURED, Room, Rooms, told
from tests.support.paper import lost
from tests.support.taking import check_files, take_all, takes_both_here
from tests.support.written import percent
from vit_core.checkpoints.recurrent_entries import COMPARED

# Every room is entered before the first of them; beside other work that takes several times as long.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SENTENCE = "Der Papagei verließ gestern den Käfig."
# Screens that are looked at on paper that lies; of others test_print.py prints some on paper that stands.
LYING = ("position", "patches", "decision")  # whose last figures such paper once lost, and a tall one


@pytest.fixture(scope="module")
def words(app) -> list[str]:
    """What the models and examples bring that the page's own sentences never say."""
    said = app.services.sentences.translation(TranslationQuery(SENTENCE))
    tokens = [token.strip("▁") for token in (*said.source_tokens, *said.tokens)]
    example = app.services.sentences.examples[1]
    names = [name for item in app.services.photos.gallery for name in item.names["en"].split(", ")]
    candidates = {
        *tokens,
        *SENTENCE.split(),
        *said.text.split(),
        *example.text.split(),
        *example.reference.split(),
        *names,
    }
    ours = {word.lower() for text in texts("en").values() for word in re.findall(r"\w+", re.sub(r"<[^>]+>", " ", text))}
    words = {word.strip(".,!?") for word in candidates}
    return sorted(
        {
            word
            for word in words
            if re.fullmatch(r"[\w ]{3,}", word) and not set(re.findall(r"\w+", word.lower())) & ours
        }
        | {FIRST.model, DEFAULT_TRANSLATOR, *COMPARED, "d_model"}
    )


def over(rooms: Rooms) -> dict[str, list[str]]:
    """What axe finds in what opens over the room, in both themes; a link that has to be copied by hand has its field there."""
    page, found = rooms.page, {}
    in_page(
        page, "() => { navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = () => false; }"
    )
    for _ in range(2):
        page.locator(".title-bar .icon").click()
        theme = settled(lambda: page.evaluate("document.documentElement.dataset.theme"))
        page.locator(".sharing .share").click()
        expect(page.locator(".share-box input")).to_have_value(re.compile("screen=attention"))
        found[f"the link, {theme}"] = rooms.violations(within=".share-box")
        page.locator(".share-box").get_by_role("button", name="QR code").click()
        expect(page.locator(".squares img")).to_be_visible()
        found[f"its squares, {theme}"] = rooms.violations(within=".squares")
        page.keyboard.press("Escape")
        expect(page.locator(".squares")).to_have_count(0)
        page.keyboard.press("Escape")
        page.locator("#screen-attention .depth .take").click()
        page.locator(".take-menu").get_by_role("menuitem", name="Copy link").click()
        expect(page.locator(".take-menu input")).to_be_visible()
        found[f"the menu of a figure, {theme}"] = rooms.violations(within=".take-menu")
        page.keyboard.press("Escape")
        expect(page.locator(".take-menu")).to_have_count(0)
    in_page(page, "() => { delete navigator.clipboard.writeText; delete document.execCommand; }")  # the browser's own
    return {where: seen for where, seen in found.items() if seen}


@pytest.fixture(scope="module")
def walk(windows, words):
    """The page after all rooms were entered; what was found in each: { check: { room: what } }; its figures as files, by room."""
    window = windows.with_options()
    watched = Watched(window.tab(), windows.url)
    page = watched.page
    page.set_viewport_size({"width": 1440, "height": 1000})
    watched.open(f"lang=en&screen=words&text={SENTENCE}")
    expect(page.locator("#screen-words .word-line")).to_contain_text("Käfig")
    rooms = Rooms(page)
    asked = {
        "violations": (lambda: rooms.violations(without=MEASURED)) if AXE.exists() else list,
        "misnamed": lambda: rooms.findings("misnamed"),
        "rewritten": lambda: [f"{place}: {text!r}" for place, text in rooms.findings("rewritten", words).items()],
        "draggable": lambda: rooms.findings("draggable"),
        "wordless": lambda: rooms.findings("wordless"),
        "faint": lambda: rooms.findings("whileWaiting", "faint"),
    }
    found: dict[str, Any] = {check: {} for check in (*asked, "lost", "actions")}
    files: dict[str, dict[str, Any]] = {}
    listed = rooms.listed()
    for room, by in zip(listed, cycle(("pointer", "keys"))):
        rooms.enter(room)
        for check, ask in asked.items():
            if seen := ask():
                found[check][str(room)] = seen
        if room == Room("decoder") and AXE.exists() and (seen := rooms.violations(waiting=True)):
            found["violations"][f"{room}, waiting"] = seen
        files[str(room)] = take_all(page, room.screen)
        try:
            takes_both_here(page, room, by)
        except AssertionError as error:
            found["actions"][str(room)] = [str(error)]
        if room == Room("attention") and AXE.exists():
            found["violations"] |= over(rooms)
        if room.screen in LYING and (seen := lost(page, room.screen)):
            found["lost"][str(room)] = seen
    assert rooms.laid_out() == listed
    found["formulas"] = formulas(page)
    yield rooms, found, files
    rooms.leave()
    window.take_back(watched)
    assert (watched.foreign, watched.errors) == ([], [])


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm install")
def test_axe_finds_nothing(walk):
    _, found, _ = walk
    assert not found["violations"], told(found["violations"])


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm install")
def test_what_has_never_had_its_numbers_has_no_nameless_parts(open_page):
    watched = open_page("lang=en&screen=notes")
    page, found = watched.page, {}
    late = Late(page, re.compile(r"/microscope/(sentence/)?view/"))  # which nobody lets through
    rooms = Rooms(page)
    listed = rooms.listed()
    for room in listed:
        page.locator(f".rail [data-to={room.screen}]").dispatch_event("click")
        if room.chapter:
            page.locator(f"#screen-{room.screen} [aria-controls=chapter-{room.chapter}]").click()
        expect(page.locator(f"#screen-{room.screen} .am-mount")).to_be_visible()
        settles(
            lambda: page.evaluate(UNDER_WAY), lambda waits: not any(one.startswith("HTML") for one in waits)
        )  # photo and sentence are there
        # What stands between words is there in the other walk, and takes half of the time.
        if seen := rooms.violations(without=(*MEASURED, "link-in-text-block")):
            found[str(room)] = seen
    assert late.held, "every view was there"
    assert rooms.laid_out() == listed
    rooms.leave()
    assert not found, told(found)


def test_nothing_of_a_screen_is_lost_on_paper(walk):
    _, found, _ = walk
    assert not found["lost"], told(found["lost"])


def test_what_waits_for_its_numbers_can_still_be_read(walk):
    _, found, _ = walk
    assert not found["faint"], told(found["faint"])


@pytest.mark.skipif(NODE is None, reason="no node on this machine")
def test_every_symbol_of_a_formula_that_scripts_put_together_is_in_the_table(walk):
    _, found, _ = walk
    assert len(found["formulas"]) > 100
    assert unknown_symbols(found["formulas"]) == []
    assert unknown_symbols({"z_l = ζ + E_pos", "√d_k"}) == ["ζ of “z_l = ζ + E_pos”"]


def test_no_text_is_missing(walk):
    _, found, _ = walk
    assert not found["wordless"], told(found["wordless"])


def test_every_control_is_called_what_it_says(walk):
    _, found, _ = walk
    assert not found["misnamed"], told(found["misnamed"])


def test_no_word_of_a_model_and_no_number_is_rewritten(walk, words):
    """A browser that translates the page (for a class that reads neither English nor Korean) rewrites our sentences and nothing else."""
    _, found, _ = walk
    assert {"Papagei", "Käfig", "cage"} <= set(words), words
    assert not found["rewritten"], told(found["rewritten"])


# -- what is dragged


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


def test_what_is_dragged_is_also_moved_by_presses_and_by_keys(walk):
    rooms, found, _ = walk
    page = rooms.page
    dragged = {
        room: {" > ".join(path.split(" > ")[-2:]) for path in paths} for room, paths in found["draggable"].items()
    }
    assert dragged == {screen: {path} for screen, (path, *_) in DRAGGED.items()}

    for screen, (_, moves, back) in DRAGGED.items():
        rooms.enter(Room(screen))
        *ways, (_, moved) = moves(page)
        for _, move in ways:
            move()
            moved()
            page.locator(f"#screen-{screen} {back}").click()
            rooms.settle()


# -- a style sheet that is one room's (a screen's, a chapter's, the calculator's, the frame's) reaches nothing outside that room

# Rooms that are no screens, by the name of their sheet.
BESIDE = {
    "frame": "#title-bar, #input-strip, #sentence-strip, #rail, #way-on",
    "calculator": "#calculator",
    "tour": "#tour",
    "room": "#room",
}

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


def test_no_sheet_reaches_out_of_its_room(walk):
    """The last one: rules that it plants stay in the page. All rooms that were entered are still mounted."""
    rooms, _, _ = walk
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
    assert "styles span.shape in screen-encoder" in found
    in_page(page, plant, ["words", ".not-there-yet:hover { color: red; }"])
    assert in_page(page, BEYOND, ["words", room_of("words")]) == [
        ".not-there-yet:hover does not stand in #screen-words"
    ]


def test_a_file_and_a_link_are_two_actions_away_on_every_screen(walk):
    """By pointer and by keys in turn; `python -m tests.rooms_in_full` does both in every room."""
    _, found, _ = walk
    assert not found["actions"], told(found["actions"])


def test_every_figure_of_every_screen_is_taken_away(walk, app):
    """Its pictures and numbers, opened in other programs, are those of the page."""
    rooms, _, files = walk
    taken = {}
    for room, found in files.items():
        # Checks are run when somebody asks for them: until then there is nothing to take away.
        assert (found["small"], found["waiting"]) == ([], ["card checks"] if room == "models" else []), room
        taken[room] = check_files(found["files"])
    captions = {room: [" | ".join(figure["caption"].tolist()) for figure in figures] for room, figures in taken.items()}
    assert {room.partition("/")[0] for room in taken} == {screen.name for screen in SCREENS}
    pattern = next(arrays["pattern"] for arrays in taken["attention"] if "pattern" in arrays)
    np.testing.assert_allclose(pattern, app.services.photos.trace(FIRST).pattern(8).numpy(), atol=5e-5)
    shares = next(arrays["probabilities"] for arrays in taken["decision"] if "probabilities" in arrays)
    rooms.enter(Room("decision"))
    most = rooms.page.locator("#screen-decision .class-rows .probability").first
    expect(most).to_have_text(percent(float(shares.max())))
    assert not any(line.endswith(": ") for said in captions.values() for one in said for line in one.split(" | "))
    assert {one.split(" | ")[1] for one in captions["before/chain"]} == {"Model: gru-de-en"}
    assert "Model: rnn-de-en, lstm-de-en, gru-de-en" in captions["before/gradient"][0]
    assert all(
        "Input" not in one for one in (captions["before/gradient"][2], *captions["before/cost"], captions["models"][0])
    )
    assert all(name in captions["start"][0] for name in ("marian-s-de-en", "vit-s14-everyday", "gru-de-en", ".jpg"))
    assert all(
        one.startswith(tuple("123456789")) and "Layer 1 · Head 1 · Token: CLS" in one for one in captions["notes"]
    )
    assert "Encoder–decoder attention · Layer 3 · Head 4" in "".join(captions["decoder"])
