"""The calculator for words as for patches, and every way into it and out of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from demo.services import FIRST
from tests.browser.test_calculator import HERE, SHEET, close, follow, number, title
from tests.browser.test_models import RIGHT
from tests.browser.test_models import opened as models_opened
from tests.browser.test_position import opened as position_opened
from tests.support.screens import complete

READY = "#screen-decoder .heads .head:nth-child(8) .word"
RESULT = f"{HERE} .total"


def plain(text):
    """Without the marks that keep words of other scripts together."""
    return re.sub("[\u2066-\u2069]", "", text)


def piece(token):
    """A piece as the page writes its name."""
    return token[1:] if token.startswith("▁") else {"</s>": "⟨end⟩"}.get(token, f"·{token}")


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
    assert plain(title(page)) == f"Attention of {asks} to {answers}, head 3, layer 2 · decoder, cross-attention"
    steps = page.locator(".steps > li")
    weight = trace.pattern(1, 2, "cross")[4, key].item()
    assert close(number(steps.nth(3).locator(".worked").inner_text()) / 100, weight)
    assert "nothing is masked" in steps.nth(2).inner_text() and "whole source" in steps.nth(2).inner_text()

    q, k = trace["decoder.blocks.1.cross.q"][2, 4], trace["decoder.blocks.1.cross.k"][2, key]
    dim = int((q * k).abs().argmax())
    follow(page, steps.first.locator("button.operand").nth(1))  # the key, which is the encoder's word
    assert plain(title(page)) == f"Key number {dim + 1} of {answers}, head 3, layer 2 · decoder, cross-attention"
    assert close(number(page.locator(RESULT).inner_text()), k[dim].item())
    follow(page, page.locator(f"{HERE} button.operand").first)
    assert re.fullmatch(r"Number (\d+) of .+ as it leaves layer 3 · encoder", plain(title(page)))
    unit = int(re.match(r"Number (\d+)", title(page))[1]) - 1
    assert close(number(page.locator(RESULT).inner_text()), trace["encoder.blocks.2.resid_post"][key, unit].item())

    # Down the stream itself: what each norm read, and of each sum the part that came in.
    for layer in (2, 1, 0):
        for quantity in ("mlp_sum", "resid_mid", "attn_sum"):
            follow(page, page.locator(f"{HERE} button.operand").first)
            exact = trace[f"encoder.blocks.{layer}.{quantity}"][key, unit].item()
            assert close(number(page.locator(RESULT).inner_text()), exact), (layer, quantity)
        follow(page, page.locator(f"{HERE} button.operand").first)
    assert close(number(page.locator(RESULT).inner_text()), trace["encoder.tokens"][key, unit].item())
    follow(page, page.locator(f"{HERE} button.operand").first)
    assert plain(title(page)) == f"Number {unit + 1} of the embedding of {answers} · encoder"
    table = app.services.sentences.check(app.services.sentences.first).model.embed.weight
    learned = table[trace.source_ids[key], unit].item()
    shown = page.locator(f"{RESULT} .number").all_inner_texts()
    assert close(number(shown[0]), learned) and close(number(shown[1]), 16) and close(number(shown[2]), 16 * learned)
    follow(page, page.locator(f"{RESULT} button"))
    end = page.locator(f"{HERE} .end").inner_text()
    assert f"number {trace.source_ids[key] + 1}, {unit + 1} of embed.weight (8000 × 256)" in end
    assert answers in plain(page.locator(HERE).inner_text())
    assert page.locator(f"{HERE} button").count() == 0, "a learned number leads nowhere"


def test_a_masked_word_has_a_score_and_no_weight(decoder):
    page, trace = decoder
    explained(page, "decoder.blocks.1.attn.pattern", [2, 4, 7])
    page.wait_for_selector(f"{HERE} .mask-table")
    q, k = trace["decoder.blocks.1.attn.q"][2, 4], trace["decoder.blocks.1.attn.k"][2]
    scores, weights = k @ q / len(q) ** 0.5, trace.pattern(1, 2, "decoder")[4]
    rows = [row.locator("td").all_inner_texts() for row in page.locator(".mask-table tbody tr").all()]
    assert len(rows) == len(trace.target_tokens)
    for key, (before, after, share) in enumerate(rows):
        assert close(number(before), scores[key].item())
        assert (after, share) == ("−∞", "0 %") if key > 4 else close(number(share) / 100, weights[key].item())
    assert page.locator(".mask-table tr.masked").count() == len(trace.target_tokens) - 5
    assert page.locator(f"{SHEET} .tile .word.masked").count() == len(trace.target_tokens) - 5
    softmax = page.locator(".steps > li").nth(3).locator(".worked .number").all_inner_texts()
    assert softmax[0] == "0" and softmax[2] == "0 %"
    page.locator(".mask-table button").nth(2).click()  # a word that is already written
    assert "its score stays" in page.locator(".steps > li").nth(2).inner_text()
    assert close(number(page.locator(".steps > li").nth(3).locator(".worked").inner_text()) / 100, weights[2].item())
    assert page.locator(f"{SHEET} .switch").count() == 0, "√d cannot be switched off in a translation"

    # The score of any word, by its own name; and the short way down.
    word = next(i for i in range(100, 200) if i not in trace.target_ids)
    explained(page, "logits", [4, word])
    page.wait_for_function("() => document.querySelector('.calculator > h3').textContent.startsWith('Score of')")
    assert str(word) not in title(page)
    assert close(number(page.locator(RESULT).inner_text()), trace.logits[4, word].item())
    follow(page, page.locator(f"{SHEET} .beginning"))
    assert plain(title(page)).endswith(f"the embedding of {piece(trace.target_tokens[3])} · decoder")


def test_from_the_atlas_and_back_with_the_browser(open_page, app):
    watched = open_page("lang=en&screen=attention&layer=8&query=40")
    page, trace = watched.page, app.services.trace(FIRST)
    complete(page)
    entries = page.evaluate("history.length")
    atlas = page.locator("#screen-attention canvas.atlas")
    atlas.scroll_into_view_if_needed()
    box = atlas.bounding_box()
    layer, head = 3, 5
    atlas.dblclick(position={"x": box["width"] * (layer + 0.5) / 12, "y": box["height"] * (head + 0.5) / 6})
    page.wait_for_selector(f"{HERE} .steps")
    row = trace.pattern(layer, head)[40]
    assert title(page).startswith("Attention of patch 3, 8 to ") and title(page).endswith("head 6, layer 4")
    assert close(number(page.locator(".steps > li").nth(3).locator(".worked").inner_text()) / 100, row.max().item())

    page.go_back()
    page.wait_for_selector(".calculator", state="hidden")
    assert "screen=attention" in page.url, "Back closed more than the sheet"
    atlas.focus()
    for _ in range(3):  # the held head of the atlas, by key
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{HERE} .steps")
        assert title(page).endswith("head 6, layer 4")
        page.keyboard.press("Escape")
        page.wait_for_selector(".calculator", state="hidden")
        page.wait_for_timeout(100)
    assert page.evaluate("history.length") <= entries + 1, "a closed sheet stays in the history"
    page.wait_for_timeout(400)
    assert "layer=3" in page.url and "head=5" in page.url


def test_a_logit_of_a_class_leads_down_to_learned_numbers_and_pixels(open_page, app):
    page = open_page("lang=en&screen=decision").page
    page.wait_for_selector("#screen-decision .logit-products:not(.waiting)")
    page.locator("#screen-decision .opens").click()
    page.wait_for_selector(RESULT)
    trace, model = app.services.trace(FIRST), app.services.check(FIRST)
    best = int(trace.logits.argmax())
    assert plain(title(page)).lower() == f"logit of {trace.labels[best]}".lower()
    assert close(number(page.locator(RESULT).inner_text()), trace.logits[best].item())
    bias = page.locator(f"{RESULT} button.operand-learned")
    assert close(number(bias.inner_text()), model.model.head.bias[best].item())
    follow(page, bias)
    assert f"number {best + 1} of head.bias ({len(trace.logits)})" in page.locator(f"{HERE} .end").inner_text()
    explained(page, "blocks.2.ln1", [9, 33])
    page.wait_for_function("() => document.querySelector('.calculator > h3').textContent.startsWith('Number 34')")
    follow(page, page.locator(f"{SHEET} .beginning"))
    assert title(page) == "Number 34 of patch 1, 9 after the projection E"
    assert close(number(page.locator(RESULT).inner_text()), trace["patches"][8, 33].item())


def test_another_switch_of_the_block_makes_the_sheet_an_earlier_one(open_page, app):
    page = open_page("lang=en&screen=block&layer=4&query=100", width=2000).page
    page.wait_for_selector("#screen-block .block-main:not([data-waiting]) .box .shape:not(:empty)")
    explained(page, "blocks.4.attn_out", [100, 7])
    trained = app.services.block(FIRST, 4).at(4, "attn_out")[100, 7].item()
    assert close(number(page.locator(RESULT).inner_text()), trained)
    notice = page.locator(f"{SHEET} .earlier")
    assert not notice.is_visible()
    page.locator("#screen-block .break-row .segmented").nth(1).get_by_role("button").nth(1).click()
    notice.wait_for()
    assert close(number(page.locator(RESULT).inner_text()), trained), "the old page stays until asked"
    notice.get_by_role("button").click()
    page.wait_for_selector(".trail .changed")
    page.wait_for_selector(HERE)
    changed = app.services.block(replace(FIRST, change="scale:off@4"), 4).at(4, "attn_out")[100, 7].item()
    assert not close(trained, changed) and close(number(page.locator(RESULT).inner_text()), changed)
    assert not notice.is_visible()


def test_the_board_s_heads_and_the_second_model_s_explain_their_own_pass(open_page, app):
    page = position_opened(open_page, "layer=2").page
    page.locator("#screen-position .switches .switch").click()
    page.wait_for_function("() => !document.querySelector('.position-right').hasAttribute('data-waiting')")
    head = page.locator("#screen-position .pass-heads").nth(1).locator(".head").nth(1)
    head.scroll_into_view_if_needed()
    head.dblclick(position={"x": 20, "y": 20})
    page.wait_for_selector(f"{HERE} .steps")
    assert "position off" in page.locator(".trail .changed").inner_text()
    row, col = (int(n) for n in re.match(r"Attention of patch (\d+), (\d+) to", title(page)).groups())
    key = re.search(r" to (CLS|patch (\d+), (\d+)), head 2, layer 3", title(page))
    token = 0 if key[1] == "CLS" else int(key[2]) * 16 + int(key[3]) - 16
    off = app.services.trace(replace(FIRST, change="position:off"))
    weight = off.pattern(2, 1)[row * 16 + col - 16, token].item()
    assert close(number(page.locator(".steps > li").nth(3).locator(".worked").inner_text()) / 100, weight)

    page = models_opened(open_page, "lang=en&screen=models&layer=2&query=40").page
    head = page.locator(f"{RIGHT} .head").nth(1)
    head.scroll_into_view_if_needed()
    head.dblclick(position={"x": 20, "y": 20})
    page.wait_for_selector(f"{HERE} .steps")
    half = replace(FIRST, size=112)
    row, col = (int(n) for n in re.match(r"Attention of patch (\d+), (\d+) to", title(page)).groups())
    key = re.search(r" to (CLS|patch (\d+), (\d+)), head 2, layer 3", title(page))
    token = 0 if key[1] == "CLS" else int(key[2]) * 8 + int(key[3]) - 8
    weight = app.services.trace(half).pattern(2, 1)[row * 8 + col - 8, token].item()
    assert close(number(page.locator(".steps > li").nth(3).locator(".worked").inner_text()) / 100, weight)
