"""The start: every number of its stations is the one its screen shows, and what is brought there is drawn at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import address, intercept, passes, settled, settles
from tests.support.pictures import picture_file
from tests.support.screens import STATUS, paste

pytestmark = pytest.mark.one_page

READY = """(failed) => document.querySelector(`#screen-start .stop[data-waiting], html[data-busy]${failed}`) ? []
  : [...document.querySelectorAll('#screen-start .stop')].map((stop) => [stop.dataset.stop, stop.innerText])"""
DROP = """([selector, bytes, type, text]) => {
  const data = new DataTransfer();
  if (bytes) data.items.add(new File([new Uint8Array(bytes)], 'own.png', { type }));
  else data.setData('text/plain', text);
  document.querySelector(selector).dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
}"""


def stops(page, *, failing: bool = False) -> dict[str, str]:
    """What is read at each station, once all of them show the input on screen, or that it failed where some are `failing`."""
    told = page.evaluate(READY, "" if failing else ", #screen-start .stop[data-failed]")
    assert len(told) == 10
    return {name: re.sub(r"\s+", " ", text) for name, text in told}


def follow(page, name: str, screen: str) -> None:
    """Go through a station to its screen."""
    page.click(f"#screen-start [data-stop={name}]")
    expect(page.locator(f"#screen-{screen}")).to_be_visible()
    expect(page.locator(f"#screen-{screen} .am-mount > :first-child")).to_be_visible()


def text(page, selector: str) -> str:
    return re.sub(r"\s+", " ", page.locator(selector).inner_text())


def shares(told: str) -> list[str]:
    """The percentages in a text."""
    return re.findall(r"[\d.]+ %", told)


def before(page, told: str):
    for cell in ("rnn", "lstm", "gru"):
        reach = text(page, f"#screen-before .decay[data-cell={cell}] .reach")
        assert f"{cell.upper()} {reach}" in told


def words(page, told: str):
    n = page.locator("#screen-words .word-line .token").count()
    d = text(page, "#screen-words .model-sizes tbody tr:first-child td:nth-of-type(1)")
    assert f"{n} × {d}" in told and n > 1


def encoder(page, told: str):
    layer, layers = re.findall(r"\d+", text(page, "#screen-encoder .layer-name"))
    heads = page.locator("#screen-encoder .head-choice button").count()
    assert f"{layers} × {heads} heads" in told and f"Layer {layer}, “" in told
    told = re.sub("[\u2068\u2069]", "", told)
    assert re.search(r"“·?(.+?)”: most", told)[1] == text(page, "#screen-encoder .picker-words .held")
    share, key, head = re.search(r"most, (.+), on “·?(.+)” in head (\d+)", told).groups()
    row = page.locator("#screen-encoder .word-table tbody tr").nth(int(head) - 1).locator("td").all_text_contents()
    row = [re.sub(r"\s", " ", cell) for cell in row]
    keys = page.locator("#screen-encoder .word-table thead th").all_text_contents()
    assert row.count(share) and key in [name for name, cell in zip(keys, row, strict=True) if cell == share]


def decoder(page, told: str):
    assert page.locator("#screen-decoder .way.decoder").get_attribute("aria-checked") == "true"
    n = page.locator("#screen-decoder .matrix-rows bdi").count()
    assert f"{n * (n - 1) // 2} of {n * n} scores" in told and n > 1
    assert re.search(r"\[[\d, ]+\]", told)[0] in text(page, "#screen-decoder .way.cross .way-what")


def translation(page, told: str):
    readout = text(page, "#screen-translation .readout")
    assert shares(told)[0] == shares(readout)[0]
    assert re.search(r"least sure of “·?(.+)”", told)[1] in readout


def patches(page, told: str):
    tokens = text(page, "#screen-patches .sequence .length").split("=")[1].split()[0]
    assert f"Patches {tokens} tokens" in told and int(tokens) > 1


def position(page, told: str):
    grid = re.search(r"\d+ × \d+", told)[0]
    assert grid in text(page, "#screen-position .maps:last-of-type h4")


def block(page, told: str):
    found = shares(told)
    assert len(found) == 2 and set(found) <= set(shares(text(page, "#screen-block .contributions .readout")))


def attention(page, told: str):
    layers = text(page, "#screen-attention .layer-name").split(" of ")[1]
    heads = page.locator("#screen-attention .heads .head")
    assert f"{layers} × {heads.count()} heads" in told
    best = int(re.search(r"head (\d+)", told)[1]) - 1
    assert shares(told)[0] == shares(re.sub(r"\s+", " ", heads.nth(best).inner_text()))[-1]


def decision(page, told: str):
    assert shares(told)[0] == text(page, "#screen-decision .class-rows li:first-child .probability")
    assert f"“{text(page, '#screen-decision .class-rows li:first-child .name')}”" in told


# The stations, and the screen that each opens.
OPENS = {
    name: name
    for name in (
        *("before", "words", "encoder", "decoder", "translation"),
        *("patches", "position", "block", "attention", "decision"),
    )
}


def shown(page, name: str, told: str) -> None:
    """What a station said is what its screen shows."""
    checks = (before, words, encoder, decoder, translation, patches, position, block, attention, decision)
    {check.__name__: check for check in checks}[name](page, told)


@pytest.mark.timeout(300)
def test_every_number_is_the_one_of_its_screen_and_follows_the_input(open_page) -> None:
    page = open_page("lang=en&screen=start").page
    first = settled(lambda: stops(page))
    assert list(first) == list(OPENS)
    told = first
    for own in (False, True):
        if own:
            page.click("#input-strip [data-action=examples]")
            page.click(".gallery button[data-file='cc0_pizza.jpg']")
            page.locator(".sentence-input").fill("Ein Hund läuft durch den Schnee.")
            page.keyboard.press("Enter")
            told = settles(
                lambda: stops(page), lambda now: "pizza" in now["decision"] and "dog" in now["translation"].lower()
            )
            # The positions are the model's own, the same for every photo, and so is the number of its patches.
            assert {name for name in told if told[name] == first[name]} == {"patches", "position"}
        for name, screen in OPENS.items():
            follow(page, name, screen)
            passes(lambda name=name, told=told[name]: shown(page, name, told))
            page.click(".title-bar .home")
            expect(page.locator("#screen-start")).to_be_visible()


def others(page, former: dict[str, str], *names: str) -> dict[str, str]:
    """What the stations show once these of them show something else than before, at the start still."""
    now = settles(lambda: stops(page), lambda now: all(now[name] != former[name] for name in names))
    settles(lambda: address(page)["screen"], "start")
    return now


def test_what_is_brought_is_drawn_after_one_action(open_page) -> None:
    watched = open_page("lang=en&screen=start")
    watched.forgive("status of 4")
    page = watched.page
    former = settled(lambda: stops(page))
    expect(page.locator("#sentence-strip .door p")).to_contain_text("in German")

    page.evaluate(DROP, ["#screen-start .start-board", list(picture_file("PNG", seed=1)), "image/png", ""])
    former = others(page, former, "block", "attention", "decision")
    settles(lambda: address(page)["photo"].startswith("example:"), False)
    paste(page, picture_file("PNG", seed=2))
    former = others(page, former, "block", "attention", "decision")
    page.evaluate(DROP, ["#screen-start .start-board", None, "", "Wir gehen heute ins Kino."])
    former = others(page, former, "before", "words", "decoder", "translation")
    assert former["words"].startswith("Wir gehen")
    page.locator(".sentence-input").fill("Das Haus ist alt.")
    page.keyboard.press("Enter")
    former = others(page, former, "before", "words", "decoder", "translation")

    # What cannot be read is told where it was brought, and nothing is lost.
    page.locator(".sentence-input").fill("Ja. " * 200)
    page.click("#sentence-strip .follow")  # nobody follows it
    expect(page.locator("#sentence-strip .field-problem")).to_be_visible()
    settles(lambda: address(page)["screen"], "start")
    paste(page, b"no picture")
    expect(page.locator(STATUS)).to_contain_text("not a picture")
    settles(lambda: stops(page), former)


def test_a_bare_address_begins_here_and_one_with_a_state_does_not(open_page, app) -> None:
    page = open_page("lang=ko&screen=start").page
    for query, screen in {
        "": "start",
        "?v=3&lang=en&theme=light": "start",
        "?photo=example:cc0_pizza.jpg": "attention",
        "?lang=en&layer=3": "attention",
    }.items():
        page.goto(app.url + query)
        expect(page.locator(f"#screen-{screen} .am-mount > :first-child")).to_be_visible()
        settles(lambda: address(page).get("screen"), screen)
    # From there to the beginning by the name, by the rail and by the keys, and on to the first station.
    page.click(".title-bar .home")
    expect(page.locator("#screen-start .start-board")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#screen-before")).to_be_visible()
    page.click(".rail .station[data-to=start]")
    expect(page.locator("#screen-start .start-board")).to_be_visible()
    # What was typed goes in with whoever follows it, and Back leads to it.
    page.fill(".sentence-input", "Der Hund schläft.")
    page.click("#sentence-strip .follow")
    expect(page.locator("#screen-words .word-line")).to_contain_text("schläft")
    page.go_back()
    expect(page.locator("#screen-start .start-board")).to_be_visible()
    expect(page.locator(".sentence-input")).to_have_value("Der Hund schläft.")
    page.click("#sentence-strip .follow")
    expect(page.locator("#screen-words")).to_be_visible()
    expect(page.locator(".rail [data-journey=photo] .number").first).to_have_text("1")
    end = page.locator("#way-on")
    expect(end.locator("p")).to_contain_text("knows nothing of the others")
    end.get_by_role("button", name="Next: Encoder").click()
    expect(page.locator("#screen-encoder .am-mount")).to_be_focused()


def test_of_a_photo_that_is_gone_no_station_shows_another_and_the_sentence_is_all_there(open_page) -> None:
    watched = open_page("lang=en&screen=start&photo=AAAAAAAAAAAAAAAAAAAAAA")
    watched.forgive("status of 410")
    page = watched.page
    expect(page.locator(".gone")).to_contain_text("This photo is not here any more")
    told = settles(lambda: stops(page, failing=True), lambda now: "12 × 256" in now["words"])
    assert {name: told[name] for name in ("block", "decision")} == {"block": "Block", "decision": "Decision"}
    page.locator(".gone [data-action=examples]").click()
    page.locator(".gallery button", has_text="pizza").first.click()
    settles(lambda: "“pizza”" in stops(page)["decision"], True)
    expect(page.locator(".gone")).to_be_hidden()
    # Back to it, and on with the sentence: what was drawn of the other photo does not come back.
    page.go_back()
    expect(page.locator(".gone")).to_be_visible()
    settles(lambda: stops(page, failing=True)["decision"], "Decision")
    page.fill(".sentence-input", "Der Hund schläft.")
    page.press(".sentence-input", "Enter")
    settles(lambda: "× 256" in stops(page, failing=True)["words"], True)
    expect(page.locator(".gone")).to_be_visible()
    settles(lambda: stops(page, failing=True)["decision"], "Decision")


def test_a_station_that_cannot_be_had_is_asked_for_once_and_again_by_who_comes_back(open_page) -> None:
    watched = open_page("lang=en&screen=models", anew=True)  # a page that has been answered would not ask
    watched.forgive("status of 500")
    page = watched.page
    asked: list[str] = []

    def refuse(route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=500, json={"error": "other"})

    intercept(page, "**/microscope/sentence/view/**", refuse)
    page.click(".title-bar .home")
    settles(lambda: "“" in stops(page, failing=True)["decision"], True)
    expect(page.locator("#screen-start .stop[data-failed]")).to_have_count(len(list(OPENS)) // 2)
    settles(lambda: len(asked), lambda times: 0 < times <= 10)
    page.unroute("**/microscope/sentence/view/**")
    page.keyboard.press("n")
    expect(page.locator("#screen-before")).to_be_visible()
    page.click(".title-bar .home")
    settles(lambda: "× 256" in stops(page)["words"], True)
