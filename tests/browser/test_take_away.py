"""A figure of a paper, taken away from a screen."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

import pytest
from playwright.sync_api import expect

from demo.photo.query import FIRST
from tests.support.layout import Room
from tests.support.screens import painted
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
    drawn = figures.written(figures.fig7_right(app.services.photos.trace(FIRST)), "svg")
    assert taken.value.path().read_bytes() == drawn
    expect(page.locator(".take-menu")).to_have_count(0)


def test_the_notebook_prints_the_numbers_of_the_head_that_is_held(open_page) -> None:
    pytest.importorskip("IPython")
    page = open_page("v=4&lang=en&screen=attention&layer=7&head=3&query=20&change=position:off").page
    painted(page)
    page.get_by_role("button", name="Link", exact=True).click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Python notebook").click()
    assert taken.value.suggested_filename == "attention-microscope.ipynb"
    cells = json.loads(taken.value.path().read_text("utf-8"))["cells"]
    expect(page.get_by_text("Saved as attention-microscope.ipynb.")).to_be_visible()
    *code, _ = [cell["source"] for cell in cells if cell["cell_type"] == "code"]  # the last one draws
    assert "position_off=True" in "".join(code)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec("\n".join(code), {})
    who, cls, patch, *_ = printed.getvalue().splitlines()[5:]  # behind the five classes
    assert who == "patch 2, 4 · layer 7, head 3"
    shares = [line.rpartition(": ")[2] for line in (cls, patch)]
    shown = page.locator("#screen-attention .heads .head-caption").nth(2)
    expect(shown).to_have_text(f"CLS {shares[0]} · patch max {shares[1]}")
