"""The page inside another host's page, as a hosted Space shows it: its own address bar is not the visitor's."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from tests.support.browser import address, settles
from tests.support.framing import link_in, outer_page
from tests.support.pictures import picture_file


@pytest.fixture
def outer(app, monkeypatch):
    with outer_page(app.url) as where:
        monkeypatch.setenv("MICROSCOPE_OUTER_PAGE", where)
        yield where


@pytest.fixture
def visit(browser, outer):
    """Open the outer page with a query, in a window that nobody has used; the page and the frame in it."""
    opened = []

    def open_(query: str):
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened.append((context, errors))
        page.goto(f"{outer}?{query}")
        return page, page.frame_locator("iframe")

    yield open_
    for context, errors in opened:
        context.close()
        assert errors == []


def test_the_link_is_the_outer_page_with_everything_that_was_chosen(visit, outer, app) -> None:
    page, frame = visit("v=2&lang=en&screen=attention")
    expect(frame.locator("#screen-attention [data-complete]")).to_be_attached()
    frame.locator(".station[data-to=block]").click()
    off = frame.locator("#screen-block .break-row .segmented").first.get_by_role("button").last
    off.click()
    chip = frame.locator(".changes .change-chip")
    expect(chip).to_contain_text("Residual off in all layers")

    link = link_in(frame)
    assert link.startswith(f"{outer}?v=")
    said = dict(parse_qsl(urlsplit(link).query))
    assert said["screen"] == "block" and said["change"].startswith("residual:off")
    # The code for another page's frame is of the page itself: nobody may frame its host's.
    frame.get_by_role("button", name="Copy code for a frame").click()
    field = frame.get_by_role("textbox", name="Link to exactly what is on screen")
    code = settles(field.input_value, lambda text: text.startswith("<iframe"))
    assert f'src="{app.url}?v=' in code.replace("&#38;", "&") and "&embed=screen" in code.replace("&#38;", "&")
    settles(lambda: address(page), said)  # the outer page was told, and its own address says it too

    # A short one is of the outer page, too: its query goes into the frame, which the server leads on to all that was chosen.
    frame.get_by_role("button", name="Copy short link").click()
    short = settles(field.input_value, lambda text: "s=" in text)
    assert short.startswith(f"{outer}?s=") and len(short) < len(outer) + 20
    there, again = visit(urlsplit(short).query)
    expect(again.locator("#screen-block")).to_be_visible()
    settles(lambda: address(there), said)
    expect(again.locator(".changes .change-chip")).to_contain_text("Residual off in all layers")


def test_an_own_photo_is_looked_at_and_shared_through_the_frame(visit, outer) -> None:
    page, frame = visit("v=2&lang=en&screen=attention")
    expect(frame.locator("#screen-attention [data-complete]")).to_be_attached()
    photo = {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": picture_file(size=(310, 200), seed=91)}
    frame.locator("input[type=file]").set_input_files(photo)
    expect(frame.locator(".photo-name")).to_contain_text("Your photo, 310 × 200")
    expect(frame.locator("#screen-attention [data-complete]")).to_be_attached()

    link = link_in(frame)
    expect(frame.locator(".share-box")).to_contain_text("Whoever has this link")
    frame.get_by_role("button", name="Copy link").click()
    expect(frame.locator(".share-box")).to_contain_text("Copied")
    assert link.startswith(f"{outer}?") and "photo=" in link

    _, friend = visit(urlsplit(link).query)  # another visitor, who has no copy of the photo
    expect(friend.locator(".photo-name")).to_contain_text("Your photo, 310 × 200")

    frame.get_by_role("button", name="Copy without the photo").click()
    field = frame.get_by_role("textbox", name="Link to exactly what is on screen")
    settles(lambda: "photo=" in field.input_value(), False)

    page.reload()
    expect(frame.locator(".photo-name")).to_contain_text("Your photo, 310 × 200")
