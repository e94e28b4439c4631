"""The Decoder screen as a visitor uses it: three attentions in one instrument, the model's numbers, no request to look."""

from __future__ import annotations

import re

import pytest

from demo.sentences import Ask
from tests.support.browser import wait_for_sentence
from vit_core.analysis import answer_share, head_alignment

SCREEN = "#screen-decoder"
TEXT = "Der Hund schläft heute."
ASK = Ask(TEXT, how="greedy")
HERE = f"lang=en&screen=decoder&text={TEXT}&how=greedy"


def opened(open_page, query="", **context):
    """The screen with its sentence, once no hover needs the server any more."""
    watched = open_page(f"{HERE}&{query}", **context)
    complete(watched.page)
    return watched


def complete(page):
    wait_for_sentence(page, f"{SCREEN} [data-complete]", TEXT)


def trace_of(app, ask=ASK):
    return app.services.sentences.translation(ask).trace


def share(text):
    return float(re.search(r"([\d.]+) %", text)[1]) / 100


def reads(page, *texts):
    """The readout, once it says all of this."""
    page.wait_for_function(
        """([screen, texts]) => { const told = document.querySelector(`${screen} .band-foot .readout`).textContent;
             return texts.every((text) => told.includes(text)); }""",
        arg=[SCREEN, list(texts)],
    )
    return page.locator(f"{SCREEN} .band-foot .readout").inner_text()


def state_of(page):
    """What the address says is held, once it says it."""
    page.wait_for_timeout(400)
    return dict(part.split("=") for part in page.evaluate("location.search.slice(1)").split("&"))


def test_the_weight_under_the_pointer_is_the_models_in_every_figure_and_asks_nothing(open_page, app):
    watched = opened(open_page, "part=cross&slayer=1&shead=2&step=1")
    page, trace = watched.page, trace_of(app)
    assert trace.target_tokens[1] == "▁dog" and trace.source_tokens[1] == "▁Hund"
    # The twins below are asked for when they can be seen; what is counted begins after them.
    page.locator(f"{SCREEN} .cheating").scroll_into_view_if_needed()
    page.wait_for_selector(f"{SCREEN} .twin-figures:not([data-waiting])")
    page.wait_for_load_state("networkidle")
    watched.requests.clear()

    def close(told, weight):
        assert share(told) == pytest.approx(weight, abs=2**-17 + 6e-3 * weight)

    # A word of the sentence in the chosen head, of another head's small sentence, and a cell of the whole head.
    page.locator(f"{SCREEN} .key-line .word").nth(1).hover()
    close(reads(page, "dog", "Hund", "head 3"), trace.pattern(1, 2, "cross")[1, 1].item())
    page.locator(f"{SCREEN} .head").nth(6).locator(".word").nth(2).hover()
    close(reads(page, "dog", "schläft", "head 7"), trace.pattern(1, 6, "cross")[1, 2].item())
    cells = page.locator(f"{SCREEN} .decoder-matrix canvas")
    cells.scroll_into_view_if_needed()
    box, (rows, columns) = cells.bounding_box(), (len(trace.target_tokens), len(trace.source_tokens))
    page.mouse.move(box["x"] + box["width"] * 3.5 / columns, box["y"] + box["height"] * 2.5 / rows)
    close(reads(page, "Step 3", "heute", "head 3"), trace.pattern(1, 2, "cross")[2, 3].item())
    # Another query repaints every head.
    page.locator(f"{SCREEN} .picker-words .word").nth(3).hover()
    reads(page, "Step 4")
    caption = page.locator(f"{SCREEN} .head-caption").nth(4).inner_text()
    close(caption, trace.pattern(1, 4, "cross")[3, -1].item())
    assert watched.requests == []


def test_part_layer_head_and_query_by_keyboard(open_page, app):
    page = opened(open_page, "part=cross&slayer=0&shead=0&step=0").page
    page.locator(f"{SCREEN} .way.cross").focus()
    page.keyboard.press("ArrowRight")
    complete(page)
    assert page.evaluate("document.activeElement.dataset.part") == "decoder"
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("[")
    page.locator(f"{SCREEN} canvas.atlas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.locator(f"{SCREEN} .picker-words").focus()
    for key in ("End", "ArrowLeft"):
        page.keyboard.press(key)
    held = state_of(page)
    last = len(trace_of(app).target_tokens) - 1
    assert (held["part"], held["slayer"], held["shead"], held["step"]) == ("decoder", "2", "1", str(last - 1))
    assert page.locator(f"{SCREEN} .head").nth(1).get_attribute("aria-pressed") == "true"
    page.locator(f"{SCREEN} .decoder-matrix canvas").focus()
    page.keyboard.press("ArrowUp")
    weight = trace_of(app).pattern(2, 1, "decoder")[last - 2, 0].item()
    told = reads(page, f"Step {last - 1}", "start")
    assert share(told) == pytest.approx(weight, abs=2**-17 + 6e-3 * weight)


def test_masked_words_are_hatched_and_their_scores_become_minus_infinity_and_zero(open_page, app):
    page = opened(open_page, "part=decoder&slayer=1&shead=3&step=0").page
    trace = trace_of(app)
    n = len(trace.target_tokens)
    for query in (0, 2):
        page.locator(f"{SCREEN} .picker-words .word").nth(query).click()
        reads(page, f"Step {query + 1} ")
        assert page.locator(f"{SCREEN} .heads .tile").nth(5).locator(".word.masked").count() == n - 1 - query
        rows = [
            page.locator(f"{SCREEN} .masking tr.{row} td").all_inner_texts() for row in ("score", "after", "weight")
        ]
        before = trace.scores(1, 3, "decoder")[query]
        assert rows[1][query + 1 :] == ["−∞"] * (n - 1 - query) and rows[2][query + 1 :] == ["0"] * (n - 1 - query)
        assert "−∞" not in rows[0]
        for key in range(query + 1):
            told = float(rows[0][key].replace("−", "-"))
            assert told == pytest.approx(before[key].item(), rel=6e-3, abs=1e-3)
            assert rows[1][key] == rows[0][key]


def test_mean_over_heads_hidden_parking_and_the_best_head(open_page, app):
    page = opened(open_page, "part=cross&slayer=0&shead=0&step=1").page
    trace, sentences = trace_of(app), app.services.sentences
    page.get_by_text("Mean over heads").click()
    page.locator(f"{SCREEN} .key-line .word").nth(1).hover()
    weight = trace.pattern(0, part="cross").mean(dim=0)[1, 1].item()
    assert share(reads(page, "on average", "Hund")) == pytest.approx(weight, abs=2**-16 + 6e-3 * weight)
    page.get_by_text("Hide the parking token").click()
    page.wait_for_selector(f"{SCREEN} .heads .word.hidden-sink")
    lightest = page.locator(f"{SCREEN} .layer-bar .legend .ticks span").last.inner_text()
    peak = trace.pattern(0, part="cross")[..., :-1].max().item()
    assert share(lightest) == pytest.approx(peak, abs=2**-17 + 6e-3 * peak)
    hidden = page.locator(f"{SCREEN} .heads .word.hidden-sink").all_inner_texts()
    assert hidden == ["⟨end⟩"] * 8
    parked = trace.pattern(0, 0, "cross")[:, -1].mean().item()
    assert share(page.locator(f"{SCREEN} .aligning strong").last.inner_text()) == pytest.approx(parked, rel=6e-3)
    # The best head is the one the core names, and its button leads to it.
    layer, head = head_alignment(trace, sentences.difference(ASK)).best
    assert f"Layer {layer + 1}, head {head + 1}" in page.locator(f"{SCREEN} .aligning strong").first.inner_text()
    page.locator(f"{SCREEN} .best-head").click()
    held = state_of(page)
    assert (held["part"], held["slayer"], held["shead"]) == ("cross", str(layer), str(head))


def test_a_first_visitor_sees_the_head_that_aligns_words(open_page, app):
    page = opened(open_page).page
    layer, head = head_alignment(trace_of(app), app.services.sentences.difference(ASK)).best
    held = state_of(page)
    assert (held["part"], held["slayer"], held["shead"]) == ("cross", str(layer), str(head))


def test_lifting_the_mask_translates_anew_and_shows_both(open_page, app):
    page = opened(open_page, "part=decoder&slayer=0&shead=0&step=1").page
    plain = page.locator(f"{SCREEN} .lifting .twin-text").first
    page.wait_for_function(f"() => document.querySelector('{SCREEN} .lifting .twin-text').textContent")
    said = app.services.sentences.translation(ASK)
    assert plain.inner_text() == said.text
    page.get_by_text("Mask lifted").first.click()
    lifted = app.services.sentences.translation(Ask(TEXT, how="greedy", change="causal:off"))
    page.wait_for_function(
        "(text) => document.querySelectorAll('#screen-decoder .lifting .twin-text')[1].textContent === text",
        arg=lifted.text or "∅",
    )
    page.wait_for_selector(f"{SCREEN} .masking.unmasked")
    assert page.locator(f"{SCREEN} .word.masked").count() == 0
    page.wait_for_function(
        "(text) => document.querySelector('#screen-decoder .lifting .twin-text').textContent === text", arg=said.text
    )
    assert "The decoder's mask is lifted" in page.locator(".rail-row .status").inner_text()
    page.locator(f"{SCREEN} .key-line .word").last.hover()
    weight = lifted.trace.pattern(0, 0, "decoder")[1, -1].item()
    assert share(reads(page, "looks at")) == pytest.approx(weight, abs=2**-17 + 6e-3 * weight)
    # Another sentence has its mask again.
    page.fill(".sentence-input", "Es regnet.")
    page.press(".sentence-input", "Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).get('text') === 'Es regnet.'")
    assert "change" not in page.evaluate("() => Object.fromEntries(new URLSearchParams(location.search))")


def test_the_cheating_switch(open_page, app):
    sentences = app.services.sentences
    if not sentences.twins():
        pytest.skip("the twins' weights are not shipped yet")
    watched = opened(open_page)
    page = watched.page
    page.wait_for_load_state("networkidle")
    assert not [request for request in watched.requests if "view/twins" in request]  # not before they can be seen
    page.locator(f"{SCREEN} .cheating").scroll_into_view_if_needed()
    page.wait_for_selector(f"{SCREEN} .twin-bars li")
    reference = "The dog is asleep today."
    page.locator(f"{SCREEN} .reference").fill(reference)
    page.locator(f"{SCREEN} .reference").press("Enter")
    fed = [sentences.fed(name, TEXT, reference) for name in sentences.twins()]
    page.wait_for_function(
        f"(n) => document.querySelectorAll('{SCREEN} .twin-bars li').length === n", arg=len(fed[0].ids) - 1
    )
    page.wait_for_selector(f"{SCREEN} .twin-figures:not([data-waiting])")
    for twin, read in enumerate(fed):
        told = page.locator(f"{SCREEN} .twin-bars .share.twin-{twin}").all_inner_texts()
        for text, step in zip(told, read.steps[:-1], strict=True):
            assert share(text.replace("< 0.001", "0.0005")) == pytest.approx(step.probability, rel=6e-3, abs=1e-5)
            assert text.startswith("✓" if step.top(1)[0][0] == step.chosen else "✗")
        alone = page.locator(f"{SCREEN} .alone.twin-{twin} .twin-text").inner_text()
        written = sentences.translation(Ask(TEXT, sentences.twins()[twin], "greedy")).text
        assert alone == (written or "∅")
    # The switch makes the other twin the large one, and its decoder looks ahead.
    large = "(twin) => parseFloat(getComputedStyle(document.querySelector(`#screen-decoder .alone.twin-${twin} .twin-text`)).fontSize)"
    assert page.evaluate(large, 0) > page.evaluate(large, 1)
    page.get_by_text("Causal mask in training").click()
    assert page.evaluate(large, 1) > page.evaluate(large, 0)
    where = page.locator(f"{SCREEN} .twin-alone > .note").last
    assert share(where.inner_text()) == pytest.approx(answer_share(fed[1].trace).max().item(), rel=6e-3)


def test_long_sentences_on_a_phone_scroll_in_their_own_boxes_only(open_page):
    text = "Der Mann, der gestern neben dem Bahnhof stand, erzählte den Kindern eine lange Geschichte " * 2
    watched = open_page(
        f"lang=en&screen=decoder&text={text}&how=greedy&part=encoder&slayer=0&shead=0", width=390, height=844
    )
    page = watched.page
    page.wait_for_function(
        f"() => document.querySelectorAll('{SCREEN} .key-line .word').length > 30 && document.querySelector('{SCREEN} [data-complete]')"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = page.locator(f"{SCREEN} .decoder-matrix .matrix-box")
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth")
    sizes = page.locator(f"{SCREEN} .decoder-matrix .matrix-rows bdi").evaluate_all(
        "(names) => names.map((name) => parseFloat(getComputedStyle(name).fontSize))"
    )
    assert min(sizes) >= 10
