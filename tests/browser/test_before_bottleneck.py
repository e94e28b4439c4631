"""The chapter on the one vector as a visitor uses it: the curves are the table's, the translations the models' own."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import expect

from demo.sentence.query import TranslationQuery
from tests.support.browser import Late, fits, settled, settles
from tests.support.written import numbers
from vit_core.checkpoints.recurrent_entries import COMPARED
from vit_core.quality_by_length import FEW, n_words, read_quality

pytestmark = pytest.mark.one_page

SENTENCE = "Ich bin mir sicher, dass er morgen kommen wird."
CHAPTER = "#chapter-bottleneck"
ROWS = f"{CHAPTER} .translated > li"
MODELS = (*COMPARED, "marian-s-de-en")


def opened(open_page, query="", **window):
    """The chapter, once everything it ever asks for by itself is there."""
    watched = open_page(f"lang=en&screen=before&chapter=bottleneck&{query}", **window)
    complete(watched.page)
    watched.requests.clear()
    return watched


def complete(page):
    page.wait_for_selector("#screen-before [data-complete='bottleneck']")
    # Six translations, of which one or another may run to its limit.
    page.wait_for_selector(f"{CHAPTER} .side-by-side:not([aria-busy])", timeout=120_000)


def first_number(locator):
    """The first number of an element."""
    return numbers(locator.inner_text())[0]


def score(row):
    """Of a model's row its score and the interval around it; None where nothing was measured."""
    shown = row.locator(".score")
    if shown.inner_text() == "–":
        return None
    low, high = shown.locator(".interval").inner_text().split("–")
    return [float(text) for text in (shown.locator("b").inner_text(), low, high)]


def test_the_curves_are_the_measured_table_and_looking_asks_for_nothing(open_page):
    watched, table = opened(open_page), read_quality()
    page = watched.page
    for kind, metric in (("joined", "chrf"), ("single", "bleu")):
        for value in (kind, metric):
            page.locator(f"{CHAPTER} [data-value={value}]").click()
        rows = [row for row in table if (row.kind, row.metric) == (kind, metric)]
        page.locator(f"{CHAPTER} .curves-plot").focus()
        page.keyboard.press("Home")
        for bucket in sorted({row.bucket for row in table})[:3]:
            measured = {row.model: [row.value, row.low, row.high] for row in rows if row.bucket == bucket}
            # The page rounds what travelled as float32.
            here = [pytest.approx(measured[model], abs=0.051) if model in measured else None for model in MODELS]
            settles(lambda: [score(row) for row in page.locator(ROWS).all()], here)
            page.keyboard.press("ArrowRight")
        few = len({row.bucket for row in rows if row.n < FEW})
        expect(page.locator(f"{CHAPTER} .mark.open")).to_have_count(few * len(MODELS))
    # The story below is the table's own: where the GRU with one vector is in its first and its last full bucket.
    full = [row for row in rows if row.model == "gru-de-en" and row.n >= FEW]
    ends = page.locator(".length-verdict strong").first
    told = pytest.approx([full[0].value, full[-1].value], abs=0.051)
    settles(lambda: [float(text) for text in ends.inner_text().split(" → ")], told)
    # What it says of these numbers is what a reader computes from those that are printed.
    said = re.findall(
        r"([\d.]+) → ([\d.]+) \((?:keeps )?(\d+)\u00a0%", settled(page.locator(".length-verdict").inner_text)
    )
    assert len(said) == 3 and all(f"{100 * float(last) / float(begun):.0f}" == kept for begun, last, kept in said), said
    # So are the changes in the table beside it.
    for kind in ("joined", "single"):
        page.locator(f"{CHAPTER} [data-value={kind}]").click()
        for metric in ("chrf", "bleu"):
            page.locator(f"{CHAPTER} [data-value={metric}]").click()
            ends = re.findall(r"([\d.]+) → ([\d.]+) \(", settled(page.locator(".length-verdict").inner_text))
            changes = settled(page.locator(f"{ROWS} .change b").all_inner_texts)
            assert len(ends) == 3
            for begun, last in ends:
                assert f"{float(last) - float(begun):+.1f}".replace("-", "−") in changes, (kind, metric, ends, changes)
    assert settled(lambda: watched.requests) == []


def test_six_models_translate_the_sentence_on_screen(open_page, app):
    page, sentences = opened(open_page).page, app.services.sentences

    def written(text):
        for i, model in enumerate(MODELS):
            said = (
                sentences.recurrents.reading(model, text)
                if model in sentences.recurrents.models.names()
                else sentences.translation(TranslationQuery(text, model, "greedy"))
            )
            tokens = [token.removeprefix("▁") for token in said.tokens if token != "</s>"]
            pieces = page.locator(ROWS).nth(i).locator(".written .piece:not(:text-is('⟨end⟩'))")
            expect(pieces).to_have_text(tokens)
        expect(page.locator(ROWS)).to_have_count(len(MODELS))
        return said

    said = written(SENTENCE)
    expect(page.locator(".own-words")).to_have_text(f"your sentence ({n_words(SENTENCE)})")
    page.locator(f"{ROWS}:last-child .translated-text").focus()
    page.keyboard.press("ArrowRight")
    share = page.locator(f"{CHAPTER} .side-by-side .readout strong")
    settles(lambda: first_number(share), pytest.approx(100 * said.steps[1].probability, rel=6e-3))
    # A longer sentence is one click away, and can be taken back.
    longer = page.locator(f"{CHAPTER} .lengths button").last
    text = settled(lambda: longer.get_attribute("title"))
    longer.click()
    expect(page.locator(".own-words")).to_contain_text(f"({n_words(text)})")
    complete(page)
    written(text)
    expect(page.locator(".sentence-input")).to_have_value(text)


def test_a_translation_of_a_sentence_that_was_left_is_not_read_of_another(open_page, app):
    """It came last, and its shares were told of the words of the sentence on screen."""
    page = opened(open_page, anew=True).page
    first, second = (page.locator(f"{CHAPTER} .lengths button").nth(at) for at in (0, 1))
    texts = settled(lambda: [button.get_attribute("title") for button in (first, second)])
    late = Late(page, "**/sentence/view/translated?**", lambda url: quote_plus(texts[0]) in url)
    first.click()
    late.wait()
    second.click()
    expect(page.locator(".own-words")).to_contain_text(f"({n_words(texts[1])})")
    complete(page)
    late.let_through()
    said = app.services.sentences.recurrents.reading(MODELS[0], texts[1])
    page.locator(f"{ROWS}:first-child .translated-text").focus()
    page.keyboard.press("ArrowRight")
    share = page.locator(f"{CHAPTER} .side-by-side .readout strong")
    settles(lambda: first_number(share), pytest.approx(100 * said.logprobs[1, said.ids[1]].exp().item(), rel=6e-3))


def test_long_mixed_text_fits_a_phone_and_stands_beyond_the_curves(open_page):
    text = "<b>${x}</b> مرحبا 안녕 \U0001f436 Donaudampfschifffahrtsgesellschaftskapitän " + "und " * 27
    page = open_page("lang=ko&screen=before&chapter=bottleneck", width=390, height=844).page
    page.fill(".sentence-input", text)
    page.keyboard.press("Enter")
    expect(page.locator(".own-words")).to_contain_text("→")
    complete(page)
    expect(page.locator(f"{ROWS} b:not(.score b, .change b)")).to_have_count(0)
    expect(page.locator(f"{ROWS} .score b")).to_have_count(0)  # nothing that long was measured
    fits(page, 390)
