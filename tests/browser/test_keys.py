"""Keys that come faster than the page paints."""

from __future__ import annotations

import pytest

from tests.support.browser import address, settled, settles

TEXT = "Der Hund schläft heute."
# Where tokens are chosen by keys, and what the address then says.
PICKERS = {
    "attention": ("query=1", ".picker-surface", "query"),
    "block": ("query=1", ".picker-surface", "query"),
    "patches": ("query=1", ".surface", "query"),
    "decoder": (f"part=cross&step=0&text={TEXT}", ".picker-words", "step"),
    "words": (f"source=0&text={TEXT}", ".word-line", "source"),
}


@pytest.mark.parametrize("screen", PICKERS)
def test_two_presses_within_one_frame_are_two_steps(open_page, screen: str) -> None:
    query, surface, word = PICKERS[screen]
    page = open_page(f"lang=en&screen={screen}&{query}").page
    picker = page.locator(f"#screen-{screen} {surface}").first
    picker.wait_for()

    def held() -> int:
        return int(address(page).get(word, 0))

    before = settled(held)
    picker.evaluate(
        """(element) => {
          for (let i = 0; i < 2; i++)
            element.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
        }"""
    )
    settles(lambda: held() - before, 2 + (word == "step"))  # steps count from 1 in an address
