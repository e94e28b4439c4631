"""Before attention as a visitor uses it: one chapter at a time, the chain's numbers are the trace's, paths are counted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.sentence.query import TranslationQuery
from tests.support.browser import box_of, fits, settled, settles, wait_for_sentence
from tests.support.sheet import piece
from tests.support.written import numbers
from vit_core.analysis.chain import units_by_keeping

pytestmark = pytest.mark.one_page

SENTENCE = "Der Hund schläft unter dem Tisch."
CHAIN, USES, PATH = (f"#chapter-{name}" for name in ("chain", "uses", "path"))
ACROSS, PITCH = 16, 20  # cells of a block side by side, and from block to block: assets/js/before/heat.js


def opened(open_page, chapter, query="", **window):
    """A chapter, once everything it ever asks for by itself is there."""
    watched = open_page(f"lang=en&screen=before&chapter={chapter}&text={SENTENCE}&{query}", **window)
    complete(watched.page, chapter)
    watched.requests.clear()
    return watched


def complete(page, chapter):
    wait_for_sentence(page, f"#screen-before [data-complete='{chapter}']", SENTENCE)


def reading(app, cell):
    return app.services.sentences.recurrents.reading(f"{cell}-de-en", SENTENCE)


def firsts(texts):
    """Of every text its first number."""
    return [numbers(text)[0] for text in texts]


def chapters_on_screen(page):
    boxes = page.locator("#screen-before .chapter")
    return [box.get_attribute("data-chapter") for box in boxes.all() if box.is_visible()]


def views(watched):
    return [re.search(r"/view/(\w+)", url).group(1) for url in watched.requests if "/view/" in url]


def in_address(page, name, value):
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
    )


def test_one_chapter_is_on_screen_and_in_the_address_and_the_others_ask_for_nothing(open_page):
    watched = opened(open_page, "chain")
    page = watched.page
    settles(lambda: chapters_on_screen(page), ["chain"])
    page.locator("#chapter-tab-chain").focus()
    page.keyboard.press("ArrowLeft")  # round the corner to the last
    complete(page, "path")
    expect(page.locator("#chapter-tab-path")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#chapter-tab-path")).to_be_focused()
    assert settled(lambda: views(watched)) == ["path"]
    in_address(page, "chapter", "path")
    watched.requests.clear()
    page.keyboard.press("Home")
    complete(page, "chain")
    assert settled(lambda: views(watched)) == []  # what was fetched is kept
    in_address(page, "chapter", None)  # the usual one is not named
    page.reload()
    complete(page, "chain")
    settles(lambda: chapters_on_screen(page), ["chain"])


def test_every_number_of_the_chain_is_the_traces_and_looking_asks_for_nothing(open_page, app):
    watched = opened(open_page, "chain", "cell=gru&rstep=1")
    page, said = watched.page, reading(app, "gru")
    trace, steps = said.trace, len(said.source_ids)
    chain_words = page.locator(f"{CHAIN} .chain-word")
    expect(chain_words).to_have_count(steps + len(said.ids))
    heard = [piece(token).lstrip("·") for token in said.source_tokens[:-1]]
    settles(
        lambda: [text.replace("\n", "") for text in chain_words.all_inner_texts()][: steps + 1],
        [*heard, "⟨end⟩", "⟨start⟩"],
    )
    order = units_by_keeping(trace).tolist()
    canvases = page.locator(f"{CHAIN} .heat canvas")
    names = ["reset_gate", "update_gate", "candidate", "state"]
    expect(canvases).to_have_count(2 * len(names))
    readout = page.locator(f"{CHAIN} .chain-readout")
    shown = readout.locator("strong")
    for side, step, place in (("encoder", 2, 3), ("decoder", 0, 40)):
        canvas = page.locator(f"{CHAIN} .heat[data-side={side}] canvas").nth(1)
        cell = box_of(canvas)["width"] / (PITCH * (steps if side == "encoder" else len(said.ids)))
        row, column = divmod(place, ACROSS)
        canvas.hover(position={"x": (step * PITCH + column + 0.5) * cell, "y": (row + 0.5) * cell})
        unit = order[place]
        expect(readout).to_contain_text(f"Unit {unit + 1} of {trace.config.d_hidden}")
        wanted = [trace[f"{side}.{name}"][step, unit].item() for name in names]
        settles(lambda: firsts(shown.all_inner_texts()[-len(names) :]), pytest.approx(wanted, rel=5e-3, abs=1e-6))
        expect(page.locator(f"{CHAIN} .heat-mark:visible")).to_have_count(2 * len(names))
    page.mouse.move(5, 5)
    # Under the chain stands what was written, and how sure the model was.
    shares = said.logprobs.exp()
    sure = [100 * shares[t, token].item() for t, token in enumerate(said.ids)]
    feet = page.locator(f"{CHAIN} .chain-foot:not(.source) > .share")
    settles(lambda: firsts(feet.all_inner_texts()), pytest.approx(sure, rel=6e-3, abs=6e-4))
    page.locator(f"{CHAIN} .chain-scroll").focus()
    page.keyboard.press("ArrowRight")
    in_address(page, "rstep", "3")  # counted from 1
    expect(readout).to_contain_text(f"keeps {100 * trace['encoder.update_gate'][2].mean().item():.1f} %")
    assert settled(lambda: watched.requests) == []


def test_one_unit_comes_before_all_of_a_gate_and_all_gates(open_page, app):
    watched = opened(open_page, "chain", "cell=gru&rstep=3")  # the first version counted from 0
    page, trace = watched.page, reading(app, "gru").trace
    page.mouse.move(5, 5)
    gates = {name: trace[f"encoder.{name}"].numpy() for name in ("reset_gate", "update_gate")}
    ways = {name: abs(values[1:] - values[:-1]).mean(axis=0) for name, values in gates.items()}
    gate = max(ways, key=lambda name: ways[name].max())
    unit = int(ways[gate].argmax())
    figure = page.locator(f"{CHAIN} .one-unit")
    told, shown = figure.locator(".unit-told").first, figure.locator(".unit-number")
    expect(told).to_contain_text("no unit of any gate moves more")
    settles(lambda: firsts([told.locator("strong").inner_text()]), pytest.approx([ways[gate].max()], rel=5e-3))
    expect(figure.locator(f"[data-gate={gate}]")).to_have_attribute("aria-pressed", "true")
    expect(shown).to_have_text(f"unit {unit + 1} of {trace.config.d_hidden}")
    value = figure.locator(".readout strong").last

    def reads(name, step, unit):
        settles(lambda: firsts([value.inner_text()]), pytest.approx([gates[name][step, unit]], rel=5e-3, abs=1e-6))

    reads(gate, 3, unit)
    # The curve stands where the numbers are: 1 on the upper line, 0 on the lowest.
    drawn = """() => {
        const at = (selector) => [...document.querySelectorAll(`#chapter-chain .one-unit ${selector}`)],
            [top, , bottom] = at('.grid').map((line) => line.getBBox().y);
        return at('.point').map((point) => (bottom - point.getAttribute('cy')) / (bottom - top));
    }"""
    true = [*gates[gate][:, unit].tolist(), *trace[f"decoder.{gate}"][:, unit].tolist()]
    settles(lambda: page.evaluate(drawn), pytest.approx(true, abs=1e-3))
    # The same square is outlined among all gates; the next unit is that of the strip's next line.
    expect(page.locator(f"{CHAIN} .heat-mark:visible")).to_have_count(8)
    order = units_by_keeping(trace).tolist()
    figure.locator(".unit-steps button").last.click()
    after = order[order.index(unit) + 1]
    expect(shown).to_have_text(f"unit {after + 1} of {trace.config.d_hidden}")
    reads(gate, 3, after)
    in_address(page, "gunit", str(after + 1))
    # Another gate begins with its own, and a line of the strip is chosen by a click.
    other = next(name for name in ways if name != gate)
    figure.locator(f"[data-gate={other}]").click()
    expect(shown).to_have_text(f"unit {ways[other].argmax() + 1} of {trace.config.d_hidden}")
    in_address(page, "gate", other)
    strip = figure.locator(".strip-over")
    box, cols = box_of(strip), sum(len(trace[f"{side}.state"]) for side in ("encoder", "decoder")) + 1
    tall = box["height"] / len(order)
    strip.click(position={"x": 1.5 * box["width"] / cols, "y": 100.5 * tall})
    expect(shown).to_have_text(f"unit {order[100] + 1} of {trace.config.d_hidden}")
    reads(other, 1, order[100])
    in_address(page, "gunit", str(order[100] + 1))
    assert settled(lambda: watched.requests) == []
    page.reload()
    complete(page, "chain")
    expect(shown).to_have_text(f"unit {order[100] + 1} of {trace.config.d_hidden}")
    # A cell without gates shows its state.
    page.locator(f"{CHAIN} [data-cell=rnn]").click()
    expect(told).to_contain_text("This cell has no gate")
    expect(figure.locator(".segmented")).to_be_hidden()


def test_with_attention_the_weights_lead_back_to_the_source(open_page, app):
    said = reading(app, "gru-attention")
    steps = len(said.source_ids)
    page = opened(open_page, "chain", f"cell=gru-attention&rstep={steps}").page
    pattern = said.trace["decoder.attn.pattern"]
    for step in range(2):
        weights = pytest.approx((100 * pattern[step]).tolist(), rel=6e-3, abs=1e-3)
        settles(lambda: firsts(page.locator(f"{CHAIN} .chain-foot.source .share").all_inner_texts()), weights)
        expect(page.locator(f"{CHAIN} .chain-arcs path")).to_have_count(int((pattern[step] >= 0.01).sum()))
        page.locator(f"{CHAIN} .chain-scroll").focus()
        page.keyboard.press("ArrowRight")
        in_address(page, "rstep", str(steps + step + 2))
    handed = page.locator(f"{CHAIN} .handed-box")
    expect(handed).to_contain_text(f"all {steps} states")
    # Another cell: another network, whose one vector is all that is handed over.
    page.locator(f"{CHAIN} [data-cell=rnn]").click()
    expect(page.locator(f"{CHAIN} .heat")).to_have_count(2)
    expect(page.locator(f"{CHAIN} .chain-arcs")).to_have_count(0)
    expect(handed).to_contain_text(f"One vector of {reading(app, 'rnn').trace.config.d_hidden} numbers")


def test_uses_light_up_their_part_and_a_path_is_counted_between_the_words_held(open_page, app):
    watched, said = opened(open_page, "uses", "cell=gru"), reading(app, "gru")
    page, sources = watched.page, len(said.source_ids)
    for use, pale in (("many_to_one", "decoder"), ("many_to_many", "encoder"), ("sequence_to_sequence", None)):
        page.locator(f"{USES} [data-use={use}]").first.click()
        for side in ("encoder", "decoder"):
            steps = page.locator(f"{USES} .heat[data-side={side}]").first
            expect(steps).to_have_css("opacity", "0.2" if side == pale else "1")
    best = said.logprobs[0].exp().topk(3)
    tops = page.locator(f"{USES} .top-words").first.locator(".share")
    settles(lambda: firsts(tops.all_inner_texts()), pytest.approx((100 * best.values).tolist(), rel=6e-3, abs=6e-4))
    assert settled(lambda: watched.requests) == []
    page.click("#chapter-tab-path")
    complete(page, "path")
    # All three are given the translation on screen, and the page says whose it is.
    translation = app.services.sentences.translation(TranslationQuery(SENTENCE))
    expect(page.locator(f"{PATH} .path-given")).to_contain_text(f"what marian-s-de-en wrote, “{translation.text}”")
    words = page.locator(f"{PATH} .path-words").nth(1).locator(".piece")
    target = app.services.sentences.recurrents.model("rnn-de-en").tokenizer.encode_target(translation.text)
    expect(words).to_have_count(len(target))
    # No word is broken: every one stands in one line.
    lines = (
        "(all) => Math.max(...all.map((one) => one.getClientRects().length + (one.scrollWidth > one.clientWidth + 1)))"
    )
    settles(lambda: page.locator(f"{PATH} .path-word .piece").evaluate_all(lines), 1)
    page.locator(f"{PATH} .path-words").nth(0).locator("[data-token='1']").click()
    page.locator(f"{PATH} .path-words").nth(1).locator("[data-token='2']").click()
    counts = page.locator(f"{PATH} .path-count")
    expect(counts).to_have_text([str(sources - 1 + 2), "1", "1"])
    expect(page.locator(f"{PATH} .path-drawing").first.locator(".strong")).to_have_count(sources - 1 + 2)
    page.keyboard.press("ArrowRight")  # the line of written words has the focus
    expect(counts.first).to_have_text(str(sources - 1 + 3))
    in_address(page, "rsource", "1")
    table = page.locator(f"{PATH} tr.self_attention .value").first
    settles(lambda: int(re.sub(r"\D", "", table.inner_text())), sources * sources * 512)


def test_a_chapter_ends_with_the_next_and_the_last_with_the_next_screen(open_page):
    page = opened(open_page, "cost").page
    page.locator("#chapter-cost .next-chapter").click()
    complete(page, "bottleneck")
    page.locator("#chapter-bottleneck .next-chapter").click()
    complete(page, "path")
    page.locator("#chapter-path .next-chapter").click()
    in_address(page, "screen", "words")


# Whether the step held is in sight, and whether the encoder's.
HELD_IN_SIGHT = """() => {
  const step = Number(new URLSearchParams(location.search).get('rstep') ?? 1) - 1;
  const held = document.querySelector(`#chapter-uses [data-step="${step}"]`), at = held.getBoundingClientRect();
  const box = document.querySelector('#chapter-uses .chain-scroll').getBoundingClientRect();
  return [at.left >= box.left && at.right <= box.right, held.closest('[data-side]').dataset.side === 'encoder'];
}"""


FIRST_TAKEN_IN_SIGHT = """() => {
  const [taken, box] = ['.top-words', '.chain-scroll'].map((one) => document.querySelector(`#chapter-uses ${one}`).getBoundingClientRect());
  return taken.left >= box.left && taken.right <= box.right;
}"""


def test_the_step_held_stays_in_sight_whatever_use_is_chosen(open_page):
    """Many-to-many once scrolled to the words it takes, and the step held was gone; then nothing that it takes was in sight."""
    watched = opened(open_page, "uses", "cell=gru&use=sequence_to_sequence&rstep=1", width=700, height=900)
    page = watched.page
    for use in ("many_to_many", "many_to_one", "sequence_to_sequence"):
        page.locator(f"{USES} [data-use={use}]").first.click()
        settles(lambda: page.evaluate(HELD_IN_SIGHT), [True, use != "many_to_many"])
    watched = opened(open_page, "uses", "cell=gru&use=many_to_many", width=700, height=900)
    settles(lambda: watched.page.evaluate(FIRST_TAKEN_IN_SIGHT), True)


ENDS_IN_SIGHT = """() => {
  const box = document.querySelector('#chapter-path .path-scroll').getBoundingClientRect();
  return [...document.querySelectorAll('#chapter-path .path-word.held')].map((word) => {
    const { left, right } = word.getBoundingClientRect();
    return left >= box.left && right <= box.right;
  });
}"""


def test_an_end_of_the_path_that_is_out_of_sight_is_named_on_its_side_and_comes(open_page):
    page = opened(open_page, "path", width=390, height=844).page
    marks = page.locator(f"{PATH} .path-mark:not([hidden])")
    arrow = marks.locator("[aria-hidden]:not([hidden])")
    expect(marks.locator("bdi")).to_have_text(["⟨end⟩"])
    expect(arrow).to_have_text(["→"])
    settles(lambda: page.evaluate(ENDS_IN_SIGHT), [True, False])
    marks.click()
    expect(marks.locator("bdi")).to_have_text(["Der"])
    expect(arrow).to_have_text(["←"])
    settles(lambda: page.evaluate(ENDS_IN_SIGHT), [False, True])
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(marks).to_have_count(0)
    settles(lambda: page.evaluate(ENDS_IN_SIGHT), [True, True])


def test_tokens_are_called_tokens_and_two_counts_are_explained(open_page, app):
    """12 words stood beside 9 words for one sentence, and 47 tokens beside 51."""
    text, sentences = "Der Bürgermeister kommt.", app.services.sentences
    said, there = sentences.recurrents.reading("gru-de-en", text), sentences.translation(TranslationQuery(text))
    page = open_page(f"lang=en&screen=before&chapter=uses&use=sequence_to_sequence&cell=gru&text={text}").page
    wait_for_sentence(page, "#screen-before [data-complete='uses']", text)
    told = page.locator(f"{USES} .use-told")
    expect(told).to_contain_text(f"{len(said.source_ids)} tokens in, {len(said.ids)} tokens out")
    assert len(said.source_ids) != len(there.source_ids)
    here, others = len(said.source_ids), len(there.source_ids)
    expect(page.locator(f"{USES} .tokens-here")).to_contain_text(
        f"cuts the sentence into {here}, that of marian-s-de-en on the other screens into {others}"
    )


def test_a_phone_reads_with_one_tap_and_nothing_plays_for_those_who_want_no_motion(open_page, app):
    said = reading(app, "gru")
    watched = opened(
        open_page, "chain", "cell=gru", width=390, height=800, has_touch=True, reduced_motion="reduce"
    )  # a window of its own
    page = watched.page
    expect(page.locator(f"{CHAIN} .stepper .play")).to_be_hidden()
    state = page.locator(f"{CHAIN} .heat[data-side=encoder] canvas").last
    at = {"x": 4 * (PITCH + 2.5), "y": 6}
    state.tap(position=at)
    unit = units_by_keeping(said.trace).tolist()[ACROSS + 2]
    expect(page.locator(f"{CHAIN} .chain-readout")).to_contain_text(f"Unit {unit + 1} of")
    expect(page.locator(".calculator")).to_be_hidden()
    fits(page, 390)
    assert settled(lambda: watched.requests) == []
