"""The calculator as a visitor uses it: from a cell of a head down to a pixel, every number the model's own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.photo.query import FIRST
from tests.support.browser import box_of, settled, settles
from tests.support.screens import centre_of, complete
from tests.support.sheet import HERE, RESULT, SHEET, comes_to, follow, share_is, titled
from tests.support.written import number

pytestmark = pytest.mark.one_page

QUERY = 1 + 6 * 16 + 3  # patch 7, 4
STEPS = f"{HERE} .steps > li"


def weight(page):
    """Where the softmax of a row comes out."""
    return page.locator(STEPS).nth(3).locator(".worked")


@pytest.fixture
def opened(open_page):
    """The calculator on one cell of head 2 in the first layer, opened by a double click on it."""
    watched = open_page(f"lang=en&screen=attention&layer=0&query={QUERY}")
    page = watched.page
    complete(page)
    tile = page.locator("#screen-attention .head .tile").nth(1)
    box = box_of(tile)
    page.mouse.dblclick(box["x"] + box["width"] * 10.5 / 16, box["y"] + box["height"] * 5.5 / 16)
    page.wait_for_selector(f"{HERE} .steps")
    return watched


def test_a_cell_leads_to_the_pixels(opened, app):
    page, trace = opened.page, app.services.photos.trace(FIRST)
    key = 1 + 5 * 16 + 10
    titled(page, "Attention of patch 7, 4 to patch 6, 11, head 2, layer 1")
    steps = page.locator(STEPS)
    share_is(weight(page), trace.pattern(0, 1)[QUERY, key].item())
    q, k = trace.at(0, "attn.q")[1, QUERY], trace.at(0, "attn.k")[1, key]
    comes_to(steps.nth(1).locator(".worked"), (q @ k / 8).item())

    follow(page, steps.first.locator("button.operand").first)
    dim = int((q * k).abs().argmax())
    titled(page, f"Query number {dim + 1} of patch 7, 4, head 2, layer 1")
    comes_to(page.locator(RESULT), q[dim].item())

    follow(page, page.locator(f"{HERE} button.operand").first)
    read = titled(page, lambda text: "normalised for the attention of layer 1" in text)
    unit = int(re.match(r"Number (\d+)", read)[1]) - 1
    block = app.services.photos.block(FIRST, 0)
    comes_to(page.locator(RESULT), block.at(0, "ln1")[QUERY, unit].item())

    follow(page, page.locator(f"{RESULT} button.operand"))
    titled(page, f"Number {unit + 1} of patch 7, 4, position added, before the first layer")
    comes_to(page.locator(RESULT), trace["tokens"][QUERY, unit].item())

    follow(page, page.locator(f"{HERE} button.operand").first)
    titled(page, f"Number {unit + 1} of patch 7, 4 after the projection E")
    comes_to(page.locator(RESULT), trace["patches"][QUERY - 1, unit].item())

    follow(page, page.locator(f"{HERE} button.operand").first)
    pixel = re.compile(r"The (\w+) of the pixel in column (\d+), row (\d+)")
    colour, x, y = pixel.match(titled(page, pixel.match)).groups()
    assert 3 * 14 < int(x) <= 4 * 14 and 6 * 14 < int(y) <= 7 * 14, "the pixel lies in another patch"
    bytes_seen = app.services.photos.model_of(FIRST).preprocess.undo(trace.pixels)
    brightness = bytes_seen[("red", "green", "blue").index(colour), int(y) - 1, int(x) - 1].item()
    byte = page.locator(f"{RESULT} .operand").first
    settles(lambda: number(byte.inner_text()), brightness)
    expect(page.locator(".trail button")).to_have_count(6)
    page.keyboard.press("Tab")  # the button that was pressed is gone, the keyboard is still in the sheet
    expect(page.locator(f"{SHEET}:focus-within")).to_be_visible()

    page.locator(".trail button").first.click()
    page.wait_for_selector(f"{HERE} .steps")
    titled(page, lambda text: text.startswith("Attention of patch 7, 4"))


def test_another_key_and_another_number_of_z_ask_nobody(opened, app):
    page, trace = opened.page, app.services.photos.trace(FIRST)
    opened.requests.clear()
    page.mouse.click(*centre_of(page, 2, 12, within=f"{SHEET} .tile"))
    key = 1 + 2 * 16 + 12
    titled(page, "Attention of patch 7, 4 to patch 3, 13, head 2, layer 1")
    share_is(weight(page), trace.pattern(0, 1)[QUERY, key].item())
    page.locator(f"{SHEET} .prefix-token").click()
    titled(page, lambda text: "to CLS" in text)
    z = trace.pattern(0, 1)[QUERY] @ trace.at(0, "attn.v")[1]
    last = page.locator(STEPS).nth(4)
    strip = last.locator("canvas").first
    strip.click(position={"x": box_of(strip)["width"] * 7.5 / 64, "y": 20})
    comes_to(last.locator(".worked").last, z[7].item())
    assert settled(lambda: opened.requests) == []


def test_without_the_root_the_softmax_gives_other_weights(opened, app):
    page, trace = opened.page, app.services.photos.trace(FIRST)
    page.locator(f"{SHEET} .switch").click()
    changed = page.locator(".trail .changed")
    expect(changed).to_contain_text("√dₖ off in layer 1")
    expect(page.locator(STEPS).nth(1)).to_contain_text("switched off")
    scores = trace.at(0, "attn.q")[1, QUERY] @ trace.at(0, "attn.k")[1].T
    assert scores.softmax(0)[1 + 5 * 16 + 10] < 1e-5, "the cell was chosen because the root makes a difference there"
    worked = page.locator(STEPS).nth(3).locator(".operand")
    expect(worked.nth(2)).to_have_text(re.compile(r"<\s0\.001\s%$"))
    comes_to(worked.nth(1), scores.double().exp().sum().item())
    page.locator(f"{SHEET} .switch").click()
    expect(changed).to_have_count(0)
    share_is(weight(page), trace.pattern(0, 1)[QUERY, 1 + 5 * 16 + 10].item())


def test_the_root_can_come_back_in_one_layer_of_a_pass_without_any(open_page):
    """√d is off in all layers, as on the Block screen: all but this one stay off, on every screen."""
    page = open_page("v=2&lang=en&screen=attention&layer=4&change=scale:off@all&explain=p!4.attn.pattern:0,0,0").page
    complete(page)
    page.wait_for_selector(f"{HERE} .steps")
    expect(page.locator(f"{SHEET} .switch input")).not_to_be_checked()
    expect(page.locator(".trail .changed")).to_contain_text("in all layers")
    page.locator(f"{SHEET} .switch").click()
    expect(page.locator(STEPS).nth(1)).to_contain_text("√64")
    expect(page.locator(f"{SHEET} .switch input")).to_be_checked()
    expect(page.locator(".changes .change-chip")).to_contain_text("in layers 1, 2, 3, 5, 6")


def test_large_scores_are_lowered_in_the_open(open_page, app):
    page = open_page("lang=en&screen=attention&layer=3&head=1").page
    complete(page)
    scores = app.services.photos.trace(FIRST)
    row = (scores.at(3, "attn.q")[:, 0] * scores.at(3, "attn.k")[:, 0]).sum(-1) / 8
    head = int(row.argmax())
    assert row[head] > 80, "no large score here: choose another layer"
    page.locator("#screen-attention .head").nth(head).click(position={"x": 5, "y": 5})
    page.locator("#screen-attention .calculate").click()
    page.wait_for_selector(f"{HERE} .steps")
    step = page.locator(STEPS).nth(3)
    expect(step).to_contain_text("first taken off every score")
    expect(step.locator("sup")).to_contain_text("−")


def test_escape_closes_it_and_leads_back_to_where_it_was_opened(open_page):
    page = open_page("lang=en&screen=attention&layer=0").page
    complete(page)
    page.locator("#screen-attention .calculate").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{HERE} .steps")
    page.keyboard.press("Escape")
    page.wait_for_selector(".calculator", state="hidden")
    expect(page.locator("#screen-attention .calculate")).to_be_focused()


def test_a_class_leads_to_what_the_head_reads(open_page, app):
    page = open_page("lang=en&screen=decision").page
    page.wait_for_selector("#screen-decision .logit-products:not([data-waiting])")
    strip = page.locator(".logit-products canvas")
    strip.scroll_into_view_if_needed()
    strip.click(position={"x": 3, "y": 20})
    page.wait_for_selector(f"{HERE} .total")
    number_of_cls = re.compile(r"Number (\d+) of CLS after the last norm")
    unit = int(number_of_cls.match(titled(page, number_of_cls.match))[1]) - 1
    comes_to(page.locator(RESULT), app.services.photos.trace(FIRST)["ln_final"][0, unit].item())


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_on_a_phone_it_fits(open_page, lang):
    page = open_page(f"lang={lang}&screen=attention&layer=0&query={QUERY}", width=390, height=844, has_touch=True).page
    complete(page)
    page.locator("#screen-attention .calculate").click()
    page.wait_for_selector(f"{HERE} .steps")
    for _ in range(5):
        settles(lambda: page.locator(SHEET).evaluate("(sheet) => sheet.scrollWidth"), lambda wide: wide <= 390)
        expect(page.locator(SHEET)).not_to_contain_text("⟨")
        follow(page, page.locator(f"{HERE} button.operand").first)
