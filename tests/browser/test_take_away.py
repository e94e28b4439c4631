"""What is taken away from a screen: a figure of a paper, numbers, a notebook; and in how many actions."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

import pytest
from playwright.sync_api import expect

from demo.photo.query import FIRST
from tests.support.browser import settled, settles
from tests.support.layout import AXE, Room, Rooms
from tests.support.pictures import picture_file
from tests.support.screens import painted, until_photo, upload
from tests.support.taking import takes_both
from tests.support.written import near, number
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


def test_the_numbers_of_a_picture_are_there_as_a_table(open_page, app) -> None:
    page = open_page("v=5&lang=en&screen=attention&layer=7").page
    painted(page)
    page.locator("#screen-attention .attention-right .take").click()
    page.get_by_role("menuitem", name="Numbers (table)").click()
    sheet = page.locator(".numbers-dialog")
    sheet.get_by_label("Axis 0").select_option("2")
    sheet.get_by_label("Rows").select_option("40")
    pattern = app.services.photos.trace(FIRST).pattern(6)[2, 40:80, :40]
    expect(sheet.locator("tbody tr")).to_have_count(len(pattern))
    expect(sheet.locator("thead th").last).to_have_text("39")
    expect(sheet.locator("tbody th").first).to_have_text("40")
    for row, weights in enumerate(pattern[:3]):
        cells = sheet.locator("tbody tr").nth(row).locator("td")
        settles(lambda cells=cells: list(map(number, cells.all_text_contents())), near(weights.tolist()))
    found = Rooms(page)
    if AXE.exists():
        settles(lambda: found.violations(within=".numbers-dialog"), [])
    found.leave()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_a_file_names_no_own_photo(open_page) -> None:
    """It lasts longer than the photo is kept, and goes to people who were not told that they get it."""
    page = open_page("v=5&lang=en&screen=attention&layer=7").page
    painted(page)

    def saved() -> str:
        page.locator("#screen-attention .attention-right .take").click()
        with page.expect_download() as taken:
            page.get_by_role("menuitem", name="Numbers (CSV)").click()
        return taken.value.path().read_text("utf-8")

    assert "photo=example:" in saved()
    upload(page, picture_file(seed=33))
    until_photo(page, "Your photo, 300 × 200")
    painted(page)
    file = saved()
    assert "screen=attention" in file and "photo=" not in file


def test_the_notebook_prints_the_numbers_of_the_head_that_is_held(open_page) -> None:
    pytest.importorskip("IPython")
    page = open_page("v=4&lang=en&screen=attention&layer=7&head=3&query=20&change=position:off").page
    painted(page)
    page.get_by_role("button", name="Link", exact=True).click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Python notebook").click()
    assert taken.value.suggested_filename == "attention-microscope.ipynb"
    cells = json.loads(taken.value.path().read_text("utf-8"))["cells"]
    expect(page.locator(".note", has_text="Saved as attention-microscope.ipynb.")).to_be_visible()
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


# ---- two actions


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_file_and_a_link_are_two_taps_away_on_a_phone(open_page) -> None:
    """By pointer and by keys test_rooms.py does it on its way through every room."""
    found = Rooms(open_page("lang=en", width=390, height=844, has_touch=True, is_mobile=True).page)
    takes_both(found, (Room("attention"), Room("before", "chain"), Room("translation")), by="finger")
    found.leave()


def test_the_key_means_the_figure_that_has_the_focus_or_the_pointer(open_page) -> None:
    page = open_page("v=5&lang=en&screen=attention&layer=7").page
    painted(page)
    opened = page.locator('#screen-attention .take[aria-expanded="true"]')

    def opens(part: str) -> None:
        page.keyboard.press("e")
        figure = page.locator(f"#screen-attention {part}")
        expect(opened).to_have_attribute("data-of", settled(lambda: figure.get_attribute("data-figure")))
        page.keyboard.press("e")  # the same key closes it
        expect(opened).to_have_count(0)

    page.locator("#screen-attention .layer-name").hover()
    opens(".attention-right")
    page.locator("#screen-attention .depth .take").focus()
    opens(".depth")  # although the pointer is elsewhere
