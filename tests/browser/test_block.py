"""The Block screen as a visitor uses it: every box opens with the model's numbers, and the switches do what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo.services import FIRST
from tests.browser.test_calculator import close, number
from tests.support.pictures import picture_file as picture
from tests.support.screens import until_photo, upload
from tests.support.written import percent
from vit_core.blocks import EncoderBlock

READY = "#screen-block .block-main:not([data-waiting]) .box .shape:not(:empty)"
LAYER, QUERY = 4, 100
TENSORS = {
    "x": "resid_pre", "ln1": "ln1", "proj": "attn_out", "mid": "resid_mid", "ln2": "ln2", "pre": "mlp.pre",
    "post": "mlp.post", "mlp_out": "mlp_out", "out": "resid_post",
}  # fmt: skip
OF_HEADS = {"q": "attn.q", "k": "attn.k", "v": "attn.v", "scale": "attn.scores", "z": "attn.z", "concat": "attn.z"}
SHAPES = {
    **dict.fromkeys(("x", "ln1", "concat", "proj", "mid", "ln2", "mlp_out", "out"), "384"),
    **dict.fromkeys(("q", "k", "v", "z"), "6×64"),
    **dict.fromkeys(("dots", "scale", "softmax"), "6×257"),
    "carry": "6×257×64", "pre": "1536", "post": "1536",
}  # fmt: skip
SWITCHES = [
    ("residual", 1, f"residual:off@{LAYER}"),
    ("residual", 2, "residual:off@all"),
    ("scale", 1, f"scale:off@{LAYER}"),
    ("scale", 2, "scale:off@all"),
]


@pytest.fixture
def opened(open_page):
    watched = open_page(f"lang=en&screen=block&layer={LAYER}&query={QUERY}")
    watched.page.wait_for_selector(READY)
    return watched


@pytest.fixture
def blocks_run(monkeypatch):
    """Counts the encoder blocks that are computed: twelve are one forward pass."""
    ran, forward = [], EncoderBlock.forward
    monkeypatch.setattr(EncoderBlock, "forward", lambda *args, **more: ran.append(1) or forward(*args, **more))
    return ran


def switch(page, kind, place):
    group = page.locator("#screen-block .break-switch").nth(("residual", "scale").index(kind))
    group.locator("button").nth(place).click()
    page.wait_for_selector(READY)


def block_of(app, change="", layer=LAYER):
    return app.services.block(replace(FIRST, change=change), layer)


def ends(page, box):
    return [number(text) for text in page.locator(f"#screen-block .at-{box} .range > span").all_text_contents()]


def views(watched):
    return [url.split("/view/")[1].split("?")[0] for url in watched.requests if "/view/" in url]


def answer(page):
    """Of every class on screen: name, share as trained where it is shown, share now."""
    rows = page.locator("#screen-block .paired li")
    return [
        tuple(row.locator(part).text_content() for part in (".name", ".was-share", ".now-share")) for row in rows.all()
    ]


def test_every_box_has_the_shape_and_the_range_of_its_tensor(opened, app):
    page, trace = opened.page, block_of(app)
    shown = {box: page.locator(f"#screen-block .at-{box} .shape").text_content() for box in SHAPES}
    assert {box: "".join(text.split()) for box, text in shown.items()} == SHAPES
    tensors = {box: trace.at(LAYER, of)[QUERY] for box, of in TENSORS.items()}
    tensors |= {box: trace.at(LAYER, of)[:, QUERY] for box, of in OF_HEADS.items()}
    tensors["dots"] = tensors["scale"] * 8
    for box, tensor in tensors.items():
        low, high = ends(page, box)
        assert close(low, tensor.min().item()) and close(high, tensor.max().item()), box
    assert close(ends(page, "softmax")[1], 100 * trace.at(LAYER, "attn.pattern")[:, QUERY].max().item())


def test_every_box_opens_by_click_and_by_key_without_a_request(opened):
    page = opened.page
    opened.requests.clear()
    titles = set()
    for i, box in enumerate(SHAPES):
        button = page.locator(f"#screen-block .at-{box}")
        if i % 2:
            button.click()
        else:
            button.focus()
            page.keyboard.press("Enter")
        # The softmax is open from the start: pressing it closes it, once more opens it.
        if box == "softmax" and button.get_attribute("aria-expanded") == "false":
            assert page.locator("#block-open").is_hidden()
            button.click()
        assert button.get_attribute("aria-expanded") == "true"
        assert page.locator("#screen-block .box[aria-expanded=true]").count() == 1
        assert page.locator("#block-open .says").text_content()
        assert page.locator("#block-open .formula math").count() == 1
        assert page.locator("#block-open canvas:visible").count() >= 1
        numbers = 1
        for factor in SHAPES[box].split("×"):
            numbers *= int(factor)
        assert f"{numbers} numbers" in page.locator("#block-open .box-facts").text_content().replace("\u202f", "")
        titles.add(page.locator("#block-open h3").text_content())
        if page.locator("#block-open .bands").is_visible():
            axis = {"1536": "hidden unit", "384": "dimension of the token"}.get(SHAPES[box], "dimension of the head")
            assert page.locator("#block-open .band-ticks span").nth(1).text_content() == axis, box
    assert len(titles) == len(SHAPES)
    assert views(opened) == []


def test_pointing_reads_the_number_and_pressing_asks_for_its_calculation(opened, app):
    page, trace = opened.page, block_of(app)
    page.evaluate("() => document.addEventListener('microscope:explain', (event) => { window.asked = event.detail; })")
    reading = page.locator("#block-open .reading")

    def read(box, row, rows, j, count):
        """The reading at the j-th number of a row, and what a press there asks for."""
        page.locator(f"#screen-block .at-{box}").click()
        canvas = page.locator("#block-open .bands canvas")
        canvas.scroll_into_view_if_needed()
        area = canvas.bounding_box()
        at = area["x"] + area["width"] * (j + 0.5) / count, area["y"] + area["height"] * (row + 0.5) / rows
        page.mouse.move(*at)
        text = reading.text_content()
        page.mouse.click(*at)
        asked = page.evaluate("() => window.asked")
        assert asked.pop("look")["photo"] == FIRST.photo
        page.keyboard.press("Escape")
        return text, asked

    text, asked = read("q", 2, 6, 40, 64)
    assert "head 3" in text and "q[41]" in text
    assert close(number(text), trace.at(LAYER, "attn.q")[2, QUERY, 40].item())
    assert asked == {"name": f"blocks.{LAYER}.attn.q", "index": [2, QUERY, 40], "change": ""}

    text, asked = read("mid", 1, 3, 200, 384)
    # A line is about a pixel wide: the number is the one that the reading names.
    j = int(text.split("[")[1].split("]")[0]) - 1
    assert abs(j - 200) <= 1
    values = [number(part) for part in text.split(" · ")]
    for value, of in zip(values, ("resid_pre", "attn_out", "resid_mid"), strict=True):
        assert close(value, trace.at(LAYER, of)[QUERY, j].item())
    assert asked == {"name": f"blocks.{LAYER}.attn_out", "index": [QUERY, j], "change": ""}

    text, asked = read("concat", 0, 1, 300, 384)
    j = int(text.split("[")[1].split("]")[0]) - 1
    assert asked == {"name": f"blocks.{LAYER}.attn.z", "index": [j // 64, QUERY, j % 64], "change": ""}
    assert close(number(text.split(" · ")[0]), trace.at(LAYER, "attn.z")[j // 64, QUERY, j % 64].item())

    page.locator("#screen-block .at-softmax").click()
    tile = page.locator("#block-open .key-tile .tile:visible").nth(4)
    tile.scroll_into_view_if_needed()
    area = tile.bounding_box()
    page.mouse.move(area["x"] + area["width"] * 6.5 / 16, area["y"] + area["height"] * 7.5 / 16)
    key, weight = 1 + 7 * 16 + 6, trace.at(LAYER, "attn.pattern")[4, QUERY]
    assert "head 5, patch 8, 7" in reading.text_content()
    assert close(number(reading.text_content()), 100 * weight[key].item())
    page.locator("#block-open .key-tile:visible .key-prefix").nth(4).click()
    asked = page.evaluate("() => window.asked")
    asked.pop("look")
    assert asked == {"name": f"blocks.{LAYER}.attn.pattern", "index": [4, QUERY, 0], "change": ""}


@pytest.mark.parametrize(("kind", "place", "change"), SWITCHES)
def test_a_switch_changes_the_flow_the_class_and_the_softmax(opened, app, blocks_run, kind, place, change):
    page = opened.page
    before = answer(page)
    assert [row[1] for row in before] == ["", "", ""]
    switch(page, kind, place)
    # What changed is computed again, and the block that is looked at: no more than 1.1 passes.
    assert 12 - LAYER <= len(blocks_run) <= 1.1 * 12
    trace, trained, plain = block_of(app, change), block_of(app), app.services.trace(FIRST)
    for name, was, now in answer(page):
        index = trace.labels.index(name)
        assert was == percent(plain.probabilities[index].item())
        assert now == percent(trace.probabilities[index].item())
    assert trace.top(1)[0][0] in [name for name, *_ in answer(page)]
    for box, of in TENSORS.items():
        low, high = ends(page, box)
        tensor = trace.at(LAYER, of)[QUERY]
        assert close(low, tensor.min().item()) and close(high, tensor.max().item()), box
    assert "Changed:" in page.locator("#screen-block .changed-label").text_content()
    # The softmax of each head, as trained and now.
    for head, row in enumerate(page.locator("#screen-block .saturation-rows li").all()):
        texts = row.locator(".value").first.text_content().split(" → ")
        assert close(number(texts[-1]), 100 * trace.at(LAYER, "attn.pattern")[head, QUERY].max().item())
        assert close(number(texts[0]), 100 * trained.at(LAYER, "attn.pattern")[head, QUERY].max().item())
    cut = page.locator("#screen-block .river .stream.gone").count()
    struck = page.locator("#screen-block .equation .struck").count()
    assert (cut, struck) == ((2, 2) if kind == "residual" else (0, 1))
    assert ("off" in page.locator("#screen-block .at-scale").get_attribute("class").split()) == (kind == "scale")
    # Back again, from what is here.
    opened.requests.clear()
    blocks_run.clear()
    page.get_by_role("button", name="As trained").click()
    page.wait_for_selector(READY)
    assert answer(page) == before
    assert page.locator("#screen-block .river .stream.gone").count() == 0
    assert (views(opened), len(blocks_run)) == ([], 0)


def test_without_the_division_the_softmax_saturates(opened, app):
    page = opened.page
    bars = page.locator("#screen-block .saturation-rows .track").first
    filled = "(track) => track.querySelector('.fill').style.width"
    before = float(bars.evaluate(filled).rstrip("%"))
    switch(page, "scale", 1)
    assert float(bars.evaluate(filled).rstrip("%")) > before + 10
    assert ends(page, "scale") == ends(page, "dots")
    note = page.locator("#screen-block .saturation .note").text_content()
    was, now = (number(part) for part in note.split(" now")[0].split(" as trained, "))
    assert now > was + 10


def test_both_switches_join_and_a_broken_layer_stays_broken_while_another_is_looked_at(opened, app, blocks_run):
    page = opened.page
    switch(page, "residual", 1)
    switch(page, "scale", 2)
    label = page.locator("#screen-block .changed-label")
    assert label.text_content() == "Changed: residual off in layer 5 · no ÷√64 in any layer"
    opened.requests.clear()
    blocks_run.clear()
    page.keyboard.press("]")
    page.wait_for_selector(READY)
    assert label.text_content() == "Changed: residual off in layer 5 · no ÷√64 in any layer"
    assert (views(opened), len(blocks_run)) == (["block"], 1)
    trace = block_of(app, "residual:off@4;scale:off@all", LAYER + 1)
    assert close(ends(page, "out")[1], trace.at(LAYER + 1, "resid_post")[QUERY].max().item())
    group = page.locator("#screen-block .break-switch").first
    assert group.locator("button").all_text_contents() == [
        "on", "off in layer 5", "off in layer 6", "off in all layers",
    ]  # fmt: skip
    assert group.locator("[aria-pressed=true]").text_content() == "off in layer 5"
    # The stream is whole in the layer that is looked at.
    assert page.locator("#screen-block .river .stream.gone").count() == 0


def test_another_layer_or_token_is_one_request_and_a_known_one_none(opened, app, blocks_run):
    page = opened.page
    steps = [
        (lambda: page.keyboard.press("]"), ["block"]),
        (page.locator("#screen-block .prefix-token").first.click, ["block"]),
        (lambda: page.keyboard.press("["), ["block"]),
        (page.get_by_role("button", name="Next layer").locator("visible=true").click, []),
        (page.locator("#screen-block .contributions .layer-numbers button").nth(LAYER).click, []),
    ]
    for do, asked in steps:
        opened.requests.clear()
        blocks_run.clear()
        do()
        page.wait_for_selector(READY)
        assert views(opened) == asked
        # The one block that is opened; not even that where it is still kept.
        assert len(blocks_run) <= len(asked)
    assert "Layer 5 of 12" in page.locator("#screen-block .layer-name").text_content()
    assert "CLS" in page.locator("#screen-block .readout").first.text_content()


def test_what_each_layer_adds_is_told_with_its_share(opened, app):
    page, trace = opened.page, block_of(app)
    told = [number(bold) for bold in page.locator("#screen-block .contributions strong").all_text_contents()[1:]]
    lengths = [trace.at(LAYER, name)[QUERY].norm().item() for name in ("attn_out", "mlp_out")]
    assert all(close(shown, length) for shown, length in zip(told, lengths, strict=True))
    before = trace.at(LAYER, "resid_pre")[QUERY].norm().item()
    assert f"{float(f'{100 * lengths[0] / before:.3g}'):g} % of" in page.locator(
        "#screen-block .contributions .readout"
    ).text_content().replace(".0 %", " %")


@pytest.mark.parametrize(
    ("norm", "layer_scale", "said"),
    [
        ("pre", False, ["x′=x+Attn(LN(x))", "x″=x′+MLP(LN(x′))"]),
        ("pre", True, ["x′=x+γ1⊙Attn(LN(x))", "x″=x′+γ2⊙MLP(LN(x′))"]),
        ("post", False, ["x′=LN(x+Attn(x))", "x″=LN(x′+MLP(x′))"]),
    ],
)
def test_the_formula_is_the_one_of_the_model(opened, norm, layer_scale, said):
    """On the page itself it is the first; the others are what the same component says of other models."""
    page = opened.page
    lines = page.evaluate(
        """async ([norm, layer_scale]) => {
          const script = [...document.querySelectorAll('script, link')].map((e) => e.src || e.href).find((s) => s?.includes('/static/'));
          const { Equation } = await import(script.replace(/\\/(js|css)\\/.*/, '/js/block/equation.js'));
          const equation = new Equation();
          equation.show({ norm, layer_scale, d_head: 64, d_model: 384 }, { facts: { residual: true, scaled: true } });
          return [...equation.element.querySelectorAll('.equation-line')].map((line) => line.textContent);
        }""",
        [norm, layer_scale],
    )
    assert lines[:2] == said
    if (norm, layer_scale) == ("pre", False):
        shown = page.locator("#screen-block .equation-line").all_text_contents()
        assert shown[:2] == said and "√64" in shown[2]


def test_an_uploaded_photo_has_its_own_block(opened, app):
    page = opened.page
    before = ends(page, "ln1")
    upload(page, picture(seed=31))
    until_photo(page, "Your photo, 300 × 200")
    page.wait_for_selector("#screen-block .picker img:not([src*=example])")
    page.wait_for_selector(READY)
    assert ends(page, "ln1") != before
    switch(page, "residual", 2)
    assert page.locator("#screen-block .river .stream.gone").count() == 2
    assert " → " in page.locator("#screen-block .saturation-rows .value").first.text_content()


@pytest.mark.parametrize("lang", ["ko"])
def test_on_a_phone_the_river_runs_down_and_nothing_is_too_wide(open_page, lang):
    page = open_page(f"lang={lang}&screen=block", width=390, height=844).page
    page.wait_for_selector(READY)
    switch(page, "residual", 1)
    page.locator("#screen-block .at-mid").click()
    wide = page.locator("#screen-block .am-mount *").evaluate_all(
        "(all) => all.filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className)"
    )
    assert wide == []
    # Asked for at once: the page may still be scrolling to the box that was opened.
    tops = page.evaluate(
        "(boxes) => boxes.map((box) => document.querySelector(`#screen-block .at-${box}`).getBoundingClientRect().top)",
        ["x", "q", "softmax", "mid", "out"],
    )
    assert tops == sorted(tops)
    assert page.locator("#screen-block .river .stream.gone").count() == 2
