"""What holds of the address, the title and the one change holds on every screen."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from demo.page.screens import OPENING, SCREENS
from demo.page.texts import texts
from demo.photo.query import FIRST
from tests.support.browser import UNDER_WAY, address, settled, settles
from tests.support.pictures import picture_file
from tests.support.screens import centre_of, painted, until_photo, upload

pytestmark = pytest.mark.one_page

SENTENCE = "Tom lacht."
IMAGES = "() => [...document.querySelectorAll('img')].filter((image) => image.checkVisibility())"


def go(page, screen: str) -> None:
    page.locator(f".rail [data-to={screen}]").dispatch_event("click")  # also of the journey that is not on screen
    expect(page.locator(f"#screen-{screen}")).to_be_visible()
    settles(lambda: page.evaluate(UNDER_WAY), [])


def test_the_title_names_screen_and_input(open_page) -> None:
    page = open_page(f"lang=en&screen=attention&text={SENTENCE}").page
    for name, journey in ((screen.name, screen.journey) for screen in SCREENS if screen.name != OPENING):
        go(page, name)
        given = re.escape(SENTENCE) if journey == "sentence" else "tabby cat"
        title = re.escape(re.sub(r"\W+$", "", texts("en")[f"{name}.title"]))
        expect(page).to_have_title(re.compile(rf"^{title} · {given} · Attention Microscope$"))


def test_pointing_and_holding_make_no_entry_for_back(open_page) -> None:
    page = open_page(f"lang=en&screen=attention&text={SENTENCE}").page
    painted(page)
    settles(lambda: address(page).get("screen"), "attention")
    entries = settled(lambda: page.evaluate("history.length"))
    page.mouse.move(*centre_of(page, 3, 4))
    page.mouse.click(*centre_of(page, 5, 6))
    settles(lambda: address(page).get("query"), str(1 + 5 * 16 + 6))
    page.keyboard.press("]")
    settles(lambda: address(page).get("layer"), "10")
    settles(lambda: page.evaluate("history.length"), entries)
    # A screen is one.
    go(page, "decoder")
    settles(lambda: page.evaluate("history.length"), entries + 1)
    page.locator("#screen-decoder .picker-box .word").nth(1).click()
    settles(lambda: address(page).get("step"), "2")
    settles(lambda: page.evaluate("history.length"), entries + 1)


@pytest.mark.parametrize(
    ("journey", "change", "views"),
    [
        ("photo", "change=scale:off@3", "/microscope/view/"),
        ("sentence", f"text={SENTENCE}&schange=position:off", "/microscope/sentence/view/"),
    ],
)
def test_every_screen_of_a_journey_asks_with_the_change(open_page, journey: str, change: str, views: str) -> None:
    watched = open_page(f"v=5&lang=en&screen=start&{change}")
    page = watched.page
    # What was learned, and what recurrent networks do, has no part in this pass.
    of_others = {"training_curve", "filters", "tables", "similarity", "chain"}
    for screen in (screen.name for screen in SCREENS if screen.journey == journey):
        go(page, screen)

    def without() -> set[str]:
        """The views that were never asked with it; as trained some are asked for as well, to be shown beside them."""
        urls = [urlsplit(url) for url in watched.requests if views in url]
        asked = [(url.path.rsplit("/", 1)[1], "change" in parse_qs(url.query)) for url in urls]
        assert len({name for name, _ in asked}) > 5
        return {name for name, _ in asked} - {name for name, changed in asked if changed} - of_others

    settles(without, set())


def test_as_trained_with_one_key_on_a_screen_of_sentences(open_page) -> None:
    page = open_page(f"lang=en&screen=words&text={SENTENCE}&schange=position:off").page
    readout = page.locator("#screen-words .token-making .vectors .readout")
    expect(readout).to_contain_text("No position is added to it.")
    page.locator("#screen-words h2").first.click()
    page.keyboard.press("t")
    expect(readout).not_to_contain_text("No position is added to it.")
    settles(lambda: (address(page).get("strained"), address(page).get("schange")), ("1", "position:off"))
    page.keyboard.press("t")
    expect(readout).to_contain_text("No position is added to it.")
    settles(lambda: address(page).get("strained"), None)


def test_of_a_photo_that_is_gone_everything_else_stays(open_page) -> None:
    gone = "A" * 22
    asked = (
        f"v=5&lang=en&screen=attention&photo={gone}&size=112&layer=4&head=2&query=9&change=position:off&perhead=1"
        f"&text={SENTENCE}&how=greedy&dlayer=2"
    )
    watched = open_page(asked)
    watched.forgive("status of 410")
    expect(watched.page.locator(".gone")).to_be_visible()
    wanted = {name: values[0] for name, values in parse_qs(asked).items()}
    settles(lambda: {name: address(watched.page).get(name) for name in wanted}, wanted)


def test_a_photo_that_the_server_loses_while_the_page_is_open_is_sent_again_without_a_word(open_page, app) -> None:
    watched = open_page("lang=en&screen=attention")
    watched.forgive("status of 410")
    page = watched.page
    painted(page)
    upload(page, picture_file(seed=34))
    until_photo(page, "Your photo, 300 × 200")
    settles(lambda: page.evaluate(UNDER_WAY), [])
    app.services.photos.store.uploaded._values.clear()  # as after a restart
    app.services.photos.store.uploaded._nbytes = 0
    page.locator(".strip .sizes button").first.click()
    expect(page.locator(".photo-name")).to_contain_text("Your photo")
    settles(lambda: address(page).get("size"), "42")
    settles(lambda: page.evaluate(UNDER_WAY), [])
    settles(lambda: page.evaluate(f"({IMAGES})().filter((image) => !image.naturalWidth).length"), 0)
    expect(page.locator(".status.problem")).to_have_count(0)
    settles(lambda: address(page).get("photo", FIRST.photo) == FIRST.photo, False)
