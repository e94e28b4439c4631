"""The frame around the screens: photos in, bad files, models, languages, themes, phones."""

from __future__ import annotations

import re
import threading
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from demo.page.head import sheets
from demo.page.reachable_hosts import ReachableHosts
from demo.page.screens import OPENING, SCREENS
from tests.support.browser import Watched, address, in_page, settled, settles, without_camera
from tests.support.pictures import picture_file as picture
from tests.support.screens import STATUS, painted, paste, scrolled_through, until_photo, until_status, upload

pytestmark = pytest.mark.one_page

PHOTO_SCREENS = [screen.name for screen in SCREENS if screen.journey != "sentence" and screen.name != OPENING]


def test_an_uploaded_photo_reaches_every_screen(open_page):
    page = open_page().page
    painted(page)
    upload(page, picture())
    until_photo(page, "Your photo, 300 × 200")
    for screen in PHOTO_SCREENS:
        page.click(f".station[data-to={screen}]")
        images = page.locator(f"#screen-{screen} img[src]")
        drawn = "picture/read" if screen == "notes" else "picture/seen"  # the course's model reads 48 pixels a side
        settles(
            lambda images=images: images.evaluate_all("(images) => images.map((image) => image.src)"),
            lambda sources, drawn=drawn: any(drawn in source and "example" not in source for source in sources),
        )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.jpg", b"", "file is empty"),
        ("text.png", b"just words, no pixels", "not a picture"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawing"),
        ("cut.jpg", picture()[:3000], "damaged or cut off"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_the_next_photo_works(open_page, name, content, sentence):
    watched = open_page()
    watched.forgive("status of 4")
    page = watched.page
    painted(page)
    page.mouse.wheel(0, 5000)
    expect(page.locator(".rail")).not_to_be_in_viewport()
    upload(page, content, name)
    until_status(page, sentence)
    expect(page.locator(STATUS)).to_be_in_viewport()  # also to one who has scrolled down
    page.locator(f"{STATUS} .dismiss").click()
    expect(page.locator(STATUS)).not_to_contain_text(sentence)
    expect(page.locator(".photo-name")).to_have_text("tabby cat")
    upload(page, picture(seed=1))
    until_photo(page, "Your photo")
    expect(page.locator(STATUS)).not_to_contain_text(sentence)


def test_a_file_of_40_megabytes_is_refused_before_it_is_sent(open_page, tmp_path):
    watched = open_page()
    page = watched.page
    painted(page)
    huge = tmp_path / "huge.jpg"
    huge.write_bytes(b"\xff\xd8" + bytes(40_000_000))
    page.set_input_files("input[type=file]", huge)
    until_status(page, "larger than 20 MB")
    assert not any(request.endswith("microscope/photo") for request in settled(lambda: watched.requests))
    expect(page.locator(".photo-name")).to_have_text("tabby cat")


def test_a_photo_can_be_pasted(open_page):
    page = open_page().page
    painted(page)
    paste(page, picture("PNG", (120, 160)))
    until_photo(page, "Your photo, 120 × 160")


DIALOG = "dialog.camera"


def test_a_photo_can_be_taken_with_the_camera(open_page, app):
    page = open_page().page
    painted(page)
    thumb = page.locator(".strip .thumb")
    before = settled(lambda: thumb.get_attribute("src"))
    page.click("[data-action=camera]")
    stream = page.locator(f"{DIALOG} video").evaluate_handle("(video) => video.srcObject")
    page.get_by_role("button", name="Take the photo").dblclick()  # a nervous finger takes one photo all the same
    until_photo(page, "Your photo, 1\u202f280 × 720")
    until_status(page, "256 patches + CLS")
    expect(page.locator(DIALOG)).to_have_count(0)
    settles(lambda: stream.evaluate("(stream) => stream.active"), False)  # the camera's light is out
    shown = settles(lambda: thumb.get_attribute("src"), lambda src: src != before)
    token = re.search(r"photo=([^&]+)", shown)[1]
    assert "example" not in token
    page.wait_for_function("() => document.querySelector('.strip .thumb').naturalWidth > 0")
    page.wait_for_selector(f"#screen-attention img[src*='{token}']", state="attached")
    red, green, blue = np.asarray(app.services.photos.photo(token).image).reshape(-1, 3).mean(axis=0)
    assert green > 1.3 * max(red, blue)  # what Chromium's test camera films


def test_a_closed_camera_leaves_everything_and_lets_go_of_the_device(open_page):
    watched = open_page()
    page = watched.page
    painted(page)
    for leave in (lambda: page.get_by_role("button", name="Cancel").click(), lambda: page.keyboard.press("Escape")):
        page.click("[data-action=camera]")
        stream = page.locator(f"{DIALOG} video").evaluate_handle("(video) => video.srcObject")
        leave()
        expect(page.locator(DIALOG)).to_have_count(0)
        settles(lambda stream=stream: stream.evaluate("(stream) => stream.active"), False)
    expect(page.locator(".photo-name")).to_have_text("tabby cat")
    assert not any(request.endswith("microscope/photo") for request in settled(lambda: watched.requests))


def test_a_refused_camera_is_told_and_nothing_is_lost(browser, app):
    with without_camera(browser) as refusing:
        watched = Watched(refusing.new_page(), app.url)
        watched.open()
        refused(watched.page)
        assert (watched.errors, watched.foreign) == ([], [])


def refused(page) -> None:
    painted(page)
    page.click("[data-action=camera]")
    until_status(page, "No camera: the browser found none, or it was not allowed.")
    expect(page.locator(DIALOG)).to_have_count(0)
    expect(page.locator(".photo-name")).to_have_text("tabby cat")
    upload(page, picture())
    until_photo(page, "Your photo, 300 × 200")
    expect(page.locator(STATUS)).not_to_contain_text("No camera")


def test_examples_come_with_the_known_classes_first(open_page):
    page = open_page().page
    painted(page)
    page.click("#input-strip [data-action=examples]")
    groups = page.locator(".gallery .thumbs")
    expect(groups).to_have_count(2)
    expect(groups.first.locator("button[data-file='cc0_pizza.jpg']")).to_have_count(1)
    expect(groups.last.locator("button[data-file='pd_astronaut.jpg']")).to_have_count(1)
    expect(groups.locator("button")).to_have_count(24)
    page.click("button[data-file='cc0_pizza.jpg']")
    until_photo(page, "pizza")
    expect(page.locator(".gallery")).to_be_hidden()


def test_three_patches_a_side_are_nine_words_and_cls(open_page):
    page = open_page().page
    painted(page)
    page.locator("#input-strip .sizes button", has_text="3×3").click()
    until_status(page, "9 patches + CLS")
    page.wait_for_function("() => document.querySelector('#screen-attention .heads canvas.heat').width === 3")


def test_language_and_theme_change_in_place_and_are_remembered(open_page, app):
    page = open_page("lang=en").page
    painted(page)
    root, title = page.locator("html"), page.locator("#screen-attention h2")
    page.click("button[lang=ko]")
    expect(title).to_contain_text("누가")
    expect(root).to_have_attribute("lang", "ko")
    theme = settled(lambda: root.get_attribute("data-theme"))
    page.click(".title-bar .icon")
    other = settles(lambda: root.get_attribute("data-theme"), lambda now: now != theme)
    page.goto(f"{app.url}?screen=attention")
    expect(title).to_contain_text("누가")
    expect(root).to_have_attribute("data-theme", other)


# The page cuts off what is too wide instead of scrolling, so the page's own width says nothing: every element is measured.
BEYOND_THE_EDGE = """(edge) => {
  const found = [];
  for (const element of document.querySelectorAll('.am-mount *')) {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    const seen = element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && box.width > 1 && box.height > 1;
    if (!seen || style.clipPath !== 'none' || (box.right <= edge + 0.5 && box.left >= -0.5)) continue;
    let around = element.parentElement, held = false;
    while (around && !held) { held = /auto|scroll/.test(getComputedStyle(around).overflowX) || getComputedStyle(around).clipPath !== 'none'; around = around.parentElement?.closest('.am-mount *'); }
    if (!held) found.push(`${element.tagName.toLowerCase()}.${String(element.getAttribute('class')).replaceAll(' ', '.')} ${Math.round(box.left)}..${Math.round(box.right)} ${element.textContent.trim().slice(0, 30)}`);
  }
  return found;
}"""
LAST_TO_COME = {
    "patches": "#screen-patches .arithmetic .total :text-matches('.')",
    "position": "#screen-position [data-complete]",
    "block": "#screen-block .block-main:not([data-waiting]) .box .shape:not(:empty)",
    "models": "#screen-models .side-classes li",
    "notes": "#screen-notes .note-card .lines li",
    "attention": "#screen-attention [data-complete] .sinks li",
    "decision": "#screen-decision .logit-products:not([data-waiting])",
    "decoder": "#screen-decoder .am-mount[data-complete]",
    "translation": "#screen-translation .am-mount[data-complete]",
}


@pytest.mark.parametrize(("lang", "width"), [("en", 360), ("ko", 390)])
def test_on_a_phone_nothing_lies_beyond_the_edge(open_page, lang, width):
    page = open_page(f"lang={lang}", width=width, height=844, has_touch=True).page
    for screen, last in LAST_TO_COME.items():
        page.locator(f".rail [data-to={screen}]").dispatch_event("click")
        if screen == "attention":
            scrolled_through(page)
        page.wait_for_selector(last, state="attached")
        settles(lambda: address(page)["screen"], screen)  # written when nothing has changed for a moment
        settles(lambda: page.evaluate(BEYOND_THE_EDGE, width), [])
        settles(lambda: page.evaluate("document.documentElement.scrollWidth"), lambda wide: wide <= width)
        # A missing text shows its key.
        expect(page.locator("body")).not_to_have_text(re.compile(r"⟨\w+\.\w+"), use_inner_text=True)


def test_two_visitors_do_not_mix(open_page):
    one, two = open_page().page, open_page(beside=True).page
    painted(one), painted(two)
    upload(one, picture(size=(310, 200), seed=2))
    upload(two, picture(size=(200, 320), seed=3))
    until_photo(one, "310 × 200")
    until_photo(two, "200 × 320")


def test_a_model_that_is_out_of_reach_is_told_and_nothing_is_lost(open_page, app, monkeypatch):
    monkeypatch.setattr(
        ReachableHosts, "of", lambda _, addresses: {str(urlsplit(one).hostname): "yes" for one in addresses}
    )
    watched = open_page(anew=True)  # who can be reached is asked once
    watched.forgive("status of 4")
    page = watched.page
    painted(page)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    page.select_option("#input-strip select", "google/vit-base-patch16-224")
    until_status(page, "network")
    expect(page.locator(".photo-name")).to_have_text("tabby cat")
    expect(page.locator("#input-strip select")).to_have_value("vit-s14-everyday")


def test_a_newer_question_takes_over_from_one_that_is_not_answered(open_page, app, monkeypatch):
    run, started, go_on = app.services.photos._run, [], threading.Event()

    def held_up(model, photo, size, work):
        started.append(photo)
        go_on.wait(20)
        return run(model, photo, size, work)

    page = open_page().page
    painted(page)
    monkeypatch.setattr(app.services.photos, "_run", held_up)
    upload(page, picture(size=(310, 200), seed=20))
    settles(lambda: len(started), 1)
    upload(page, picture(size=(200, 320), seed=21))
    settles(lambda: len(started), 2)
    go_on.set()
    until_photo(page, "200 × 320")


def test_a_look_can_be_given_up_and_the_next_one_works(open_page, app, monkeypatch):
    run, go_on = app.services.photos._run, threading.Event()

    def held_up(model, photo, size, work):
        while not go_on.wait(0.1):
            app.services.progress.tell(work, "layers", 3, 12)
        return run(model, photo, size, work)

    page = open_page().page
    painted(page)
    monkeypatch.setattr(app.services.photos, "_run", held_up)
    upload(page, picture(size=(310, 200), seed=30))
    expect(page.locator(STATUS)).to_contain_text("layer 3 of 12")
    with page.expect_request("**/microscope/cancel?*"):
        page.click(".rail-row .cancel")
    expect(page.locator(STATUS)).to_contain_text("Cancelled. What you saw before is still here.")
    expect(page.locator(".photo-name")).to_have_text("tabby cat")
    go_on.set()
    upload(page, picture(size=(200, 320), seed=31))
    expect(page.locator(".photo-name")).to_contain_text("200 × 320")


def test_long_work_says_how_far_it_is(open_page, app, monkeypatch):
    run, seen = app.services.photos._run, threading.Event()

    def slow(model, photo, size, work):
        # Whoever asks for the photo is told, also one that joins after the work began.
        for _ in range(300):
            app.services.progress.tell(work, "layers", 3, 12)
            if seen.wait(0.1):
                break
        return run(model, photo, size, work)

    page = open_page().page
    painted(page)
    monkeypatch.setattr(app.services.photos, "_run", slow)
    upload(page, picture(seed=9))
    until_status(page, "layer 3 of 12")
    seen.set()
    until_photo(page, "Your photo")


def test_a_name_with_signs_of_direction_turns_nothing_that_stands_around_it(browser):
    """The sheets alone: no text of the page's own goes from right to left."""
    page = browser.new_page()
    page.set_content(
        f"<style>{''.join(path.read_text() for path in sheets())}</style>"
        "<p>It says <data>\u202eabc</data> <b>with</b> <b>93 %</b></p>"
    )
    left = "(parts) => parts.map((part) => part.getBoundingClientRect().left)"
    settles(lambda: page.locator("b").evaluate_all(left), lambda places: places == sorted(places) and places[0] > 60)
    page.close()


# Counts what the page asks for; `quiet` is how often it does so within ten frames.
COUNT = """(() => {
  const frames = globalThis.requestAnimationFrame;
  let asked = 0;
  globalThis.requestAnimationFrame = (paint) => (asked++, frames(paint));
  globalThis.quiet = () => new Promise((done) => {
    const before = asked;
    const next = (left) => frames(() => (left ? next(left - 1) : done(asked - before)));
    next(10);
  });
})()"""


def test_a_page_at_rest_asks_for_no_frame_and_another_host_asked_while_it_is_loaded_is_noted(browser, app):
    """A telephone's battery: Gradio's sign of loading would count on, sixty times a second, where nobody sees it.

    An address of the page's own that is asked for while it is loaded is noted, too.
    """
    elsewhere = "https://elsewhere.example/counted.gif"
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(COUNT)
    page.add_init_script(f"new Image().src = '{elsewhere}'; fetch('/microscope/progress?noted').catch(() => 0);")
    watched = Watched(page, app.url)
    watched.open()
    settles(lambda: in_page(page, "quiet()"), 0)
    settles(lambda: watched.foreign, [elsewhere])
    asked = settled(lambda: watched.requests)
    assert f"{app.url}microscope/progress?noted" in asked and any("/js/screens/attention.js" in url for url in asked)
    assert len(asked) > 200
    context.close()
