"""What a screen shows of a sentence first comes with the sentence, so that both are painted at once, and never holds it up."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from playwright.sync_api import expect

from tests.support.browser import UNDER_WAY, in_page, intercept, settles

TEXT = "Der Hund schläft heute."
# Beside each address that is asked from here on: whose sentence is in the page's state then.
NOTE = """async () => {
  const at = [...document.querySelectorAll('link[rel=modulepreload]')].find(({ href }) => href.endsWith('core/state.js'));
  const { state } = await import(at.href), really = window.fetch;
  window.asked = [];
  window.fetch = (address, ...options) => {
    window.asked.push([String(address), state.sentence?.text]);
    return really(address, ...options);
  };
}"""


def translate(page, text: str) -> None:
    page.fill(".sentence-input", text)
    page.press(".sentence-input", "Enter")


def test_what_is_shown_first_is_asked_for_before_the_sentence_arrives(open_page) -> None:
    watched = open_page("lang=en&screen=words", anew=True)
    page = watched.page
    in_page(page, NOTE)
    first = {"words": "words", "encoder": "block", "decoder": "all_layers", "translation": "steps"}
    for number, (screen, view) in enumerate(first.items()):
        page.locator(f".rail [data-to={screen}]").click()
        settles(lambda: page.evaluate(UNDER_WAY), [])
        translate(page, text := f"Der Hund schläft {number} Stunden.")

        def asked(view=view, text=text) -> list[str]:
            words = f"/view/{view}?text={quote_plus(text)}&"
            return [at for address, at in page.evaluate("asked") if words in address]

        before = settles(asked, lambda found: found)[0]
        assert before != text, f"{view} of {screen}"
        settles(lambda: page.evaluate(UNDER_WAY), [])


def test_what_cannot_be_had_keeps_no_sentence_away_and_is_told(open_page) -> None:
    watched = open_page(f"lang=en&screen=decoder&text={TEXT}", anew=True)
    watched.forgive("500")
    page = watched.page
    settles(lambda: page.evaluate(UNDER_WAY), [])
    intercept(page, "**/view/all_layers?*", lambda route: route.fulfill(status=500))
    translate(page, "Der Hund schläft morgen.")
    expect(page).to_have_url(re.compile("morgen"))
    expect(page.locator(".status.problem")).to_be_visible()
