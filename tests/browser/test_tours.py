"""Guided tours: they are taken to their end, and what is right of a question follows from the input's numbers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.page.tours import own_tours
from tests.support.browser import address, in_page, passes, settles
from tests.support.layout import AXE, Rooms
from tests.support.predictions import OfPhoto, OfSentence, right
from tests.support.touring import take

pytestmark = pytest.mark.one_page

# All questions of the input on screen, as a tour asks them.
ASKED = """async () => {
  const script = (path) => import([...document.querySelectorAll('link[rel=modulepreload]')].find(({ href }) => href.endsWith(path)).href);
  const [{ QUESTIONS }, { asked }] = await Promise.all([script('tours/questions.js'), script('tours/asking.js')]);
  const names = Object.keys(QUESTIONS), found = await Promise.all(names.map(asked));
  const plain = (text) => text.replace(/[\\u2068\\u2069\\u202f]/g, "").replaceAll("\\u00a0", " ");
  return Object.fromEntries(names.map((name, i) => [name, { of: QUESTIONS[name].of, show: found[i].show,
    choices: found[i].choices.map(({ words }) => plain(`${words}`)), right: plain(`${found[i].choices[found[i].right].words}`) }]));
}"""
CAT, PIZZA = "example:cc0_cat_tabby.jpg", "example:cc0_pizza.jpg"
TEXT, OTHER_TEXT = "Der Hund schläft unter dem Tisch.", "Ich bin mir sicher, dass er morgen kommen wird."


@pytest.mark.slow
@pytest.mark.parametrize(("name", "language"), [("vit", "en"), ("translator", "ko")])
def test_a_tour_is_taken_to_its_end(open_page, name: str, language: str) -> None:
    """All of them in both languages: python -m tests.tours."""
    [tour] = [tour for tour in own_tours(language) if tour.name == name]
    take(open_page(f"v=5&lang={language}&screen=start").page, tour, language)


def test_a_tour_is_left_and_come_back_to_and_its_address_is_a_state(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=patches&tour=vit")
    page, bar = watched.page, watched.page.locator(".tour-bar")
    expect(page.locator(".tour-place")).to_have_text("Step 1 of 10")
    bar.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tour-place")).to_have_text("Step 2 of 10")
    settles(lambda: address(page).get("tourstep"), "2")
    page.keyboard.press("PageDown")
    expect(page.locator(".tour-place")).to_have_text("Step 3 of 10")
    page.go_back()
    expect(page.locator(".tour-place")).to_have_text("Step 2 of 10")
    page.click(".tour-leave")
    expect(bar).to_be_hidden()
    settles(lambda: {"tour", "tourstep"} & address(page).keys(), set())
    expect(page.locator("[data-ringed]")).to_have_count(0)
    page.click(".title-bar .home")
    page.click("#screen-start .branches [aria-haspopup=dialog]")
    page.get_by_role("button", name="Go on at step 2").click()
    expect(page.locator(".tour-place")).to_have_text("Step 2 of 10")
    expect(page.locator("#screen-patches")).to_be_visible()
    # What a visitor has brought stays, and a tour that is not there is told.
    watched.go(f"v=5&lang=en&screen=start&photo={PIZZA}&tour=vit&tourstep=1")
    settles(lambda: current(page)[0], PIZZA)
    page.click(".tour-next")
    expect(page.locator(".tour-place")).to_have_text("Step 2 of 10")
    settles(lambda: address(page).get("photo"), PIZZA)
    watched.go("v=5&lang=en&screen=start&tour=nobody")
    expect(page.locator(".status.problem")).to_contain_text("There is no tour of this name here.")
    expect(bar).to_be_hidden()


def test_what_is_right_follows_from_the_numbers_of_the_input(open_page, app) -> None:
    watched = open_page(f"v=5&lang=en&screen=models&photo={CAT}&text={TEXT}")
    page, found = watched.page, {}
    for photo, text in ((CAT, TEXT), (PIZZA, OTHER_TEXT)):
        watched.go(f"v=5&lang=en&screen=models&photo={photo}&text={text}")
        settles(lambda photo=photo, text=text: current(page), [photo, text])
        told = in_page(page, ASKED)
        wanted = right(OfPhoto(app.services, photo, told)) | right(OfSentence(app.services.sentences, text))
        assert {name: one["right"] for name, one in told.items()} == wanted
        assert all(len(set(one["choices"])) == len(one["choices"]) > 1 for one in told.values())
        found[photo] = told
    assert len(found[CAT]) >= 15
    changed = {name for name in found[CAT] if found[CAT][name]["right"] != found[PIZZA][name]["right"]}
    assert {"which_class", "patch_looks", "next_word", "path"} <= changed, "another input, another answer"


def test_a_question_is_answered_before_anything_is_seen_and_asked_anew_of_another_photo(open_page) -> None:
    steps = own_tours("en")[-1].steps
    n = next(i for i, step in enumerate(steps, 1) if step.ask == "which_class")
    watched = open_page(f"v=5&lang=en&photo={CAT}&screen=attention&tour=predict&tourstep={n}")
    page, truth = watched.page, watched.page.locator(".tour-truth")
    voice = page.locator("body > .voice[aria-live]")
    expect(page.locator(".tour-choice")).to_have_count(4)
    passes(lambda: expect(voice).to_have_text(page.locator(".tour-question").inner_text(), timeout=1000))
    expect(truth).to_have_count(0)
    expect(page.locator(".tour-look")).to_be_hidden()
    rooms = Rooms(page)
    if AXE.exists():
        settles(rooms.violations, [])  # what is still on its way has no name yet
    rooms.leave()
    page.locator(".tour-choice", has_text=re.compile(r"^cat$")).click()
    expect(truth).to_contain_text("Right: cat.")
    expect(page.locator("#screen-decision")).to_be_visible()
    expect(voice).to_contain_text("Right: cat.")
    shown = page.locator("#screen-decision .class-rows .probability").first
    passes(lambda: expect(truth).to_contain_text(shown.inner_text(), timeout=1000))
    page.click("#input-strip [data-action=examples]")
    page.locator("#input-strip .gallery button", has_text="pizza").first.click()
    expect(truth).to_have_count(0)
    expect(page.locator("#screen-attention")).to_be_visible()
    page.locator(".tour-choice", has_not_text="pizza").first.click()
    expect(truth).to_contain_text("It is: pizza.")
    page.go_back()
    expect(truth).to_have_count(0)


def current(page) -> list[str]:
    """The photo and the sentence whose facts are on screen."""
    script = "[...document.querySelectorAll('link[rel=modulepreload]')].find(({ href }) => href.endsWith('core/state.js')).href"
    return page.evaluate(f"import({script}).then(({{ state }}) => [state.photoQuery?.photo, state.sentence?.text])")
