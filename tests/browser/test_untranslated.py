"""A browser that translates the page (for a class that reads neither English nor Korean) rewrites our sentences and nothing else."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from demo.sentences import Ask
from demo.texts import texts
from tests.support.browser import settled

SENTENCE = "Der Papagei verließ gestern den Käfig."
# What may not be rewritten, and would be: text outside of translate="no", by the element it stands in.
REWRITTEN = """(words) => {
  const found = {}, walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const isWord = new RegExp(`(?<![\\\\p{L}\\\\p{N}])(${words.join('|')})(?![\\\\p{L}\\\\p{N}])`, 'iu');
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim(), place = node.parentElement;
    if (!text || !place.closest('.am-mount, dialog') || place.closest('script, style')) continue;
    if (place.closest('[translate]')?.getAttribute('translate') === 'no') continue;
    // A number within a sentence of ours is no data: the data in it stand in elements of their own.
    const isNumber = place.textContent.trim() === text && /^[^\\p{L}]*\\p{N}[^\\p{L}]*$/u.test(text);
    if (!isWord.test(text) && !isNumber) continue;
    const path = [];
    for (let at = place; at && path.length < 4 && !at.matches('.am-mount'); at = at.parentElement)
      path.unshift([at.localName, ...at.classList].join('.'));
    found[path.join(' > ')] ??= text.slice(0, 60);
  }
  return found;
}"""


def words_of(app) -> list[str]:
    """What the models and examples bring that the page's own sentences never say."""
    said = app.services.sentences.translation(Ask(SENTENCE))
    tokens = [token.strip("▁") for token in (*said.source_tokens, *said.tokens)]
    example = app.services.sentences.examples[1]
    names = [name for item in app.services.gallery for name in item.names["en"].split(", ")]
    candidates = {
        *tokens,
        *SENTENCE.split(),
        *said.text.split(),
        *example.text.split(),
        *example.reference.split(),
        *names,
    }
    ours = {word.lower() for text in texts("en").values() for word in re.findall(r"\w+", re.sub(r"<[^>]+>", " ", text))}
    words = {word.strip(".,!?") for word in candidates}
    return sorted(
        word for word in words if re.fullmatch(r"[\w ]{3,}", word) and not set(re.findall(r"\w+", word.lower())) & ours
    )


def test_no_word_of_a_model_and_no_number_is_rewritten_on_any_screen(open_page, app):
    from tests.support.layout import Rooms

    page = open_page(f"lang=en&screen=words&text={SENTENCE}").page
    expect(page.locator("#screen-words .word-line")).to_contain_text("Käfig")
    words = words_of(app)
    assert {"Papagei", "Käfig", "cage"} <= set(words), words
    rooms, found = Rooms(page), {}
    try:
        for room in settled(rooms.all):
            rooms.enter(room)
            found |= {
                f"{room}: {place}": text for place, text in settled(lambda: page.evaluate(REWRITTEN, words)).items()
            }
    finally:
        rooms.leave()
    assert not found, "\n".join(f"{place}: {text!r}" for place, text in found.items())
