"""Keys that come faster than the page paints."""

from __future__ import annotations

import pytest

from tests.support.browser import address, settled, settles

pytestmark = pytest.mark.one_page

TEXT = "Der Hund schläft heute."
# Where tokens are chosen by keys, what is in there once there are some, and what the address then says.
PICKERS = {
    "attention": ("query=1", ".picker-surface", "img[src]", "query"),
    "block": ("query=1", ".picker-surface", "img[src]", "query"),
    "patches": ("query=1", ".surface", "img[src]", "query"),
    "decoder": (f"part=cross&step=0&text={TEXT}", ".picker-words", "> *", "step"),
    "words": (f"source=0&text={TEXT}", ".word-line", ".token", "source"),
}


@pytest.mark.parametrize("screen", PICKERS)
def test_two_presses_within_one_frame_are_two_steps(open_page, screen: str) -> None:
    query, surface, token, word = PICKERS[screen]
    page = open_page(f"lang=en&screen={screen}&{query}").page
    picker = page.locator(f"#screen-{screen} {surface}").first
    picker.locator(f":scope {token}").first.wait_for()

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


# The figures of every head, and where the layer and the head they choose stand in the address.
ATLASES = {
    "attention": ("layer=2&head=2", "layer", "head"),
    "decoder": (f"part=cross&slayer=2&shead=2&text={TEXT}", "dlayer", "xhead"),
}


@pytest.mark.parametrize("screen", ATLASES)
def test_keys_before_the_first_picture_choose_nothing_that_is_not_there(open_page, screen: str) -> None:
    """A page that gives no frames paints nothing: what a key moves on from is what is held, and never "not a number"."""
    query, *words = ATLASES[screen]
    page = open_page(f"v=2&lang=en&screen=models&{query}", anew=True).page
    page.evaluate("() => { globalThis.requestAnimationFrame = () => 0; }")
    page.locator(f".rail [data-to={screen}]").dispatch_event("click")
    atlas = page.locator(f"#screen-{screen} canvas.atlas")

    def pressed() -> list[str]:
        atlas.evaluate("(canvas) => canvas.scrollIntoView()")  # on Attention it is asked for once it is seen
        atlas.evaluate(
            "(canvas) => canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))"
        )
        return [address(page)[word] for word in words]

    moved = settles(pressed, lambda seen: seen != ["2", "2"])
    assert all(number.isdigit() for number in moved), moved
