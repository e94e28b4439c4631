"""The Encoder screen as a visitor uses it: both blocks with the translation's numbers, the root's reason, and what becomes of it all without it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
from playwright.sync_api import expect

from demo.sentence.query import TranslationQuery
from tests.support.browser import UNDER_WAY, address, box_of, in_page, passes, settles
from tests.support.written import near, number, percent
from vit_core.bundled import ASSETS
from vit_core.seq2seq import EncoderDecoder

pytestmark = pytest.mark.one_page

HERE = "#screen-encoder"
READY = f"{HERE} .encoder-main:not([data-waiting]) .box .shape:not(:empty)"
SENTENCE = "Ich bin mir sicher, dass er morgen kommen wird."
LAYER, TOKEN, SOURCE, HEAD = 1, 3, 5, 2
ENCODER = {"resid_pre": "resid_pre", "attn_out": "attn_out", "attn_sum": "attn_sum", "resid_mid": "resid_mid",
           "pre": "mlp.pre", "post": "mlp.post", "mlp_out": "mlp_out", "mlp_sum": "mlp_sum", "resid_post": "resid_post"}  # fmt: skip
OF_HEADS = {"q": "attn.q", "k": "attn.k", "v": "attn.v", "z": "attn.z", "concat": "attn.z"}
DECODER = ENCODER | {"cross_out": "cross_out", "cross_sum": "cross_sum", "resid_cross": "resid_cross"}


# Scroll an element away from below the mouse, which the browser tells it.
AWAY = """(element) => new Promise((done) => {
  element.addEventListener('pointerleave', done, { once: true });
  scrollTo({ top: scrollY > 400 ? 0 : scrollY + 400, behavior: 'instant' });
}).then(() => null)"""


def open_at(open_page, query: str = "", *, lang: str = "en", **window):
    page = open_page(
        f"v=3&lang={lang}&screen=encoder&text={SENTENCE}&slayer={LAYER + 1}&source={SOURCE}&step={TOKEN + 1}{query}",
        **window,
    ).page
    page.wait_for_selector(READY)
    return page


def ends(page, box: str) -> list[float]:
    """The smallest and the largest number of a box, as it says."""
    return [number(text) for text in page.locator(f"{HERE} .at-{box} .range > span").all_text_contents()]


def spread(tensor) -> list[object]:
    return [near(tensor.min().item()), near(tensor.max().item())]


def printed(values) -> list[object]:
    return [near(value) for value in values]


@pytest.mark.parametrize("change", ["", "residual:off@e2;scale:off@d2"])
def test_every_box_of_both_blocks_has_the_range_of_its_tensor(open_page, app, change):
    page = open_at(open_page, f"&schange={change}", reduced_motion="reduce")
    trace = app.services.sentences.translation(TranslationQuery(SENTENCE, change=change)).trace
    for stack, boxes, token in (("encoder", ENCODER, SOURCE), ("decoder", DECODER, TOKEN)):
        page.click(f"{HERE} [data-choice={stack}]")
        at = min(token, len(trace.at(stack, LAYER, "resid_pre")) - 1)
        wanted = {box: spread(trace.at(stack, LAYER, of)[at]) for box, of in boxes.items()}
        wanted |= {box: spread(trace.at(stack, LAYER, of)[:, at]) for box, of in OF_HEADS.items()}
        if stack == "decoder":
            wanted |= {f"cross_{w}": spread(trace.at(stack, LAYER, f"cross.{w}")[:, SOURCE]) for w in ("k", "v")}
            wanted["memory"] = spread(trace.at("encoder", 2, "resid_post")[SOURCE])
        settles(lambda wanted=wanted: {box: ends(page, box) for box in wanted}, wanted)
        # What a box says is another thing only where something is switched off in it: of those it is read again.
        for box in (box for box in wanted if not change or box.endswith("_sum")):
            page.click(f"{HERE} .at-{box}")
            expect(page.locator(f"{HERE} .at-{box}")).to_have_attribute("aria-expanded", "true")
            expect(page.locator(f"{HERE} .opened .says")).not_to_be_empty()


def test_what_is_masked_is_hatched_and_the_weights_are_the_models(open_page, app):
    page = open_at(open_page, "&stack=decoder")
    trace = app.services.sentences.translation(TranslationQuery(SENTENCE)).trace
    row = page.locator(f"{HERE} .word-table tbody tr").nth(HEAD)
    weights = trace.at("decoder", LAYER, "attn.pattern")[HEAD, TOKEN]
    expect(row.locator("td.masked")).to_have_text(["0"] * (len(weights) - TOKEN - 1))
    settles(
        lambda: row.locator("td[data-key]:not(.masked)").all_text_contents(),
        [percent(w) for w in weights[: TOKEN + 1].tolist()],
    )
    page.click(f"{HERE} .at-scale")
    expect(row.locator("td.masked").first).to_have_text("−∞")
    row.locator("td[data-key]").first.click()
    expect(page.locator(".calculator")).to_be_visible()
    expect(page.locator(".calculator")).to_contain_text("√32")
    page.keyboard.press("Escape")
    # Keys do the same: they go into the box that they open, through its numbers, and out to where they came from.
    box, panel, table = page.locator(f"{HERE} .at-cross_q"), page.locator(f"{HERE} .opened"), row.locator("xpath=../..")
    box.press("Enter")
    expect(panel).to_be_focused()
    weights = app.services.sentences.models.load("marian-s-de-en").model.state_dict()
    learned = weights[f"decoder.blocks.{LAYER}.cross.q.weight"]  # [out, in]
    page.keyboard.press("Tab")
    canvas = panel.locator(".matrix-canvas canvas")
    settles(lambda: page.evaluate(UNDER_WAY), [])  # what comes yet is shown anew, and nothing of it is pointed at
    canvas.focus()
    last = panel.locator(".matrix-reading")
    expect(last).not_to_be_empty()  # before the numbers have come a key leads nowhere
    # Below a mouse that rests on it the page may scroll: what the keys have chosen stays.
    on_it = box_of(canvas)
    page.mouse.move(on_it["x"] + on_it["width"] / 3, on_it["y"] + on_it["height"] / 3)
    settles(lambda: number(last.inner_text().rpartition("=")[2]), near(learned[10, 85].item()))
    page.keyboard.press("End")
    settles(lambda: number(last.inner_text().rpartition("=")[2]), near(learned[31, -1].item()))
    in_page(page, AWAY, canvas.element_handle())
    settles(lambda: number(last.inner_text().rpartition("=")[2]), near(learned[31, -1].item()))
    page.keyboard.press("Enter")
    settles(lambda: address(page).get("explain"), f"s!d{LAYER + 1}.cross.q:0,{TOKEN},31")
    page.keyboard.press("Escape")
    expect(canvas).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(box).to_be_focused()
    page.locator(f"{HERE} .at-softmax").press("Enter")
    table.focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    settles(lambda: address(page).get("explain"), f"s!d{LAYER + 1}.attn.pattern:1,{TOKEN},1")


def test_without_the_root_another_translation_on_every_screen_and_undone_with_one_click(open_page, app):
    page = open_at(open_page)
    both_off = "residual:off@all;scale:off@all"
    plain, off = (app.services.sentences.translation(TranslationQuery(SENTENCE, change=it)) for it in ("", both_off))
    assert plain.text != off.text
    answer = page.locator(f"{HERE} .encoder-answer .twin-text")
    expect(answer.first).to_have_text(plain.text)
    root = page.locator(f"{HERE} .break-switch").nth(1).locator("button")
    root.nth(1).click()
    settles(lambda: address(page).get("schange"), f"scale:off@e{LAYER + 1}")
    expect(page.locator(".changes")).to_contain_text(f"in encoder layer {LAYER + 1}")
    expect(page.locator(f"{HERE} .equation .struck")).to_have_count(1)
    root.last.click()
    expect(page.locator(f"{HERE} .root-card")).to_contain_text("switched off in this block")
    page.locator(f"{HERE} .break-switch").first.locator("button").last.click()
    expect(page.locator(f"{HERE} .river .stream.gone")).to_have_count(2)
    expect(answer.first).to_have_text(off.text or "∅")
    expect(answer.nth(1)).to_have_text(plain.text)
    page.click(".rail [data-to=decoder]")
    expect(page.locator(".changes")).to_contain_text("in all layers")
    page.click("[data-action=undo-change]")
    expect(page.locator("#screen-decoder .lifting .twin-text").first).to_have_text(plain.text)


def test_the_reason_for_the_root_is_the_heads_own_and_all_that_is_chosen_comes_back(open_page, app):
    page = open_at(open_page, "&stack=decoder")
    page.click(f"{HERE} [data-choice=cross]")
    page.click(f"{HERE} .root-bar .head-choice button:nth-child({HEAD + 1})")
    page.click(f"{HERE} .at-cross_sum")
    trace = app.services.sentences.translation(TranslationQuery(SENTENCE)).trace
    dots = trace.scores_from_queries(trace.attention(LAYER, "cross"), HEAD, scaled=False)
    variance = dots.double().var(correction=0).item()

    x, y = trace.at("decoder", LAYER, "resid_mid")[TOKEN], trace.at("encoder", 2, "resid_post")
    q, k = (trace.at("decoder", LAYER, f"cross.{which}")[HEAD] for which in "qk")
    fits, cosines = (k @ q[TOKEN]).tolist(), (y @ x / (y.norm(dim=-1) * x.norm())).tolist()

    def check(page=page):
        said = page.locator(f"{HERE} .root-card figure > .root-worked [data-equation]").text_content()
        terms = [number(term) for term in re.split("[÷=]", said)]
        assert terms == [near(variance), 32, near(variance / 32)]
        assert "Head 3" in page.locator(f"{HERE} .root-card h3").text_content()
        assert page.locator(f"{HERE} .at-cross_sum").get_attribute("aria-expanded") == "true"
        shares = page.locator(f"{HERE} .root-weights .divided .value").all_text_contents()
        weights = trace.pattern(LAYER, HEAD, "cross")[TOKEN].tolist()
        assert shares == [percent(w) for w in weights]
        # Beside the fit of question and offer stands how alike the two tokens are, and which of the two wins where.
        rows = page.locator(f"{HERE} .like-table tbody tr")
        assert [number(text) for text in rows.locator("td:nth-child(2)").all_text_contents()] == printed(fits)
        assert [number(text) for text in rows.locator("td:nth-child(3)").all_text_contents()] == printed(cosines)
        winners = [rows.nth(max(range(len(x)), key=x.__getitem__)) for x in (fits, cosines)]
        assert [row.locator("td.winner").count() for row in winners] == [1, 1]
        said = page.locator(f"{HERE} .like-verdict").text_content()
        assert "disagree" in said and all(row.locator("th").text_content() in said for row in winners)

    passes(check)
    # Of the other attentions no head was chosen.
    settles(
        lambda: [address(page).get(word) for word in ("wbox", "xhead", "dhead", "ehead", "picked")],
        ["cross_sum", str(HEAD + 1), None, None, "1"],
    )
    page.reload()
    page.wait_for_selector(READY)
    passes(check)
    # On the Decoder screen it is the same attention that has it, and no other.
    page.click(".rail [data-to=decoder]")
    chosen = page.locator("#screen-decoder .head[aria-pressed=true] .head-name")
    expect(chosen).to_have_text(f"Head {HEAD + 1}")
    page.click("#screen-decoder .way.encoder")
    expect(chosen).to_have_text("Head 1")
    page.click("#screen-decoder .head:nth-child(6)")
    settles(lambda: [address(page).get(word) for word in ("ehead", "xhead", "dhead")], ["6", str(HEAD + 1), None])


def test_keys_that_are_not_shown_are_counted_with_what_they_weigh(open_page, app):
    text = "Obwohl es gestern den ganzen Tag geregnet hat, sind wir mit dem Fahrrad zur Arbeit gefahren."
    page = open_page(f"v=5&lang=en&screen=encoder&elayer=2&ehead=6&picked=1&text={text}").page
    trace = app.services.sentences.translation(TranslationQuery(text)).trace
    weights = trace.pattern(1, 5, "encoder")[0]
    keys, shown = len(weights), page.locator(f"{HERE} .root-weights li")

    def check(page=page):
        said = page.locator(f"{HERE} .root-card .note:not([data-told])").first.text_content()
        assert f"{shown.count()} heaviest of {keys} keys" in said
        drawn = [
            float(one.strip("\u00a0%"))
            for one in page.locator(f"{HERE} .root-weights .divided .value").all_text_contents()
        ]
        left = float(re.search(r"weigh ([\d.]+)", said).group(1))
        assert 1 < left < 99 and abs(sum(drawn) + left - 100) < 0.05 * len(drawn)
        assert f"14 of {keys} keys" in page.locator(f"{HERE} .like-card .note").first.text_content()

    passes(check)


def test_on_a_phone_the_river_runs_down_and_nothing_is_too_wide(open_page):
    page = open_at(open_page, "&stack=decoder", lang="ko", width=390, height=844)
    too_wide = """() => [...document.querySelectorAll('#screen-encoder .am-mount *')].filter((e) =>
      !e.closest('.word-table-scroll') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className)"""
    settles(lambda: page.evaluate(too_wide), [])
    order = ["resid_pre", "q", "softmax", "attn_sum", "resid_mid", "cross_q", "resid_cross", "pre", "resid_post"]
    tops = "(ids) => ids.map((id) => document.querySelector(`#screen-encoder .at-${id}`).getBoundingClientRect().top)"
    settles(lambda: page.evaluate(tops, order), lambda found: found == sorted(found))


def test_on_a_phone_every_box_is_a_line_with_its_number_and_opens_under_it(open_page, app):
    page = open_at(open_page, "&stack=decoder&wbox=", width=390, height=844, reduced_motion="reduce")
    trace = app.services.sentences.translation(TranslationQuery(SENTENCE)).trace
    # Each line prints the number of its tensor that is farthest from 0.
    for box, of in {"resid_pre": "resid_pre", "cross_out": "cross_out", "pre": "mlp.pre"}.items():
        row = trace.at("decoder", LAYER, of)[TOKEN]
        far = row[row.abs().argmax()].item()
        line = page.locator(f"{HERE} .at-{box} .farthest")
        settles(lambda line=line: number(line.text_content()), near(far))
    settles(lambda: box_of(page.locator(f"{HERE} .river"))["height"], lambda height: height < 1700)
    panel, line = page.locator(f"{HERE} .opened"), page.locator(f"{HERE} .at-cross_softmax")
    expect(panel).to_be_hidden()
    line.focus()
    page.keyboard.press("Enter")
    expect(line).to_have_attribute("aria-expanded", "true")
    expect(panel).to_be_visible()
    expect(line).to_be_in_viewport()
    settles(lambda: 0 <= box_of(panel)["y"] - box_of(line)["y"] - box_of(line)["height"] < 12, True)
    # The cards below fold to their heads, and the address says which are open.
    root = page.locator(f"{HERE} [data-fold=root] .fold-button")
    expect(page.locator(f"{HERE} .root-card")).to_be_hidden()
    root.focus()
    page.keyboard.press("Enter")
    expect(root).to_have_attribute("aria-expanded", "true")
    settles(lambda: [address(page).get(word) for word in ("wbox", "folds")], ["cross_softmax", "root"])
    page.reload()
    expect(page.locator(f"{HERE} .root-card")).to_be_visible()
    expect(page.locator(f"{HERE} .like-card")).to_be_hidden()
    expect(panel).to_be_visible()
    # In a wide window nothing folds, and the open box stands below the flow.
    page.set_viewport_size({"width": 1300, "height": 900})
    expect(page.locator(f"{HERE} .like-card")).to_be_visible()
    expect(page.locator(f"{HERE} .encoder-main > .opened")).to_be_visible()
    expect(root).to_be_hidden()


def test_a_translator_that_normalises_before_its_branches_says_so_and_every_box_has_room(open_page, app, monkeypatch):
    """None is bundled: the weights are the translator's, and its last norms noise."""
    shelf = app.services.sentences.models
    shipped, load = shelf.load("marian-s-de-en"), shelf.load
    net = EncoderDecoder(replace(shipped.model.config, norm="pre")).eval().requires_grad_(False)
    net.load_state_dict(shipped.model.state_dict(), strict=False)
    for last in (net.encoder.norm, net.decoder.norm):
        last.weight.copy_(torch.randn(last.weight.shape, generator=torch.Generator().manual_seed(1)))
    own = replace(shipped, name="pre-norm", model=net)
    monkeypatch.setitem(shelf.folders, "pre-norm", ASSETS / "checkpoints" / "marian-s-de-en")
    monkeypatch.setattr(
        shelf, "load", lambda name, request="": own if name == "pre-norm" else load(name, request=request)
    )
    page = open_at(open_page, "&translator=pre-norm&stack=decoder", anew=True)  # a page lists its translators once
    trace = app.services.sentences.translation(TranslationQuery(SENTENCE, "pre-norm")).trace
    for box, of in {"ln1": "ln1", "cross_out": "cross_out", "ln2": "ln2", "resid_post": "resid_post"}.items():
        row = trace.at("decoder", LAYER, of)
        wanted = spread(row[min(TOKEN, len(row) - 1)])
        settles(lambda box=box: ends(page, box), wanted)
    settles(lambda: ends(page, "memory"), spread(trace["encoder.ln_final"][SOURCE]))
    expect(page.locator(f"{HERE} .at-memory .symbol")).to_have_text("LN(zL)")
    expect(page.locator(f"{HERE} .branch-name")).to_contain_text(["norm before, then add"] * 3)
    expect(page.locator(f"{HERE} .encoder-about .note").first).to_contain_text("read the normalised stream")
    # Of a box that is too low its texts lie on each other.
    cut = """() => [...document.querySelectorAll('#screen-encoder .river .box')].filter((box) => {
      const room = box.getBoundingClientRect();
      return [...box.children].some((part) => part.checkVisibility() && part.getBoundingClientRect().bottom > room.bottom + 1)
        || box.querySelector('.thumb').clientHeight < 20;
    }).map((box) => box.className)"""
    settles(lambda: page.evaluate(cut), [])
