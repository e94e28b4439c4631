"""What somebody brings is never lost: text stays where it was typed, a picture is taken only where one is meant, a link leads nowhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.sentence.query import TranslationQuery
from tests.support.browser import UNDER_WAY, address, in_page, see_all, settled, settles
from tests.support.pictures import picture_file
from tests.support.screens import STATUS, until_photo, until_status
from tests.support.written import whole

pytestmark = pytest.mark.one_page

FIELD = ".sentence-input"
ALERT = "#sentence-strip .field-problem"
SENTENCE = "Der Hund schläft."
TOO_LONG = "Das ist ein Satz, und er ist lang." * 30
CLIPBOARD = ["clipboard-read", "clipboard-write"]
# What a word processor copies: the text, and a picture of it.
COPY_BOTH = """async ([text, bytes]) => {
  const picture = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
  await navigator.clipboard.write([
    new ClipboardItem({ 'text/plain': new Blob([text], { type: 'text/plain' }), 'image/png': picture })]);
}"""
DROP = """([selector, link, text, bytes, files]) => {
  const data = new DataTransfer();
  if (link) data.setData('text/uri-list', link);
  if (text) data.setData('text/plain', text);
  for (let i = 0; bytes && i < files; i++) data.items.add(new File([new Uint8Array(bytes)], 'own.png', { type: 'image/png' }));
  const drop = (type) => new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
  const place = document.querySelector(selector);
  return ['dragover', 'drop'].map((type) => !place.dispatchEvent(drop(type)));  // whether the browser's own way was stopped
}"""


def drop(page, selector, *, link="", text="", content=b"", files=1) -> list[bool]:
    return in_page(page, DROP, [selector, link, text, list(content) or None, files])


def sent_photos(watched) -> list[str]:
    return [url for url in settled(lambda: watched.requests) if url.endswith("microscope/photo")]


def test_text_that_comes_with_a_picture_is_pasted_as_text(open_page, app):
    watched = open_page(f"lang=en&screen=words&text={SENTENCE}", permissions=CLIPBOARD)
    page = watched.page
    field = page.locator(FIELD)
    expect(field).to_have_value(SENTENCE)
    in_page(page, COPY_BOTH, ["Es regnet in Köln.", list(picture_file("PNG", (120, 80)))])
    field.fill("")
    page.keyboard.press("Control+V")
    expect(field).to_have_value("Es regnet in Köln.")
    field.press("Enter")
    settles(lambda: address(page)["text"], "Es regnet in Köln.")
    # Pasted into no field it is the sentence too, to be looked at before it is translated; and Undo is the browser's own.
    in_page(page, COPY_BOTH, ["Es schneit.", list(picture_file("PNG", (120, 80)))])
    page.locator("#screen-words h2").click()
    page.keyboard.press("Control+V")
    expect(field).to_have_value("Es schneit.")
    expect(field).to_be_focused()
    page.keyboard.press("Control+Z")
    expect(field).to_have_value("Es regnet in Köln.")
    # On the photo's way nothing is taken for a photo that came with text.
    page.locator(".rail [data-to=patches]").dispatch_event("click")
    page.locator("#screen-patches h2").first.click()
    page.keyboard.press("Control+V")
    until_status(page, "The clipboard holds text")
    assert sent_photos(watched) == []


@pytest.mark.parametrize("place", [FIELD, "body"])
def test_a_dropped_link_is_refused_with_a_sentence_and_a_file_is_taken(open_page, place):
    watched = open_page(f"lang=en&screen=words&text={SENTENCE}")
    page = watched.page
    see_all(page)
    page.wait_for_selector("#screen-words .batch-result")
    link = "https://photos.example/cat.jpg"
    assert drop(page, place, link=link, text=link) == [True, True]
    until_status(page, "That was a link, and this page opens no other address.")
    expect(page.locator(FIELD)).to_have_value(SENTENCE)
    # An image of another tab comes with its address and, from most browsers, as a file.
    assert drop(page, place, link=link, text=link, content=picture_file("PNG", (120, 160)), files=2) == [True, True]
    until_photo(page, "Your photo, 120 × 160")
    until_status(page, "You brought 2 files: this is the first picture of them.")
    settles(lambda: address(page)["screen"] in ("words", "decoder", "translation", "before"), False)


def test_text_may_be_dropped_into_a_field_the_browsers_own_way(open_page):
    page = open_page(f"lang=en&screen=words&text={SENTENCE}").page
    expect(page.locator(FIELD)).to_have_value(SENTENCE)
    assert drop(page, FIELD, text="Es regnet.") == [False, False]
    assert drop(page, "#screen-words h2", text="Es regnet.") == [True, True]
    expect(page.locator(FIELD)).to_have_value("Es regnet.")


@pytest.mark.parametrize("how", ["Enter", "Translate"])
def test_a_refused_sentence_stays_in_its_field_and_the_reason_stands_beside_it(open_page, app, how):
    watched = open_page(f"lang=en&screen=translation&text={SENTENCE}")
    watched.forgive("status of 4")
    page = watched.page
    field, alert = page.locator(FIELD), page.locator(ALERT)
    written = page.locator(".words-written .word .piece")
    before = settles(written.all_inner_texts, lambda texts: len(texts) > 2)
    field.fill(TOO_LONG)
    field.press("Enter") if how == "Enter" else page.get_by_role("button", name="Translate").click()
    expect(alert).to_contain_text("1\u202f020 characters")
    expect(field).to_have_value(TOO_LONG)
    expect(field).to_have_attribute("aria-invalid", "true")
    settles(lambda: field.get_attribute("aria-describedby") == alert.get_attribute("id"), True)
    expect(page.locator(STATUS)).not_to_contain_text("characters")
    expect(written).to_have_text(before)  # the old figure stays
    page.click("button[lang=ko]")
    expect(alert).to_contain_text("자예요")
    # Another translator of the sentence on screen is no reason to lose what waits in the field; another sentence is.
    page.select_option("#sentence-strip select", "twin-masked-de-en")
    settles(lambda: address(page).get("translator"), "twin-masked-de-en")
    expect(alert).to_be_hidden()
    expect(field).to_have_value(TOO_LONG)
    page.locator("#sentence-strip [data-action=examples]").click()
    example = page.locator(".sentence-gallery button").nth(1)
    example.click()
    expect(field).to_have_value(app.services.sentences.examples[1].text)


def test_a_refused_sentence_of_an_address_stands_in_the_field(open_page):
    watched = open_page(f"lang=en&screen=words&text={TOO_LONG}")
    watched.forgive("status of 4")
    expect(watched.page.locator(FIELD)).to_have_value(TOO_LONG)
    expect(watched.page.locator(ALERT)).to_contain_text("1\u202f020 characters")
    expect(watched.page.locator("#sentence-strip select")).to_have_value("marian-s-de-en")


def test_refused_texts_of_the_figures_stay_in_their_fields_with_the_reason_beside(open_page, app):
    watched = open_page(f"lang=en&screen=words&text={SENTENCE}")
    watched.forgive("status of 4")
    page = watched.page
    see_all(page)
    page.wait_for_selector("#screen-words .word-padding:not([data-waiting]) .batch-result")
    second, third = (page.locator(".other-sentence").nth(i) for i in (0, 1))
    alerts = page.locator(".word-padding .field-problem")
    first = settled(second.input_value)
    third.fill(TOO_LONG)
    third.press("Enter")
    expect(alerts.nth(1)).to_be_visible()
    expect(alerts.nth(1)).to_be_in_viewport()
    expect(alerts.nth(0)).to_be_hidden()
    expect(third).to_have_value(TOO_LONG)
    expect(third).to_have_attribute("aria-invalid", "true")
    expect(second).to_have_value(first)
    # The old figure stays and is seen to be old.
    expect(page.locator("#screen-words .batch-result")).to_have_count(3)
    expect(page.locator("#screen-words [data-outdated] .batch-result")).to_have_count(3)
    third.fill("Es regnet.")
    third.press("Enter")
    expect(alerts.nth(1)).to_be_hidden()
    expect(page.locator("#screen-words [data-outdated]")).to_have_count(0)
    expect(third).to_have_value("Es regnet.")
    if app.services.sentences.twins():
        page.locator(".rail [data-to=decoder]").dispatch_event("click")
        twins = page.locator("#screen-decoder .cheating")
        twins.scroll_into_view_if_needed()
        bars = twins.locator(".twin-bars li")
        expect(twins.locator(".twin-figures:not([data-waiting])")).to_be_visible()
        expect(bars).not_to_have_count(0)
        count = settled(bars.count)
        twins.locator(".reference").fill(TOO_LONG)
        twins.get_by_role("button", name="Feed").click()
        expect(twins.locator(".field-problem")).to_be_in_viewport()
        expect(twins.locator(".reference")).to_have_value(TOO_LONG)
        expect(bars).to_have_count(count)
        expect(twins.locator("[data-outdated] .twin-bars")).to_have_count(1)
        expect(twins.locator(".fed-by")).to_be_hidden()  # nothing of this was fed
        expect(page.locator(STATUS)).not_to_contain_text("characters")


def test_signs_nobody_sees_and_capitals_come_with_an_offer(open_page, app):
    page = open_page(f"lang=en&screen=words&text={SENTENCE}").page
    field, offers = page.locator(FIELD), page.locator("#sentence-strip .offer")
    expect(page.locator("#screen-words .word-line")).to_contain_text("Hund")
    expect(offers).to_have_count(0)
    field.fill("DAS KRAN\u00adKEN\u00adHAUS IST GE\u00adSCHLOS\u00adSEN.")
    field.press("Enter")
    expect(offers).to_have_count(2)
    expect(offers.first).to_contain_text("U+00AD SOFT HYPHEN × 4")
    offers.first.get_by_role("button", name="Leave them out").click()
    expect(field).to_have_value("DAS KRANKENHAUS IST GESCHLOSSEN.")
    expect(offers).to_have_count(1)
    expect(offers.first).to_contain_text("“\u2068Das Krankenhaus ist geschlossen.\u2069”")
    offers.first.get_by_role("button", name="Use that").click()
    expect(field).to_have_value("Das Krankenhaus ist geschlossen.")
    expect(offers).to_have_count(0)
    settles(lambda: address(page)["text"], "Das Krankenhaus ist geschlossen.")
    ids = app.services.sentences.translation(TranslationQuery("Das Krankenhaus ist geschlossen.")).source_ids
    expect(page.locator("#screen-words .word-line .id")).to_have_text([whole(i) for i in ids])


def test_signs_nobody_sees_come_with_an_offer_in_every_field(open_page, app):
    """A soft hyphen in a word to be written, in a sentence of the batch or in what the twins are fed went in without a note."""
    page = open_page(f"lang=en&screen=translation&text={SENTENCE}&how=greedy").page
    word, offer = page.locator(".forcing input"), page.locator(".next-words .offer")
    expect(page.locator(".words-written .word").first).to_be_visible()
    word.fill("A d\u00adog")
    word.press("Enter")
    expect(offer).to_contain_text("U+00AD SOFT HYPHEN × 1")
    offer.get_by_role("button", name="Leave them out").click()
    expect(offer).to_have_count(0)
    clean = app.services.sentences.models.load("marian-s-de-en").tokenizer.encode_target("A dog")[:-1]
    settles(lambda: address(page).get("prefix"), ",".join(map(str, clean)))

    page.locator(".rail [data-to=words]").dispatch_event("click")
    third, offer = page.locator(".other-sentence").nth(1), page.locator(".word-padding .offer")
    see_all(page)
    expect(page.locator("#screen-words .word-padding:not([data-waiting]) .batch-result")).to_have_count(3)
    third.fill("Es reg\u00adnet.")
    third.press("Enter")
    offer.get_by_role("button", name="Leave them out").click()
    expect(third).to_have_value("Es regnet.")
    expect(offer).to_have_count(0)

    if app.services.sentences.twins():
        page.locator(".rail [data-to=decoder]").dispatch_event("click")
        twins = page.locator("#screen-decoder .cheating")
        twins.scroll_into_view_if_needed()
        expect(twins.locator(".twin-figures:not([data-waiting])")).to_be_visible()
        expect(twins.locator(".reference")).to_have_value(re.compile(r"\w"))
        settles(
            lambda: page.evaluate(UNDER_WAY), []
        )  # what is offered there has come, and is not written while somebody types
        twins.locator(".reference").fill("The d\u200bog sleeps.")
        twins.locator(".reference").press("Enter")
        twins.locator(".offer").get_by_role("button", name="Leave them out").click()
        expect(twins.locator(".reference")).to_have_value("The dog sleeps.")
        expect(twins.locator(".offer")).to_have_count(0)
        settles(lambda: address(page).get("fed"), "The dog sleeps.")
