"""The page on a pupil's computer: from another host over plain http, where browsers lend neither clipboard nor camera."""

from __future__ import annotations

import os
import re

import httpx
import pytest
from playwright.sync_api import expect

from demo.sentence.query import TranslationQuery
from tests.support.browser import ARGUMENTS, SECONDS, Watched, settles
from tests.support.namespace import other_host
from tests.support.pictures import picture_file
from tests.support.screens import painted, paste, until_photo, until_status

SENTENCE = "Der Hund schläft unter dem Tisch."


@pytest.fixture(scope="module")
def room(app, browser, tmp_path_factory):
    """Where the app answers the other host, and the browser there."""
    port = httpx.URL(app.url).port
    with other_host(tmp_path_factory.mktemp("host"), port) as (program, here), pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", f"{os.environ.get('NO_PROXY', '')},{here}")
        reachable = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {here}"
        there = browser.browser_type.launch(executable_path=program, args=[*ARGUMENTS, reachable])
        yield f"http://{here}:{port}/", there
        there.close()


@pytest.fixture
def visit(room):
    """Open the page on the other host."""
    url, there = room
    opened = []

    def open_(**context):
        page = there.new_page(**context)
        page.set_default_timeout(SECONDS * 1000)
        opened.append(Watched(page, url))
        opened[-1].open("lang=en")
        painted(page)
        secure = "isSecureContext || Boolean(navigator.clipboard || navigator.mediaDevices)"
        settles(lambda: page.evaluate(secure), False)
        return page

    yield open_
    for watched in opened:
        watched.page.close()
        assert (watched.foreign, watched.errors) == ([], [])


def test_on_a_laptop_a_picture_is_pasted_by_its_keys_and_the_camera_says_why_it_is_not_there(visit, app):
    page = visit(viewport={"width": 1440, "height": 1000})
    page.click("[data-action=paste]")
    until_status(page, "Press Ctrl+V (⌘V) instead")
    paste(page, picture_file("PNG", (120, 160), seed=5))
    until_photo(page, "Your photo, 120 × 160")
    page.click("[data-action=camera]")
    until_status(page, "only to pages on this computer or over https. Upload a photo instead.")
    page.get_by_role("button", name="Sentence", exact=True).click()
    page.fill(".sentence-input", SENTENCE)
    page.press(".sentence-input", "Enter")
    said = app.services.sentences.translation(TranslationQuery(SENTENCE))
    until_status(page, f"{len(said.source_tokens)} tokens read, {len(said.tokens)} written")
    # A link is copied there as well, from a figure's own menu.
    page.locator(".take:visible").first.click()
    page.get_by_role("menuitem", name="Copy link").click()
    expect(page.locator(".take-menu")).to_have_count(0)
    page.locator(".sentence-input").fill("")
    page.keyboard.press("Control+v")
    expect(page.locator(".sentence-input")).to_have_value(re.compile(r"^http://.+screen="))


def test_a_phone_takes_the_photo_with_its_own_camera(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    with page.expect_file_chooser() as chosen:
        page.tap("[data-action=camera]")
    settles(lambda: chosen.value.element.get_attribute("capture"), "environment")
    photo = {"name": "shot.jpg", "mimeType": "image/jpeg", "buffer": picture_file(size=(300, 200), seed=6)}
    chosen.value.set_files(photo)
    until_photo(page, "Your photo, 300 × 200")
    until_status(page, "256 patches + CLS")
