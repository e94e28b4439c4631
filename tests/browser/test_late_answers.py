"""Answers that come late, after others, or not at all: what is on screen, its controls and its address agree all the same."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import expect

from tests.support.browser import UNDER_WAY, address, back_to, held_back, intercept, settled, settles
from tests.support.pictures import picture_file
from tests.support.screens import choose_example, until_photo
from tests.support.walking import differences, painted

pytestmark = pytest.mark.one_page

FACTS = "**/microscope/sentence/facts?*"
# Sentences that no other test has: a page keeps what it has been told, and asks nothing.
numbers = itertools.count(2)


class Texts(NamedTuple):
    """The sentence that is left, another one, and a third."""

    old: str
    new: str
    third: str


@pytest.fixture
def texts() -> Texts:
    number = next(numbers)
    return Texts(f"Das ist H{number}.", f"Wo ist H{number}?", f"H{number} war kalt.")


def at(open_page, screen: str, text: str, more: str = ""):
    watched = open_page(f"v=5&lang=en&screen={screen}&text={text}{more}")
    settles(lambda: watched.page.evaluate(UNDER_WAY), [])
    return watched


def translate(page, text: str) -> None:
    page.fill(".sentence-input", text)
    page.press(".sentence-input", "Enter")


def let_go(page, held: list) -> None:
    """Answer what was held back, and everything from now on."""
    for route in held:
        route.continue_()
    page.unroute(FACTS)
    settles(lambda: page.evaluate(UNDER_WAY), [])


def as_in_a_fresh_window(open_page, page) -> None:
    here = painted(page)
    fresh = open_page(here["address"].removeprefix("?"), anew=True).page
    assert differences(here, painted(fresh)) == []


def test_a_sentence_chosen_during_back_has_nothing_of_the_one_gone_back_to(open_page, texts) -> None:
    page = at(open_page, "words", texts.old, "&worder=CAB").page
    translate(page, texts.new)
    settles(lambda: address(page).get("text"), texts.new)
    page.reload()
    settles(lambda: page.evaluate(UNDER_WAY), [])
    held = held_back(page, FACTS)
    page.go_back()
    settles(lambda: len(held), 1)
    translate(page, texts.third)
    settles(lambda: len(held), 2)
    page.locator(".rail [data-to=encoder]").click()
    let_go(page, held[1:])
    settles(lambda: [address(page).get(word) for word in ("text", "screen", "worder")], [texts.third, "encoder", None])
    page.go_back()
    settles(lambda: [address(page).get(word) for word in ("text", "screen", "worder")], [texts.old, "words", "CAB"])


def test_words_are_forced_on_the_sentence_that_they_were_chosen_of(open_page, texts) -> None:
    page = at(open_page, "translation", texts.old).page
    held = held_back(page, FACTS)
    translate(page, texts.new)
    settles(lambda: len(held), 1)
    page.locator("#screen-translation .next-words button").nth(3).click()
    settles(lambda: len(held), 2)
    assert "prefix=&" not in held[1].request.url and quote_plus(texts.old) in held[1].request.url
    let_go(page, held[1:])
    expect(page.locator("#screen-translation .given-note")).to_be_visible()
    settles(lambda: address(page).get("text"), texts.old)


@pytest.mark.parametrize("ends", ["cancelled", "failed"])
def test_a_change_that_cannot_be_had_is_taken_back(open_page, texts, ends: str) -> None:
    watched = at(open_page, "encoder", texts.old)
    watched.forgive("status of 500")
    page = watched.page
    switch = page.locator("#screen-encoder .break-row .segmented").first.get_by_role("button")
    if ends == "cancelled":
        held_back(page, FACTS)
        switch.last.click()
        page.locator(".cancel:visible").click()
    else:
        intercept(page, FACTS, lambda route: route.fulfill(status=500, json={"error": "other"}))
        switch.last.click()
        expect(page.locator(".status.problem:visible")).to_have_count(1)
    expect(page.locator(".changes")).to_be_hidden()
    expect(switch.first).to_have_attribute("aria-pressed", "true")
    page.unroute(FACTS)
    page.locator(".status:visible .dismiss").dispatch_event("click")
    settles(lambda: "schange" in address(page), False)
    if ends == "failed":
        as_in_a_fresh_window(open_page, page)


def test_the_decoder_asks_again_for_what_failed_when_somebody_comes_back(open_page, texts) -> None:
    watched = at(open_page, "words", texts.old)
    watched.forgive("net::ERR_FAILED")
    page = watched.page
    intercept(page, "**/sentence/view/heads?*", lambda route: route.abort())
    page.locator(".rail [data-to=decoder]").click()
    expect(page.locator(".status.problem:visible")).to_have_count(1)
    settles(lambda: page.evaluate(UNDER_WAY), [])
    page.unroute("**/sentence/view/heads?*")
    page.locator(".rail [data-to=words]").click()
    page.locator(".rail [data-to=decoder]").click()
    expect(page.locator("#screen-decoder [data-complete]")).to_have_count(1)
    expect(page.locator(".status.problem:visible")).to_have_count(0)
    as_in_a_fresh_window(open_page, page)


def test_numbers_of_another_translation_are_dimmed_until_its_own_are_here(open_page, texts) -> None:
    page = at(open_page, "decoder", texts.old, "&part=decoder&schange=causal:off").page
    lifting = page.locator("#screen-decoder .lifting")
    lifting.scroll_into_view_if_needed()
    expect(lifting.locator(".twin-text").first).not_to_have_text("")
    held = held_back(page, "**/sentence/facts?*change=")
    translate(page, texts.new)
    settles(lambda: len(held) > 0, True)
    expect(lifting).to_have_attribute("data-waiting", "")
    expect(lifting.locator(".twin-text").first).to_have_text("")
    expect(page.locator("#screen-decoder .twin-figures")).to_have_attribute("data-waiting", "")
    page.get_by_role("button", name="Feed").click()
    settles(lambda: "fed" in address(page), False)
    for route in held:
        route.continue_()
    page.unroute("**/sentence/facts?*change=")
    expect(lifting).not_to_have_attribute("data-waiting", "")


def test_controls_show_what_is_on_screen_once_another_choice_is_given_up(open_page, texts) -> None:
    page = at(open_page, "translation", texts.old).page
    held_back(page, FACTS)
    greedy = page.get_by_role("button", name="Greedy")
    greedy.click()
    expect(greedy).to_have_attribute("aria-pressed", "true")
    page.locator(".cancel:visible").click()
    expect(greedy).to_have_attribute("aria-pressed", "false")
    page.locator(".rail [data-to=encoder]").click()
    models = page.locator("#sentence-strip select").first
    expect(models).to_have_value("marian-s-de-en")
    models.select_option("twin-masked-de-en")
    page.go_back()
    expect(models).to_have_value("marian-s-de-en")
    page.unroute(FACTS)


def test_back_by_several_opens_the_calculator_of_another_sentence_again(open_page, texts) -> None:
    number = "part=cross&picked=1&dlayer=1&xhead=1&step=2&source=1&explain=s!d1.cross.pattern:0,1,1"
    page = at(open_page, "decoder", texts.old, f"&{number}").page
    calculator = page.locator(".calculator")
    expect(calculator).to_be_visible()
    translate(page, texts.new)
    expect(calculator).to_be_hidden()
    settles(lambda: address(page).get("text"), texts.new)
    page.locator("#screen-decoder .calculate").first.click()
    expect(calculator).to_be_visible()
    page.evaluate("() => history.go(-2)")
    settles(lambda: address(page).get("text"), texts.old)
    expect(calculator).to_be_visible()
    settles(lambda: address(page).get("explain"), "s!d1.cross.pattern:0,1,1")


def test_back_by_several_compares_a_sentence_with_the_one_before_it_then(open_page) -> None:
    page = at(open_page, "words", "Der Hund schläft.").page
    for text in ("Der Hund schläft heute.", "Der Hund schläft."):
        translate(page, text)
        settles(lambda text=text: address(page).get("text"), text)
    edited = page.get_by_text("Compared with")
    expect(edited).to_be_visible()
    page.evaluate("() => history.go(-2)")
    settles(lambda: "was" in address(page), False)
    expect(edited).to_have_count(0)


EVERYDAY = "vit-s14-everyday"
PIZZA, PENGUIN = "example:cc0_pizza.jpg", "example:cc0_penguin.jpg"
PHOTO_FACTS = "**/microscope/facts?*"


def of_photo(open_page, screen: str, more: str = "", photo: str = PIZZA):
    watched = open_page(f"v=5&lang=en&screen={screen}&photo={photo}{more}")
    settles(lambda: watched.page.evaluate(UNDER_WAY), [])
    return watched


def settle_down(page) -> None:
    settles(lambda: page.evaluate(UNDER_WAY), [])


def test_an_entry_whose_photo_could_not_be_had_stays_as_it_is(open_page) -> None:
    watched = of_photo(open_page, "attention", "&query=200&held=1&layer=10&head=6")
    watched.forgive("net::ERR_FAILED")
    page = watched.page
    page.locator("#input-strip select").select_option("vit-course-48")
    settles(lambda: address(page).get("model"), "vit-course-48")
    page.reload()
    settle_down(page)
    intercept(page, PHOTO_FACTS, lambda route: route.abort())
    page.go_back()
    expect(page.locator(".status.problem:visible")).to_have_count(1)
    page.unroute(PHOTO_FACTS)
    settle_down(page)
    page.get_by_role("button", name="한국어").click()
    settles(lambda: "lang=ko" in page.evaluate("location.search"), True)
    page.get_by_role("button", name="EN", exact=True).click()
    settles(lambda: "query=200" in page.evaluate("location.search"), True)
    settles(lambda: "vit-course-48" in page.evaluate("location.search"), False)
    expect(page.locator("#screen-attention .layer-name")).to_have_text("Layer 4 of 4")  # of the model that stays
    # What is chosen is a step from there, and Back opens what the entry names.
    page.locator("#screen-attention .head").nth(1).click()
    settles(lambda: address(page).get("model"), "vit-course-48")
    page.go_back()
    expect(page.locator("#screen-attention .layer-name")).to_have_text("Layer 10 of 12")
    settles(lambda: [address(page).get(word) for word in ("query", "layer", "head")], ["200", "10", "6"])


def test_what_is_pressed_of_a_model_on_its_way_out_is_within_the_one_that_comes(open_page) -> None:
    page = of_photo(open_page, "block", "&layer=12", "example:cc0_burger.jpg").page
    held = held_back(page, "**/view/block*")
    page.locator("#input-strip select").select_option("vit-course-48")
    settles(lambda: len(held) > 0, True)
    picker = page.locator("#screen-block .picker-surface").first
    picker.click(position={"x": 5, "y": 5})
    box = settled(picker.bounding_box)
    picker.click(position={"x": box["width"] - 5, "y": box["height"] - 5})
    for route in held:
        route.continue_()
    page.unroute("**/view/block*")
    settle_down(page)
    settles(lambda: int(address(page).get("query", 0)) < 10 and int(address(page).get("layer", 1)) <= 4, True)
    expect(page.locator(".status.problem:visible")).to_have_count(0)
    as_in_a_fresh_window(open_page, page)


def test_a_model_chosen_on_the_notes_is_in_their_address_and_gone_on_with(open_page) -> None:
    page = of_photo(open_page, "block", "&size=112").page
    page.locator(".rail [data-to=notes]").click()
    settles(lambda: address(page).get("model"), "vit-course-48")
    settle_down(page)
    page.locator("#input-strip select").select_option("vit-s14-everyday")
    settles(lambda: [address(page).get(word) for word in ("model", "size")], ["vit-s14-everyday", "224"])
    as_in_a_fresh_window(open_page, page)
    page.locator(".rail [data-to=decision]").click()
    settle_down(page)
    settles(lambda: [address(page).get(word) for word in ("model", "size")], ["vit-s14-everyday", "224"])


def test_who_comes_back_to_the_notes_before_the_other_model_is_there_has_theirs(open_page) -> None:
    page = of_photo(open_page, "block", "&layer=8&size=112").page
    page.locator(".rail [data-to=notes]").click()
    settles(lambda: address(page).get("model"), "vit-course-48")
    page.reload()
    settle_down(page)
    held = held_back(page, PHOTO_FACTS)
    page.locator(".rail [data-to=block]").click()
    settles(lambda: len(held), 1)
    page.locator(".rail [data-to=notes]").click()
    held[0].continue_()
    page.unroute(PHOTO_FACTS)
    settles(lambda: address(page).get("model"), "vit-course-48")
    settle_down(page)
    page.locator(".rail [data-to=block]").click()
    settles(lambda: [address(page).get(word) for word in ("size", "layer")], ["112", "8"])


def test_who_leaves_the_notes_before_their_model_is_there_goes_on_with_the_one_before(open_page) -> None:
    page = of_photo(open_page, "block", "&layer=8&size=112", "example:cc0_elephant.jpg").page
    held = held_back(page, PHOTO_FACTS)
    page.locator(".rail [data-to=notes]").click()
    settles(lambda: len(held), 1)
    page.locator(".rail [data-to=block]").click()
    for route in held:
        route.continue_()
    page.unroute(PHOTO_FACTS)
    settle_down(page)
    settles(lambda: [address(page).get(word) for word in ("model", "size", "layer")], [EVERYDAY, "112", "8"])


def test_a_photo_still_on_its_way_when_the_rest_of_an_entry_is_here_is_a_step_from_it(open_page, texts) -> None:
    page = of_photo(open_page, "attention", f"&text={texts.old}").page
    choose_example(page, "king penguin")
    until_photo(page, "king penguin")
    page.reload()
    settle_down(page)
    sentences, photos = held_back(page, FACTS), held_back(page, PHOTO_FACTS)
    there = f"?v=5&lang=en&screen=attention&text={texts.new}&photo={PIZZA}"
    back_to(page, there)
    settles(lambda: [len(sentences), len(photos)], [1, 1])
    photos[0].continue_()
    choose_example(page, "biplane")
    settles(lambda: len(photos), 2)
    with page.expect_response(FACTS):
        sentences[0].continue_()
    photos[1].continue_()
    page.unroute(FACTS)
    page.unroute(PHOTO_FACTS)
    until_photo(page, "biplane")
    settle_down(page)
    page.go_back()
    settles(lambda: [address(page).get(word) for word in ("photo", "text")], [PIZZA, texts.new])


def test_a_change_that_was_taken_back_does_not_come_back_with_what_fails(open_page, texts) -> None:
    watched = at(open_page, "encoder", texts.old)
    watched.forgive("status of 500")
    page = watched.page
    page.locator("#screen-encoder .break-row .segmented").first.get_by_role("button").last.click()
    settles(lambda: "schange" in address(page), True)
    settle_down(page)
    page.keyboard.press("t")
    settles(lambda: "strained" in address(page), True)
    settle_down(page)
    page.locator("[data-action=undo-change]").click()
    settles(lambda: "schange" in address(page), False)
    intercept(page, FACTS, lambda route: route.fulfill(status=500, json={"error": "other"}))
    translate(page, texts.new)
    expect(page.locator(".status.problem:visible")).to_have_count(1)
    expect(page.locator(".changes")).to_be_hidden()
    page.unroute(FACTS)


def test_an_example_chosen_while_a_photo_is_on_its_way_up_is_the_one_that_comes(open_page) -> None:
    page = of_photo(open_page, "attention").page
    held = held_back(page, "**/microscope/photo")
    page.locator("#input-strip input[type=file]").first.set_input_files(
        {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": picture_file(seed=44)}
    )
    settles(lambda: len(held), 1)
    choose_example(page, "king penguin")
    until_photo(page, "king penguin")
    page.unroute("**/microscope/photo")
    settles(lambda: address(page).get("photo"), PENGUIN)


def test_an_example_of_order_keeps_its_order_when_another_translator_is_chosen_meanwhile(open_page, texts) -> None:
    page = at(open_page, "words", texts.old).page
    held = held_back(page, FACTS)
    page.get_by_role("button", name="An example in which order decides").click()
    settles(lambda: len(held), 1)
    page.locator("#sentence-strip select").first.select_option("twin-masked-de-en")
    settles(lambda: len(held), 2)
    let_go(page, held)
    expect(page.locator("#screen-words .chip")).to_have_text(["Maria", "liebt", "Tom"])
    settles(lambda: [address(page).get(word) for word in ("translator", "worder")], ["twin-masked-de-en", "CBA"])
    page.go_back()
    settles(lambda: address(page).get("text"), texts.old)


def test_what_is_held_is_in_the_entry_soon_and_once_it_rests_where_more_comes_soon_after(open_page) -> None:
    # A window that no other test has: its clock stays another one.
    page = open_page("v=5&lang=en&screen=attention", anew=True, timezone_id="Asia/Tokyo").page
    settle_down(page)
    heads = page.locator("#screen-attention .head")
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(minutes=1))
    names = page.evaluate_handle("""() => {
      const names = [], rename = history.replaceState.bind(history);
      history.replaceState = (...said) => { names.push(new URLSearchParams(said[2]).get('head')); rename(...said); };
      return names;
    }""")
    # Held, and for how long: two that come together are one, alone they are named soon, and never two within 300 ms.
    for held, during in ((1, 10), (2, 100), (3, 200), (0, 250), (1, 350), (2, 60), (3, 350)):
        heads.nth(held).dispatch_event("click")
        page.clock.run_for(during)
    settles(names.json_value, ["3", "2", "4"])
    page.clock.resume()


def test_what_is_held_after_a_photo_chosen_during_back_is_in_its_entry(open_page, texts) -> None:
    page = at(open_page, "attention", texts.old, "&photo=example:cc0_cat_tabby.jpg").page
    held = held_back(page, FACTS)
    heads = page.locator("#screen-attention .head")
    # Held alone, a second after all else, and gone back from before it has been named.
    page.evaluate(
        """there => {
          const now = performance.now.bind(performance);
          performance.now = () => now() + 1000;
          history.pushState(null, '', there);
          history.pushState(null, '', location.search);
          document.querySelectorAll('#screen-attention .head')[2].click();
          history.back();
        }""",
        f"?v=5&lang=en&screen=attention&text={texts.new}&photo=example:cc0_cat_tabby.jpg",
    )
    settles(lambda: len(held), 1)
    choose_example(page, "king penguin")
    let_go(page, held)
    until_photo(page, "king penguin")
    settles(lambda: address(page).get("photo"), PENGUIN)
    heads.nth(1).dispatch_event("click")
    settles(lambda: address(page).get("head"), "2")


def test_the_calculator_of_the_second_model_follows_another_one(open_page) -> None:
    explained = "&second=vit-course-48&query=100&explain=m!1.attn.pattern:1,3,4"
    page = of_photo(open_page, "models", explained).page
    expect(page.locator(".calculator")).to_be_visible()
    page.locator("#screen-models .compare select, #screen-models select").first.select_option("vit-s14-everyday")
    settles(lambda: address(page).get("second"), "vit-s14-everyday")
    settle_down(page)
    as_in_a_fresh_window(open_page, page)


def test_checks_that_were_left_can_be_run_of_another_photo(open_page) -> None:
    page = of_photo(open_page, "models").page
    choose_example(page, "king penguin")
    until_photo(page, "king penguin")
    held = held_back(page, "**/view/checks*")
    page.locator("#screen-models [data-action=measure], #screen-models .checks-head button").first.click()
    settles(lambda: len(held), 1)
    page.go_back()
    until_photo(page, "pizza")
    for route in held:
        route.continue_()
    page.unroute("**/view/checks*")
    expect(page.get_by_role("button", name="Run the checks")).to_be_enabled()


def test_a_change_before_the_tables_of_position_are_there_leaves_nothing_dimmed(open_page) -> None:
    page = of_photo(open_page, "patches", photo="example:ccby_bridge.jpg").page
    held = held_back(page, "**/view/tables*")
    page.locator(".rail [data-to=position]").click()
    settles(lambda: len(held), 1)
    page.locator("#screen-position").get_by_role("button", name="Shuffle all").click()
    settles(lambda: "change" in address(page), True)
    held[0].continue_()
    page.unroute("**/view/tables*")
    settle_down(page)
    expect(page.locator("#screen-position .position-below[data-waiting]")).to_have_count(0)


@pytest.mark.parametrize(
    ("screen", "asked", "other"),
    [("decision", "decision", "biplane"), ("block", "block", "Eiffel tower"), ("attention", "layer", "flamingo")],
)
def test_numbers_of_another_photo_are_dimmed_where_its_own_cannot_be_had_and_asked_for_again(
    open_page, screen: str, asked: str, other: str
) -> None:
    watched = of_photo(open_page, screen)
    watched.forgive("net::ERR_FAILED")
    page = watched.page
    dimmed = page.locator(f"#screen-{screen} :is([data-outdated])")
    for view in (asked, "glance"):
        intercept(page, f"**/view/{view}?*", lambda route: route.abort())
    choose_example(page, other)
    expect(page.locator(".status.problem:visible")).to_have_count(1)
    expect(dimmed).not_to_have_count(0)
    page.unroute_all()
    page.locator(".rail [data-to=patches]").click()
    page.locator(f".rail [data-to={screen}]").click()
    expect(dimmed).to_have_count(0)
    expect(page.locator(".status.problem:visible")).to_have_count(0)


def test_a_pass_to_compare_with_is_waited_for_where_it_will_stand(open_page) -> None:
    page = of_photo(open_page, "attention", photo="example:cc0_bakery.jpg").page
    held = held_back(page, "**/view/decision?*change=position*")
    page.locator(".rail [data-to=position]").click()
    settles(lambda: len(held), 1)
    figure = page.locator("#screen-position .answer-figure")
    expect(figure).to_have_attribute("aria-busy", "true")
    expect(figure).to_contain_text("…")
    held[0].continue_()
    page.unroute("**/view/decision?*change=position*")
    expect(figure).not_to_have_attribute("aria-busy", "true")
    expect(figure).not_to_contain_text("…")


def test_the_link_that_is_shown_says_what_is_held_meanwhile(open_page) -> None:
    page = of_photo(open_page, "attention").page
    page.locator(".sharing").get_by_role("button", name="Link").click()
    page.locator("#screen-attention .head").nth(1).dispatch_event("click")
    expect(page.locator(".share-box")).to_be_visible()
    settles(lambda: "head=2" in page.locator(".share-box input").input_value(), True)


def test_a_model_chosen_where_the_photo_is_gone_is_that_of_the_next_one(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=decision&photo=AAAAAAAAAAAAAAAAAAAAAA")
    watched.forgive("status of 410")
    page = watched.page
    expect(page.locator("section.gone")).to_be_visible()
    models = page.locator("#input-strip select")
    models.select_option("vit-course-48")
    settles(lambda: address(page).get("model"), "vit-course-48")
    expect(models).to_have_value("vit-course-48")
    choose_example(page, "pizza")
    until_photo(page, "pizza")
    settles(lambda: address(page).get("model"), "vit-course-48")


def test_the_products_of_a_patch_wait_for_their_numbers(open_page) -> None:
    page = of_photo(open_page, "patches", photo="example:cc0_coffee.jpg").page
    held = held_back(page, "**/view/products?*")
    choose_example(page, "city skyline")
    settles(lambda: len(held), 1)
    body = page.locator("#screen-patches .arithmetic-body")
    expect(body).to_have_attribute("data-waiting", "")
    held[0].continue_()
    page.unroute("**/view/products?*")
    expect(body).not_to_have_attribute("data-waiting", "")
