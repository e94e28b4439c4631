"""Before a room: slides are whole and can be read, keys go through them, and the speaker window tells and turns them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.page.texts import texts
from tests.support.browser import UNDER_WAY, address, in_page, passes, settled, settles
from tests.support.layout import AXE, Rooms
from tests.support.presenting import faults

pytestmark = pytest.mark.one_page


def test_a_room_reads_every_slide_and_a_clicker_goes_through_them(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=patches", width=1920, height=1080)
    watched.page.keyboard.press("z")  # the frame, which opening waits for, is out of sight from here on
    page, place = watched.page, watched.page.locator(".present-place")
    expect(place).to_have_text("1 / 10")
    settles(lambda: faults(page), {})
    page.keyboard.press("PageDown")
    expect(place).to_have_text("2 / 10")
    expect(page.locator("#screen-patches .sequence")).to_be_visible()
    expect(page.locator("#screen-patches .photo-figure")).to_be_hidden()
    settles(lambda: faults(page), {})
    settles(lambda: address(page).get("slide"), "2")
    page.set_viewport_size({"width": 1280, "height": 720})
    settles(lambda: faults(page), {})
    for _ in range(2):
        page.keyboard.press("PageUp")
    expect(page.locator("#screen-before")).to_be_hidden()
    expect(page.locator("#screen-translation")).to_be_visible()
    settles(lambda: address(page)["screen"], "translation")
    settles(lambda: page.evaluate(UNDER_WAY), [])  # while it comes, its slides become more: a drawing is on one of them
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
    in_page(page, "() => { window.opens = window.open; window.open = () => null; }")
    page.keyboard.press("s")
    expect(page.locator(".present-note")).to_have_text(re.sub("<[^>]*>", "", texts("en")["present.blocked"]))
    in_page(page, "() => { window.open = window.opens; }")
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
    settles(lambda: faults(page), {})
    # A slider keeps the arrows; what a clicker sends goes on all the same.
    watched.go("v=5&lang=en&screen=before&chapter=chain&present=1&slide=3")
    slider = page.locator("#screen-before .chain-controls input[type=range]:visible")
    slider.focus()
    before = settled(slider.input_value)
    page.keyboard.press("ArrowRight")
    settles(slider.input_value, lambda now: now != before)
    expect(place).to_have_text("3 / 4")
    page.keyboard.press(".")
    expect(page.locator(".present-cover")).to_be_visible()
    page.keyboard.press(".")
    slider.focus()
    page.keyboard.press("PageDown")
    expect(place).to_have_text("4 / 4")
    # One whose heading stands, on the page, below another.
    watched.go("v=5&lang=en&screen=words&present=1&slide=2")
    expect(page.locator("#screen-words h4").first).to_be_visible()
    settles(lambda: faults(page), {})
    page.keyboard.press("Escape")
    expect(page.locator(".title-bar")).to_be_visible()
    settles(lambda: {"present", "slide"} & address(page).keys(), set())
    assert in_page(page, "() => document.body.style.zoom") == ""


# What of the page would glide: elements, and what is drawn before and behind them.
# What waits is dimmed in one step.
GLIDES = """() => [...document.querySelectorAll('body, body *')].flatMap((one) => [null, '::before', '::after'].flatMap((part) => {
  const { transitionDuration, animationName, content } = getComputedStyle(one, part), glides = /[1-9]/.test(transitionDuration) || !['none', 'waits'].includes(animationName);
  return glides && (!part || content !== 'none') ? [`${one.localName}.${one.className} ${part ?? ''}`] : [];
}))"""


def test_nothing_glides_where_less_motion_is_asked_for(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=patches", width=1280, height=720, reduced_motion="reduce")
    settles(lambda: watched.page.evaluate(GLIDES), [])
    watched.page.keyboard.press("z")
    expect(watched.page.locator(".present-bar")).to_be_visible()
    settles(lambda: watched.page.evaluate(GLIDES), [])


def whole(page) -> None:
    """Wait until all of a slide is in the window: what is not is scrolled through before the next step."""
    more = "document.documentElement.scrollHeight - document.documentElement.clientHeight"
    settles(lambda: (page.evaluate(UNDER_WAY), page.evaluate(more) <= 4), ([], True))


def test_beside_a_tour_a_chain_is_whole_and_what_fits_nowhere_is_a_slide_and_its_notes(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=before&chapter=chain&cell=lstm&tour=notes&tourstep=3", width=1920)
    page, place, step = watched.page, watched.page.locator(".present-place"), watched.page.locator(".tour-place")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.keyboard.press("z")
    expect(place).to_have_text("3 / 4")
    # What is handed over says so beside the rows, and is no higher than they are.
    settles(lambda: faults(page), {})
    # No name of a row lies over the scale of the one above.
    spread = "(all) => all.map((one) => [one.getBoundingClientRect(), Number.parseFloat(getComputedStyle(one).boxShadow.match(/-([\\d.]+)px/)[1]) * one.currentCSSZoom]).slice(1).map(([box, by], i, _) => box.top - by - all[i].getBoundingClientRect().bottom)"
    names = page.locator("#chapter-chain .chain-name:visible:has(.ends)")
    settles(lambda: names.evaluate_all(spread), lambda found: len(found) == 5 and min(found) >= -1)
    # What is read stands in one line, of the encoder and of the decoder.
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    expect(step).to_have_text("Step 1 of 34")
    lines = "(all) => [...new Set(all.map((one) => Math.round(one.getBoundingClientRect().top)))].length"
    settles(lambda: page.locator("#chapter-uses .chain-steps:has(.chain-word)").evaluate_all(lines), 1)
    settles(lambda: faults(page), {})
    watched.go("v=5&lang=en&screen=words&tour=notes&tourstep=9&present=1")
    note = page.locator("#screen-words .note", has_text="All sentences are one batch.")
    expect(place).to_have_text("6a / 6")
    settles(lambda: faults(page), {})
    expect(note).to_be_hidden()
    expect(page.locator("#screen-words .batch")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(place).to_have_text("6b / 6")
    expect(note).to_be_visible()
    expect(page.locator("#screen-words .batch")).to_be_hidden()
    settles(lambda: faults(page), {})
    page.keyboard.press("PageUp")
    expect(place).to_have_text("6a / 6")
    whole(page)
    page.locator(".tour-next").focus()  # where an answer leaves it
    page.keyboard.press("PageDown")
    expect(place).to_have_text("6b / 6")
    page.keyboard.press("PageDown")
    expect(step).to_have_text("Step 10 of 34")
    # However narrow a figure has to be, its columns are as wide as the numbers of the layers.
    watched.go("v=5&lang=en&screen=attention&present=1&slide=2")
    expect(page.locator("#screen-attention .layer-numbers button").first).to_be_visible()
    narrow = "#screen-attention .am-mount > * { width: 44% !important; }"
    style = page.add_style_tag(content=narrow)
    beyond = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).length"
    numbers = page.locator("#screen-attention .layer-numbers button")
    settles(lambda: [numbers.count(), numbers.evaluate_all(beyond)], [12, 0])
    style.evaluate("(style) => style.remove()")  # the next test goes on in this page


def test_fingers_present_without_a_key(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=patches", width=1280, height=720, has_touch=True, is_mobile=True)
    page, place, bar = watched.page, watched.page.locator(".present-place"), watched.page.locator(".present-bar")
    lines = page.locator(".present-lines path")
    page.get_by_role("button", name="More").tap()
    expect(page.locator(".key-list .of-keys")).to_be_hidden()
    page.locator(".key-list").get_by_role("button", name="Present", exact=True).tap()
    expect(place).to_have_text("1 / 10")
    sizes = "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height))"
    least = settles(
        lambda: page.locator(".present-bar button, .present-edge").evaluate_all(sizes), lambda all_: len(all_) == 13
    )
    assert min(least) >= 44
    # The edges turn slides, and nothing comes up for it.
    expect(bar).to_have_attribute("data-asleep", "")
    page.touchscreen.tap(1270, 400)
    expect(place).to_have_text("2 / 10")
    settles(lambda: faults(page), {})
    page.touchscreen.tap(10, 400)
    expect(place).to_have_text("1 / 10")
    expect(bar).to_have_attribute("data-asleep", "")
    # A touch anywhere else brings the bar, which goes by itself after it was used; nothing of the slide lies under it.
    page.touchscreen.tap(640, 30)
    expect(bar).not_to_have_attribute("data-asleep", "")
    settles(lambda: faults(page), {})
    bar.get_by_role("button", name="White").tap()
    page.locator(".present-cover[data-colour=white]").tap()
    expect(page.locator(".present-cover")).to_be_hidden()
    bar.get_by_role("button", name="Draw on the picture").tap()
    expect(bar).to_have_attribute("data-asleep", "")
    for at in ((300, 300), (600, 420)):
        page.touchscreen.tap(*at)
    expect(lines).to_have_count(1)
    bar.get_by_role("button", name="Wipe all lines").tap()
    expect(lines).to_have_count(0)
    # The longest numbers have their columns, and a figure by itself follows its window.
    watched.go("v=5&lang=en&screen=notes&model=vit-course-48&size=48&present=1&slide=6")
    expect(page.locator("#screen-notes .cells span").filter(visible=True).first).to_be_visible()
    settles(lambda: faults(page), {})
    page.set_viewport_size({"width": 1920, "height": 1080})
    watched.go("v=5&lang=en&screen=before&chapter=chain&present=1&slide=2")
    expect(page.locator("#chapter-chain .strip-cells")).to_be_visible()
    settles(lambda: faults(page), {})
    page.set_viewport_size({"width": 1280, "height": 720})
    settles(lambda: faults(page), {})
    page.touchscreen.tap(640, 30)
    bar.get_by_role("button", name="Leave").tap()
    expect(page.locator(".title-bar")).to_be_visible()
    # A telephone has the same doors on every screen, but none to present.
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="More").tap()
    expect(page.locator(".key-list [data-door='present.open']")).to_be_hidden()
    page.locator(".key-list").get_by_role("button", name="Guided tours").tap()
    expect(page.locator(".tour-list [data-tour=vit] .tour-start")).to_be_visible()
    page.keyboard.press("Escape")


def test_the_speaker_window_has_the_notes_and_turns_the_steps(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=patches&tour=vit", width=1280, height=720)
    watched.page.keyboard.press("z")
    page = watched.page
    expect(page.locator(".present-head")).to_be_visible()
    whole(page)
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    expect(speaker.locator(".speaker-now h2")).to_have_text("ViT in ten steps · Step 1 of 10")
    expect(speaker.locator(".speaker-now")).to_contain_text("a patch is a word")
    expect(speaker.locator("#screen-start, #screen-patches").filter(visible=True)).to_have_count(0)
    rooms = Rooms(speaker)
    if AXE.exists():
        settles(lambda: rooms.violations(within="html"), [])
    rooms.leave()
    speaker.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".tour-place")).to_have_text("Step 2 of 10")
    expect(speaker.locator(".speaker-now h2")).to_have_text("ViT in ten steps · Step 2 of 10")
    page.reload()
    expect(page.locator(".tour-place")).to_have_text("Step 2 of 10")
    whole(page)
    speaker.reload()
    expect(speaker.locator(".speaker-now h2")).to_have_text("ViT in ten steps · Step 2 of 10")
    speaker.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".tour-place")).to_have_text("Step 3 of 10")
    whole(page)
    # What is asked next the speaker knows before the room does.
    expect(speaker.locator(".speaker-next")).to_contain_text("All patches are shuffled, with position on.")
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
    expect(sheet.locator("[data-right]")).to_have_count(0)
    page.emulate_media(media="print")
    # Each step has its number, once: a line of the notes says its own.
    numbers = "(steps) => steps.map((step) => getComputedStyle(step, '::before').content + step.innerText.trim())"
    steps = sheet.locator("ol > li")
    settles(lambda: steps.evaluate_all(numbers), lambda told: all(one.startswith("counter(step)") for one in told))
    expect(sheet.locator(".handout-address")).to_contain_text("http://")
    expect(sheet.locator(".handout-address")).to_be_visible()
    lines = sheet.locator("li:not(:has(ul)) .handout-lines").first  # to write on, two
    expect(lines).to_be_visible()
    borders = "(box) => ['::before', '::after'].map((part) => getComputedStyle(box, part).borderBottomStyle)"
    settles(lambda: lines.evaluate(borders), ["solid", "solid"])
    page.emulate_media(media="null")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".handout")).to_have_count(0)
    page.locator(".tour-list [data-tour=notes]").get_by_role("button", name="Print", exact=True).click()
    expect(sheet.locator("ol > li")).to_have_count(34)
    page.emulate_media(media="print")
    settles(
        lambda: [one for i, one in enumerate(steps.evaluate_all(numbers)) if not one.startswith(f'""{i + 1}. ')], []
    )
    page.emulate_media(media="null")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
