"""A large model on a lent GPU: the page asks by Gradio's event first, and reads everything from addresses as always."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from demo.compute import lending
from demo.photo.query import FIRST
from demo.services import Services
from tests.support.browser import Watched
from tests.support.server import running_app
from tests.support.waiting import SECONDS


@pytest.fixture
def borrowed(browser, monkeypatch: pytest.MonkeyPatch):
    """A page whose bundled model is large, and what was asked of the lender; it says no to 3 x 3 patches."""
    asked = []

    def lend(model, photo, size):
        asked.append((model, size))
        if size == 42:
            raise RuntimeError("no share is left")
        return lending.traced(model, photo, size)

    monkeypatch.setattr(lending, "LARGE_BYTES", 50_000_000)
    monkeypatch.setattr(lending.torch, "set_num_threads", lambda _: None)  # it runs in this process here
    context = browser.new_context()
    with running_app(Services(lender=lend)) as app:
        watched = Watched(context.new_page(), app.url)
        watched.page.set_default_timeout(SECONDS * 1000)
        yield watched, asked
        context.close()
    assert watched.errors == []


def test_a_large_model_is_asked_of_the_lent_gpu_first(borrowed) -> None:
    watched, asked = borrowed
    watched.open()
    status = watched.page.locator(".rail-row .status")
    watched.page.get_by_role("button", name="7×7").first.click()
    expect(status).to_contain_text("98 × 98 px")
    assert asked == [(FIRST.model, 98)]
    expect(status).not_to_contain_text("No GPU")
    watched.page.get_by_role("button", name="3×3").first.click()
    expect(status).to_contain_text("42 × 42 px")
    expect(status).to_contain_text("No GPU could be lent")
    assert asked == [(FIRST.model, 98), (FIRST.model, 42)]
