"""The arithmetic of a recurrent step: from a number on the chain to the step before, and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import box_of, passes, settles
from tests.support.sheet import HERE, RESULT, SHEET, comes_to, follow, piece, share_is, titled
from tests.support.written import near, number
from vit_core.analysis.chain import units_by_keeping

pytestmark = pytest.mark.one_page

CHAIN = "#chapter-chain"
ACROSS, PITCH = 16, 20  # cells of a block side by side, and from block to block: assets/js/before/heat.js
STEP, PLACE = 2, 21


def opened(open_page, app, cell):
    """The chain of a cell, and what it drew."""
    page = open_page(f"lang=en&screen=before&chapter=chain&cell={cell}").page
    page.wait_for_selector("#screen-before [data-complete='chain']")
    reading = app.services.sentences.recurrents.reading(f"{cell}-de-en", app.services.sentences.first.text)
    return page, reading.trace


def place_of(canvas, step, steps):
    """Where on a canvas of the chain a number stands."""
    cell = box_of(canvas)["width"] / (PITCH * steps)
    row, column = divmod(PLACE, ACROSS)
    return {"x": (step * PITCH + column + 0.5) * cell, "y": (row + 0.5) * cell}


def test_a_number_on_the_chain_leads_to_the_step_before_and_back(open_page, app):
    page, trace = opened(open_page, app, "gru")
    unit = int(units_by_keeping(trace)[PLACE])
    state = page.locator(f"{CHAIN} .heat[data-side=encoder] canvas").last
    state.scroll_into_view_if_needed()
    at = place_of(state, STEP, len(trace.source_ids))
    state.hover(position=at)
    used = trace["encoder.state"][STEP, unit].item()
    comes_to(page.locator(f"{CHAIN} .chain-readout"), used)
    state.click(position=at)
    page.wait_for_selector(RESULT)

    def is_state(step):
        read = piece(trace.source_tokens[step])
        titled(page, f"State, unit {unit + 1}, after step {step + 1} ({read}) · encoder")
        comes_to(page.locator(RESULT), trace["encoder.state"][step, unit].item())

    is_state(STEP)
    # z h + (1 - z) n, from the numbers as they are written.
    kept, added = (page.locator(f"{HERE} .worked").nth(i).locator(".number") for i in (0, 1))
    expect(kept).to_have_count(3)
    expect(added).to_have_count(3)

    def check():
        z, before, one = map(number, kept.all_inner_texts())
        again, candidate, other = map(number, added.all_inner_texts())
        assert again == near(z) and one + other == near(used)
        assert before == near(trace["encoder.state"][STEP - 1, unit].item())
        assert candidate == near(trace["encoder.candidate"][STEP, unit].item())

    passes(check)
    follow(page, page.locator(f"{HERE} .worked button.operand").nth(1))
    is_state(STEP - 1)

    # Down one more way: the update gate, what it was before σ, and the strongest unit of the state before that.
    follow(page, page.locator(f"{HERE} .worked button.operand").first)
    comes_to(page.locator(RESULT), trace["encoder.update_gate"][STEP - 1, unit].item())
    follow(page, page.locator(f"{RESULT} button.operand"))
    comes_to(page.locator(RESULT), trace["encoder.update_gate.pre"][STEP - 1, unit].item())
    figures = page.locator(f"{HERE} .terms-figure")
    expect(figures).to_have_count(2)
    follow(page, figures.nth(1).locator("button.operand"))
    titled(page, lambda text: f"after step {STEP - 1} (" in text)

    page.locator(f"{SHEET} > header button").first.click()  # one number back
    page.wait_for_selector(f"{HERE} .terms-figure")
    titled(page, lambda text: "before its activation" in text)
    # Back goes the way it was come, number by number, and out of the sheet at its beginning.
    page.go_back()
    titled(page, lambda text: f"after step {STEP - 1} (" in text)
    for numbers in (4, 3, 2, 1):
        page.go_back()
        expect(page.locator(f"{SHEET} .trail button")).to_have_count(numbers)
    is_state(STEP)
    page.go_back()
    page.wait_for_selector(".calculator", state="hidden")
    expect(page).to_have_url(re.compile("screen=before"))
    expect(page.locator(CHAIN)).to_be_visible()


def test_the_first_step_starts_from_nothing_and_any_unit_is_one_choice_away(open_page, app):
    page, trace = opened(open_page, app, "lstm")
    memory = page.locator(f"{CHAIN} .heat[data-side=encoder] canvas").nth(4)
    memory.scroll_into_view_if_needed()
    memory.click(position=place_of(memory, 0, len(trace.source_ids)))
    page.wait_for_selector(RESULT)
    unit = int(units_by_keeping(trace)[PLACE])
    expect(page.locator(HERE)).to_contain_text("every unit is 0")
    expect(page.locator(f"{HERE} .worked").first.locator("button.operand"), "c₀ leads nowhere").to_have_count(1)
    comes_to(page.locator(RESULT), trace["encoder.cell"][0, unit].item())
    strip = page.locator(f"{HERE} .terms-box canvas").first
    units = trace["encoder.cell"].shape[1]
    other = (unit + units // 2) % units
    strip.click(position={"x": box_of(strip)["width"] * (other + 0.5) / units, "y": 20})
    titled(page, lambda text: f"unit {other + 1}," in text)
    comes_to(page.locator(RESULT), trace["encoder.cell"][0, other].item())


def test_attention_is_worked_out_from_the_score_to_the_weight(open_page, app):
    page, trace = opened(open_page, app, "gru-attention")
    page.locator(f"{CHAIN} .chain-word").nth(len(trace.source_ids)).click()  # the decoder's first step
    page.locator(f"{CHAIN} .calculate").click()
    page.wait_for_selector(RESULT)
    # Its state, candidate, what that was before tanh: the context is the second half of what was read.
    follow(page, page.locator(f"{HERE} .worked button.operand").last)
    follow(page, page.locator(f"{RESULT} button.operand"))
    read = page.locator(f"{HERE} .terms-figure canvas").first
    embed, units = trace.config.d_embed, trace.config.d_hidden
    read.click(position={"x": box_of(read)["width"] * (embed + 4.5) / (embed + units), "y": 20})
    follow(page, page.locator(f"{HERE} .terms-figure").first.locator("button.operand"))
    titled(page, "Number 5 of the context of step 1 (⟨start⟩) · decoder")
    comes_to(page.locator(RESULT), trace["decoder.context"][0, 4].item())
    follow(page, page.locator(f"{HERE} .terms-figure button.operand").first)
    pattern, scores = trace["decoder.attn.pattern"][0], trace["decoder.attn.scores"][0]

    def rows():
        cells = [row.locator("td").all_inner_texts() for row in page.locator(f"{HERE} tbody tr").all()]
        return [(number(score), number(weight) / 100) for score, _, weight in cells]

    settles(
        rows, [(near(score), near(weight)) for score, weight in zip(scores.tolist(), pattern.tolist(), strict=True)]
    )
    page.locator(f"{HERE} tbody button").nth(2).click()
    expect(page.locator(".mask-table button").nth(2)).to_have_attribute("aria-pressed", "true")
    titled(page, lambda text: text.startswith(f"Attention to {piece(trace.source_tokens[2])} in step 1"))
    share_is(page.locator(RESULT), pattern[2].item())
    follow(page, page.locator(f"{HERE} .worked button.operand"))
    comes_to(page.locator(RESULT), scores[2].item())
