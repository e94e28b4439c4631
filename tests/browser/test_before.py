"""Before attention as a visitor uses it: one chapter at a time, the chain's numbers are the trace's, paths are counted."""

from __future__ import annotations

import re

import pytest

from tests.browser.test_calculator_ways import piece
from tests.support.browser import wait_for_sentence
from vit_core.analysis.chain import units_by_keeping

SENTENCE = "Der Hund schläft unter dem Tisch."
CHAIN, USES, PATH = (f"#chapter-{name}" for name in ("chain", "uses", "path"))
ACROSS, PITCH = 16, 20  # cells of a block side by side, and from block to block: assets/js/before/heat.js
NUMBER = re.compile(r"−?\d+(?:\.\d+)?(?:e−?\d+)?")


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


def read(text):
    return float(NUMBER.search(text).group().replace("−", "-"))


def in_address(page, name, value):
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
    )


def test_one_chapter_is_on_screen_and_in_the_address_and_the_others_ask_for_nothing(open_page):
    watched = opened(open_page, "chain")
    page = watched.page
    chapters = page.locator("#screen-before .chapter")
    assert [box.get_attribute("data-chapter") for box in chapters.all() if box.is_visible()] == ["chain"]
    page.locator("#chapter-tab-chain").focus()
    page.keyboard.press("ArrowLeft")  # round the corner to the last
    complete(page, "path")
    assert page.locator("#chapter-tab-path").get_attribute("aria-selected") == "true"
    assert page.evaluate("document.activeElement.id") == "chapter-tab-path"
    asked = [re.search(r"/view/(\w+)", url).group(1) for url in watched.requests if "/view/" in url]
    assert asked == ["path"]
    in_address(page, "chapter", "path")
    watched.requests.clear()
    page.keyboard.press("Home")
    complete(page, "chain")
    assert [url for url in watched.requests if "/view/" in url] == []  # what was fetched is kept
    in_address(page, "chapter", "chain")
    page.reload()
    complete(page, "chain")
    assert [box.get_attribute("data-chapter") for box in chapters.all() if box.is_visible()] == ["chain"]


def test_every_number_of_the_chain_is_the_traces_and_looking_asks_for_nothing(open_page, app):
    watched = opened(open_page, "chain", "cell=gru&rstep=1")
    page, said = watched.page, reading(app, "gru")
    trace, steps = said.trace, len(said.source_ids)
    words = [text.replace("\n", "") for text in page.locator(f"{CHAIN} .chain-word").all_inner_texts()]
    assert words[: steps - 1] == [piece(token).lstrip("·") for token in said.source_tokens[:-1]]
    assert words[steps - 1 : steps + 1] == ["⟨end⟩", "⟨start⟩"] and len(words) == steps + len(said.ids)
    order = units_by_keeping(trace).tolist()
    canvases = page.locator(f"{CHAIN} .heat canvas")
    names = ["reset_gate", "update_gate", "candidate", "state"]
    assert canvases.count() == 2 * len(names)
    readout = page.locator(f"{CHAIN} .chain-readout")
    for side, step, place in (("encoder", 2, 3), ("decoder", 0, 40)):
        canvas = page.locator(f"{CHAIN} .heat[data-side={side}] canvas").nth(1)
        cell = canvas.bounding_box()["width"] / (PITCH * (steps if side == "encoder" else len(said.ids)))
        row, column = divmod(place, ACROSS)
        canvas.hover(position={"x": (step * PITCH + column + 0.5) * cell, "y": (row + 0.5) * cell})
        shown = [read(strong) for strong in readout.locator("strong").all_inner_texts()[-len(names) :]]
        unit = order[place]
        assert f"Unit {unit + 1} of {trace.config.d_hidden}" in readout.inner_text()
        wanted = [trace[f"{side}.{name}"][step, unit].item() for name in names]
        assert shown == pytest.approx(wanted, rel=5e-3, abs=1e-6)
        assert page.locator(f"{CHAIN} .heat-mark:visible").count() == 2 * len(names)
    page.mouse.move(5, 5)
    # Under the chain stands what was written, and how sure the model was.
    shares = said.logprobs.exp()
    for t, foot in enumerate(page.locator(f"{CHAIN} .chain-foot:not(.source) > .share").all_inner_texts()):
        assert read(foot) == pytest.approx(100 * shares[t, said.ids[t]].item(), rel=6e-3, abs=6e-4)
    page.locator(f"{CHAIN} .chain-scroll").focus()
    page.keyboard.press("ArrowRight")
    in_address(page, "rstep", "2")
    assert f"keeps {100 * trace['encoder.update_gate'][2].mean().item():.1f} %" in readout.inner_text()
    assert watched.requests == []


def test_with_attention_the_weights_lead_back_to_the_source(open_page, app):
    said = reading(app, "gru-attention")
    steps = len(said.source_ids)
    page = opened(open_page, "chain", f"cell=gru-attention&rstep={steps}").page
    pattern = said.trace["decoder.attn.pattern"]
    for step in range(2):
        shown = page.locator(f"{CHAIN} .chain-foot.source .share").all_inner_texts()
        assert [read(share) for share in shown] == pytest.approx((100 * pattern[step]).tolist(), rel=6e-3, abs=1e-3)
        assert page.locator(f"{CHAIN} .chain-arcs path").count() == int((pattern[step] >= 0.01).sum())
        page.locator(f"{CHAIN} .chain-scroll").focus()
        page.keyboard.press("ArrowRight")
        in_address(page, "rstep", str(steps + step + 1))
    assert f"all {steps} states" in page.locator(f"{CHAIN} .handed-box").inner_text()
    # Another cell: another network, whose one vector is all that is handed over.
    page.locator(f"{CHAIN} [data-cell=rnn]").click()
    page.wait_for_function("() => document.querySelectorAll('#chapter-chain .heat').length === 2")
    assert page.locator(f"{CHAIN} .chain-arcs").count() == 0
    units = reading(app, "rnn").trace.config.d_hidden
    assert f"One vector of {units} numbers" in page.locator(f"{CHAIN} .handed-box").inner_text()


def test_uses_light_up_their_part_and_a_path_is_counted_between_the_words_held(open_page, app):
    watched, said = opened(open_page, "uses", "cell=gru"), reading(app, "gru")
    page, sources = watched.page, len(said.source_ids)
    opacity = "sides => sides.map(side => getComputedStyle(document.querySelector(`#chapter-uses .chain-steps[data-side=${side}]`)).opacity)"
    for use, pale in (("many_to_one", "decoder"), ("many_to_many", "encoder"), ("sequence_to_sequence", None)):
        page.locator(f"{USES} [data-use={use}]").first.click()
        wanted = ["0.2" if side == pale else "1" for side in ("encoder", "decoder")]
        page.wait_for_function(
            f"wanted => JSON.stringify(({opacity})(['encoder', 'decoder'])) === JSON.stringify(wanted)", arg=wanted
        )
    best = said.logprobs[0].exp().topk(3)
    tops = page.locator(f"{USES} .top-words").first
    assert [read(text) for text in tops.locator(".share").all_inner_texts()] == pytest.approx(
        (100 * best.values).tolist(), rel=6e-3, abs=6e-4
    )
    assert watched.requests == []
    page.click("#chapter-tab-path")
    complete(page, "path")
    page.locator(f"{PATH} .path-words").nth(0).locator("[data-token='1']").click()
    page.locator(f"{PATH} .path-words").nth(1).locator("[data-token='2']").click()
    counts = page.locator(f"{PATH} .path-count")
    assert counts.all_inner_texts() == [str(sources - 1 + 2), "1", "1"]
    drawn = page.locator(f"{PATH} .path-drawing").first.locator(".strong")
    assert drawn.count() == sources - 1 + 2
    page.keyboard.press("ArrowRight")  # the line of written words has the focus
    assert counts.first.inner_text() == str(sources - 1 + 3)
    in_address(page, "rsource", "1")
    table = page.locator(f"{PATH} tr.self_attention .value").first.inner_text()
    assert int(re.sub(r"\D", "", table)) == sources * sources * 512


def test_a_phone_reads_with_one_tap_and_nothing_plays_for_those_who_want_no_motion(open_page, app):
    said = reading(app, "gru")
    watched = opened(
        open_page, "chain", "cell=gru", width=390, height=800, has_touch=True, reduced_motion="reduce"
    )  # a window of its own
    page = watched.page
    assert not page.locator(f"{CHAIN} .stepper .play").is_visible()
    state = page.locator(f"{CHAIN} .heat[data-side=encoder] canvas").last
    at = {"x": 4 * (PITCH + 2.5), "y": 6}
    state.tap(position=at)
    assert page.locator(".calculator").count() == 0 or not page.locator(".calculator").is_visible()
    unit = units_by_keeping(said.trace).tolist()[ACROSS + 2]
    assert f"Unit {unit + 1} of" in page.locator(f"{CHAIN} .chain-readout").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.requests == []
