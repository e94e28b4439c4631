"""The Words screen as a visitor uses it: what is held is read off the trace, an edit is marked, order and padding are real."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.sentence.query import TranslationQuery
from tests.support.browser import address, passes, see_all, settled, settles
from tests.support.written import number as amount
from tests.support.written import whole
from vit_core.training_curve import read_curve

pytestmark = pytest.mark.one_page

SENTENCE = "Ich bin mir sicher, dass er morgen kommen wird."
EDITED = "Ich bin mir sicher, dass er heute kommen wird."
LINE = "#screen-words .word-line"
READ = "#screen-words .token-making .readout"


def opened(open_page, query="", **context):
    """The screen, once everything it ever needs for this sentence is there."""
    watched = open_page(f"lang=en&screen=words&{query}", **context)
    see_all(watched.page)
    watched.page.wait_for_selector(".words-below:not([data-waiting]) .word-padding:not([data-waiting]) .batch-result")
    watched.requests.clear()
    return watched


def translation(app, text=SENTENCE, **how):
    return app.services.sentences.translation(TranslationQuery(text, **how))


def numbers(text):
    """The numbers of "Number 3 of 256: 16 × 0.006126 + (−0.0123) = 0.0980", from the factor on."""
    sums = text.split(":")[1].replace("−", "-").replace("(", "").replace(")", "")
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", sums)]


def test_the_held_token_is_read_off_the_trace_without_a_request(open_page, app):
    watched = opened(open_page)
    page, trace = watched.page, translation(app).trace
    ids, pieces, read = page.locator(f"{LINE} .id"), page.locator(f"{LINE} .piece"), page.locator(READ)
    expect(ids).to_have_text([whole(i) for i in translation(app).source_ids])
    expect(pieces.last).to_have_text("⟨end⟩")
    curve = read_curve()
    expect(page.locator(".learned-curve .value")).to_have_text([f"{loss:.2f}" for loss in curve.losses])
    expect(page.locator(".learned-story")).to_contain_text(curve.model)
    noted = f"on {curve.sentences} sentences it was not trained on and fed with the answer, as noted at the {len(curve.steps)} steps"
    expect(page.locator(".word-learned .note")).to_contain_text(noted)
    page.locator(f"{LINE} [data-token='3']").click()
    page.mouse.move(5, 5)
    expect(page.locator(f"{LINE} .held")).to_have_attribute("data-token", "3")
    page.keyboard.press("ArrowRight")  # the sentence has the focus
    settles(lambda: address(page)["source"], "4")
    page.locator("#screen-words .bars").focus()
    page.keyboard.press("Home")

    def check(unit):
        factor, row, position, token = numbers(read.inner_text())
        assert token == pytest.approx(trace["encoder.tokens"][4, unit].item(), abs=6e-5)
        assert position == pytest.approx(trace["encoder.position"][4, unit].item(), abs=6e-5)
        assert factor * row + position == pytest.approx(token, abs=1.2e-4)

    for step in range(2):
        passes(lambda unit=step: check(unit))
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="The decoder reads").click()
    expect(pieces.first).to_have_text("⟨start⟩")
    start = app.services.sentences.model_of(TranslationQuery("")).model.config.start
    expect(ids).to_have_text([whole(i) for i in (start, *translation(app).ids[:-1])])
    page.locator(f"{LINE} [data-token='2']").hover()
    token = trace["decoder.tokens"][2, 0].item()
    settles(lambda: numbers(read.inner_text())[-1], pytest.approx(token, abs=6e-5))
    # Which hosts can be reached is asked once, whenever the page is idle.
    assert [one for one in settled(lambda: watched.requests) if not one.endswith("/microscope/reach")] == []


# Between the letters of two pieces of one word that stand beside each other, what is free.
WITHIN = """() => [...document.querySelectorAll('#screen-words .whole-word')].flatMap((word) => {
  const boxes = [...word.querySelectorAll('.piece')].map((piece) => {
    const range = document.createRange();
    range.selectNodeContents(piece);
    return range.getBoundingClientRect();
  });
  return boxes.slice(1).map((box, i) => box.left - boxes[i].right).filter((free) => free > -20);
})"""


def test_pieces_of_a_word_meet_though_their_ids_are_wider(open_page):
    """Of one letter each, with ids of four digits: those stood side by side and held the letters apart."""
    for width, letters in ((1440, 9), (390, 11)):
        page = opened(open_page, "text=Žluťoučký kůň, Ölgötze", width=width).page
        free = passes(lambda page=page: page.evaluate(WITHIN))
        assert len(free) > 10 and max(free) < letters, free


def test_an_edited_word_is_marked_and_the_others_show_how_far_they_moved(open_page, app):
    page = opened(open_page).page
    marks = page.locator(f"{LINE} .change:not([hidden])")
    expect(marks).to_have_count(0)
    page.fill(".sentence-input", EDITED)
    page.keyboard.press("Enter")
    expect(page.locator(f"{LINE} .new .piece")).to_have_text(["heute"])
    before, after = translation(app), translation(app, EDITED)
    last = "encoder.blocks.2.resid_post"

    def check():
        for token, words in enumerate(page.locator(f"{LINE} .change-words").all_inner_texts()):
            if words != "new":
                was, now = before.trace[last][token], after.trace[last][token]
                moved = 100 * float((now - was).norm() / was.norm())
                assert float(words.removesuffix("\u00a0%")) == pytest.approx(moved, rel=6e-3)

    passes(check)
    # Something else altogether is not compared; the words to shuffle come after what is compared.
    page.fill(".sentence-input", "Tom gähnt.")
    page.keyboard.press("Enter")
    expect(page.locator(LINE)).to_contain_text("Tom")
    expect(page.locator("#screen-words .chip")).to_have_text(["Tom", "gähnt."])
    expect(marks).to_have_count(0)


def test_shuffled_words_differ_with_position_on_and_not_with_it_off(open_page, app):
    page = opened(open_page).page
    chips = page.locator("#screen-words .chip")
    expect(chips).to_have_text(SENTENCE.split())
    chips.nth(0).focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    chips.nth(2).drag_to(chips.nth(7))
    moved = "bin Ich kommen sicher, dass er morgen mir wird."
    expect(chips).to_have_text(moved.split())
    expect(page.locator(".order-answer")).not_to_contain_text("…")
    said = page.locator(".word-order .verdict-line strong")
    settles(lambda: amount(said.inner_text()), lambda most: most > 0.01)
    off = {"change": "position:off"}
    told = [translation(app, text, **how).text for how in ({}, off) for text in (SENTENCE, moved)]
    assert told[2] == told[3]
    expect(page.locator(".word-order .passes dd")).to_have_text(told)
    page.locator(".word-order .switch").click()
    settles(lambda: amount(said.inner_text()), lambda most: most < 1e-5)
    # It is the sentence on screen that has no positions now: its words, and the badge that every screen has.
    settles(lambda: len(numbers(page.locator(READ).inner_text())), 3)  # no position is added, and none is printed
    expect(page.locator(".changes")).to_contain_text("Position embedding off")
    page.get_by_role("button", name="Put back").click()
    expect(chips).to_have_text(SENTENCE.split())
    # Where only the places tell who loves whom; what is written there is what transformers writes.
    page.get_by_role("button", name="An example in which order decides").click()
    expect(chips).to_have_text(["Maria", "liebt", "Tom"])
    without = "Tom loves Mary. Tom loves Mary."
    expect(page.locator(".word-order .passes dd")).to_have_text(
        ["Tom loves Mary.", "Mary loves Tom.", without, without]
    )
    told = page.locator(".word-order .verdict-line")
    expect(told).to_contain_text(f"the translation stays “{without}”")
    page.locator(".word-order .switch").click()
    expect(told).to_contain_text("the translation changes: “Tom loves Mary.” becomes “Mary loves Tom.”")


def test_without_the_mask_the_padding_leaks(open_page, app):
    page = opened(open_page).page
    others = page.locator(".other-sentence")
    texts = [SENTENCE, *settled(lambda: [field.input_value() for field in others.all()])]
    lengths = [len(translation(app, text).source_ids) for text in texts]
    assert len(set(lengths)) == 3
    rows = page.locator("#screen-words .batch-row")
    n = settled(rows.first.locator(".cell").count)
    for row, length in enumerate(lengths):
        expect(rows.nth(row).locator(".padded")).to_have_count(n - length)
        expect(rows.nth(row).locator(".may-not")).to_have_count(n - length)
    said = page.locator(".word-padding .verdict-line strong")
    settles(lambda: amount(said.inner_text()), lambda most: most < 1e-5)
    on_padding = page.locator(".batch-result dd").nth(2)
    expect(on_padding).to_have_text("0 % · 0 % · 0 %")
    padded = page.locator(".batch .padded").first
    expect(padded).to_have_css("background-image", re.compile("repeating-linear-gradient"))
    page.locator(".word-padding .switch").click()
    expect(page.locator(".word-padding:not([data-waiting]) .spoilt")).not_to_have_count(0)
    expect(padded).to_have_css("background-image", "none")  # hatched is what is masked
    expect(page.locator("#screen-words .may-not")).to_have_count(0)
    settles(lambda: amount(said.inner_text()), lambda most: most > 0.1)
    settles(
        lambda: [float(share) for share in on_padding.inner_text().replace("\u00a0%", "").split(" · ")],
        lambda shares: min(shares) > 10,
    )
    # The arrow keys read the cells.
    page.locator("#screen-words [data-cell='1,0']").focus()
    page.keyboard.press("ArrowRight")
    second = translation(app, texts[1]).source_tokens[1].strip("▁")
    expect(page.locator(".word-padding .readout")).to_contain_text(second)


def test_the_table_of_places_says_its_formula_in_both_orders(open_page):
    page = opened(open_page).page
    page.locator(".waves canvas").focus()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    read = page.locator(".waves .readout")
    expect(read).to_contain_text("sin(1 / 10\u202f0002/256) = 0.802")
    page.locator(".waves .switch").click()
    page.locator(".waves canvas").focus()
    for key in ("Home", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(read).to_contain_text("cos(1 / 10\u202f0000/256) = 0.540")
    # Everything that is read is said again in another language.
    page.locator(".title-bar button", has_text="한국어").click()
    expect(page.locator("#screen-words .apart .readout")).to_contain_text("단어 차이")


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_unknown_pieces_and_markup_are_text_and_nothing_is_wider_than_a_phone(open_page, lang):
    text = "<b>${x}</b> مرحبا 안녕 Donaudampfschifffahrtsgesellschaftskapitän " + "und so weiter " * 9
    watched = open_page(f"lang={lang}&screen=words", width=390, height=844)
    page = watched.page
    page.fill(".sentence-input", text)
    page.keyboard.press("Enter")
    expect(page.locator(LINE)).to_contain_text("안녕")
    see_all(page)
    expect(page.locator(".word-padding:not([data-waiting]) .batch-result")).not_to_have_count(0)
    unknown = page.locator(f"{LINE} [data-unknown]")
    settles(unknown.count, lambda count: count >= 2)
    expect(page.locator(f"{LINE} b")).to_have_count(0)
    settles(lambda: page.evaluate("document.documentElement.scrollWidth"), lambda wide: wide <= 390)
    unknown.first.click()
    expect(page.locator(f"{LINE} .held[data-unknown]")).to_have_count(1)
