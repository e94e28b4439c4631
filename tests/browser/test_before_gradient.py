"""The chapters on the gradient and the cost: what is read off the page is what the models' gradients and shapes are."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import vit_core
from tests.support.browser import fits, passes, settled, settles
from tests.support.written import number
from vit_core.analysis.gradients import input_gradients, spectral_radius, step_factors

pytestmark = pytest.mark.one_page

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


def reach(page, kind):
    """What is told of how much of a gradient reaches the first input."""
    return number(page.locator(f".decay[data-cell='{kind}'] .reach").inner_text())


def widths_and_heights(page):
    """Of each cell's first matrix, as shares of the LSTM's."""
    boxes = [
        page.locator(f".cell-column[data-cell={kind}] .matrix.for-state").first.bounding_box()
        for kind in ("rnn", "lstm", "gru")
    ]
    return [box[side] / boxes[1][side] for box in boxes for side in ("width", "height")]


def test_three_gradients_are_read_at_once_and_another_word_is_asked_for(open_page, app):
    watched = opened(open_page, "gradient", "v=4&lang=en")
    page, late = watched.page, 6  # "come", for which German has "kommen" at the end
    expect(page.locator(".input-line .held")).to_have_text("come")
    expect(page.locator(f"{GRADIENT} .gradient-story").first).to_contain_text("\u2068kommen\u2069 comes behind words")
    true = {kind: gradients(app, kind, late) for kind in ("rnn", "lstm", "gru")}
    for kind, norms in true.items():
        settles(lambda kind=kind: reach(page, kind), pytest.approx(norms[0] / norms[-1], rel=6e-3))
    # The keys of one panel read all three, at the same input; nothing is asked of the server.
    page.locator(".decay[data-cell='lstm'] .plot-over").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    values = page.locator(f"{GRADIENT} .gradient-figure .readout strong")
    settles(
        lambda: [number(text) for text in values.all_inner_texts()[1:]],
        pytest.approx([norms[3] for norms in true.values()], rel=6e-3),
    )
    expect(page.locator(".decay .hair")).to_have_count(3)
    expect(page.locator(".input-line .pointed")).to_have_count(1)
    assert settled(lambda: watched.requests) == []
    # Another word of the translation, by click and by key.
    points, tokens = page.locator(".decay[data-cell=rnn] .point"), page.locator(".input-line button.token")
    tokens.nth(4).click()
    expect(points).to_have_count(12 + 5)
    page.keyboard.press("ArrowLeft")
    expect(points).to_have_count(12 + 4)
    expect(page.locator(".input-line .held")).to_have_text(settled(tokens.nth(3).inner_text))
    norms = gradients(app, "gru", 3)
    settles(lambda: reach(page, "gru"), pytest.approx(norms[0] / norms[-1], rel=6e-3))


def test_the_trained_rnns_saturation_stands_beside_its_radius(open_page, app):
    page = opened(open_page, "gradient").page
    sentences = app.services.sentences
    written = sentences.translation(sentences.first).text
    for kind in ("rnn", "lstm", "gru"):
        model = vit_core.load(f"{kind}-de-en")
        source, target = model.tokenizer.encode(SENTENCE), model.tokenizer.encode_target(written)
        factors = step_factors(model.model, source, target)
        shown = page.locator(f".factor[data-cell='{kind}'] strong")
        settles(
            lambda shown=shown: [number(text) for text in shown.all_inner_texts()],
            pytest.approx([factors.source.mean().item(), factors.target.mean().item()], rel=6e-3),
        )
        if kind == "rnn":
            verdict = page.locator(".factors .gradient-story").locator("strong")
            radii = [spectral_radius(model.model.encoder), spectral_radius(model.model.decoder)]
            settles(
                lambda verdict=verdict: [number(text) for text in verdict.all_inner_texts()],
                pytest.approx([*radii, factors.source.mean().item(), factors.target.mean().item()], rel=6e-3),
            )
            expect(page.locator(".factors .gradient-story")).to_contain_text(
                "the matrix alone would make the gradient grow"
            )


def test_a_longer_text_and_another_radius(open_page):
    watched = opened(open_page, "gradient")
    page = watched.page
    tokens, output = page.locator(".input-line .token"), page.locator(".gradient-controls output")
    before = settled(tokens.count)
    page.locator(".gradient-controls input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    settles(tokens.count, lambda now: now > before)
    page.wait_for_selector(".gradient-figure:not([data-waiting])")
    expect(output).to_contain_text("2 sentences, 15 words")
    settles(page.locator(".input-line .added").count, lambda added: added > 5)
    watched.requests.clear()
    verdict = page.locator(".radius .gradient-story")
    page.locator(".radius input[type=range]").focus()
    page.keyboard.press("Home")
    expect(page.locator(".radius output")).to_have_text("0.50")
    expect(verdict).to_contain_text("vanishes")
    page.keyboard.press("End")
    expect(page.locator(".radius output")).to_have_text("1.50")
    expect(verdict).to_contain_text("explodes")
    page.locator(".radius .switch").click()  # inputs that bend tanh
    expect(verdict).to_contain_text("vanishes")
    assert settled(lambda: watched.requests) == []


def test_matrices_are_drawn_to_scale_and_steps_are_measured_again(open_page):
    watched = opened(open_page, "cost")
    page = watched.page
    cells = page.locator(f"{COST} tr[data-row='parameters'] .amount")
    settles(lambda: [number(text) for text in cells.all_inner_texts()], [98816, 395264, 296448])
    for kind, pairs in (("rnn", 1), ("lstm", 4), ("gru", 3)):
        expect(page.locator(f".cell-column[data-cell={kind}] .pair")).to_have_count(pairs)
    for reading, units in enumerate(([256] * 3, [592, 276, 324])):
        page.locator(f"{COST} .segmented button").nth(reading).click()
        shares = [count / units[1] for count in units for _ in range(2)]
        settles(lambda: widths_and_heights(page), pytest.approx(shares, rel=0.03))
    times = page.locator(f"{COST} tr[data-row='time'] .amount")
    before = settles(times.all_inner_texts, lambda texts: all(re.search(r"\d\s(µs|ms)$", text) for text in texts))
    assert settled(lambda: watched.requests) == []
    page.get_by_role("button", name="Measure on this machine").click()
    settles(times.all_inner_texts, lambda now: now != before)
    expect(page.locator(f"{COST} .cell-costs:not([data-waiting])")).to_be_visible()
    assert len(settled(lambda: watched.requests)) == 1

    def ratios_follow_from_the_printed_times():
        said = page.locator(f"{COST} tr[data-row='time']").inner_text()
        found = re.findall(r"([\d.]+)\s(µs|ms)\s*×\s*([\d.]+)", said)
        seconds = [float(amount) * {"µs": 1e-6, "ms": 1e-3}[unit] for amount, unit, _ in found]
        # Three digits, as text.js writes them; what lies exactly between two of them is written as either.
        near = [{f"{one / seconds[0] * (1 + off):#.3g}".rstrip(".") for off in (-1e-9, 1e-9)} for one in seconds]
        assert len(found) == 3 and all(text in either for (*_, text), either in zip(found, near, strict=True))

    passes(ratios_follow_from_the_printed_times)


def test_long_and_strange_sentences_stay_text_on_a_phone(open_page):
    text = "<b>${x}</b> مرحبا 안녕 Donaudampfschifffahrtsgesellschaftskapitän " + "und so weiter " * 9
    watched = opened(open_page, "gradient", "lang=ko", width=390, height=844)
    page = watched.page
    page.fill(".sentence-input", text)
    page.keyboard.press("Enter")
    expect(page.locator(".input-line")).to_contain_text("안녕", timeout=60_000)
    page.wait_for_selector("#screen-before [data-complete='gradient']", state="attached")
    expect(page.locator(".input-line b")).to_have_count(0)
    fits(page, 390)
    page.locator("#chapter-tab-cost").click()
    page.wait_for_selector("#screen-before [data-complete='cost']", state="attached")
    fits(page, 390)
