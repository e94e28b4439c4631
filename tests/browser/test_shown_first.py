"""What a screen shows of a sentence first comes with the sentence, so that both are painted at once, and never holds it up."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import UNDER_WAY, Late, in_page, intercept, settles, wait_for_sentence

TEXT = "Der Hund schläft heute."
# From here on: each view whose answer has come, and each sentence that has arrived in the page's state. Nothing takes too long.
NOTE = """async () => {
  const at = [...document.querySelectorAll('link[rel=modulepreload]')].find(({ href }) => href.endsWith('core/state.js'));
  const { state, on } = await import(at.href), { fetch, setTimeout } = window;
  window.came = [];
  window.setTimeout = (task, ms, ...rest) => (ms === 50 ? 0 : setTimeout(task, ms, ...rest));
  window.fetch = async (address, ...options) => {
    const answer = await fetch(address, ...options), { pathname, searchParams } = new URL(answer.url);
    if (pathname.includes('/sentence/view/')) window.came.push([pathname.split('/').at(-1), searchParams.get('text')]);
    return answer;
  };
  on('sentence', () => window.came.push(['the sentence', state.sentence.text]));
}"""


def translate(page, text: str) -> None:
    page.fill(".sentence-input", text)
    page.press(".sentence-input", "Enter")


def test_what_is_shown_first_is_there_before_the_sentence_arrives(open_page) -> None:
    page = open_page("lang=en&screen=words", anew=True).page
    in_page(page, NOTE)
    first = {
        "words": {"words"},
        "encoder": {"block", "root", "likeness"},
        "decoder": {"all_layers"},
        "translation": {"steps", "tree", "attention"},
    }
    for number, (screen, views) in enumerate(first.items()):
        page.locator(f".rail [data-to={screen}]").click()
        settles(lambda: page.evaluate(UNDER_WAY), [])
        translate(page, text := f"Der Hund schläft {number} Stunden.")

        def came(text=text) -> list[str]:
            return [name for name, of in page.evaluate("came") if of == text]

        found = settles(came, lambda found: "the sentence" in found)
        assert set(found[: found.index("the sentence")]) == views, f"{screen}: {found}"
        settles(lambda: page.evaluate(UNDER_WAY), [])


def test_what_takes_long_keeps_no_sentence_away(open_page) -> None:
    page = open_page(f"lang=en&screen=decoder&text={TEXT}", anew=True).page
    settles(lambda: page.evaluate(UNDER_WAY), [])
    late = Late(page, "**/view/all_layers?*")
    translate(page, text := "Der Hund schläft morgen.")
    expect(page).to_have_url(re.compile("morgen"))
    late.wait()
    late.let_through()
    wait_for_sentence(page, "#screen-decoder [data-complete]", text)


def test_what_cannot_be_had_keeps_no_sentence_away_and_is_told(open_page) -> None:
    watched = open_page(f"lang=en&screen=decoder&text={TEXT}", anew=True)
    watched.forgive("500")
    page = watched.page
    settles(lambda: page.evaluate(UNDER_WAY), [])
    intercept(page, "**/view/all_layers?*", lambda route: route.fulfill(status=500))
    translate(page, "Der Hund schläft morgen.")
    expect(page).to_have_url(re.compile("morgen"))
    expect(page.locator(".status.problem")).to_be_visible()


def test_the_translation_as_trained_beside_a_changed_one_is_asked_for_once(open_page) -> None:
    watched = open_page(f"lang=en&screen=encoder&text={TEXT}&schange=position:off", anew=True)
    page = watched.page
    settles(lambda: page.evaluate(UNDER_WAY), [])
    late = Late(page, "**/sentence/facts?*", lambda url: "change=&" in f"{url}&")
    translate(page, text := "Der Hund schläft morgen.")
    expect(page).to_have_url(re.compile("morgen"))
    expect(page.locator("#screen-encoder .encoder-main[data-waiting]")).to_be_visible()
    late.wait()
    assert len(late.held) == 1
    late.let_through()
    wait_for_sentence(page, "#screen-encoder .encoder-main:not([data-waiting])", text)
