"""The Decoder screen as a visitor uses it: three attentions in one instrument, the model's numbers, no request to look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.sentences import Ask
from demo.texts import texts
from tests.support.browser import address, box_of, passes, settled, settles, wait_for_sentence
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
    return float(re.search(r"([\d.]+)\s%", text)[1]) / 100


def near(weight):
    """This weight, as far as the wire and the page write it."""
    return pytest.approx(weight, abs=2**-17 + 6e-3 * weight)


def told(page, *texts):
    """The share that the readout gives, where it says all of this."""
    words = page.locator(f"{SCREEN} .band-foot .readout").inner_text()
    assert all(text in words for text in texts), words
    return share(words)


def held(page, *names):
    """What the address says is held."""
    return tuple(address(page)[name] for name in names)


def test_the_weight_under_the_pointer_is_the_models_in_every_figure_and_asks_nothing(open_page, app):
    watched = opened(open_page, "part=cross&slayer=1&shead=2&step=1")
    page, trace = watched.page, trace_of(app)
    assert trace.target_tokens[1] == "▁dog" and trace.source_tokens[1] == "▁Hund"
    # The twins below are asked for when they can be seen; what is counted begins after them.
    page.locator(f"{SCREEN} .cheating").scroll_into_view_if_needed()
    expect(page.locator(f"{SCREEN} .twin-bars li")).not_to_have_count(0)
    expect(page.locator(f"{SCREEN} .lifting .twin-text").first).not_to_be_empty()
    watched.requests.clear()

    # A word of the sentence in the chosen head, of another head's small sentence, and a cell of the whole head.
    page.locator(f"{SCREEN} .key-line .word").nth(1).hover()
    settles(lambda: told(page, "dog", "Hund", "head 3"), near(trace.pattern(1, 2, "cross")[1, 1].item()))
    page.locator(f"{SCREEN} .head").nth(6).locator(".word").nth(2).hover()
    settles(lambda: told(page, "dog", "schläft", "head 7"), near(trace.pattern(1, 6, "cross")[1, 2].item()))
    cells = page.locator(f"{SCREEN} .decoder-matrix canvas")
    cells.scroll_into_view_if_needed()
    box, (rows, columns) = box_of(cells), (len(trace.target_tokens), len(trace.source_tokens))
    page.mouse.move(box["x"] + box["width"] * 3.5 / columns, box["y"] + box["height"] * 2.5 / rows)
    settles(lambda: told(page, "Step 3", "heute", "head 3"), near(trace.pattern(1, 2, "cross")[2, 3].item()))
    # Another query repaints every head.
    page.locator(f"{SCREEN} .picker-words .word").nth(3).hover()
    expect(page.locator(f"{SCREEN} .band-foot .readout")).to_contain_text("Step 4")
    caption = page.locator(f"{SCREEN} .head-caption").nth(4)
    settles(lambda: share(caption.inner_text()), near(trace.pattern(1, 4, "cross")[3, -1].item()))
    assert settled(lambda: watched.requests) == []


def test_part_layer_head_and_query_by_keyboard(open_page, app):
    page = opened(open_page, "part=cross&slayer=0&shead=0&step=0").page
    page.locator(f"{SCREEN} .way.cross").focus()
    page.keyboard.press("ArrowRight")
    complete(page)
    expect(page.locator(f"{SCREEN} .way.decoder")).to_be_focused()
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("[")
    page.locator(f"{SCREEN} canvas.atlas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.locator(f"{SCREEN} .picker-words").focus()
    for key in ("End", "ArrowLeft"):
        page.keyboard.press(key)
    last = len(trace_of(app).target_tokens) - 1
    settles(lambda: held(page, "part", "slayer", "shead", "step"), ("decoder", "3", "2", str(last)))  # counted from 1
    expect(page.locator(f"{SCREEN} .head").nth(1)).to_have_attribute("aria-pressed", "true")
    page.locator(f"{SCREEN} .decoder-matrix canvas").focus()
    page.keyboard.press("ArrowUp")
    weight = trace_of(app).pattern(2, 1, "decoder")[last - 2, 0].item()
    settles(lambda: told(page, f"Step {last - 1}", "start"), near(weight))


def test_masked_words_are_hatched_and_their_scores_become_minus_infinity_and_zero(open_page, app):
    page = opened(open_page, "part=decoder&slayer=1&shead=3&step=0").page
    trace = trace_of(app)
    n = len(trace.target_tokens)

    def check(query):
        rows = [
            page.locator(f"{SCREEN} .masking tr.{row} td").all_inner_texts() for row in ("score", "after", "weight")
        ]
        before = trace.scores(1, 3, "decoder")[query]
        assert rows[1][query + 1 :] == ["−∞"] * (n - 1 - query) and rows[2][query + 1 :] == ["0"] * (n - 1 - query)
        assert "−∞" not in rows[0]
        for key in range(query + 1):
            score = float(rows[0][key].replace("−", "-"))
            assert score == pytest.approx(before[key].item(), rel=6e-3, abs=1e-3)
            assert rows[1][key] == rows[0][key]

    for query in (0, 2):
        page.locator(f"{SCREEN} .picker-words .word").nth(query).click()
        expect(page.locator(f"{SCREEN} .band-foot .readout")).to_contain_text(f"Step {query + 1} ")
        masked = page.locator(f"{SCREEN} .heads .tile").nth(5).locator(".word.masked")
        expect(masked).to_have_count(n - 1 - query)
        passes(lambda query=query: check(query))


def test_mean_over_heads_hidden_parking_and_the_best_head(open_page, app):
    page = opened(open_page, "part=cross&slayer=0&shead=0&step=1").page
    trace, sentences = trace_of(app), app.services.sentences
    page.get_by_text("Mean over heads").click()
    page.locator(f"{SCREEN} .key-line .word").nth(1).hover()
    weight = trace.pattern(0, part="cross").mean(dim=0)[1, 1].item()
    settles(lambda: told(page, "on average", "Hund"), pytest.approx(weight, abs=2**-16 + 6e-3 * weight))
    page.get_by_text("Hide the parking token").click()
    expect(page.locator(f"{SCREEN} .heads .word.hidden-sink")).to_have_text(["⟨end⟩"] * 8)
    lightest = page.locator(f"{SCREEN} .layer-bar .legend .ticks span").last
    peak = trace.pattern(0, part="cross")[..., :-1].max().item()
    settles(lambda: share(lightest.inner_text()), near(peak))
    parked = trace.pattern(0, 0, "cross")[:, -1].mean().item()
    said = page.locator(f"{SCREEN} .aligning strong")
    settles(lambda: share(said.last.inner_text()), pytest.approx(parked, rel=6e-3))
    # The best head is the one the core names, and its button leads to it.
    layer, head = head_alignment(trace, sentences.difference(ASK)).best
    expect(said.first).to_contain_text(f"Layer {layer + 1}, head {head + 1}")
    page.locator(f"{SCREEN} .best-head").click()
    settles(lambda: held(page, "slayer", "shead", "picked"), (str(layer + 1), str(head + 1), "1"))


def test_a_first_visitor_sees_the_head_that_aligns_words(open_page, app):
    page = opened(open_page).page
    layer, head = head_alignment(trace_of(app), app.services.sentences.difference(ASK)).best
    settles(lambda: held(page, "slayer", "shead"), (str(layer + 1), str(head + 1)))
    expect(page.locator(f"{SCREEN} .way.cross")).to_have_attribute("aria-checked", "true")


def test_lifting_the_mask_translates_anew_and_shows_both(open_page, app):
    page = opened(open_page, "part=decoder&slayer=0&shead=0&step=1").page
    plain, unmasked = (page.locator(f"{SCREEN} .lifting .twin-text").nth(i) for i in (0, 1))
    said = app.services.sentences.translation(ASK)
    expect(plain).to_have_text(said.text)
    page.get_by_text("Mask lifted").first.click()
    lifted = app.services.sentences.translation(Ask(TEXT, how="greedy", change="causal:off"))
    expect(unmasked).to_have_text(lifted.text or "∅")
    expect(page.locator(f"{SCREEN} .masking.unmasked")).to_be_visible()
    expect(page.locator(f"{SCREEN} .word.masked")).to_have_count(0)
    expect(plain).to_have_text(said.text)
    badge = page.locator(".changes")
    expect(badge).to_contain_text("Causal mask lifted")
    page.locator(f"{SCREEN} .key-line .word").last.hover()
    settles(lambda: told(page, "looks at"), near(lifted.trace.pattern(0, 0, "decoder")[1, -1].item()))
    # It is lifted for other sentences as well, until it is undone.
    page.fill(".sentence-input", "Es regnet.")
    page.press(".sentence-input", "Enter")
    settles(lambda: held(page, "text", "schange"), ("Es regnet.", "causal:off"))
    expect(plain).to_have_text(app.services.sentences.translation(Ask("Es regnet.", how="greedy")).text)
    badge.locator("[data-action=undo-change]").click()
    settles(lambda: address(page), lambda names: names["text"] == "Es regnet." and "schange" not in names)
    expect(page.locator(f"{SCREEN} .lifting input")).not_to_be_checked()


def test_the_cheating_switch(open_page, app):
    sentences = app.services.sentences
    if not sentences.twins():
        pytest.skip("the twins' weights are not shipped yet")
    watched = opened(open_page)
    page = watched.page
    settles(lambda: address(page), lambda names: "slayer" in names)  # nothing has happened for a while
    assert not settled(lambda: [url for url in watched.requests if "view/twins" in url])  # not before they can be seen
    page.locator(f"{SCREEN} .cheating").scroll_into_view_if_needed()
    bars = page.locator(f"{SCREEN} .twin-bars li")
    expect(bars).not_to_have_count(0)
    reference = "The dog is asleep today."
    page.locator(f"{SCREEN} .reference").fill(reference)
    page.locator(f"{SCREEN} .reference").press("Enter")
    fed = [sentences.fed(name, TEXT, reference) for name in sentences.twins()]
    expect(bars).to_have_count(len(fed[0].ids) - 1)

    def check(twin, read):
        shown = page.locator(f"{SCREEN} .twin-bars .share.twin-{twin}").all_inner_texts()
        for text, step in zip(shown, read.steps[:-1], strict=True):
            assert share(text.replace("< 0.001", "0.0005")) == pytest.approx(step.probability, rel=6e-3, abs=1e-5)
            assert text.startswith("✓" if step.top(1)[0][0] == step.chosen else "✗")

    for twin, read in enumerate(fed):
        passes(lambda twin=twin, read=read: check(twin, read))
        written = sentences.translation(Ask(TEXT, sentences.twins()[twin], "greedy")).text
        expect(page.locator(f"{SCREEN} .alone.twin-{twin} .twin-text")).to_have_text(written or "∅")

    # The switch makes the other twin the large one, and its decoder looks ahead.
    def sizes():
        alone = page.locator(f"{SCREEN} .alone .twin-text")
        return alone.evaluate_all("(texts) => texts.map((text) => parseFloat(getComputedStyle(text).fontSize))")

    settles(sizes, lambda now: now[0] > now[1])
    page.get_by_text("Causal mask in training").click()
    settles(sizes, lambda now: now[0] < now[1])
    where = page.locator(f"{SCREEN} .twin-alone > .note").last
    settles(lambda: share(where.inner_text()), pytest.approx(answer_share(fed[1].trace).max().item(), rel=6e-3))

    # What was measured of them has a name in the language of the page.
    page.get_by_role("button", name="한국어").click()
    named = [texts("ko")[f"models.figure_{kind}"] for kind in ("tatoeba", "fed")]
    expect(page.locator(f"{SCREEN} .twin-figures tbody th")).to_have_text(named)


def test_long_sentences_on_a_phone_scroll_in_their_own_boxes_only(open_page):
    text = "Der Mann, der gestern neben dem Bahnhof stand, erzählte den Kindern eine lange Geschichte " * 2
    watched = open_page(
        f"lang=en&screen=decoder&text={text}&how=greedy&part=encoder&slayer=0&shead=0", width=390, height=844
    )
    page = watched.page
    page.wait_for_function(
        f"() => document.querySelectorAll('{SCREEN} .key-line .word').length > 30 && document.querySelector('{SCREEN} [data-complete]')"
    )
    settles(lambda: page.evaluate("document.documentElement.scrollWidth"), 390)
    box = page.locator(f"{SCREEN} .decoder-matrix .matrix-box")
    settles(lambda: box.evaluate("(box) => box.scrollWidth > box.clientWidth"), True)
    names = page.locator(f"{SCREEN} .decoder-matrix .matrix-rows bdi")
    size = "(names) => names.map((name) => parseFloat(getComputedStyle(name).fontSize))"
    settles(lambda: names.evaluate_all(size), lambda now: min(now) >= 10)
