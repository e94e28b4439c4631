"""The calculator as a visitor uses it: from a cell of a head down to a pixel, every number the model's own."""

from __future__ import annotations

import re

import pytest

from demo.services import FIRST
from tests.support.screens import centre_of, complete

QUERY = 1 + 6 * 16 + 3  # patch 7, 4
SHEET = ".calculator:not([hidden])"
HERE = f"{SHEET} .calculator-body:not([data-waiting])"


def number(text):
    """The last number of a line as the page writes it."""
    mantissa, power = re.findall(r"(−?[\d\u202f.]+(?:e−?\d+)?)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)[-1]
    value = float(mantissa.replace("\u202f", "").replace("−", "-"))
    return value * 10 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))) if power else value


def close(shown, exact):
    """Three significant digits; of small percentages three decimals."""
    return shown == pytest.approx(exact, rel=6e-3, abs=6e-6)


def title(page):
    return page.locator(f"{SHEET} > h3").inner_text()


def follow(page, button):
    """Open an operand and wait for its page."""
    before = title(page)
    button.click()
    page.wait_for_function(f"(old) => document.querySelector('{SHEET} > h3').textContent !== old", arg=before)
    page.wait_for_selector(HERE)


@pytest.fixture
def opened(open_page):
    """The calculator on one cell of head 2 in the first layer, opened by a double click on it."""
    watched = open_page(f"lang=en&screen=attention&layer=0&query={QUERY}")
    page = watched.page
    complete(page)
    tile = page.locator("#screen-attention .head .tile").nth(1)
    box = tile.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] * 10.5 / 16, box["y"] + box["height"] * 5.5 / 16)
    page.wait_for_selector(f"{HERE} .steps")
    return watched


def test_a_cell_leads_to_the_pixels(opened, app):
    page, trace = opened.page, app.services.trace(FIRST)
    key = 1 + 5 * 16 + 10
    assert title(page) == "Attention of patch 7, 4 to patch 6, 11, head 2, layer 1"
    steps = page.locator(".steps > li")
    assert close(number(steps.nth(3).locator(".worked").inner_text()) / 100, trace.pattern(0, 1)[QUERY, key].item())
    q, k = trace.at(0, "attn.q")[1, QUERY], trace.at(0, "attn.k")[1, key]
    assert close(number(steps.nth(1).locator(".worked").inner_text()), (q @ k / 8).item())

    follow(page, page.locator(".steps > li").first.locator("button.operand").first)
    dim = int((q * k).abs().argmax())
    assert title(page) == f"Query number {dim + 1} of patch 7, 4, head 2, layer 1"
    assert close(number(page.locator(f"{HERE} .total").inner_text()), q[dim].item())

    follow(page, page.locator(f"{HERE} button.operand").first)
    assert "normalised for the attention of layer 1" in title(page)
    unit = int(re.match(r"Number (\d+)", title(page))[1]) - 1
    block = app.services.block(FIRST, 0)
    assert close(number(page.locator(f"{HERE} .total").inner_text()), block.at(0, "ln1")[QUERY, unit].item())

    follow(page, page.locator(f"{HERE} .total button.operand"))
    assert title(page) == f"Number {unit + 1} of patch 7, 4, position added, before the first layer"
    assert close(number(page.locator(f"{HERE} .total").inner_text()), trace["tokens"][QUERY, unit].item())

    follow(page, page.locator(f"{HERE} button.operand").first)
    assert title(page) == f"Number {unit + 1} of patch 7, 4 after the projection E"
    assert close(number(page.locator(f"{HERE} .total").inner_text()), trace["patches"][QUERY - 1, unit].item())

    follow(page, page.locator(f"{HERE} button.operand").first)
    colour, x, y = re.match(r"The (\w+) of the pixel in column (\d+), row (\d+)", title(page)).groups()
    assert 3 * 14 < int(x) <= 4 * 14 and 6 * 14 < int(y) <= 7 * 14, "the pixel lies in another patch"
    bytes_seen = app.services.check(FIRST).preprocess.undo(trace.pixels)
    brightness = bytes_seen[("red", "green", "blue").index(colour), int(y) - 1, int(x) - 1].item()
    assert number(page.locator(f"{HERE} .total .operand").first.inner_text()) == brightness
    assert page.locator(".trail button").count() == 6
    page.keyboard.press("Tab")  # the button that was pressed is gone, the keyboard is still in the sheet
    assert page.evaluate("document.querySelector('.calculator').contains(document.activeElement)")

    page.locator(".trail button").first.click()
    page.wait_for_selector(f"{HERE} .steps")
    assert title(page).startswith("Attention of patch 7, 4")


def test_another_key_and_another_number_of_z_ask_nobody(opened, app):
    page, trace = opened.page, app.services.trace(FIRST)
    opened.requests.clear()
    page.mouse.click(*centre_of(page, 2, 12, within=f"{SHEET} .tile"))
    key = 1 + 2 * 16 + 12
    assert title(page) == "Attention of patch 7, 4 to patch 3, 13, head 2, layer 1"
    weight = page.locator(".steps > li").nth(3).locator(".worked").inner_text()
    assert close(number(weight) / 100, trace.pattern(0, 1)[QUERY, key].item())
    page.locator(f"{SHEET} .prefix-token").click()
    assert "to CLS" in title(page)
    z = trace.pattern(0, 1)[QUERY] @ trace.at(0, "attn.v")[1]
    last = page.locator(".steps > li").nth(4)
    strip = last.locator("canvas").first
    box = strip.bounding_box()
    strip.click(position={"x": box["width"] * 7.5 / 64, "y": 20})
    assert close(number(last.locator(".worked").last.inner_text()), z[7].item())
    assert opened.requests == []


def test_without_the_root_the_softmax_gives_other_weights(opened, app):
    page, trace = opened.page, app.services.trace(FIRST)
    page.locator(f"{SHEET} .switch").click()
    page.wait_for_selector(".trail .changed")
    page.wait_for_function("() => document.querySelectorAll('.steps > li')[1].textContent.includes('switched off')")
    scores = trace.at(0, "attn.q")[1, QUERY] @ trace.at(0, "attn.k")[1].T
    assert scores.softmax(0)[1 + 5 * 16 + 10] < 1e-5, "the cell was chosen because the root makes a difference there"
    worked = page.locator(".steps > li").nth(3).locator(".operand")
    assert worked.nth(2).inner_text().endswith("< 0.001 %")
    assert close(number(worked.nth(1).inner_text()), scores.double().exp().sum().item())
    assert "√d off layer 1" in page.locator(".trail .changed").inner_text()
    page.locator(f"{SHEET} .switch").click()
    page.wait_for_selector(".trail .changed", state="detached")
    weight = page.locator(".steps > li").nth(3).locator(".worked").inner_text()
    assert close(number(weight) / 100, trace.pattern(0, 1)[QUERY, 1 + 5 * 16 + 10].item())


def test_the_root_can_come_back_in_one_layer_of_a_pass_without_any(open_page):
    """As the Block screen asks for it: √d off in all layers."""
    page = open_page("lang=en&screen=attention&layer=3").page
    complete(page)
    page.evaluate(
        """() => document.dispatchEvent(new CustomEvent('microscope:explain',
          { detail: { name: 'blocks.3.attn.pattern', index: [0, 0, 0], change: 'scale:off@all' } }))"""
    )
    page.wait_for_selector(f"{HERE} .steps")
    assert not page.locator(f"{SHEET} .switch input").is_checked()
    assert "several layers" in page.locator(".trail .changed").inner_text()
    page.locator(f"{SHEET} .switch").click()
    page.wait_for_function("() => document.querySelectorAll('.steps > li')[1].textContent.includes('√64')")
    assert page.locator(f"{SHEET} .switch input").is_checked()


def test_large_scores_are_lowered_in_the_open(open_page, app):
    page = open_page("lang=en&screen=attention&layer=3&head=1").page
    complete(page)
    scores = app.services.trace(FIRST)
    row = (scores.at(3, "attn.q")[:, 0] * scores.at(3, "attn.k")[:, 0]).sum(-1) / 8
    head = int(row.argmax())
    assert row[head] > 80, "no large score here: choose another layer"
    page.locator("#screen-attention .head").nth(head).click(position={"x": 5, "y": 5})
    page.locator("#screen-attention .calculate").click()
    page.wait_for_selector(f"{HERE} .steps")
    step = page.locator(".steps > li").nth(3)
    assert "first taken off every score" in step.inner_text() and "−" in step.locator("sup").inner_text()


def test_escape_closes_it_and_leads_back_to_where_it_was_opened(open_page):
    page = open_page("lang=en&screen=attention&layer=0").page
    complete(page)
    page.locator("#screen-attention .calculate").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{HERE} .steps")
    page.keyboard.press("Escape")
    page.wait_for_selector(".calculator", state="hidden")
    assert page.evaluate("document.activeElement.className").endswith("calculate")


def test_a_class_leads_to_what_the_head_reads(open_page, app):
    page = open_page("lang=en&screen=decision").page
    page.wait_for_selector("#screen-decision .logit-products:not(.waiting)")
    strip = page.locator(".logit-products canvas")
    strip.scroll_into_view_if_needed()
    strip.click(position={"x": 3, "y": 20})
    page.wait_for_selector(f"{HERE} .total")
    unit = int(re.match(r"Number (\d+) of CLS after the last norm", title(page))[1]) - 1
    exact = app.services.trace(FIRST)["ln_final"][0, unit].item()
    assert close(number(page.locator(f"{HERE} .total").inner_text()), exact)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_on_a_phone_it_fits(open_page, lang):
    page = open_page(f"lang={lang}&screen=attention&layer=0&query={QUERY}", width=390, height=844, has_touch=True).page
    complete(page)
    page.locator("#screen-attention .calculate").click()
    page.wait_for_selector(f"{HERE} .steps")
    for _ in range(5):
        assert page.evaluate("document.querySelector('.calculator').scrollWidth") <= 390
        assert "⟨" not in page.locator(".calculator").inner_text()
        follow(page, page.locator(f"{HERE} button.operand").first)
