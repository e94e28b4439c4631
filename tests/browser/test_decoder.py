"""The Decoder screen as a visitor uses it: three attentions in one instrument, the model's numbers, no request to look."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from demo.page.texts import texts
from demo.sentence.query import TranslationQuery
from tests.support.browser import Late, address, box_of, passes, settled, settles, wait_for_sentence
from vit_core.analysis import answer_share, head_alignment, parked_share, root_effect

pytestmark = pytest.mark.one_page

SCREEN = "#screen-decoder"
TEXT = "Der Hund schläft heute."
TRANSLATION = TranslationQuery(TEXT, how="greedy")
HERE = f"lang=en&screen=decoder&text={TEXT}&how=greedy"


def opened(open_page, query="", **context):
    """The screen with its sentence, once no hover needs the server any more."""
    watched = open_page(f"{HERE}&{query}", **context)
    complete(watched.page)
    return watched


def complete(page, text=TEXT):
    wait_for_sentence(page, f"{SCREEN} [data-complete]", text)


def trace_of(app, translation_query=TRANSLATION):
    return app.services.sentences.translation(translation_query).trace


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


def test_every_decoder_layer_makes_its_own_k_and_v_of_the_encoders_output(open_page, app):
    """K and V once led out of the encoder, one pair for all layers, into boxes called masked self-attention."""
    page = opened(open_page, "part=cross&slayer=1&shead=2&step=1").page
    config, source = app.services.sentences.models.load("marian-s-de-en").model.config, len(trace_of(app).source_tokens)
    heads, layers = config.decoder.n_heads, config.decoder.n_layers
    names = [f"K{n}V{n}" for n in range(layers, 0, -1)]
    expect(page.locator(f"{SCREEN} .way.cross .made")).to_have_text(names)
    expect(page.locator(f"{SCREEN} .way:not(.cross) .made")).to_have_count(0)
    expect(page.locator(f"{SCREEN} .encoder-output")).to_have_text(f"encoder output [{source}, {config.d_model}]")
    what = page.locator(f"{SCREEN} .way.cross .way-what")
    expect(what).to_contain_text(f"[{heads}, {source}, {config.d_model // heads}]")
    # Every attention and every feed-forward network adds to the stream.
    expect(page.locator(f"{SCREEN} .way.encoder .slab").first).to_have_text(f"{config.encoder.n_layers}+FF+")
    expect(page.locator(f"{SCREEN} .way.decoder .slab").first).to_have_text(f"{layers}+")
    expect(page.locator(f"{SCREEN} .way.cross .slab").last).to_have_text("K1V1+FF+")

    def check():
        ends = page.evaluate("""() => {
            const box = (one) => one.getBoundingClientRect();
            return [...document.querySelectorAll('#screen-decoder .hand .tip')].map((tip, i) => {
              const made = box(document.querySelectorAll('#screen-decoder .made')[i]), at = box(tip);
              return [at.right - made.left, (at.top + at.bottom - made.top - made.bottom) / 2];
            });
        }""")
        assert len(ends) == layers and all(abs(x) <= 3 and abs(y) <= 1.5 for x, y in ends), ends

    passes(check)


def test_part_layer_head_and_query_by_keyboard(open_page, app):
    page = opened(open_page, "part=cross&slayer=0&shead=0&step=0").page
    page.locator(f"{SCREEN} .way.cross").focus()
    page.keyboard.press("ArrowLeft")
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
    settles(lambda: held(page, "part", "dlayer", "dhead", "step"), ("decoder", "3", "2", str(last)))  # counted from 1
    expect(page.locator(f"{SCREEN} .head").nth(1)).to_have_attribute("aria-pressed", "true")
    page.locator(f"{SCREEN} .decoder-matrix canvas").focus()
    page.keyboard.press("ArrowUp")
    weight = trace_of(app).pattern(2, 1, "decoder")[last - 2, 0].item()
    settles(lambda: told(page, f"Step {last - 1}", "start"), near(weight))


def test_masked_attention_opens_on_a_row_that_has_a_choice(open_page):
    """Its first row can see nothing but the start token: 100 % in every head."""
    page = opened(open_page, "part=cross&slayer=0&shead=0").page
    page.locator(f"{SCREEN} .way.decoder").click()
    complete(page)
    settles(lambda: held(page, "part"), ("decoder",))
    settles(lambda: int(address(page)["step"]), lambda step: step > 1)
    expect(page.locator(f"{SCREEN} .heads .tile").first.locator(".word:not(.masked)").nth(1)).to_be_visible()
    # The ink of a cell is as strong as it was chosen for its colour: the start token's was below 4.5 : 1.
    opacities = "(all) => [...new Set(all.map((one) => getComputedStyle(one).opacity))]"
    settles(lambda: page.locator(f"{SCREEN} .heads .tile .word.special").evaluate_all(opacities), ["1"])


def test_the_heads_of_an_attention_that_was_left_are_not_those_of_another(open_page, app):
    """What they park came last, and was told of the attention on screen."""
    page = opened(open_page, "part=encoder", anew=True).page
    shares = parked_share(trace_of(app), "decoder")
    late = Late(page, "**/sentence/view/heads?**", lambda url: "part=cross" in url)
    page.locator(f"{SCREEN} .way.cross").click()
    late.wait()
    page.locator(f"{SCREEN} .way.decoder").click()
    complete(page)
    late.let_through()
    page.keyboard.press("]")
    page.keyboard.press("[")
    words = page.locator(f"{SCREEN} .aligning").last
    expect(words).to_contain_text(f"all heads of all layers on average {100 * shares.mean():.1f} %")


def test_why_the_scores_are_divided_is_told_in_this_sentences_numbers(open_page, app):
    page = opened(open_page, "part=cross&slayer=1&shead=2&step=1").page
    found = root_effect(trace_of(app), 1, "cross")
    told = page.locator(f"{SCREEN} .root-effect")
    said = re.compile(r"sum of (\d+) products.* standard deviation of ([\d.]+) .* after the division ([\d.]+)\.")
    terms, spread, divided = map(float, passes(lambda: said.search(told.inner_text())).groups())
    assert spread == pytest.approx(found.spread[2].item(), rel=5e-3)
    assert f"{divided:.3g}" == f"{spread / terms**0.5:.3g}" == f"{found.divided[2]:.3g}", (
        "as printed it does not follow"
    )
    expect(told).to_contain_text(
        f"{100 * found.undivided_peak[2]:.1f} % on average instead of {100 * found.peak[2]:.1f} %"
    )


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
    # What a double click opens in the table, keys open too.
    scroll = page.locator(f"{SCREEN} .scores-scroll")
    scroll.scroll_into_view_if_needed()
    page.mouse.move(1, 1)  # else the table may come to lie under it, and is pointed at
    scroll.focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(f"{SCREEN} .scores-scroll th.on")).to_have_attribute("data-key", "1")
    page.keyboard.press("Enter")
    settles(lambda: held(page, "explain"), ("s!d2.attn.pattern:3,2,1",))


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
    # Parking is more than the even share, and every mean says over what.
    shares, words = parked_share(trace, "cross"), page.locator(f"{SCREEN} .aligning").last
    expect(words).to_contain_text(f"that token would get {100 / len(trace.source_tokens):.1f} %")
    expect(words).to_contain_text(f"its heads on average {100 * shares[0].mean():.1f} %")
    expect(words).to_contain_text(f"all heads of all layers on average {100 * shares.mean():.1f} %")
    # The best head is the one the core names, those that do as well are named with it, and its button leads to it.
    made = head_alignment(trace, sentences.difference(TRANSLATION))
    layer, head = made.best
    aligning = page.locator(f"{SCREEN} .aligning").first
    for one_layer, one_head in made.equals:
        expect(aligning).to_contain_text(re.compile(f"layer {one_layer + 1}, head {one_head + 1}", re.IGNORECASE))
    expect(aligning).to_contain_text("tie" if len(made.equals) > 1 else "aligns best")
    page.locator(f"{SCREEN} .best-head").click()
    settles(lambda: held(page, "dlayer", "xhead", "picked"), (str(layer + 1), str(head + 1), "1"))


def test_a_first_visitor_sees_the_head_that_aligns_words(open_page, app):
    page = opened(open_page, anew=True).page
    layer, head = head_alignment(trace_of(app), app.services.sentences.difference(TRANSLATION)).best
    settles(lambda: held(page, "dlayer", "xhead"), (str(layer + 1), str(head + 1)))
    expect(page.locator(f"{SCREEN} .way.cross")).to_have_attribute("aria-checked", "true")


def test_lifting_the_mask_translates_anew_and_shows_both(open_page, app):
    page = opened(open_page, "part=decoder&slayer=0&shead=0&step=1").page
    plain, unmasked = (page.locator(f"{SCREEN} .lifting .twin-text").nth(i) for i in (0, 1))
    said = app.services.sentences.translation(TRANSLATION)
    expect(plain).to_have_text(said.text)
    page.get_by_text("Mask lifted while it writes").click()
    lifted = app.services.sentences.translation(TranslationQuery(TEXT, how="greedy", change="causal:off"))
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
    expect(plain).to_have_text(app.services.sentences.translation(TranslationQuery("Es regnet.", how="greedy")).text)
    badge.locator("[data-action=undo-change]").click()
    settles(lambda: address(page), lambda names: names["text"] == "Es regnet." and "schange" not in names)
    expect(page.locator(f"{SCREEN} .lifting input")).not_to_be_checked()


def test_the_cheating_switch(open_page, app):
    sentences = app.services.sentences
    if not sentences.twins():
        pytest.skip("the twins' weights are not shipped yet")
    watched = opened(open_page)
    page = watched.page
    settles(lambda: address(page), lambda names: "v" in names)  # nothing has happened for a while
    assert not settled(lambda: [url for url in watched.requests if "view/twins" in url])  # not before they can be seen
    page.locator(f"{SCREEN} .cheating").scroll_into_view_if_needed()
    bars = page.locator(f"{SCREEN} .twin-bars li")
    expect(bars).not_to_have_count(0)
    reference = "The dog is asleep today."
    page.locator(f"{SCREEN} .reference").fill(reference)
    page.locator(f"{SCREEN} .reference").press("Enter")
    fed = [sentences.teacher_forced(name, TEXT, reference) for name in sentences.twins()]
    expect(bars).to_have_count(len(fed[0].ids) - 1)

    def check(twin, read):
        shown = page.locator(f"{SCREEN} .twin-bars .share.twin-{twin}").all_inner_texts()
        for text, step in zip(shown, read.steps[:-1], strict=True):
            assert share(text.replace("< 0.001", "0.0005")) == pytest.approx(step.probability, rel=6e-3, abs=1e-5)
            assert text.startswith("✓" if step.top(1)[0][0] == step.chosen else "✗")

    for twin, read in enumerate(fed):
        passes(lambda twin=twin, read=read: check(twin, read))
        written = sentences.translation(TranslationQuery(TEXT, sentences.twins()[twin], "greedy")).text
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


def test_what_is_fed_says_who_wrote_it_and_what_was_typed_stays(open_page, app):
    """A program's own output once stood there as the answer, and lifting the mask replaced what somebody had typed."""
    page = opened(open_page).page
    by, reference = page.locator(f"{SCREEN} .fed-by"), page.locator(f"{SCREEN} .reference")
    expect(by).to_contain_text("what marian-s-de-en wrote")
    expect(reference).to_have_value(app.services.sentences.translation(TRANSLATION).text)
    page.locator(f"{SCREEN} .cheating").scroll_into_view_if_needed()
    expect(page.locator(f"{SCREEN} .twin-fed h4")).to_have_text("Fed a translation")
    # Every figure of the table names its measure.
    named = [texts("en")[f"models.figure_{name}"] for name in ("tatoeba", "fed")]
    expect(page.locator(f"{SCREEN} .measured tbody th")).to_have_text(named)
    # Typed, not yet fed: another switch leaves it alone.
    reference.fill("The hound sleeps now.")
    expect(by).to_contain_text("Not fed yet")
    page.get_by_text("Mask lifted while it writes").click()
    settles(lambda: held(page, "schange"), ("causal:off",))
    complete(page)
    expect(page.locator(f"{SCREEN} .lifting .twin-text").nth(1)).to_be_visible()
    expect(reference).to_have_value("The hound sleeps now.")
    reference.press("Enter")
    expect(by).to_have_text("Fed is what you typed.")
    page.get_by_text("Mask lifted while it writes").click()
    settles(lambda: address(page), lambda names: "schange" not in names)
    complete(page)
    expect(reference).to_have_value("The hound sleeps now.")
    settles(lambda: held(page, "fed"), ("The hound sleeps now.",))
    # An example's is a person's.
    example = app.services.sentences.examples[0]
    page.fill(".sentence-input", example.text)
    page.press(".sentence-input", "Enter")
    settles(lambda: held(page, "text"), (example.text,))
    expect(by).to_contain_text("a person's translation: the reference of the corpus")
    expect(reference).to_have_value(example.reference)
    expect(page.locator(f"{SCREEN} .twin-fed h4")).to_have_text("Fed the answer")


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
    box, fold = page.locator(f"{SCREEN} .decoder-matrix .matrix-box"), page.locator("[data-fold=matrix] .fold-button")
    # Above the cards the figures fold as well; what is asked and what it looks at stay.
    expect(box).to_be_hidden()
    fold.click()
    expect(fold).to_contain_text("whole")
    ways = page.locator("[data-fold=ways] .fold-button")
    ways.click()
    expect(ways).to_contain_text("Encoder self-attention")
    expect(page.locator(f"{SCREEN} .three-ways")).to_be_hidden()
    expect(page.locator(f"{SCREEN} .key-line")).to_be_visible()
    settles(lambda: held(page, "folds"), ("matrix,ways",))
    settles(lambda: box.evaluate("(box) => box.scrollWidth > box.clientWidth"), True)
    names = page.locator(f"{SCREEN} .decoder-matrix .matrix-rows bdi")
    size = "(names) => names.map((name) => parseFloat(getComputedStyle(name).fontSize))"
    settles(lambda: names.evaluate_all(size), lambda now: min(now) >= 10)


def test_another_sentence_has_no_more_styled_anew_than_what_it_changes(open_page, tmp_path):
    """A rule that asks what stands in a box, or a value that a whole screen inherits, has all of it styled again and again."""
    watched = open_page("lang=en&screen=start")
    page = watched.page
    watched.go(HERE)
    complete(page)
    page.add_style_tag(content="@keyframes waits {}")  # what is dimmed because it takes long is another matter
    page.fill(".sentence-input", text := "Der Hund schläft morgen.")
    page.context.browser.start_tracing(page=page, path=tmp_path / "trace.json", categories=["devtools.timeline"])
    page.press(".sentence-input", "Enter")
    complete(page, text)
    page.context.browser.stop_tracing()
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    styled = [event["args"].get("elementCount", 0) for event in events if event["name"] == "UpdateLayoutTree"]
    whole = max(event["args"]["beginData"]["totalObjects"] for event in events if event["name"] == "Layout")
    assert 0 < max(styled) < whole / 3, f"{sorted(styled)} of {whole}"


def test_while_a_sentence_is_on_its_way_the_twins_wait(open_page):
    """What is here of them is the sentence's before."""
    page = opened(open_page, "part=cross").page
    figures = page.locator(f"{SCREEN} .twin-figures")
    figures.scroll_into_view_if_needed()
    expect(page.locator(f"{SCREEN} .twin-figures:not([data-waiting])")).to_be_visible()
    late = Late(page, re.compile(r"/view/(all_layers|layer)"))
    page.fill(".sentence-input", text := "Der Hund schläft jetzt.")
    page.press(".sentence-input", "Enter")
    late.wait()
    expect(page.locator(f"{SCREEN} .twin-figures[data-waiting]")).to_have_count(1)
    late.let_through()
    complete(page, text)
    figures.scroll_into_view_if_needed()  # typing has scrolled to the field
    expect(page.locator(f"{SCREEN} .twin-figures:not([data-waiting])")).to_be_visible()
