"""The chapters on the gradient and the cost: what is read off the page is what the models' gradients and shapes are."""

from __future__ import annotations

import re

import pytest

import vit_core
from vit_core.analysis.gradients import input_gradients

SENTENCE = "Ich bin mir sicher, dass er morgen kommen wird."
GRADIENT, COST = "[data-chapter='gradient']", "[data-chapter='cost']"


def opened(open_page, chapter, query="lang=en", **window):
    watched = open_page(f"{query}&screen=before&chapter={chapter}", **window)
    watched.page.wait_for_selector(f"#screen-before [data-complete='{chapter}']", state="attached")
    watched.requests.clear()
    return watched


def gradients(app, kind, step):
    """Every input's norm, first to last, of the sentence and its translation at the top of the page."""
    model = vit_core.load(f"{kind}-de-en")
    written = app.services.sentences.translation(app.services.sentences.first).text
    source, target = model.tokenizer.encode(SENTENCE), model.tokenizer.encode_target(written)
    found = input_gradients(model.model, source, target, step)
    return [*found.source.tolist(), *found.target.tolist()]


def number(words):
    """A number as the page writes it: 0.0123, or 1.23 × 10⁻⁵."""
    mantissa, _, power = words.replace("−", "-").partition(" × 10")
    digits = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(mantissa) * 10 ** int(digits or 0)


def test_three_gradients_are_read_at_once_and_another_word_is_asked_for(open_page, app):
    watched = opened(open_page, "gradient")
    page = watched.page
    true = {kind: gradients(app, kind, -1) for kind in ("rnn", "lstm", "gru")}
    for kind, norms in true.items():
        told = page.locator(f".decay[data-cell='{kind}'] .reach").inner_text()
        assert number(told) == pytest.approx(norms[0] / norms[-1], rel=6e-3)
    # The keys of one panel read all three, at the same input; nothing is asked of the server.
    page.locator(".decay[data-cell='lstm'] .plot-over").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    read = page.locator(f"{GRADIENT} .gradient-figure .readout")
    values = [number(value) for value in read.locator("strong").all_inner_texts()[1:]]
    assert values == pytest.approx([norms[3] for norms in true.values()], rel=6e-3)
    assert page.locator(".decay .hair").count() == 3 and page.locator(".input-line .pointed").count() == 1
    assert watched.requests == []
    # Another word of the translation, by click and by key.
    page.locator(".input-line button.token").nth(4).click()
    page.wait_for_selector(".gradient-figure:not([data-waiting])")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => document.querySelectorAll('.decay[data-cell=rnn] .point').length === 12 + 4")
    assert (
        page.locator(".input-line .held").inner_text() == page.locator(".input-line button.token").nth(3).inner_text()
    )
    norms = gradients(app, "gru", 3)
    assert number(page.locator(".decay[data-cell='gru'] .reach").inner_text()) == pytest.approx(
        norms[0] / norms[-1], rel=6e-3
    )


def test_a_longer_text_and_another_radius(open_page):
    watched = opened(open_page, "gradient")
    page = watched.page
    before = page.locator(".input-line .token").count()
    page.locator(".gradient-controls input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => document.querySelectorAll('.input-line .token').length > {before}")
    page.wait_for_selector(".gradient-figure:not([data-waiting])")
    assert "2 sentences, 15 words" in page.locator(".gradient-controls output").inner_text()
    assert page.locator(".input-line .added").count() > 5
    watched.requests.clear()
    verdict = page.locator(".radius .gradient-story")
    page.locator(".radius input[type=range]").focus()
    page.keyboard.press("Home")
    assert "vanishes" in verdict.inner_text() and page.locator(".radius output").inner_text() == "0.50"
    page.keyboard.press("End")
    assert "explodes" in verdict.inner_text() and page.locator(".radius output").inner_text() == "1.50"
    page.locator(".radius .switch").click()  # inputs that bend tanh
    assert "vanishes" in verdict.inner_text()
    assert watched.requests == []


def test_matrices_are_drawn_to_scale_and_steps_are_measured_again(open_page):
    watched = opened(open_page, "cost")
    page = watched.page
    cells = page.locator(f"{COST} tr[data-row='parameters'] .amount")
    spaced = re.compile(r"\s")
    assert [spaced.sub("", text) for text in cells.all_inner_texts()] == ["98816", "395264", "296448"]
    assert [page.locator(f".cell-column[data-cell={kind}] .pair").count() for kind in ("rnn", "lstm", "gru")] == [
        1,
        4,
        3,
    ]
    for reading, units in enumerate(([256] * 3, [592, 276, 324])):
        page.locator(f"{COST} .segmented button").nth(reading).click()
        areas = [
            page.locator(f".cell-column[data-cell={kind}] .matrix.for-state").first.bounding_box()
            for kind in ("rnn", "lstm", "gru")
        ]
        for box, count in zip(areas, units, strict=True):
            assert box["width"] / areas[1]["width"] == pytest.approx(count / units[1], rel=0.03)
            assert box["height"] / areas[1]["height"] == pytest.approx(count / units[1], rel=0.03)
    times = page.locator(f"{COST} tr[data-row='time'] .amount")
    before = times.all_inner_texts()
    assert all(re.search(r"\d (µs|ms)$", text) for text in before)
    assert watched.requests == []
    page.get_by_role("button", name="Measure on this machine").click()
    page.wait_for_function("(was) => document.querySelector('tr[data-row=time]').textContent !== was", arg="")
    page.wait_for_selector(f"{COST} .cell-costs:not([data-waiting])")
    assert len(watched.requests) == 1 and times.all_inner_texts() != before


def test_long_and_strange_sentences_stay_text_on_a_phone(open_page):
    text = "<b>${x}</b> مرحبا 안녕 Donaudampfschifffahrtsgesellschaftskapitän " + "und so weiter " * 9
    watched = opened(open_page, "gradient", "lang=ko", width=390, height=844)
    page = watched.page
    page.fill(".sentence-input", text)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.input-line').textContent.includes('안녕')", timeout=60_000)
    page.wait_for_selector("#screen-before [data-complete='gradient']", state="attached")
    assert page.locator(".input-line b").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#chapter-tab-cost").click()
    page.wait_for_selector("#screen-before [data-complete='cost']", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
