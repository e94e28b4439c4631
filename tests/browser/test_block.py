"""The Block screen as a visitor uses it: every box opens with the model's numbers, and the switches do what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from math import prod

import pytest
from playwright.sync_api import expect

from demo.photo.query import FIRST
from tests.support.browser import address, box_of, in_page, passes, settled, settles
from tests.support.pictures import picture_file
from tests.support.screens import until_photo, until_status, upload
from tests.support.written import near, number, numbers, percent
from vit_core.blocks import EncoderBlock

pytestmark = pytest.mark.one_page

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
WITHOUT_BANDS = ("dots", "scale", "softmax", "carry")
SWITCHES = [
    ("residual", 1, f"residual:off@{LAYER + 1}"),
    ("residual", 2, "residual:off@all"),
    ("scale", 1, f"scale:off@{LAYER + 1}"),
    ("scale", 2, "scale:off@all"),
]


def open_at(open_page, photo=FIRST.photo):
    watched = open_page(f"v=2&lang=en&screen=block&layer={LAYER + 1}&query={QUERY}&photo={photo}")
    watched.page.wait_for_selector(READY)
    return watched


@pytest.fixture
def opened(open_page):
    return open_at(open_page)


@pytest.fixture
def blocks_run(monkeypatch):
    """Counts the encoder blocks that are computed: twelve are one forward pass."""
    ran, forward = [], EncoderBlock.forward
    monkeypatch.setattr(EncoderBlock, "forward", lambda *args, **more: ran.append(1) or forward(*args, **more))
    return ran


def switch(page, kind, place):
    group = page.locator("#screen-block .break-switch").nth(("residual", "scale").index(kind))
    button = group.locator("button").nth(place)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")  # from here on the screen waits for the answer
    page.wait_for_selector(READY)


def at_layer(page, layer, token):
    """Wait until the screen is at this layer and token, and drawn."""
    expect(page.locator("#screen-block .layer-name")).to_contain_text(f"Layer {layer} of 12")
    expect(page.locator("#screen-block .readout").first).to_contain_text(token)
    page.wait_for_selector(READY)


def block_of(app, change="", layer=LAYER, photo_query=FIRST):
    return app.services.photos.block(replace(photo_query, change=change), layer)


def ends(page, box):
    """The smallest and the largest number of a box, as it says."""
    return [number(text) for text in page.locator(f"#screen-block .at-{box} .range > span").all_text_contents()]


def spread(tensor):
    return [near(tensor.min().item()), near(tensor.max().item())]


def show_the_tensors_of(page, trace, boxes=TENSORS):
    """Wait until every box has the range of its tensor."""
    wanted = {box: spread(trace.at(LAYER, of)[QUERY]) for box, of in boxes.items()}
    settles(lambda: {box: ends(page, box) for box in wanted}, wanted)


def views(watched):
    return [url.split("/view/")[1].split("?")[0] for url in watched.requests if "/view/" in url]


def answer(page):
    """Of every class on screen: name, share as trained where it is shown, share now."""
    rows = page.locator("#screen-block .paired li")
    return [
        tuple(row.locator(part).text_content() for part in (".name", ".was-share", ".now-share")) for row in rows.all()
    ]


def saturation(page):
    """Of every head the largest weight, as trained and now."""
    rows = page.locator("#screen-block .saturation-rows li").all()
    words = [row.locator(".value").first.text_content().split(" → ") for row in rows]
    return [(number(parts[0]), number(parts[-1])) for parts in words]


def test_every_box_has_the_shape_and_the_range_of_its_tensor(opened, app):
    page, trace = opened.page, block_of(app)
    for box, shape in SHAPES.items():
        settles(lambda box=box: "".join(page.locator(f"#screen-block .at-{box} .shape").text_content().split()), shape)
    show_the_tensors_of(page, trace)
    of_heads = {box: trace.at(LAYER, of)[:, QUERY] for box, of in OF_HEADS.items()}
    wanted = {box: spread(tensor) for box, tensor in {**of_heads, "dots": of_heads["scale"] * 8}.items()}
    settles(lambda: {box: ends(page, box) for box in wanted}, wanted)
    largest = 100 * trace.at(LAYER, "attn.pattern")[:, QUERY].max().item()
    settles(lambda: ends(page, "softmax")[1], near(largest))


def test_every_box_opens_by_click_and_by_key_without_a_request(opened):
    page = opened.page
    opened.requests.clear()
    titles, opened_box = set(), page.locator("#block-open")
    softmax = page.locator("#screen-block .at-softmax")
    expect(softmax).to_have_attribute("aria-expanded", "true")  # from the start; pressing it closes it
    softmax.click()
    expect(softmax).to_have_attribute("aria-expanded", "false")
    expect(opened_box).to_be_hidden()
    for i, box in enumerate(SHAPES):
        button = page.locator(f"#screen-block .at-{box}")
        if i % 2:
            button.click()
        else:
            button.focus()
            page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-expanded", "true")
        expect(page.locator("#screen-block .box[aria-expanded=true]")).to_have_count(1)
        expect(opened_box.locator(".says")).not_to_be_empty()
        expect(opened_box.locator(".formula .math")).to_have_count(1)
        expect(opened_box.locator("canvas:visible").first).to_be_visible()
        facts, count = opened_box.locator(".box-facts"), prod(int(factor) for factor in SHAPES[box].split("×"))
        settles(lambda facts=facts: numbers(facts.text_content()), lambda told, count=count: count in told)
        heading = opened_box.locator("h3")
        titles.add(settles(heading.text_content, lambda title: title and title not in titles))
        if box not in WITHOUT_BANDS:  # a weight for every token is drawn as tiles
            axis = {"1536": "hidden unit", "384": "dimension of the token"}.get(SHAPES[box], "dimension of the head")
            expect(opened_box.locator(".band-ticks span").nth(1)).to_have_text(axis)
    assert len(titles) == len(SHAPES)
    assert set(settled(lambda: views(opened))) <= {"head_matrix"}  # what was learned comes behind, and of no pass


def test_pointing_reads_the_number_and_pressing_asks_for_its_calculation(opened, app):
    page, trace = opened.page, block_of(app)
    reading = page.locator("#block-open .reading")

    def asked():
        """The number that is explained, as the address names it: layers count from 1 there."""
        return address(page).get("explain")

    def point(box, row, rows, j, count):
        """Open a box and point at the j-th number of a row."""
        page.locator(f"#screen-block .at-{box}").click()
        canvas = page.locator("#block-open .bands canvas")
        canvas.scroll_into_view_if_needed()
        area = box_of(canvas)
        page.mouse.move(area["x"] + area["width"] * (j + 0.5) / count, area["y"] + area["height"] * (row + 0.5) / rows)

    def press(name, *index):
        """Press where the pointer is, and wait until this number is asked for."""
        page.mouse.down()
        page.mouse.up()
        settles(asked, f"p!{LAYER + 1}.{name}:{','.join(map(str, index))}")
        expect(page.locator(".calculator")).to_be_visible()
        page.keyboard.press("Escape")
        settles(asked, None)

    def place(text):
        """Which number of its row a reading names: a line is about a pixel wide."""
        return int(text.split("[")[1].split("]")[0]) - 1

    point("q", 2, 6, 40, 64)
    expect(reading).to_contain_text("head 3")
    expect(reading).to_contain_text("q[41]")
    settles(lambda: number(reading.text_content()), near(trace.at(LAYER, "attn.q")[2, QUERY, 40].item()))
    press("attn.q", 2, QUERY, 40)

    point("mid", 1, 3, 200, 384)
    j = settles(lambda: place(reading.text_content()), lambda j: abs(j - 200) <= 1)
    parts = [near(trace.at(LAYER, of)[QUERY, j].item()) for of in ("resid_pre", "attn_out", "resid_mid")]
    settles(lambda: numbers(reading.text_content().partition("]")[2])[-3:], parts)  # z + MSA = z′
    press("attn_out", QUERY, j)

    point("concat", 0, 1, 300, 384)
    j = settles(lambda: place(reading.text_content()), lambda j: abs(j - 300) <= 1)
    exact = trace.at(LAYER, "attn.z")[j // 64, QUERY, j % 64].item()
    settles(lambda: number(reading.text_content().split(" · ")[0]), near(exact))
    press("attn.z", j // 64, QUERY, j % 64)

    page.locator("#screen-block .at-softmax").click()
    tile = page.locator("#block-open .key-tile .tile:visible").nth(4)
    tile.scroll_into_view_if_needed()
    area = box_of(tile)
    page.mouse.move(area["x"] + area["width"] * 6.5 / 16, area["y"] + area["height"] * 7.5 / 16)
    weight = trace.at(LAYER, "attn.pattern")[4, QUERY, 1 + 7 * 16 + 6].item()
    expect(reading).to_contain_text("head 5, patch 8, 7")
    settles(lambda: number(reading.text_content()), near(100 * weight))
    page.locator("#block-open .key-tile:visible .key-prefix").nth(4).click()
    settles(asked, f"p!{LAYER + 1}.attn.pattern:4,{QUERY},0")


@pytest.mark.parametrize(("kind", "place", "change"), SWITCHES)
def test_a_switch_changes_the_flow_the_class_and_the_softmax(open_page, app, blocks_run, kind, place, change):
    # A photo of its own: of any other, what is counted here may have been computed for another test.
    own = app.services.photos.add_photo(picture_file(seed=SWITCHES.index((kind, place, change)) + 500))
    photo_query = replace(FIRST, photo=own)
    opened = open_at(open_page, own)
    page = opened.page
    before = settles(lambda: answer(page), lambda rows: [row[1] for row in rows] == ["", "", ""])
    blocks_run.clear()
    switch(page, kind, place)
    # What changed is computed again, and the block that is looked at: no more than 1.1 passes.
    assert 12 - LAYER <= len(blocks_run) <= 1.1 * 12
    trace, trained, plain = (
        block_of(app, change, photo_query=photo_query),
        block_of(app, photo_query=photo_query),
        app.services.photos.trace(photo_query),
    )
    show_the_tensors_of(page, trace)

    def check_answer():
        rows = answer(page)
        for name, was, now in rows:
            index = trace.labels.index(name)
            assert was == percent(plain.probabilities[index].item())
            assert now == percent(trace.probabilities[index].item())
        assert trace.top(1)[0][0] in [name for name, *_ in rows]

    passes(check_answer)
    expect(page.locator("#screen-block .changed-label")).to_contain_text("Changed:")
    # The softmax of each head, as trained and now.
    peaks = [100 * of.at(LAYER, "attn.pattern")[:, QUERY].max(-1).values for of in (trained, trace)]
    settles(lambda: saturation(page), [(near(was.item()), near(now.item())) for was, now in zip(*peaks, strict=True)])
    cut, struck = (2, 2) if kind == "residual" else (0, 1)
    expect(page.locator("#screen-block .river .stream.gone")).to_have_count(cut)
    expect(page.locator("#screen-block .equation .struck")).to_have_count(struck)
    expect(page.locator("#screen-block .at-scale.off")).to_have_count(int(kind == "scale"))
    # Back again, from what is here.
    opened.requests.clear()
    blocks_run.clear()
    page.get_by_role("button", name="As trained").click()
    settles(lambda: answer(page), before)
    expect(page.locator(READY).first).to_be_visible()
    expect(page.locator("#screen-block .river .stream.gone")).to_have_count(0)
    assert (settled(lambda: views(opened)), len(blocks_run)) == ([], 0)


def test_without_the_division_the_softmax_saturates(opened, app):
    page = opened.page
    fill = page.locator("#screen-block .saturation-rows .track .fill").first

    def filled():
        return float(fill.evaluate("(fill) => fill.style.width").rstrip("%"))

    before = settled(filled)
    switch(page, "scale", 1)
    settles(filled, lambda now: now > before + 10)
    settles(lambda: (ends(page, "scale"), ends(page, "dots")), lambda both: both[0] == both[1] != [])
    note = page.locator("#screen-block .saturation .note")

    def told():
        return [number(part) for part in note.text_content().split(" now")[0].split(" as trained, ")]

    settles(told, lambda shares: shares[1] > shares[0] + 10)


def test_both_switches_join_and_a_broken_layer_stays_broken_while_another_is_looked_at(opened, app, blocks_run):
    page = opened.page
    switch(page, "residual", 1)
    switch(page, "scale", 2)
    label = page.locator("#screen-block .changed-label")
    expect(label).to_have_text("Changed: Residual off in layer 5 · ÷√dₖ off in all layers")
    opened.requests.clear()
    blocks_run.clear()
    page.keyboard.press("]")
    at_layer(page, LAYER + 2, "patch")
    expect(label).to_have_text("Changed: Residual off in layer 5 · ÷√dₖ off in all layers")
    assert (settled(lambda: views(opened)), len(blocks_run)) == (["block"], 1)
    trace = block_of(app, "residual:off@5;scale:off@all", LAYER + 1)
    settles(lambda: ends(page, "out")[1], near(trace.at(LAYER + 1, "resid_post")[QUERY].max().item()))
    group = page.locator("#screen-block .break-switch").first
    expect(group.locator("button")).to_have_text(["on", "off in layer 5", "off in layer 6", "off in all layers"])
    expect(group.locator("[aria-pressed=true]")).to_have_text("off in layer 5")
    # The stream is whole in the layer that is looked at.
    expect(page.locator("#screen-block .river .stream.gone")).to_have_count(0)


def test_a_time_is_that_of_the_pass_on_screen_or_says_of_which(opened):
    page = opened.page
    until_status(page, "forward pass")
    switch(page, "residual", 1)
    until_status(page, "the forward pass as trained took")


def test_another_layer_or_token_is_one_request_and_a_known_one_none(opened, app, blocks_run):
    page = opened.page
    next_layer = page.get_by_role("button", name="Next layer").locator("visible=true")
    steps = [
        (lambda: page.keyboard.press("]"), 6, "patch", ["block"]),
        (page.locator("#screen-block .prefix-token").first.click, 6, "CLS", ["block"]),
        (lambda: page.keyboard.press("["), 5, "CLS", ["block"]),
        (next_layer.click, 6, "CLS", []),
        (page.locator("#screen-block .contributions .layer-numbers button").nth(LAYER).click, 5, "CLS", []),
    ]
    for do, layer, token, asked in steps:
        opened.requests.clear()
        blocks_run.clear()
        do()
        at_layer(page, layer, token)
        assert settled(lambda: views(opened)) == asked
        # The one block that is opened; not even that where it is still kept.
        assert len(blocks_run) <= len(asked)


def test_what_each_layer_adds_is_told_with_its_share(opened, app):
    page, trace = opened.page, block_of(app)
    contributions = page.locator("#screen-block .contributions")
    lengths = [trace.at(LAYER, name)[QUERY].norm().item() for name in ("attn_out", "mlp_out")]
    bold = contributions.locator("strong")
    settles(lambda: [number(text) for text in bold.all_text_contents()[1:]], [near(length) for length in lengths])
    share = lengths[0] / trace.at(LAYER, "resid_pre")[QUERY].norm().item()
    told = contributions.locator(".readout")
    settles(
        lambda: told.text_content().replace(".0\u00a0%", "\u00a0%"),
        lambda text: f"{float(f'{100 * share:.3g}'):g}\u00a0% of" in text,
    )


@pytest.mark.parametrize(
    ("norm", "layer_scale", "said"),
    [
        ("pre", False, ["z′l=zl−1+MSA(LN(zl−1))", "zl=z′l+MLP(LN(z′l))"]),
        ("pre", True, ["z′l=zl−1+λ1⊙MSA(LN(zl−1))", "zl=z′l+λ2⊙MLP(LN(z′l))"]),
        ("post", False, ["z′l=LN(zl−1+MSA(zl−1))", "zl=LN(z′l+MLP(z′l))"]),
    ],
)
def test_the_formula_is_the_one_of_the_model(opened, norm, layer_scale, said):
    """On the page itself it is the first; the others are what the same component says of other models."""
    page = opened.page
    lines = in_page(
        page,
        """async ([norm, layer_scale]) => {
          const script = [...document.querySelectorAll('script, link')].map((e) => e.src || e.href).find((s) => s?.includes('/static/'));
          const { Equation } = await import(script.replace(/\\/(js|css)\\/.*/, '/js/flow/equation.js'));
          const equation = new Equation();
          equation.show({ norm, layer_scale, d_head: 64, d_model: 384 }, { facts: { off: [] } });
          return [...equation.element.querySelectorAll('.equation-line')].map((line) => line.textContent);
        }""",
        [norm, layer_scale],
    )
    closed = [re.sub(r"\s", "", line) for line in lines]
    assert closed[:2] == said
    if (norm, layer_scale) == ("pre", False):
        shown = page.locator("#screen-block .equation-line")
        settles(lambda: [re.sub(r"\s", "", line) for line in shown.all_text_contents()[:2]], said)
        expect(shown.nth(2)).to_contain_text("√64")


def test_an_uploaded_photo_has_its_own_block(opened, app):
    page = opened.page
    before = settled(lambda: ends(page, "ln1"))
    upload(page, picture_file(seed=31))
    until_photo(page, "Your photo, 300 × 200")
    page.wait_for_selector("#screen-block .picker img:not([src*=example])")
    page.wait_for_selector(READY)
    settles(lambda: ends(page, "ln1"), lambda now: now != before)
    switch(page, "residual", 2)
    expect(page.locator("#screen-block .river .stream.gone")).to_have_count(2)
    expect(page.locator("#screen-block .saturation-rows .value").first).to_contain_text(" → ")


@pytest.mark.parametrize("lang", ["ko"])
def test_on_a_phone_the_river_runs_down_and_nothing_is_too_wide(open_page, lang):
    page = open_page(f"lang={lang}&screen=block", width=390, height=844).page
    page.wait_for_selector(READY)
    switch(page, "residual", 1)
    page.locator("#screen-block .at-mid").click()
    boxes = page.locator("#screen-block .am-mount *")
    too_wide = "(all) => all.filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className)"
    settles(lambda: boxes.evaluate_all(too_wide), [])

    def tops():
        # Asked for at once: the page may still be scrolling to the box that was opened.
        return page.evaluate(
            "(boxes) => boxes.map((box) => document.querySelector(`#screen-block .at-${box}`).getBoundingClientRect().top)",
            ["x", "q", "softmax", "mid", "out"],
        )

    settles(tops, lambda found: found == sorted(found))
    expect(page.locator("#screen-block .river .stream.gone")).to_have_count(2)
