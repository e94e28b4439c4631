"""The Words screen as a visitor uses it: what is held is read off the trace, an edit is marked, order and padding are real."""

from __future__ import annotations

import re

import pytest

from demo.sentences import Ask
from tests.support.written import number as amount

SENTENCE = "Ich bin mir sicher, dass er morgen kommen wird."
EDITED = "Ich bin mir sicher, dass er heute kommen wird."
LINE = "#screen-words .word-line"
READ = "#screen-words .token-making .readout"


def opened(open_page, query="", **context):
    """The screen, once everything it ever needs for this sentence is there."""
    watched = open_page(f"lang=en&screen=words&{query}", **context)
    watched.page.wait_for_selector("#screen-words .batch-result")
    watched.page.wait_for_selector("#screen-words .word-padding:not([data-waiting])")
    watched.requests.clear()
    return watched


def translation(app, text=SENTENCE, **how):
    return app.services.sentences.translation(Ask(text, **how))


def numbers(text):
    """The numbers of "Number 3 of 256: 16 × 0.006126 + (−0.0123) = 0.0980", from the factor on."""
    sums = text.split(":")[1].replace("−", "-").replace("(", "").replace(")", "")
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", sums)]


def test_the_held_token_is_read_off_the_trace_without_a_request(open_page, app):
    watched = opened(open_page)
    page, trace = watched.page, translation(app).trace
    assert page.locator(f"{LINE} .id").all_inner_texts() == [str(i) for i in translation(app).source_ids]
    assert page.locator(f"{LINE} .piece").all_inner_texts()[-1] == "⟨end⟩"
    page.locator(f"{LINE} [data-token='3']").click()
    page.mouse.move(5, 5)
    assert page.locator(f"{LINE} .held").get_attribute("data-token") == "3"
    page.keyboard.press("ArrowRight")  # the sentence has the focus
    page.wait_for_function("() => new URLSearchParams(location.search).get('source') === '4'")
    page.locator("#screen-words .bars").focus()
    page.keyboard.press("Home")
    for step in range(2):
        factor, row, position, token = numbers(page.locator(READ).inner_text())
        unit = step
        assert token == pytest.approx(trace["encoder.tokens"][4, unit].item(), abs=6e-5)
        assert position == pytest.approx(trace["encoder.position"][4, unit].item(), abs=6e-5)
        assert factor * row + position == pytest.approx(token, abs=1.2e-4)
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="The decoder reads").click()
    assert page.locator(f"{LINE} .piece").all_inner_texts()[0] == "⟨start⟩"
    read = [app.services.sentences.check(Ask("")).model.config.start, *translation(app).ids[:-1]]
    assert page.locator(f"{LINE} .id").all_inner_texts() == [str(i) for i in read]
    page.locator(f"{LINE} [data-token='2']").hover()
    token = numbers(page.locator(READ).inner_text())[-1]
    assert token == pytest.approx(trace["decoder.tokens"][2, 0].item(), abs=6e-5)
    assert watched.requests == []


def test_an_edited_word_is_marked_and_the_others_show_how_far_they_moved(open_page, app):
    page = opened(open_page).page
    assert page.locator(f"{LINE} .change:visible").count() == 0
    page.fill(".sentence-input", EDITED)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{LINE} .new")
    before, after = translation(app), translation(app, EDITED)
    assert page.locator(f"{LINE} .new .piece").all_inner_texts() == ["heute"]
    last = "encoder.blocks.2.resid_post"
    for token, words in enumerate(page.locator(f"{LINE} .change-words").all_inner_texts()):
        if words != "new":
            was, now = before.trace[last][token], after.trace[last][token]
            assert float(words.removesuffix(" %")) == pytest.approx(
                100 * float((now - was).norm() / was.norm()), rel=6e-3
            )
    # Something else altogether is not compared.
    page.fill(".sentence-input", "Tom gähnt.")
    page.keyboard.press("Enter")
    page.wait_for_function("(line) => document.querySelector(line).textContent.includes('Tom')", arg=LINE)
    page.wait_for_function(
        "(line) => ![...document.querySelectorAll(`${line} .change`)].some((box) => !box.hidden)", arg=LINE
    )


def test_shuffled_words_differ_with_position_on_and_not_with_it_off(open_page, app):
    page = opened(open_page).page
    chips = page.locator("#screen-words .chip")
    words = chips.all_inner_texts()
    assert words == SENTENCE.split()
    chips.nth(0).focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    chips.nth(2).drag_to(chips.nth(7))
    moved = "bin Ich kommen sicher, dass er morgen mir wird."
    assert " ".join(chips.all_inner_texts()) == moved
    page.wait_for_function("() => !document.querySelector('.order-answer').textContent.includes('…')")
    said = page.locator(".word-order .verdict-line strong")
    assert amount(said.inner_text()) > 0.01
    off = {"change": "position:off"}
    told = [translation(app, text, **how).text for how in ({}, off) for text in (SENTENCE, moved)]
    assert page.locator(".word-order .passes dd").all_inner_texts() == told and told[2] == told[3]
    page.locator(".word-order .switch").click()
    assert amount(said.inner_text()) < 1e-5
    page.get_by_role("button", name="Put back").click()
    assert chips.all_inner_texts() == words


def test_without_the_mask_the_padding_leaks(open_page, app):
    page = opened(open_page).page
    texts = [SENTENCE, *(field.input_value() for field in page.locator(".other-sentence").all())]
    lengths = [len(translation(app, text).source_ids) for text in texts]
    assert len(set(lengths)) == 3
    rows = page.locator("#screen-words .batch-row")
    n = rows.nth(0).locator(".cell").count()
    for row, length in enumerate(lengths):
        assert rows.nth(row).locator(".padded").count() == rows.nth(row).locator(".may-not").count() == n - length
    assert amount(page.locator(".word-padding .verdict-line strong").inner_text()) < 1e-5
    assert page.locator(".batch-result dd").nth(2).inner_text() == "0 % · 0 % · 0 %"
    page.locator(".word-padding .switch").click()
    page.wait_for_selector(".word-padding:not([data-waiting]) .spoilt")
    assert page.locator("#screen-words .may-not").count() == 0
    assert amount(page.locator(".word-padding .verdict-line strong").inner_text()) > 0.1
    shares = page.locator(".batch-result dd").nth(2).inner_text().replace(" %", "").split(" · ")
    assert all(float(share) > 10 for share in shares)
    # The arrow keys read the cells.
    page.locator("#screen-words [data-cell='1,0']").focus()
    page.keyboard.press("ArrowRight")
    second = translation(app, texts[1]).source_tokens[1].strip("▁")
    assert second in page.locator(".word-padding .readout").inner_text()


def test_the_table_of_places_says_its_formula_in_both_orders(open_page):
    page = opened(open_page).page
    page.locator(".waves canvas").focus()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    read = page.locator(".waves .readout")
    assert "sin(1 / 10000^(2/256)) = 0.802" in read.inner_text()
    page.locator(".waves .switch").click()
    page.locator(".waves canvas").focus()
    for key in ("Home", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert "cos(1 / 10000^(0/256)) = 0.540" in read.inner_text()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_unknown_pieces_and_markup_are_text_and_nothing_is_wider_than_a_phone(open_page, lang):
    text = "<b>${x}</b> مرحبا 안녕 Donaudampfschifffahrtsgesellschaftskapitän " + "und so weiter " * 9
    watched = open_page(f"lang={lang}&screen=words", width=390, height=844)
    page = watched.page
    page.fill(".sentence-input", text)
    page.keyboard.press("Enter")
    page.wait_for_function("(line) => document.querySelector(line).textContent.includes('안녕')", arg=LINE)
    page.wait_for_selector(".word-padding:not([data-waiting]) .batch-result")
    assert page.locator(f"{LINE} [data-unknown]").count() >= 2
    assert page.locator(f"{LINE} b").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(f"{LINE} [data-unknown]").first.click()
    assert page.locator(f"{LINE} .held[data-unknown]").count() == 1
