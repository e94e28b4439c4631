"""Before a room: slides are whole and can be read, keys go through them, and the speaker window tells and turns them."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from demo.page.texts import texts
from tests.support.browser import address, in_page, passes, settles
from tests.support.presenting import WHOLE, measured


def test_a_room_reads_every_slide_and_a_clicker_goes_through_them(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=patches", width=1920, height=1080)
    watched.page.keyboard.press("z")  # the frame, which opening waits for, is out of sight from here on
    page, place = watched.page, watched.page.locator(".present-place")
    expect(place).to_have_text("1 / 10")
    settles(lambda: measured(page), WHOLE)
    page.keyboard.press("PageDown")
    expect(place).to_have_text("2 / 10")
    expect(page.locator("#screen-patches .sequence")).to_be_visible()
    expect(page.locator("#screen-patches .photo-figure")).to_be_hidden()
    settles(lambda: measured(page), WHOLE)
    settles(lambda: address(page).get("slide"), "2")
    page.set_viewport_size({"width": 1280, "height": 720})
    settles(lambda: measured(page), WHOLE)
    for _ in range(2):
        page.keyboard.press("PageUp")
    expect(page.locator("#screen-before")).to_be_hidden()
    expect(page.locator("#screen-translation")).to_be_visible()
    settles(lambda: address(page)["screen"], "translation")
    # Black, white, the pen without dragging, and a hold on everything.
    page.keyboard.press("b")
    expect(page.locator(".present-cover")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".present-cover")).to_be_hidden()
    cover = page.locator(".present-cover[data-colour=white]")
    page.keyboard.press("w")
    expect(cover).to_be_visible()
    page.keyboard.press("w")
    expect(cover).to_be_hidden()
    page.keyboard.press("d")
    for place_of in ((300, 300), (600, 420)):
        page.mouse.click(*place_of)
    expect(page.locator(".present-lines path")).to_have_count(1)
    page.keyboard.press("u")
    expect(page.locator(".present-lines path")).to_have_count(0)
    for key in ("Enter", "ArrowRight", "ArrowDown", "Enter", "ArrowUp", "Enter", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".present-lines path")).to_have_count(2)
    page.keyboard.press("x")
    expect(page.locator(".present-lines path")).to_have_count(0)
    page.keyboard.press("Escape")
    in_page(page, "() => { window.open = () => null; }")
    page.keyboard.press("s")
    expect(page.locator(".present-note")).to_have_text(re.sub("<[^>]*>", "", texts("en")["present.blocked"]))
    page.keyboard.press("f")
    page.keyboard.press("PageUp")
    page.keyboard.press("n")
    expect(page.locator("#screen-translation")).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.press("n")
    expect(page.locator("#screen-patches")).to_be_visible()
    # The fullest slide, with the bar in sight.
    watched.go("v=5&lang=en&screen=attention&present=1")
    expect(page.locator("#screen-attention .switches").first).to_be_visible()
    page.mouse.move(200, 300)
    settles(lambda: measured(page), WHOLE)
    page.keyboard.press("Escape")
    expect(page.locator(".title-bar")).to_be_visible()
    settles(lambda: {"present", "slide"} & address(page).keys(), set())
    assert in_page(page, "() => document.body.style.zoom") == ""


def test_the_speaker_window_has_the_notes_and_turns_the_steps(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=patches&tour=vit", width=1280, height=720)
    watched.page.keyboard.press("z")
    page = watched.page
    expect(page.locator(".present-head")).to_be_visible()
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    expect(speaker.locator(".speaker-now h2")).to_have_text("ViT in ten steps · Step 1 of 10")
    expect(speaker.locator(".speaker-now")).to_contain_text("a patch is a word")
    expect(speaker.locator("#screen-start, #screen-patches").filter(visible=True)).to_have_count(0)
    speaker.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".tour-place")).to_have_text("Step 2 of 10")
    expect(speaker.locator(".speaker-now h2")).to_have_text("ViT in ten steps · Step 2 of 10")
    page.reload()
    expect(page.locator(".present-head")).to_be_visible()
    speaker.reload()
    speaker.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".tour-place")).to_have_text("Step 3 of 10")
    speaker.keyboard.press("PageDown")
    expect(page.locator(".tour-place")).to_have_text("Step 4 of 10")
    # What is right is told to the speaker before anybody has chosen.
    expect(speaker.locator(".speaker-right")).to_contain_text("Right for this input")
    expect(page.locator(".tour-truth")).to_have_count(0)
    passes(lambda: expect(speaker.locator(".speaker-gone")).to_have_text("0:00", timeout=500))
    speaker.close()
    # A tour on paper: every step is on it, and its questions with blanks only.
    page.keyboard.press("Escape")
    page.evaluate("() => { window.print = () => {}; }")
    watched.go("v=5&lang=en&screen=start")
    page.click("#screen-start .branches [aria-haspopup=dialog]")
    page.locator(".tour-list [data-tour=vit]").get_by_role("button", name="Print", exact=True).click()
    sheet = page.locator("html[data-handout] .handout")
    expect(sheet.locator("ol > li")).to_have_count(10)
    expect(sheet.locator("[data-right=true]")).to_have_count(0)
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".handout")).to_have_count(0)
