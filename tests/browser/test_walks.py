"""Whatever somebody does, the address says it: seeded random walks (tests/support/walking.py); python -m tests.walks takes longer ones."""

from __future__ import annotations

import pytest

from demo.page.gallery import ASSETS
from tests.support.walking import Pair, differences, painted

pytestmark = pytest.mark.slow

WALKS, STEPS = 6, 20


@pytest.fixture(scope="module")
def pair(browser, app):
    found = Pair(browser, app.url)
    yield found
    found.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(WALKS))
def test_what_is_painted_is_painted_again_at_its_address(pair, seed: int) -> None:
    found = pair.walk(seed=seed, steps=STEPS)
    assert not found, "\n".join(found)


def test_a_switch_that_is_kept_from_the_address_is_found(browser, app) -> None:
    """The Attention screen with its switch for a scale of each head as a private one: the comparison tells of it."""
    told = "  perHead: { word: 'perhead', ...flag, otherwise: false },\n"
    assert told in (ASSETS / "js" / "fields" / "attention.js").read_text(encoding="utf-8")

    def keep_it_private(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(told, ""))

    windows = [browser.new_context(viewport={"width": 1440, "height": 1000}) for _ in range(2)]
    for window in windows:
        window.route("**/js/fields/attention.js", keep_it_private)
    page, other = (window.new_page() for window in windows)
    page.goto(f"{app.url}?lang=en&screen=attention")
    painted(page)
    page.locator("#screen-attention .switch", has_text="A scale for each head").click()
    here = painted(page)
    other.goto(app.url + here["address"])
    found = differences(here, painted(other))
    for window in windows:
        window.close()
    assert any(one.startswith("switches") for one in found) and any(one.startswith("canvases") for one in found)
