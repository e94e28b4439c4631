"""One screen alone in another page's frame: the example of docs/embedding.md, word for word, from another origin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import in_page, settles
from tests.support.framing import page_elsewhere
from tests.support.pictures import picture_file

DOC = Path(__file__).resolve().parents[2] / "docs" / "embedding.md"
NAMED = "http://127.0.0.1:7860/"
AROUND = (
    "#title-bar",
    "#input-strip",
    "#sentence-strip",
    "#rail .rail",
    "#rail .changes",
    "#way-on",
    "#tour",
    ".status",
)


@pytest.fixture
def slide(browser, app):
    """The example page on another site, and the frame in it."""
    page_text = re.findall(r"^```html\n(<!doctype.*?)^```", DOC.read_text("utf-8"), re.DOTALL | re.MULTILINE)[0]
    assert page_text.count(NAMED) == 1
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    errors: list[str] = []
    with page_elsewhere(page_text.replace(NAMED, app.url)) as where:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(where)
        yield page, page.frame_locator("iframe")
        context.close()
    assert errors == []


def test_the_example_page_sets_gets_and_is_told(slide) -> None:
    page, frame = slide
    told = page.locator("output")
    expect(told).to_contain_text(
        re.compile(r"state: \?v=\d+&lang=en&screen=attention")
    )  # the frame was ready, and the page asked
    expect(frame.locator("#screen-attention [data-complete]")).to_be_attached()
    for part in AROUND:
        expect(frame.locator(part).locator("visible=true")).to_have_count(0)

    steps = in_page(page, "() => history.length")
    page.get_by_role("button", name="Last layer").click()
    expect(told).to_have_text(re.compile("^state: .*layer=12"))
    expect(frame.locator("#screen-attention .layer-name")).to_have_text("Layer 12 of 12")

    # What is chosen in the frame is told by itself; keys act there, and lead nowhere else.
    frame.locator("#screen-attention .head").nth(1).click()
    expect(told).to_have_text(re.compile("^changed: .*head=2"))
    page.keyboard.press("n")
    page.keyboard.press("[")
    expect(told).to_have_text(re.compile("^changed: .*screen=attention.*layer=11"))

    # The link in the corner is the whole page with just this.
    link = frame.get_by_role("link", name="Open in Attention Microscope")
    settles(lambda: "layer=11" in link.get_attribute("href") and "embed" not in link.get_attribute("href"), True)

    # A photo that somebody brings into the frame is not named to the page around.
    photo = {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": picture_file(size=(310, 200), seed=92)}
    frame.locator("input[type=file]").set_input_files(photo)
    settles(lambda: "photo=" in link.get_attribute("href"), True)
    expect(told).to_have_text(re.compile(r"^changed: (?!.*photo=).*layer=11"))  # which comes a moment after
    page.get_by_role("button", name="What is on screen?").click()
    expect(told).to_have_text(re.compile("^state: .*layer=11"))
    expect(told).not_to_contain_text("photo=")
    page.get_by_role("button", name="First layer").click()  # of whatever is on screen
    expect(told).to_have_text(re.compile("^state: .*layer=1(&|$)"))
    expect(told).not_to_contain_text("photo=")

    page.get_by_role("button", name="A translation").click()
    expect(told).to_have_text(re.compile(r"^state: .*screen=translation.*text=Der\+Hund"))
    expect(frame.locator("#screen-translation .words-written .word").first).to_be_visible()
    assert in_page(page, "() => history.length") == steps  # Back is the page's own


def test_what_cannot_be_done_is_answered_by_a_sentence_and_strangers_by_nothing(slide) -> None:
    page, _ = slide
    told = page.locator("output")
    expect(told).to_contain_text("state: ")
    for asked, sentence in {
        "ask('set', { words: { layer: 'x' } })": "The address says layer=x",
        "ask('set', { address: '?photo=gone&screen=attention' })": "photo",
        "ask('set', {})": "neither what address to open",
        "ask('take')": "“take” is nothing that can be asked for",
    }.items():
        page.evaluate(asked)
        expect(told).to_contain_text(sentence)
    # Another window than the one around the frame is not even told that it is wrong.
    heard = in_page(
        page,
        """() => new Promise((done) => {
          const heard = [], other = document.body.appendChild(document.createElement('iframe')).contentWindow;
          addEventListener('message', ({ data }) => {
            heard.push(data.type);
            if (data.type === 'state') done(heard);
          });
          const asked = JSON.stringify({ source: 'attention-microscope', version: 1, type: 'take' });
          other.eval(`parent.frames[0].postMessage(${asked}, '*')`);
          setTimeout(() => ask('get'));
        })""",
    )
    assert heard == ["state"]
