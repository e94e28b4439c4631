"""The calculator for words as for patches, and every way into it and out of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from demo.page.texts import LANGUAGES, texts
from demo.photo.query import DEFAULT_MODEL, FIRST
from tests.support.browser import box_of, passes, settles
from tests.support.screens import scrolled_through
from tests.support.sheet import HERE, RESULT, SHEET, comes_to, follow, piece, share_is, titled
from tests.support.written import near, number

pytestmark = pytest.mark.one_page

READY = "#screen-decoder .heads .head:nth-child(8) .word"
STEPS = f"{HERE} .steps > li"


def weight(page):
    """Where the softmax of a row comes out."""
    return page.locator(STEPS).nth(3).locator(".worked")


def explained(page, name, index):
    """Ask as any screen does (core/explain.js)."""
    page.evaluate(
        """async ([name, index]) => {
          const at = document.querySelector('link[rel=modulepreload][href$="core/explain.js"]').href;
          (await import(at)).explain(name, index);
        }""",
        [name, index],
    )
    page.wait_for_selector(HERE)


@pytest.fixture
def decoder(open_page, app):
    page = open_page("lang=en&screen=decoder&part=cross&step=4&slayer=1&shead=2").page
    page.wait_for_selector(READY)
    page.wait_for_selector(
        "#screen-decoder .masking td.weight, #screen-decoder .masking tr.weight td", state="attached"
    )
    return page, app.services.sentences.translation(app.services.sentences.first).trace


def test_a_cell_of_cross_attention_leads_to_an_embedding(decoder, app):
    page, trace = decoder
    key = 3
    page.locator(f"#screen-decoder .heads .head:nth-child(3) [data-key='{key}']").dblclick()
    page.wait_for_selector(f"{HERE} .steps")
    asks, answers = piece(trace.target_tokens[3]), piece(trace.source_tokens[key])
    titled(page, f"Attention of {asks} to {answers}, head 3, layer 2 · decoder, cross-attention")
    steps = page.locator(STEPS)
    share_is(weight(page), trace.pattern(1, 2, "cross")[4, key].item())
    expect(steps.nth(2)).to_contain_text("nothing is masked")
    expect(steps.nth(2)).to_contain_text("whole source")

    q, k = trace["decoder.blocks.1.cross.q"][2, 4], trace["decoder.blocks.1.cross.k"][2, key]
    dim = int((q * k).abs().argmax())
    follow(page, steps.first.locator("button.operand").nth(1))  # the key, which is the encoder's word
    titled(page, f"Key number {dim + 1} of {answers}, head 3, layer 2 · decoder, cross-attention")
    comes_to(page.locator(RESULT), k[dim].item())
    follow(page, page.locator(f"{HERE} button.operand").first)
    leaves = re.compile(r"Number (\d+) of .+ as it leaves layer 3 · encoder")
    unit = int(leaves.match(titled(page, leaves.fullmatch))[1]) - 1
    comes_to(page.locator(RESULT), trace["encoder.blocks.2.resid_post"][key, unit].item())

    # Down the stream itself: what each norm read, and of each sum the part that came in.
    for layer in (2, 1, 0):
        for quantity in ("mlp_sum", "resid_mid", "attn_sum"):
            follow(page, page.locator(f"{HERE} button.operand").first)
            exact = trace[f"encoder.blocks.{layer}.{quantity}"][key, unit].item()
            comes_to(page.locator(RESULT), exact)
        follow(page, page.locator(f"{HERE} button.operand").first)
    comes_to(page.locator(RESULT), trace["encoder.tokens"][key, unit].item())
    follow(page, page.locator(f"{HERE} button.operand").first)
    titled(page, f"Number {unit + 1} of the embedding of {answers} · encoder")
    table = app.services.sentences.model_of(app.services.sentences.first).model.embed.weight
    learned = table[trace.source_ids[key], unit].item()
    shown = page.locator(f"{RESULT} .number")
    settles(
        lambda: [number(text) for text in shown.all_inner_texts()[:3]], [near(learned), near(16), near(16 * learned)]
    )
    follow(page, page.locator(f"{RESULT} button"))
    expect(page.locator(f"{HERE} .end")).to_contain_text(
        f"number {trace.source_ids[key] + 1}, {unit + 1} of embed.weight (8000 × 256)"
    )
    expect(page.locator(HERE)).to_contain_text(answers)
    expect(page.locator(f"{HERE} button:not(.take)"), "a learned number leads nowhere").to_have_count(0)


def test_a_masked_word_has_a_score_and_no_weight(decoder):
    page, trace = decoder
    explained(page, "decoder.blocks.1.attn.pattern", [2, 4, 7])
    page.wait_for_selector(f"{HERE} .mask-table")
    q, k = trace["decoder.blocks.1.attn.q"][2, 4], trace["decoder.blocks.1.attn.k"][2]
    scores, weights = k @ q / len(q) ** 0.5, trace.pattern(1, 2, "decoder")[4]
    length = len(trace.target_tokens)

    def check():
        rows = [row.locator("td").all_inner_texts() for row in page.locator(".mask-table tbody tr").all()]
        assert len(rows) == length
        for key, (before, after, share) in enumerate(rows):
            assert number(before) == near(scores[key].item())
            if key > 4:
                assert (after, share) == ("−∞", "0\u00a0%")
            else:
                assert number(share) / 100 == near(weights[key].item())

    passes(check)
    expect(page.locator(".mask-table tr.masked")).to_have_count(length - 5)
    expect(page.locator(f"{SHEET} .tile .word.masked")).to_have_count(length - 5)
    softmax = weight(page).locator(".number")
    expect(softmax.nth(0)).to_have_text("0")
    expect(softmax.nth(2)).to_have_text("0 %")
    page.locator(".mask-table button").nth(2).click()  # a word that is already written
    expect(page.locator(STEPS).nth(2)).to_contain_text("its score stays")
    share_is(weight(page), weights[2].item())
    expect(page.locator(f"{SHEET} .switch")).to_have_count(1)  # √d, of a translation as of a photo

    # The score of any word, by its own name; and the short way down.
    word = next(i for i in range(100, 200) if i not in trace.target_ids)
    explained(page, "logits", [4, word])
    told = titled(page, lambda text: text.startswith("Score of"))
    assert str(word) not in told
    comes_to(page.locator(RESULT), trace.logits[4, word].item())
    follow(page, page.locator(f"{SHEET} .beginning"))
    titled(page, lambda text: text.endswith(f"the embedding of {piece(trace.target_tokens[3])} · decoder"))


def test_from_the_atlas_and_back_with_the_browser(open_page, app):
    watched = open_page("lang=en&screen=attention&layer=8&query=40")
    page, trace = watched.page, app.services.photos.trace(FIRST)
    scrolled_through(page)
    atlas = page.locator("#screen-attention canvas.atlas")
    atlas.scroll_into_view_if_needed()
    box = box_of(atlas)
    layer, head = 3, 5
    atlas.dblclick(position={"x": box["width"] * (layer + 0.5) / 12, "y": box["height"] * (head + 0.5) / 6})
    page.wait_for_selector(f"{HERE} .steps")
    row = trace.pattern(layer, head)[40]
    titled(page, lambda text: text.startswith("Attention of patch 3, 8 to ") and text.endswith("head 6, layer 4"))
    share_is(weight(page), row.max().item())

    page.go_back()
    page.wait_for_selector(".calculator", state="hidden")
    expect(page, "Back closed more than the sheet").to_have_url(re.compile("screen=attention"))
    page.go_forward()
    page.wait_for_selector(f"{HERE} .steps")
    page.keyboard.press("Escape")
    page.wait_for_selector(".calculator", state="hidden")
    atlas.focus()
    page.keyboard.press("Enter")  # the held head of the atlas
    page.wait_for_selector(f"{HERE} .steps")
    titled(page, lambda text: text.endswith("head 6, layer 4"))
    page.keyboard.press("Escape")
    page.wait_for_selector(".calculator", state="hidden")
    expect(page).to_have_url(re.compile("layer=4"))
    expect(page).to_have_url(re.compile("head=6"))


def test_a_logit_of_a_class_leads_down_to_learned_numbers_and_pixels(open_page, app):
    page = open_page("lang=en&screen=decision").page
    page.wait_for_selector("#screen-decision .logit-products:not([data-waiting])")
    page.locator("#screen-decision .opens").click()
    page.wait_for_selector(RESULT)
    trace, model = app.services.photos.trace(FIRST), app.services.photos.model_of(FIRST)
    best = int(trace.logits.argmax())
    titled(page, lambda text: text.lower() == f"logit of {trace.labels[best]}".lower())
    comes_to(page.locator(RESULT), trace.logits[best].item())
    bias = page.locator(f"{RESULT} button.operand-learned")
    comes_to(bias, model.model.head.bias[best].item())
    follow(page, bias)
    expect(page.locator(f"{HERE} .end")).to_contain_text(f"number {best + 1} of head.bias ({len(trace.logits)})")
    explained(page, "blocks.2.ln1", [9, 33])
    titled(page, lambda text: text.startswith("Number 34"))
    follow(page, page.locator(f"{SHEET} .beginning"))
    titled(page, "Number 34 of patch 1, 9 after the projection E")
    comes_to(page.locator(RESULT), trace["patches"][8, 33].item())


def test_the_sheet_follows_what_is_switched_off_below_it(open_page, app):
    page = open_page("lang=en&screen=block&layer=4&query=100", width=2000).page
    page.wait_for_selector("#screen-block .block-main:not([data-waiting]) .box .shape:not(:empty)")
    explained(page, "blocks.4.attn_out", [100, 7])
    trained = app.services.photos.block(FIRST, 4).at(4, "attn_out")[100, 7].item()
    comes_to(page.locator(RESULT), trained)
    page.locator("#screen-block .break-row .segmented").nth(1).get_by_role("button").nth(1).click()
    expect(page.locator(".trail .changed")).to_contain_text("÷√dₖ off in layer 5")
    changed = app.services.photos.block(replace(FIRST, change="scale:off@5"), 4).at(4, "attn_out")[100, 7].item()
    assert trained != near(changed)
    comes_to(page.locator(RESULT), changed)


def test_the_board_s_heads_and_the_second_model_s_explain_their_own_pass(open_page, app):
    attention = re.compile(r"Attention of patch (\d+), (\d+) to (?:CLS|patch (\d+), (\d+)), head 2, layer 3")

    def explained_weight(page, head, side):
        """Query and key of the sheet that a double click on a head opens; patches lie in a square of this side."""
        head.scroll_into_view_if_needed()
        head.dblclick(position={"x": 20, "y": 20})
        page.wait_for_selector(f"{HERE} .steps")
        row, col, key_row, key_col = attention.match(titled(page, attention.match)).groups()
        token = 0 if key_row is None else int(key_row) * side + int(key_col) - side
        return int(row) * side + int(col) - side, token

    page = open_page("lang=en&screen=position&layer=2").page
    page.wait_for_selector("#screen-position [data-complete]")
    page.locator("#screen-position .switches .switch").click()
    expect(page.locator("#screen-position .switches .switch input")).not_to_be_checked()
    expect(page.locator(".position-right:not([data-waiting])")).to_be_visible()
    query, key = explained_weight(page, page.locator("#screen-position .pass-heads").nth(1).locator(".head").nth(1), 16)
    expect(page.locator(".trail .changed")).to_contain_text("Position embedding off")
    off = app.services.photos.trace(replace(FIRST, change="position:off"))
    share_is(weight(page), off.pattern(2, 1)[query, key].item())

    page = open_page(f"lang=en&screen=models&layer=2&query=40&second={DEFAULT_MODEL}&size2=112").page
    right = page.locator(".side:nth-child(2):not([data-waiting])")
    expect(right.locator(".side-classes li").first).to_be_visible()
    query, key = explained_weight(page, right.locator(".head").nth(1), 8)
    half = app.services.photos.trace(replace(FIRST, size=112))
    share_is(weight(page), half.pattern(2, 1)[query, key].item())


@pytest.mark.parametrize(
    ("query", "number", "key"),
    [
        ("screen=attention", "p!4.resid_mid:9,12", "sum"),
        ("screen=attention&change=residual:off@4", "p!4.resid_mid:9,12", "sum_off"),
        ("screen=encoder&schange=residual:off@d2", "s!d2.cross_sum:2,20", "sum_off"),
        ("screen=attention", "p!tokens:9,12", "sum_tokens"),
        ("screen=attention&change=position:off", "p!tokens:9,12", "sum_tokens_off"),
        ("screen=decoder&schange=position:off", "s!encoder.tokens:1,100", "sum_tokens_off"),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)  # the slower one: another language draws every screen anew
def test_a_sum_says_what_it_adds_and_what_of_it_is_switched_off(open_page, lang, query, number, key):
    page = open_page(f"v=5&lang={lang}&{query}&explain={number}").page
    expect(page.locator(f"{HERE} .number-page > .note").first).to_have_text(texts(lang)[f"calculator.{key}"])
