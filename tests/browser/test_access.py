"""Keyboard, screen reader, touch and window: the same page for whoever has no mouse, no eyes for it, no room or a large hall."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.page.screens import SCREENS
from demo.photo.query import FIRST
from tests.support.browser import (
    UNDER_WAY,
    address,
    box_of,
    in_page,
    passes,
    see_all,
    settled,
    settles,
    wait_for_sentence,
)
from tests.support.screens import complete, painted

pytestmark = pytest.mark.one_page

NAMES = [screen.name for screen in SCREENS]
PHONE = {"height": 844, "has_touch": True, "is_mobile": True}
ACTIVE = "document.activeElement"

# Whatever the voice says from here on.
ALL_SAID = """() => { const said = []; new MutationObserver(() => said.push(document.querySelector('.voice').textContent))
  .observe(document.querySelector('.voice'), { childList: true }); return said; }"""


def focused(page, selector: str):
    """Whether what has the focus is this, or in it."""
    return page.evaluate(f"(selector) => Boolean({ACTIVE}?.closest(selector))", selector)


def has_focus(page, selector: str) -> None:
    settles(lambda: focused(page, selector), True)


# -- the focus


def test_the_first_stop_leads_past_the_frame_to_the_content(open_page):
    page = open_page("lang=en&screen=attention").page
    painted(page)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    before = settled(lambda: address(page))
    page.keyboard.press("Enter")
    has_focus(page, "#screen-attention")
    page.keyboard.press("Tab")
    has_focus(page, "#screen-attention button, #screen-attention [tabindex='0']")
    settles(lambda: address(page), before)


def test_what_is_drawn_anew_keeps_the_focus(open_page):
    page = open_page("lang=en&screen=decoder").page
    words = page.locator("#screen-decoder .picker-words")
    wait_for_sentence(page, "#screen-decoder [data-complete]", "Ich bin mir sicher, dass er morgen kommen wird.")

    def read(text):
        page.fill(".sentence-input", text)
        page.press(".sentence-input", "Enter")
        page.locator(".sentence-input").blur()
        wait_for_sentence(page, "#screen-decoder [data-complete]", text)

    def redrawn(go):
        words.evaluate("(element) => { element.dataset.old = 'true'; }")
        go()
        expect(page.locator("#screen-decoder .picker-words[data-old]")).to_have_count(0)

    read("Das ist gut.")
    read("Wo ist der Hund?")
    words.focus()
    redrawn(page.go_back)
    expect(words).to_be_focused()
    # Whoever has pressed beside it is not taken back.
    page.locator("#screen-decoder h2").click()
    redrawn(page.go_back)
    settles(lambda: page.evaluate(f"{ACTIVE} === document.body"), True)


def goes_round(page, sheet: str) -> None:
    """Tab and Shift+Tab never leave a sheet, and come past its first stop again."""
    has_focus(page, sheet)
    place = f"[...document.querySelector('{sheet}').querySelectorAll('*')].indexOf({ACTIVE})"  # -1: outside
    for key in ("Tab", "Shift+Tab"):
        seen: list[int] = []
        while len(seen) < 60 and seen.count(seen[0] if seen else None) < 2:
            page.keyboard.press(key)
            former = (-1, *seen[-1:])
            seen.append(settles(lambda: page.evaluate(place), lambda now, former=former: now not in former))
        assert seen.count(seen[0]) == 2, "it never goes round"


@pytest.mark.parametrize(
    ("query", "opener", "sheet"),
    [
        ("screen=attention", "#screen-attention .calculate", ".calculator"),
        ("screen=attention", "#input-strip .actions [data-action=examples]", ".gallery"),
        ("screen=words", "#sentence-strip [data-action=examples]", ".sentence-gallery"),
        ("screen=attention", ".sharing .share", ".share-box"),
        ("screen=attention", "#screen-attention .note a", ".glossary-card"),
        ("screen=attention", ".key-button", ".key-list"),
    ],
)
def test_a_sheet_holds_the_focus_and_gives_it_back(open_page, query, opener, sheet):
    page = open_page(f"lang=en&{query}").page
    if "attention" in query:
        complete(page)
    button = page.locator(opener).first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(sheet)).to_be_visible()
    expect(page.locator(f"{sheet} [data-waiting]")).to_have_count(0)
    if sheet != ".key-list":  # a dialog of the browser's own: Tab comes past the browser's own controls
        goes_round(page, sheet)
    page.keyboard.press("Escape")
    expect(page.locator(sheet)).not_to_be_visible()
    expect(button).to_be_focused()


def test_escape_closes_what_was_opened_last(open_page):
    page = open_page("lang=en&screen=attention").page
    complete(page)
    page.locator("#screen-attention .calculate").click()
    page.locator(".calculator .steps a").first.click()
    expect(page.locator(".glossary-card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".glossary-card")).to_have_count(0)
    expect(page.locator(".calculator")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".calculator")).to_be_hidden()


def test_beside_the_calculator_the_page_is_there_for_a_pointer_and_tab_goes_into_the_sheet(open_page):
    page = open_page("lang=en&screen=attention", width=1440).page
    complete(page)
    page.locator("#screen-attention .calculate").click()
    has_focus(page, ".calculator")
    page.locator("#screen-attention h2").click()
    settles(lambda: focused(page, ".calculator"), False)
    page.keyboard.press("Tab")
    has_focus(page, ".calculator")
    expect(page.locator("[inert]")).to_have_count(0)


def test_where_the_calculator_covers_the_window_nothing_else_is_there(open_page):
    page = open_page("lang=en&screen=attention", width=390, **PHONE).page
    complete(page)
    page.locator("#screen-attention .calculate").tap()
    expect(page.locator("#screen-attention .am-mount")).to_have_attribute("inert", "")
    page.keyboard.press("Escape")
    expect(page.locator("[inert]")).to_have_count(0)


@pytest.mark.parametrize("height", [900, 1080])
def test_a_row_that_has_the_focus_is_never_under_what_stays_in_sight(open_page, height):
    page = open_page("lang=en&screen=decision", width=1440, height=height).page
    rows = page.locator("#screen-decision .class-row")
    expect(page.locator("#screen-decision .logit-products:not([data-waiting]) canvas")).to_be_visible()
    in_sight = """(rows) => rows.map((row) => { const box = row.getBoundingClientRect();
      return row.contains(document.elementFromPoint(box.left + 40, box.top + box.height / 2)); })"""
    settles(lambda: rows.evaluate_all(in_sight), [True] * 5)  # the answer, before anybody has touched anything
    page.locator("#screen-decision .verdict-actions button").first.click()
    expect(rows).to_have_count(20)
    rows.first.focus()
    for place in range(20):
        expect(rows.nth(place)).to_be_focused()
        settles(
            lambda: page.evaluate(
                """() => { const at = document.activeElement, box = at.getBoundingClientRect();
                     return [0.1, 0.5, 0.9].every((y) => at.contains(document.elementFromPoint(box.left + 40, box.top + y * box.height))); }"""
            ),
            True,
        )
        page.keyboard.press("ArrowDown")


# -- the keys


def test_the_list_of_keys_opens_with_a_key_and_names_those_of_the_page_and_the_screen(open_page):
    page = open_page("lang=en&screen=attention").page
    complete(page)
    page.keyboard.press("?")
    listed = page.locator(".key-list li")
    for keys, words in (("1 – 5", "station"), ("[", "Decoder, Block, Attention"), ("?", "list"), ("←", "token")):
        expect(listed.filter(has=page.locator("kbd", has_text=keys)).filter(has_text=words).first).to_be_visible()
    expect(listed.filter(has_text="tree")).to_have_count(0)  # there is none on this screen


def test_no_key_acts_while_something_is_typed(open_page):
    page = open_page("lang=en&screen=decoder").page
    wait_for_sentence(page, "#screen-decoder [data-complete]", "Ich bin mir sicher, dass er morgen kommen wird.")
    page.locator(".sentence-input").focus()
    page.keyboard.press("End")
    page.keyboard.type("np12t[]?")
    expect(page.locator(".sentence-input")).to_have_value("Ich bin mir sicher, dass er morgen kommen wird.np12t[]?")
    expect(page.locator("html")).to_have_attribute("data-screen", "decoder")
    expect(page.locator(".key-list")).to_have_count(0)


def test_keys_of_a_single_sign_can_be_switched_off_and_stay_off(open_page, app):
    page = open_page("lang=en&screen=attention").page
    painted(page)
    screen = page.locator("html")
    page.keyboard.press("p")
    expect(screen).to_have_attribute("data-screen", "block")
    page.locator(".key-button").click()
    page.locator(".key-list .switch").click()
    page.keyboard.press("Escape")
    for again in (False, True):
        if again:
            page.goto(f"{app.url}?lang=en&screen=block")
            page.wait_for_selector(".rail-row .status:not(:empty)")
        for key in ("n", "1", "]"):
            page.keyboard.press(key)
        settles(lambda: address(page)["screen"], "block")
        settles(lambda: "layer" in address(page), False)
    # Keys of what has the focus are no traps: they act.
    page.locator("#screen-block .picker-surface").focus()
    page.keyboard.press("ArrowDown")
    settles(lambda: "held" in address(page) or "query" in address(page), True)


# -- what is heard


def test_what_is_held_is_said_in_one_sentence(open_page, app):
    page = open_page("v=2&lang=en&screen=attention&layer=9&head=5").page
    complete(page)
    pattern = app.services.photos.trace(app.services.photos.complete(FIRST)).pattern(8)
    page.locator("#screen-attention .picker-surface").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")  # the first patch
    row = pattern[4, 1]
    key = int(row.argmax())
    name = "CLS" if key == 0 else f"patch {(key - 1) // 16 + 1}, {(key - 1) % 16 + 1}"
    share = f"{100 * float(row[key]):.3g}".ljust(4, "0")
    voice = page.locator(".voice")
    expect(voice).to_have_text(f"patch 1, 1. Head 5 in layer 9 looks most at {name}, {share} %.")
    expect(page.locator(".am-mount [aria-live]")).to_have_count(0)
    # Whoever walks on is told where they have come to, not every step.
    said = page.evaluate_handle(ALL_SAID)
    # All at once: on a busy machine keys come so slowly that each is a moment of its own, and is told.
    page.locator("#screen-attention .picker-surface").evaluate(
        """(surface) => {
          for (let i = 0; i < 12; i++) surface.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
        }"""
    )
    expect(voice).to_contain_text("patch 1, 13.")
    settles(lambda: said.evaluate("(said) => said.length"), lambda times: 0 < times <= 4)


def test_a_new_sentence_is_said_with_its_held_token_and_invites_to_nothing(open_page):
    page = open_page("lang=en&screen=words", anew=True).page
    wait_for_sentence(page, "#screen-words .vectors", "Ich bin mir sicher, dass er morgen kommen wird.")
    settles(lambda: page.evaluate(UNDER_WAY), [])
    said = page.evaluate_handle(ALL_SAID)
    page.fill(".sentence-input", "Wo ist der Hund?")
    page.press(".sentence-input", "Enter")
    wait_for_sentence(page, "#screen-words .vectors", "Wo ist der Hund?")
    held = page.locator("#screen-words .told")
    expect(held).to_contain_text("Wo")
    settles(lambda: page.evaluate(UNDER_WAY), [])
    expect(page.locator(".voice")).to_have_text(settled(held.inner_text))
    heard = settled(lambda: said.evaluate("(said) => said"))
    assert not [words for words in heard if re.search("Point at|cosine|batch|shuffle|mask", words)], heard
    # Whoever goes to a figure is told what it says.
    page.locator("#screen-words .apart canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".voice")).to_contain_text("apart")


def test_what_is_raised_is_said_as_a_power_and_a_figure_speaks_to_who_is_in_it(open_page):
    """ "10 000" to the power of "2/384" was heard as the number 100002/384, after every change of size."""
    page = open_page("v=5&lang=en&screen=position").page
    settles(lambda: page.evaluate(UNDER_WAY), [])
    said = page.evaluate_handle(ALL_SAID)
    page.locator(".strip .sizes button").first.click()
    expect(page.locator(".voice")).to_contain_text("patch")
    settles(lambda: page.evaluate(UNDER_WAY), [])
    settles(lambda: [words for words in said.evaluate("(said) => said") if "computed" in words], [])
    # What the board says of itself comes last: of two sentences that were written in one moment, the later one.
    of_the_board = re.compile("Nothing has moved yet|It lies at its own place")
    settles(lambda: said.evaluate("(said) => said.at(-1)"), lambda last: of_the_board.search(last or ""))
    page.locator("#screen-position .tables canvas").last.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".voice")).to_contain_text(re.compile(r"10\s000 to the power of 38\d/384"))


def test_a_formula_in_pieces_is_read_once_and_layers_have_names(open_page):
    page = open_page("lang=en&screen=block").page
    lines = page.locator("#screen-block .equation-line")
    expect(lines).not_to_have_count(0)
    session = page.context.new_cdp_session(page)

    def read():
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]

    said = settles(read, lambda nodes: any(name.startswith("z prime l equals") for _, name in nodes))
    assert len([role for role, name in said if name.startswith("z prime l equals")]) == 1
    pieces = "(lines) => lines.flatMap((line) => [...line.querySelectorAll('[aria-hidden]')]).length > lines.length"
    settles(lambda: lines.evaluate_all(pieces), True)  # they do stand in pieces
    assert not [name for role, name in said if role == "StaticText" and "⊤" in name]  # the pieces are silent
    # What stands below and above does so by style, whatever fonts there are.
    astray = """(screen) => [...document.querySelectorAll(`#screen-${screen} .math :is(sub, sup)`)]
      .filter((node) => node.checkVisibility())
      .map((node) => {
        const range = document.createRange(), base = node.closest('.math-scripts > *') ? node.parentElement.previousSibling : node.previousSibling;
        range.selectNodeContents(base);
        const [of, own] = [range.getBoundingClientRect(), node.getBoundingClientRect()];
        const lower = own.top > of.top + 1 && own.bottom > of.bottom - 0.3 * own.height;
        const higher = own.bottom < of.bottom - 1 && own.top < of.top + 0.3 * own.height;
        return [node.localName, node.textContent, node.localName === 'sub' ? lower && !higher : higher && !lower];
      })"""
    for screen, least in (("block", 5), ("patches", 3), ("before", 8)):
        page.locator(f".rail [data-to={screen}]").dispatch_event("click")  # also of the journey that is not on screen
        placed = settles(
            lambda screen=screen: page.evaluate(astray, screen), lambda all, least=least: len(all) >= least
        )
        assert [one for one in placed if not one[2]] == []
    expect(page.locator("math")).to_have_count(0)
    for screen in ("attention", "block"):
        page.locator(f".rail [data-to={screen}]").dispatch_event("click")
        numbers = page.locator(f"#screen-{screen} .layer-numbers button")
        expect(numbers.nth(2)).to_have_accessible_name("Layer 3 of 12")
    session.detach()


# -- fingers


# In either language: keys, a mouse, and what only a mouse can do.
NOT_FOR_FINGERS = re.compile(
    r"[Cc]lick|Enter\b|[Aa]rrow|\bShift\b|\bCtrl|Escape|\bHome\b|[Hh]over|[Mm]ouse\b|[Kk]eys? \[|with \[|"
    r"더블|클릭|화살표|마우스|포인터|\[ 와 \]"
)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_fingers_are_told_what_fingers_do(open_page, lang):
    said = """async () => {
      const module = [...document.querySelectorAll('link[rel=modulepreload]')].map(({ href }) => href);
      const { t } = await import(module.find((href) => href.endsWith('core/text.js')));
      const { state } = await import(module.find((href) => href.endsWith('core/state.js')));
      return Object.keys(state.boot.texts[state.lang]).map((key) => [key, t(key)]);
    }"""
    page = open_page(f"lang={lang}", width=390, **PHONE).page
    texts = dict(in_page(page, said))
    wrong = {key: text for key, text in texts.items() if not key.startswith("keys.") and NOT_FOR_FINGERS.search(text)}
    assert not wrong
    assert not [text for text in texts.values() if re.search(r"\{\{|\}\}|\|\}", text)]
    with_mouse = dict(in_page(open_page(f"lang={lang}").page, said))
    assert NOT_FOR_FINGERS.search(with_mouse["attention.try"])
    assert texts["attention.try"] != with_mouse["attention.try"]


def test_two_taps_open_the_arithmetic(open_page):
    page = open_page("lang=en&screen=attention", width=390, **PHONE).page
    complete(page)
    head = page.locator("#screen-attention .head").nth(1)
    head.scroll_into_view_if_needed()
    box = box_of(head.locator(".tile"))
    for _ in range(2):
        page.touchscreen.tap(box["x"] + 20, box["y"] + 20)
    expect(page.locator(".calculator")).to_be_visible()


@pytest.mark.parametrize(
    ("query", "strip", "reading", "says"),
    [
        ("screen=decision", ".logit-products canvas", ".class-arithmetic .reading", r"^y\["),
        ("screen=words", ".vectors canvas", ".vectors .readout", r"="),
        ("screen=block&box=q", ".opened .band-box canvas", ".opened .reading", r"head \d"),
        ("screen=block&box=softmax", ".opened .key-tile .tile", ".opened .reading", r"head \d"),
        (
            "screen=encoder&wbox=softmax",
            ".opened .word-table tbody td:nth-child(3)",
            ".opened .reading",
            r"head 1",
        ),
    ],
)
def test_a_finger_reads_a_number_with_its_first_tap_and_opens_it_with_its_second(
    open_page, query, strip, reading, says
):
    page = open_page(f"v=5&lang=en&{query}", width=390, **PHONE).page
    drawn, read = page.locator(f".am-mount {strip}").first, page.locator(f".am-mount {reading}").first
    settles(lambda: page.evaluate(UNDER_WAY), [])
    drawn.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    invites = settled(read.inner_text)
    box = box_of(drawn)
    drawn.tap(
        position={"x": 0.4 * box["width"], "y": 0.4 * box["height"]}
    )  # once it lies still and nothing lies over it
    expect(read).to_contain_text(re.compile(says))
    settles(read.inner_text, lambda said: said != invites)
    box = box_of(drawn)
    x, y = box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"]
    settles(lambda: "explain" in address(page), False)  # the calculator itself may be on its way
    settles(lambda: abs(box_of(drawn)["y"] - box["y"]) <= 2, True)  # it has not moved away from under the finger
    page.touchscreen.tap(x + 3, y - 3)  # no finger comes down where it was
    expect(page.locator(".calculator")).to_be_visible()


def test_a_finger_reads_the_scores_and_a_node_of_the_tree_before_anything_is_forced(open_page):
    page = open_page("v=5&lang=en&screen=decoder&step=3", width=390, **PHONE).page
    settles(lambda: page.evaluate(UNDER_WAY), [])
    read = page.locator("#screen-decoder .readout").first
    before = settled(read.inner_text)
    page.locator("#screen-decoder .masking tbody td[data-key='2']").first.tap()
    expect(read).not_to_have_text(before)

    open_page("v=5&lang=en&screen=translation", width=390, **PHONE)
    node = page.locator("#screen-translation .tree-canvas .node:not(.winner)").first
    read = page.locator("#screen-translation .hypothesis")
    before = settled(read.inner_text)
    node.tap()
    expect(read).not_to_have_text(before)
    settles(lambda: "prefix" in address(page), False)
    node.tap()
    settles(lambda: "prefix" in address(page), True)


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_photo_reading_and_the_tapped_head_are_seen_together(open_page, width):
    page = open_page("lang=en&screen=attention", width=width, **PHONE).page
    complete(page)
    head = page.locator("#screen-attention .head").nth(4)
    head.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    head.locator(".tile").tap()
    reading = page.locator("#screen-attention .readout")
    expect(reading).to_contain_text("in head 5")
    for part in (page.locator("#screen-attention .picker-surface"), reading, head.locator(".tile")):
        expect(part).to_be_in_viewport(ratio=0.99)
    assert box_of(reading)["y"] + box_of(reading)["height"] <= box_of(head)["y"] + 1


@pytest.mark.parametrize(
    ("screen", "figure", "says"),
    [
        ("position", ".tables canvas", "learned"),
        ("words", ".word-padding .cell", "sentence 1"),
        ("patches", ".from-pixels canvas", "Pixel"),
    ],
)
def test_on_a_small_phone_what_is_read_stays_in_sight(open_page, screen, figure, says):
    page = open_page(f"v=5&lang=en&screen={screen}", width=390, **{**PHONE, "height": 664}).page
    see_all(page)
    drawn = page.locator(f"#screen-{screen} {figure}").first
    drawn.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box = box_of(drawn)
    page.touchscreen.tap(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    read = page.locator(f"#screen-{screen} .in-sight").first
    expect(read).to_contain_text(re.compile(says, re.IGNORECASE))
    expect(read).to_be_in_viewport(ratio=0.99)
    expect(drawn).to_be_in_viewport()


@pytest.mark.parametrize(
    ("chapter", "curves", "reading", "says"),
    [
        ("gradient", ".decays svg", ".gradient-figure .readout", "L2 norm of the gradient there"),
        ("bottleneck", ".curves-plot", ".curves-reading", "Transformer"),
    ],
)
def test_on_a_phone_what_is_read_of_curves_is_near_the_finger(open_page, chapter, curves, reading, says):
    page = open_page(f"lang=en&screen=before&chapter={chapter}", width=390, **PHONE).page
    drawn = page.locator(f"#screen-before {curves}").first
    drawn.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box = box_of(drawn)
    page.touchscreen.tap(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    read = page.locator(f"#screen-before {reading}")
    expect(read).to_contain_text(says)
    expect(read).to_be_in_viewport(ratio=0.99)
    expect(drawn).to_be_in_viewport()


@pytest.mark.parametrize(
    ("query", "says"),
    [("v=5&screen=notes&model=vit-course-48&size=48&layer=1", "Layer 2 of 4"), ("screen=encoder", "Layer 2 of 3")],
)
def test_the_layer_that_is_come_to_is_said(open_page, query, says):
    page = open_page(f"lang=en&{query}").page
    said = page.evaluate_handle(ALL_SAID)
    page.locator(".layer-bar:visible").get_by_role("button", name="Next layer").click()
    settles(said.json_value, lambda all_said: says in all_said)


CUT = """(selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility() && getComputedStyle(one).clipPath === 'none' &&
  (one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > document.documentElement.clientWidth))
  .map((one) => one.textContent)"""


@pytest.mark.parametrize(("lang", "widths", "device"), [("en", (390, 768), PHONE), ("ko", (320, 720), {})], ids=str)
def test_the_frame_is_whole_in_a_narrow_window(open_page, lang, widths, device):
    page = open_page(f"lang={lang}", width=widths[0], **device).page
    # The frame alone: what the screens draw is looked at in every room (test_layout.py).
    style = page.add_style_tag(content="[id^=screen-] .am-mount { display: none !important; }")
    page.locator(".strip .more").click()
    for width, screens in zip(widths, (NAMES, ("start", "words", "attention", "models")), strict=True):
        # A desktop's window at 400 % is 320 pixels wide; in the wider one a screen of each kind is enough.
        page.set_viewport_size({"width": width, "height": 844})
        for screen in screens:
            page.locator(f".rail [data-to={screen}]").dispatch_event("click")
            expect(page.locator("html")).to_have_attribute("data-screen", screen)
            cut = ".strip button, .strip .segmented, .rail :is(.station, .journey-name), .title-bar :is(h1, button)"
            settles(lambda cut=cut: page.evaluate(CUT, cut), [])
            expect(page.locator(".rail [data-to=models]")).to_be_in_viewport(ratio=0.99)
        title, languages = box_of(page.locator(".title-bar h1")), box_of(page.locator(".title-bar .segmented"))
        assert title["x"] + title["width"] <= languages["x"]
    style.evaluate("(style) => style.remove()")  # the next test goes on in this page


def test_the_gates_of_a_cell_are_drawn_to_one_scale_on_a_phone_as_well(open_page):
    page = open_page("lang=en&screen=before&chapter=cost", width=390, **PHONE).page
    pairs = page.locator("[data-cell=lstm] .pair")
    expect(pairs).to_have_count(4)

    def drawn():
        return page.locator("#screen-before .pair-blocks").evaluate_all(
            """(blocks) => blocks.map((block) => {
                 const cell = block.closest('figure'), [units, words] = cell.querySelector('figcaption').textContent.match(/\\d+/g).map(Number);
                 const [w, u] = [...block.children].map((one) => one.getBoundingClientRect());
                 return { cell: cell.dataset.cell, across: (w.width + u.width) / (words + units), down: w.height / units, left: w.left, right: u.right, top: w.top, bottom: w.bottom };
               })"""
        )

    def to_scale():
        boxes = drawn()
        scale = boxes[0]["down"]
        for box in boxes:
            assert [box["across"], box["down"]] == pytest.approx([scale, scale], rel=0.05), box
        for i, one in enumerate(boxes):
            for other in boxes[i + 1 :]:
                apart = one["right"] <= other["left"] or other["right"] <= one["left"]
                assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"], (one, other)

    passes(to_scale)


def test_a_table_that_goes_on_beyond_its_edge_says_so(open_page):
    text = (
        "Gestern habe ich auf dem Weg nach Hause einen alten Freund getroffen, den ich seit Jahren nicht gesehen hatte."
    )
    page = open_page(f"lang=en&screen=decoder&text={text}", width=390, **PHONE).page
    wait_for_sentence(page, "#screen-decoder [data-complete]", text)
    scores = page.locator(".scores-scroll")
    expect(scores).to_have_attribute("data-more", "")
    settles(lambda: "gradient" in scores.evaluate("(box) => getComputedStyle(box).maskImage"), True)
    scores.evaluate("(box) => { box.scrollLeft = box.scrollWidth; }")
    expect(scores).not_to_have_attribute("data-more", "")


# -- a large window


def test_in_a_large_window_sentences_have_16_pixels(open_page):
    page = open_page("lang=en&screen=attention", width=1920, height=1080).page
    sizes = "(all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    sentences = page.locator("#screen-attention .readout, body .am-mount .lead")
    settles(lambda: sentences.evaluate_all(sizes), lambda found: bool(found) and min(found) >= 16)
