"""A figure of a paper, taken away from a screen."""

from __future__ import annotations

from playwright.sync_api import expect

from demo.services import FIRST
from tests.support.layout import Room
from vit_core import figures


def test_a_papers_figure_is_the_one_that_python_draws(rooms, app) -> None:
    page = rooms.page
    rooms.enter(Room("attention"))
    rooms.settle()
    page.locator("#screen-attention .depth .take").click()
    expect(page.locator(".take-menu .paper-title")).to_have_count(3)
    with page.expect_download() as taken:
        page.locator('[data-paper="fig7-right.svg"]').click()
    assert taken.value.suggested_filename == "attention-microscope-fig7-right.svg"
    drawn = figures.written(figures.fig7_right(app.services.trace(FIRST)), "svg")
    assert taken.value.path().read_bytes() == drawn
    expect(page.locator(".take-menu")).to_have_count(0)
