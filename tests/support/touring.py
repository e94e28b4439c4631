"""Take a guided tour to its end as a visitor does: every step shows its question or what it points at.

Also open a room as a lecturer does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from demo.page.texts import texts
from demo.page.tours import Tour
from tests.support.browser import address, passes, settles

# What is ringed, whether any of it is in sight, and what the tour shows of itself.
SHOWN = """() => {
  const ringed = [...document.querySelectorAll('[data-ringed]')], box = ringed[0]?.getBoundingClientRect();
  const under = innerHeight - document.querySelector('.tour-bar').offsetHeight;
  return { place: document.querySelector('.tour-place').textContent, ringed: ringed.length,
    inSight: Boolean(box) && box.bottom > 0 && box.top < under && box.width > 0,
    choice: Boolean(document.querySelector('.tour-choice:not(:disabled)')) };
}"""


def take(
    page: Any,
    tour: Tour,
    language: str,
    *,
    present: bool = False,
    look: Callable[[str], None] = lambda place: None,
) -> None:
    """Start the tour on the start screen, choose and go on at every step, and return there; or in presenter mode.

    `look` is called at every step, and once more where its answer is shown.
    """
    page.click("#screen-start .branches [aria-haspopup=dialog]")
    page.click(f".tour-list [data-tour='{tour.name}'] .tour-start")
    if present:
        expect(page.locator(".tour-bar")).to_be_visible()
        page.keyboard.press("z")
        expect(page.locator(".present-head")).to_be_visible()
    for n, step in enumerate(tour.steps, 1):
        place = texts(language)["tours.place"].format(n=n, total=len(tour.steps))
        passes(lambda place=place, step=step: shows(page, place, asks=step.ask is not None))
        look(place)
        if step.ask:
            page.locator(".tour-choice").first.click()
            passes(lambda place=place: shows(page, place))
            look(f"{place}, answered")
        if n < len(tour.steps):
            page.click(".tour-next")
    page.click(".tour-next")
    expect(page.locator(".tour-bar")).to_be_hidden()
    if present:
        page.keyboard.press("Escape")
    page.click(".title-bar .home")


def shows(page: Any, place: str, *, asks: bool = False) -> None:
    """A step is there: its question, or what it points at in sight."""
    shown = page.evaluate(SHOWN)
    assert shown["place"] == place
    assert shown["choice"] if asks else (shown["ringed"], shown["inSight"], shown["choice"]) == (1, True, False), shown


def open_room(page) -> str:
    """Open a room from a lecturer's page; its code."""
    page.click(".room-button")
    page.get_by_role("button", name="Open a room").click()
    return settles(lambda: address(page).get("room"), bool)
