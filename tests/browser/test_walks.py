"""Whatever somebody does, the address says it: seeded random walks (tests/support/walking.py); python -m tests.walks takes longer ones."""

from __future__ import annotations

import pytest

from tests.support.walking import differences, painted, walk

WALKS, STEPS = 6, 20


@pytest.mark.parametrize("seed", range(WALKS))
def test_what_is_painted_is_painted_again_at_its_address(browser, app, seed: int) -> None:
    assert walk(browser, app.url, seed=seed, steps=STEPS) == []


def test_a_choice_that_is_kept_from_the_address_is_found(open_page, browser, app) -> None:
    """A switch of a screen's own, as there were many: the walk's comparison tells of it."""
    page = open_page("lang=en&screen=attention").page
    painted(page)
    page.evaluate(
        """() => {
          const own = document.createElement('button');
          own.textContent = 'private: off';
          own.onclick = () => { own.textContent = 'private: on'; };
          document.querySelector('#screen-attention .am-mount').prepend(own);
          own.click();
        }"""
    )
    here = painted(page)
    fresh = browser.new_context(viewport={"width": 1440, "height": 1000})
    other = fresh.new_page()
    other.goto(app.url + here["address"])
    found = differences(here, painted(other))
    fresh.close()
    assert any("private: on" in told for told in found)
