"""Of what a page is made of, what nobody has come to is not fetched; what is on the way is, and then it is drawn."""

from __future__ import annotations

from playwright.sync_api import expect

from demo.page.head import LATER, needed
from tests.support.browser import in_page, intercept, settles


def scripts(watched) -> set[str]:
    """The scripts that a page has asked for, by their path below assets."""
    return {
        f"js/{url.partition('/js/')[2]}"
        for url in watched.requests
        if "/microscope/static/" in url and url.endswith(".js")
    }


def test_a_page_asks_for_what_stands_around_and_for_the_screen_in_sight(open_page) -> None:
    first, later = needed()
    here = {*first, *later["screens/decision"]}
    watched = open_page("screen=decision", anew=True)
    asked = settles(lambda: scripts(watched), lambda asked: asked >= here)
    assert set(later) > set(LATER)
    assert len(set().union(*later.values()) - here) > 100 and asked == here


def test_whoever_is_about_to_go_to_a_screen_finds_its_scripts_there(open_page) -> None:
    watched = open_page("screen=attention", anew=True)
    page, block = watched.page, set(needed()[1]["screens/block"])
    settles(lambda: block - scripts(watched), lambda missing: len(missing) > 10)
    page.locator(".rail [data-to=block]").hover()
    settles(lambda: block - scripts(watched), set())
    expect(page.locator("#screen-block .am-mount")).to_be_empty()
    page.locator(".rail [data-to=block]").click()
    expect(page.locator("#screen-block canvas").first).to_be_visible()


def test_a_calculator_that_an_address_names_is_open(open_page) -> None:
    page = open_page("screen=attention&layer=9&explain=p!9.attn.pattern:4,12,17", anew=True).page
    expect(page.locator(".calculator h3")).to_be_visible()


def test_what_cannot_be_fetched_is_told_and_what_was_there_stays(open_page) -> None:
    watched = open_page("screen=attention", anew=True)
    watched.forgive("Failed to fetch dynamically imported module", "net::ERR_FAILED")
    page = watched.page
    intercept(page, "**/screens/block.js", lambda route: route.abort())
    page.locator(".rail [data-to=block]").click()
    expect(page.locator(".status.problem")).to_contain_text("could not be loaded")
    page.locator(".rail [data-to=attention]").click()
    expect(page.locator("#screen-attention .heads canvas").first).to_be_visible()


def test_whoever_presents_comes_to_a_screen_that_was_not_drawn(open_page) -> None:
    watched = open_page("screen=start&present=1", anew=True)
    page = watched.page
    page.locator(".present-bar").wait_for()
    in_page(
        page,
        """async () => {
      const at = [...document.querySelectorAll('link[rel=modulepreload]')].find(({ href }) => href.endsWith('core/state.js'));
      (await import(at.href)).update({ screen: 'before' });
    }""",
    )
    expect(page.locator("#screen-before .chapter:not([hidden])")).to_be_visible()
    settles(lambda: watched.errors, [])
