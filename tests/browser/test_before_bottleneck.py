"""The chapter on the one vector as a visitor uses it: the curves are the table's, the translations the models' own."""

from __future__ import annotations

import re

import pytest

from demo.sentences import Ask
from vit_core.checkpoints.recurrents import COMPARED
from vit_core.quality_by_length import FEW, n_words, read_quality

SENTENCE = "Ich bin mir sicher, dass er morgen kommen wird."
CHAPTER = "#chapter-bottleneck"
ROWS = f"{CHAPTER} .translated > li"
MODELS = (*COMPARED, "marian-s-de-en")


def opened(open_page, query="", **window):
    """The chapter, once everything it ever asks for by itself is there."""
    watched = open_page(f"lang=en&screen=before&chapter=bottleneck&{query}", **window)
    settled(watched.page)
    watched.requests.clear()
    return watched


def settled(page):
    page.wait_for_selector("#screen-before [data-complete='bottleneck']")
    # Six translations, of which one or another may run to its limit.
    page.wait_for_selector(f"{CHAPTER} .side-by-side:not([aria-busy])", timeout=120_000)


def read(text):
    """The first number of a text."""
    return float(re.search(r"−?\d+\.?\d*", text).group().replace("−", "-"))


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
            here = {row.model: row for row in rows if row.bucket == bucket}
            for model, shown in zip(MODELS, page.locator(f"{ROWS} .score").all(), strict=True):
                if model not in here:
                    assert shown.inner_text() == "–"
                    continue
                # The page rounds what travelled as float32.
                value, (low, high) = shown.locator("b").inner_text(), shown.locator(".interval").inner_text().split("–")
                row = here[model]
                assert [*map(float, (value, low, high))] == pytest.approx([row.value, row.low, row.high], abs=0.051)
            page.keyboard.press("ArrowRight")
        few = len({row.bucket for row in rows if row.n < FEW})
        assert page.locator(f"{CHAPTER} .mark.open").count() == few * len(MODELS)
    # The story below is the table's own: where the GRU with one vector is in its first and its last full bucket.
    full = [row for row in rows if row.model == "gru-de-en" and row.n >= FEW]
    ends = page.locator(".length-verdict strong").first.inner_text().split(" → ")
    assert [*map(float, ends)] == pytest.approx([full[0].value, full[-1].value], abs=0.051)
    assert watched.requests == []


def test_six_models_translate_the_sentence_on_screen(open_page, app):
    page, sentences = opened(open_page).page, app.services.sentences

    def written(text):
        for model, shown in zip(MODELS, page.locator(ROWS).all(), strict=True):
            said = (
                sentences.recurrents.reading(model, text)
                if model in sentences.recurrents.models.names()
                else sentences.translation(Ask(text, model, "greedy"))
            )
            tokens = [token.removeprefix("▁") or "␣" for token in said.tokens]
            seen = shown.locator(".written .piece").all_inner_texts()
            assert [piece for piece in seen if piece != "⟨end⟩"] == [token for token in tokens if token != "</s>"]
        return said

    said = written(SENTENCE)
    assert page.locator(".own-words").text_content() == f"your sentence ({n_words(SENTENCE)})"
    page.locator(f"{ROWS}:last-child .translated-text").focus()
    page.keyboard.press("ArrowRight")
    share = read(page.locator(f"{CHAPTER} .side-by-side .readout strong").inner_text())
    assert share == pytest.approx(100 * said.steps[1].probability, rel=6e-3)
    # A longer sentence is one click away, and can be taken back.
    longer = page.locator(f"{CHAPTER} .lengths button").last
    text = longer.get_attribute("title")
    longer.click()
    page.wait_for_function(
        "(words) => document.querySelector('.own-words').textContent.includes(`(${words})`)", arg=n_words(text)
    )
    settled(page)
    written(text)
    assert page.locator(".sentence-input").input_value() == text


def test_long_mixed_text_fits_a_phone_and_stands_beyond_the_curves(open_page):
    text = "<b>${x}</b> مرحبا 안녕 \U0001f436 Donaudampfschifffahrtsgesellschaftskapitän " + "und " * 27
    page = open_page("lang=ko&screen=before&chapter=bottleneck", width=390, height=844).page
    page.fill(".sentence-input", text)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.own-words')?.textContent.includes('→')")
    settled(page)
    assert page.locator(f"{ROWS} b:not(.score b, .change b)").count() == 0
    assert page.locator(f"{ROWS} .score b").count() == 0  # nothing that long was measured
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
