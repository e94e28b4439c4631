"""Read the calculator's sheet, and follow its numbers."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.support.browser import settled, settles
from tests.support.written import near, number

SHEET = ".calculator:not([hidden])"
HERE = f"{SHEET} .calculator-body:not([data-waiting])"
RESULT = f"{HERE} .total"
TITLE = f"{SHEET} > h3"


def title(page) -> str:
    """The title of the sheet, without bidirectional marks."""
    return re.sub("[\u2066-\u2069]", "", page.locator(TITLE).inner_text())


def titled(page, wanted: Any) -> str:
    """Wait until the sheet has this title, or one for which the function returns true; return it."""
    return settles(lambda: title(page), wanted)


def comes_to(locator, exact: float) -> None:
    """Wait until the last number of an element is this one."""
    settles(lambda: number(locator.inner_text()), near(exact))


def share_is(locator, exact: float) -> None:
    """Wait until the last percentage of an element is this share."""
    settles(lambda: number(locator.inner_text()) / 100, near(exact))


def follow(page, button) -> None:
    """Open an operand and wait for its page."""
    before = settled(lambda: title(page))
    button.click()
    settles(lambda: title(page), lambda now: now != before)
    expect(page.locator(HERE)).to_be_visible()


def piece(token: str) -> str:
    """A piece of a sentence as the page writes its name."""
    return token[1:] if token.startswith("▁") else {"</s>": "⟨end⟩"}.get(token, f"·{token}")
