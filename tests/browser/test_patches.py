"""The Patches screen as a visitor uses it: pointing asks nobody, holding asks once, and the sum is the model's."""

from __future__ import annotations

import re

import pytest
import torch
from playwright.sync_api import expect

from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from tests.support.browser import Late, address, passes, settled, settles
from tests.support.screens import centre_of
from vit_core.analysis import patch_products

pytestmark = pytest.mark.one_page

SURFACE = "#screen-patches .photo-figure .surface"
HELD = "#screen-patches .held"
ARITHMETIC = "#screen-patches .arithmetic h3"


def opened(open_page, query="query=100"):
    """The screen with a patch held, once its arithmetic is there and no more requests come."""
    watched = open_page(f"lang=en&screen=patches&{query}")
    watched.page.wait_for_selector("#screen-patches .total .addend")
    watched.page.wait_for_selector("#screen-patches .answers:not([data-waiting]) .share")
    watched.page.wait_for_load_state("networkidle")
    return watched


def until_told(page, text):
    expect(page.locator(HELD)).to_contain_text(text)


def shown_unit(page, patch):
    """The number whose arithmetic is shown, counted from 0, where it is a number of this patch, counted from 1."""
    title = page.locator(ARITHMETIC).inner_text()
    assert f"of patch {patch}," in title
    return int(re.search(r"Number (\d+)", title)[1]) - 1


def until_summed(page, patch):
    """Wait for the arithmetic of a patch, counted from 1."""
    expect(page.locator(ARITHMETIC)).to_contain_text(f"of patch {patch},")


def number(text):
    """A number as the page writes it; below 0 in brackets within a sum."""
    return float(text.strip("()").replace("−", "-"))


def test_pointing_at_a_patch_names_it_and_asks_nobody(open_page):
    watched = opened(open_page)
    page = watched.page
    until_told(page, "You hold patch 100 of 256: row 7, column 4.")
    page.locator(SURFACE).scroll_into_view_if_needed()
    watched.requests.clear()
    for row, col in ((2, 5), (9, 12), (15, 15)):
        page.mouse.move(*centre_of(page, row, col, within=SURFACE))
        until_told(page, f"Patch {16 * row + col + 1} of 256: row {row + 1}, column {col + 1}.")
    page.mouse.move(2, 2)
    until_told(page, "You hold patch 100")
    # What is held next is the first that anybody is asked for.
    page.locator(SURFACE).focus()
    page.keyboard.press("ArrowRight")
    until_summed(page, 101)
    asked = settled(lambda: watched.requests)
    assert len(asked) == 1 and "view/products" in asked[0] and "patch=100&" in asked[0]


def test_holding_a_patch_asks_once_for_the_products_of_the_shown_number(open_page, app):
    watched = opened(open_page)
    page = watched.page
    trace, model = app.services.photos.trace(FIRST), app.services.photos.model(FIRST.model).model
    page.locator(SURFACE).scroll_into_view_if_needed()
    watched.requests.clear()
    page.mouse.click(*centre_of(page, 4, 8, within=SURFACE))
    until_told(page, "You hold patch 73 of 256: row 5, column 9.")
    unit = passes(lambda: shown_unit(page, 73))
    addends, sums = page.locator(".total .addend b"), page.locator(".arithmetic output.sum")
    expect(addends.last).to_have_text(f"{trace['patches'][72, unit].item():.4f}".replace("-", "−"))
    settles(lambda: address(page)["query"], "73")  # written when nothing has changed for a moment
    asked = settled(lambda: watched.requests)
    assert len(asked) == 1
    assert "view/products" in asked[0] and f"patch=72&unit={unit}" in asked[0]
    made = patch_products(trace, model, 72, unit)

    def check():
        texts = addends.all_inner_texts()
        red, green, blue, bias, value = map(number, texts)
        assert [red, green, blue] == pytest.approx(made.products.sum(dim=(1, 2)).tolist(), abs=1e-4)
        assert bias == pytest.approx(made.bias, abs=5.1e-5)
        assert red + green + blue + bias == pytest.approx(value, abs=3e-4)
        assert sums.all_inner_texts() == [text.strip("()") for text in texts[:3]]

    passes(check)


def test_the_first_number_shown_is_the_one_the_pixels_make_largest(open_page, app):
    """Patch 76: its neighbours, the first patch, the bias and the sign would each lead to another number."""
    trace, model = app.services.photos.trace(FIRST), app.services.photos.model(FIRST.model).model
    from_pixels = trace["patches"] - model.patch_embed.proj.bias.detach()
    shown = int(torch.argmax(from_pixels[75].abs()))
    others = {
        int(row.argmax()) for row in (*from_pixels[[0, 74, 76]].abs(), from_pixels[75], trace["patches"][75].abs())
    }
    assert shown not in others
    page = opened(open_page, "query=76").page
    settles(lambda: shown_unit(page, 76), shown)


def test_two_equal_vectors_of_cls_are_explained(open_page, app):
    page = opened(open_page).page
    model = app.services.photos.model(FIRST.model).model
    assert torch.equal(model.cls_token[0, 0], model.pos_embed[0, 0])
    page.locator(SURFACE).focus()
    page.keyboard.press("Home")
    until_told(page, "You hold CLS")
    story = page.locator("#screen-patches .prefix-story")
    expect(story).to_contain_text("It starts as a learned vector")
    expect(story).to_contain_text("Here the two are equal")


def test_three_by_three_is_nine_words_and_cls_by_a_real_forward_pass(open_page, app):
    page = opened(open_page).page
    length = page.locator("#screen-patches .length")
    expect(length).to_contain_text("256 patches + CLS = 257 tokens")
    page.locator(".choice", has_text="3 × 3").click()
    expect(length).to_have_text("9 patches + CLS = 10 tokens")
    expect(page.locator("#screen-patches .told")).to_contain_text("9 words + CLS")
    best = app.services.photos.trace(PhotoQuery(FIRST.photo, DEFAULT_MODEL, 42)).top(3)
    expect(page.locator(".answers:not([data-waiting]) .name")).to_have_text([name for name, _ in best])
    shares = page.locator(".answers:not([data-waiting]) .share")
    settles(
        lambda: [number(text.removesuffix("\u00a0%")) / 100 for text in shares.all_inner_texts()],
        pytest.approx([share for _, share in best], rel=6e-3),
    )
    # What was held stays at its place: row 7, column 4 of 16 lies in the middle row and the left column of three.
    until_told(page, "You hold patch 4 of 9: row 2, column 1.")


def test_of_a_size_that_was_left_from_another_screen_nothing_is_worked_out(open_page):
    """Its pixels came last, and a number of a patch was asked for that it does not have."""
    watched = opened(open_page)
    page = watched.page
    late = Late(page, "**/view/embedding?**", lambda url: "size=98" in url)
    page.locator(".choice", has_text="7 × 7").click()
    late.wait()
    until_told(page, "of 49")
    watched.go("lang=en&screen=models")
    watched.come_to_rest()
    watched.requests.clear()
    late.let_through()
    assert settled(lambda: [url for url in watched.requests if "view/products" in url]) == []
    watched.go("lang=en&screen=patches&size=98&query=3&held=1")
    until_told(page, "You hold patch 3 of 49")
    until_summed(page, 3)


def test_arrow_keys_walk_over_the_photo_and_along_the_sequence(open_page):
    page = opened(open_page).page
    for figure, steps in (
        (SURFACE, (("ArrowRight", "101"), ("ArrowDown", "117"), ("ArrowLeft", "116"), ("ArrowUp", "100"))),
        ("canvas.ribbon", (("ArrowRight", "101"), ("ArrowLeft", "100"), ("End", "256"), ("ArrowRight", "256"))),
    ):
        page.locator(figure).focus()
        for key, patch in steps:
            page.keyboard.press(key)
            until_told(page, f"You hold patch {patch} of 256")
            until_summed(page, int(patch))
        page.keyboard.press("Home")
        until_told(page, "You hold CLS")
        expect(page.locator(ARITHMETIC)).to_contain_text("none of its numbers comes from pixels")
        page.locator(SURFACE).focus()
        page.mouse.click(*centre_of(page, 6, 3, within=SURFACE))
        until_told(page, "You hold patch 100")


def test_while_its_numbers_are_on_their_way_the_screen_waits(open_page):
    page = open_page("lang=en&screen=attention", anew=True).page
    late = Late(page, re.compile(r"/view/embedding"))
    page.locator(".rail [data-to=patches]").dispatch_event("click")
    late.wait()
    expect(page.locator("#screen-patches .am-mount[data-waiting]")).to_be_visible()
    late.let_through()
    expect(page.locator("#screen-patches .am-mount:not([data-waiting])")).to_be_visible()
