"""The notes as a path: the course's model on the way in, the model from before on the way out, and sheets that can be filled in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import in_page, passes, settles
from tests.support.equations import wrong
from tests.support.pictures import picture_file
from tests.support.screens import upload

pytestmark = pytest.mark.one_page

COURSE, BEFORE = "vit-course-48", "vit-s14-everyday"
CARDS = "#screen-notes .note-card"
HEAD = "v=3&lang={lang}&screen=notes&model=vit-course-48&size=48"

# Every line of a sheet: what is printed of it, and at each blank nothing but that there is one.
LINES = """(sheet) => {
  const pieces = (node) => [...node.children].flatMap((child) =>
    child.dataset.op !== undefined ? [{ op: child.dataset.op || child.textContent }]
    : child.dataset.blank !== undefined ? [{ blank: true }]
    : child.dataset.term !== undefined ? [{ term: child.dataset.term || child.textContent }]
    : child.dataset.equation !== undefined ? [{ inner: pieces(child) }]
    : pieces(child));
  return [...document.querySelectorAll(`#screen-notes [data-sheet="${sheet}"] .worked`)].map(pieces);
}"""


def word_of(page, word: str) -> str | None:
    """What the address says of a field."""
    return page.evaluate("(word) => new URLSearchParams(location.search).get(word)", word)


def test_the_course_model_is_taken_on_the_way_in_and_the_former_one_on_the_way_out(open_page):
    page = open_page("v=3&lang=en&screen=block&layer=9&head=2&query=40").page
    expect(page.locator("#screen-block .readout").first).to_contain_text("patch 3, 8")
    page.click(".station[data-to=notes]")
    expect(page.locator(CARDS)).to_have_count(8)
    expect(page.locator(f"{CARDS} .card-number")).to_have_text([str(n) for n in range(27, 35)])
    expect(page.locator("#input-strip select")).to_have_value(COURSE)
    settles(lambda: word_of(page, "back"), f"{BEFORE} 224 8 1 40")
    expect(page.locator("#screen-notes .layer-name")).to_have_text(
        "Layer 1 of 4"
    )  # the one that reads what is summed up
    expect(page.locator("#way-on button")).to_have_text("Next: Start →")
    page.click(".station[data-to=decision]")
    expect(page.locator("#input-strip select")).to_have_value(BEFORE)
    settles(lambda: [word_of(page, word) for word in ("back", "layer", "query", "head")], [None, None, "40", "2"])
    expect(page.locator("#way-on button")).to_have_text("Next: Notes →")
    page.go_back()
    expect(page.locator("#input-strip select")).to_have_value(COURSE)
    page.go_back()
    expect(page.locator("#input-strip select")).to_have_value(BEFORE)
    settles(lambda: word_of(page, "screen"), "block")


def test_a_number_that_is_pressed_is_worked_out_and_the_result_opens(open_page):
    page = open_page(f"{HEAD.format(lang='en')}&query=2&layer=2&head=3&unit=140").page
    table = page.locator(f"{CARDS}[data-card='31'] .number-table").nth(1)
    expect(table.locator(".row-names .on")).to_have_text("1,2")
    cells = table.locator(".cells")
    cells.focus()
    page.keyboard.press("Home")  # CLS on CLS
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(table.locator(".row-names .on")).to_have_text("1,1")
    settles(lambda: [word_of(page, word) for word in ("query", "key")], ["1", "3"])
    printed = settles(table.locator(".cells .on").inner_text, lambda text: text != "")
    result = page.locator(f"{CARDS}[data-card='31'] .opens").nth(1)
    expect(result).to_have_text(f"{printed}\u00a0%")
    page.locator(".note-path button", has_text="33").click()
    settles(lambda: word_of(page, "card"), "33")
    expect(page.locator(".note-path [aria-current]")).to_contain_text("33")  # where one is
    turned = page.locator(f"{CARDS}[data-card='27'] .number-table").first
    before = settles(turned.locator(".place").inner_text, lambda text: " of " in text)
    turned.get_by_role("button", name="Columns before").click()
    columns = settles(turned.locator(".place").inner_text, lambda text: " of " in text and text != before)
    settles(lambda: (word_of(page, "cols") or "")[:4], "27a:")
    page.reload()  # everything comes back, and the step that was gone to is in sight
    expect(page.locator(f"{CARDS}[data-card='33'] h3")).to_be_in_viewport()
    expect(table.locator(".cells .on")).to_have_text(printed)
    expect(turned.locator(".place")).to_have_text(columns)
    result.click()
    settles(lambda: word_of(page, "explain"), "p!2.attn.pattern:2,1,2")
    expect(page.locator(".calculator")).to_contain_text(f"{printed}\u00a0%")


def test_with_another_head_only_its_matrices_are_drawn_anew(open_page):
    page = open_page(f"{HEAD.format(lang='en')}&query=2&layer=2&head=3&unit=140").page
    stream, queries = (page.locator(f"{CARDS}[data-card='{card}'] .number-table .cells").first for card in (29, 30))
    expect(page.locator(f"{CARDS}[data-card='30'] .number-table", has_text="queries of head 3")).to_be_visible()
    expect(stream.locator(".on")).to_have_count(1)
    page.evaluate(
        "() => document.querySelectorAll('.note-card .cells').forEach((one) => one.firstChild.classList.add('former'))"
    )
    page.locator("#screen-notes .note-heads button").nth(4).click()
    expect(page.locator(f"{CARDS}[data-card='30'] .number-table", has_text="queries of head 5")).to_be_visible()
    expect(queries.locator(".former")).to_have_count(0)
    expect(stream.locator(".former")).to_have_count(1)


@pytest.mark.parametrize(("lang", "more"), [("en", "&query=4"), ("ko", "&layer=2&head=7&change=scale:off@2")])
def test_every_blank_follows_from_what_the_sheet_prints(open_page, lang, more):
    page = open_page(f"{HEAD.format(lang=lang)}&sheet=blanks{more}").page
    expect(page.locator("#screen-notes [data-sheet=blanks]")).to_be_visible()
    expect(page.locator("#screen-notes [data-sheet=answers]")).to_be_hidden()

    def lines():
        blanks, answers = page.evaluate(LINES, "blanks"), page.evaluate(LINES, "answers")
        assert len(blanks) == len(answers) >= 19
        for given, answered in zip(blanks, answers, strict=True):
            assert given[:-1] == answered[:-1], "both sheets print the same numbers"
        return blanks, answers

    for given, answered in zip(*passes(lines), strict=True):
        assert given[-1] == {"blank": True} and {"blank": True} not in answered
        assert wrong([*given[:-1], answered[-1]]) is None, given
    held = page.locator("#screen-notes [data-sheet] td.held")
    assert [text == "" for text in settles(held.all_inner_texts, lambda texts: len(texts) == 4)] == [
        True,
        True,
        False,
        False,
    ]


def test_a_sheet_names_no_own_photo(open_page):
    """It goes to a class, and lasts longer than the photo is kept."""
    page = open_page(f"{HEAD.format(lang='en')}&sheet=blanks").page
    found = page.locator("#screen-notes [data-sheet=blanks] .address")
    expect(found).to_contain_text("photo=example:")
    upload(page, picture_file(seed=35))
    expect(page.locator(".photo-name")).to_contain_text("Your photo")
    expect(found).not_to_contain_text("photo=")
    expect(found).to_contain_text("screen=notes")


def test_on_a_phone_a_card_that_was_read_folds_and_the_sheets_hold_everything(open_page):
    # A card that an address names is scrolled to once, when the page begins.
    page = open_page(f"{HEAD.format(lang='en')}&card=30", width=390, height=844, anew=True).page
    opened = "() => [...document.querySelectorAll('.note-card')].filter((one) => one.checkVisibility()).map((one) => one.dataset.card)"
    settles(lambda: page.evaluate(opened), ["27", "30"])  # an address from before there were folds
    strip, head = page.locator(".note-path"), page.locator("[data-fold='30'] .fold-button")
    expect(head).to_be_in_viewport()
    settles(lambda: round(strip.bounding_box()["y"]), 0)
    page.locator("[data-card='30'] .card-read").click()
    settles(lambda: page.evaluate(opened), ["27", "31"])
    expect(page.locator("[data-fold='31'] .fold-button")).to_be_in_viewport()
    settles(lambda: [word_of(page, word) for word in ("card", "folds")], ["31", "31"])
    strip.get_by_role("button", name="34").click()
    settles(lambda: page.evaluate(opened), ["27", "31", "34"])
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    # Paper waits for nothing: the picture has to be drawn by now.
    reds = """() => {
      const canvas = document.querySelector('[data-sheet=answers] .sheet-picture canvas'),
        { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(data.filter((_, i) => i % 4 === 0)).size;
    }"""
    assert in_page(page, reds) > 16
    expect(page.locator("[data-sheet=answers] section")).to_have_count(8)
    expect(page.locator("[data-sheet=answers] section .worked:visible").first).to_be_visible()
