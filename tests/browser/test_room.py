"""A room: a projector's page and a phone that joins it, votes, follows, lets go and comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import expect

from demo.page.texts import texts
from demo.page.tours import own_tours
from tests.support.browser import UNDER_WAY, address, in_page, intercept, settles
from tests.support.layout import AXE, Rooms
from tests.support.pictures import picture_file
from tests.support.presenting import faults
from tests.support.screens import upload
from tests.support.touring import open_room

CAT, PIZZA = "example:cc0_cat_tabby.jpg", "example:cc0_pizza.jpg"
KO = texts("ko")


def accessible(page, within: str) -> None:
    rooms = Rooms(page)
    if AXE.exists():
        settles(lambda: rooms.violations(within=within), [])
    rooms.leave()


def test_a_place_on_the_photo_is_asked_and_told_by_its_letter_and_the_slide_stays_whole(open_page) -> None:
    asked = next(at for at, step in enumerate(own_tours("en")[-1].steps) if step.ask == "patch_looks")
    page = open_page(f"v=5&lang=en&photo={CAT}&screen=patches", width=1920, height=1080).page
    open_room(page)
    page.locator("#room-question").select_option(value=str(asked))
    page.get_by_role("button", name="Ask the room").click()
    choices = page.locator(".room-board .tally > li")
    settles(choices.all_text_contents, lambda all_: [one[:6] for one in all_] == [f"{a}patch" for a in "ABCD"])
    page.keyboard.press("z")
    expect(page.locator(".present-head")).to_be_visible()
    settles(lambda: faults(page), {})
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".board-truth")).to_contain_text(re.compile(r"It is: [A-D] · patch \d+, \d+\."))
    # The numbers of the scale, too, stand apart in the little room there is.
    gaps = (
        "(all) => all.slice(1).map((one, i) => one.getBoundingClientRect().left - all[i].getBoundingClientRect().right)"
    )
    ticks = page.locator("#screen-attention .legend .ticks > span")
    settles(lambda: ticks.evaluate_all(gaps), lambda found: len(found) == 2 and min(found) >= 4)
    settles(lambda: faults(page), {})


def test_a_phone_joins_votes_sees_the_tally_and_follows_as_long_as_it_likes(open_page) -> None:
    asked = next(at for at, step in enumerate(own_tours("en")[-1].steps) if step.ask == "which_class")
    lecturer = open_page(f"v=5&lang=en&photo={CAT}&screen=patches")
    projector = lecturer.page
    # By the keyboard alone.
    projector.locator(".room-button").focus()
    projector.keyboard.press("Enter")
    projector.get_by_role("button", name="Open a room").focus()
    projector.keyboard.press("Enter")
    expect(projector.get_by_role("img", name="Squares (QR) of the link into the room")).to_be_visible()
    code = settles(lambda: address(projector).get("room"), bool)
    expect(projector.locator(".room-code")).to_have_text(f"{code[:5]}-{code[5:]}")
    expect(projector.locator(".room-link")).to_have_text(re.compile(rf"http://\S+/\?room={code}"))
    accessible(projector, ".room-panel")
    sees = projector.get_by_text("Everybody in the room sees your photo")
    expect(sees).to_be_hidden()  # of an example there is nothing to say
    upload(projector, picture_file(seed=71))
    expect(sees).to_be_visible()
    projector.go_back()
    settles(lambda: address(projector).get("photo"), CAT)
    expect(sees).to_be_hidden()

    # A phone comes in, in its own language, and is where the projector is.
    visitor = open_page(f"lang=ko&room={code}", width=390, height=844, has_touch=True, is_mobile=True)
    visitor.forgive("net::ERR_FAILED", "status of 4")  # what is broken off below, and a room that there is no more
    phone, bar = visitor.page, visitor.page.locator(".room-bar")
    expect(bar).to_contain_text(KO["room.follows"])
    settles(lambda: [address(phone).get(word) for word in ("screen", "photo", "lang")], ["patches", CAT, "ko"])
    expect(projector.locator(".room-count")).to_have_text("1 in the room")
    projector.locator("#room-question").select_option(value=str(asked))
    projector.get_by_role("button", name="Ask the room").focus()
    projector.keyboard.press("Enter")

    # It votes, and thinks better of it; how, nobody is told.
    choices, count = phone.locator(".room-choice"), projector.locator(".board-count")
    expect(choices).to_have_count(4)
    expect(count).to_have_text("0 answered · 1 in the room")
    choices.filter(has_not_text="고양이").first.tap()
    expect(count).to_have_text("1 answered · 1 in the room")
    choices.filter(has_text=re.compile("· 고양이$")).tap()
    expect(phone.locator(".room-verdict")).to_contain_text("고양이")
    expect(projector.locator(".room-board .tally-count")).to_have_count(0)
    accessible(phone, ".room-bar")
    accessible(projector, ".tour-bar")
    for watched in (lecturer, visitor):
        watched.page.reload()
    expect(phone.locator(".room-choice[aria-pressed=true]")).to_contain_text("고양이")
    expect(count).to_have_text("1 answered · 1 in the room")

    # The answer, on both.
    projector.get_by_role("button", name="Reveal").focus()
    projector.keyboard.press("Enter")
    shown = projector.locator(".room-board [data-right]")
    expect(shown).to_contain_text("cat")
    expect(shown.locator(".tally-count")).to_have_text(re.compile(r"^1 · 100.%$"))
    expect(projector.locator("#screen-decision")).to_be_visible()
    expect(phone.locator(".room-verdict strong").first).to_contain_text("고양이")
    expect(phone.locator(".room-bar [data-right]")).to_contain_text(KO["room.yours"])
    settles(lambda: address(phone).get("screen"), "decision")
    accessible(phone, ".room-bar")
    accessible(projector, ".tour-bar")
    projector.set_viewport_size({"width": 1920, "height": 1080})
    settles(lambda: sizes(projector), lambda found: min(found) >= 22)
    # Before the room, in the largest window: the bar leaves the slide its place, and so does the way in.
    projector.set_viewport_size({"width": 3840, "height": 2160})
    projector.keyboard.press("z")
    expect(projector.locator(".present-head")).to_be_visible()
    settles(lambda: faults(projector), {})
    projector.mouse.move(900, 900)
    projector.get_by_role("toolbar").get_by_role("button", name="For the room").click()
    panel = settles(lambda: projector.locator(".room-panel").bounding_box(), bool)
    assert panel["x"] > 0 and panel["x"] + panel["width"] < 3840 and panel["y"] + panel["height"] < 2160
    settles(lambda: faults(projector), {})
    projector.keyboard.press("Escape")
    projector.keyboard.press("Escape")
    expect(projector.locator(".present-head")).to_be_hidden()

    # A way of one's own lets go; "Come back" follows again.
    phone.locator("#rail").get_by_role("button").first.tap()
    expect(bar).to_contain_text(KO["room.alone"])
    lecturer.go(f"v=5&lang=en&photo={PIZZA}&screen=attention&layer=3")
    expect(projector.locator(".tour-bar")).to_be_hidden()
    expect(phone.locator(".room-question")).to_be_hidden()
    settles(lambda: address(phone).get("follow"), "0")
    intercept(phone, "**/microscope/facts?*", lambda route: route.abort(), times=1)  # it is tried again
    phone.get_by_role("button", name=KO["room.come_back"]).tap()
    settles(lambda: [address(phone).get(word) for word in ("screen", "photo", "layer")], ["attention", PIZZA, "3"])
    expect(bar).to_contain_text(KO["room.follows"])

    # The lecturer ends it: who was there is told, and keeps what is on screen.
    projector.locator(".room-button").click()
    projector.get_by_role("button", name="End the room").click()
    expect(bar).to_be_hidden()
    expect(phone.locator(".status.problem")).to_contain_text(re.sub("<[^>]*>", "", KO["error.room_gone"]))
    settles(lambda: {"room", "follow"} & {*address(phone), *address(projector)}, set())
    projector.locator("#room-code").fill("no code")
    projector.keyboard.press("Enter")
    expect(projector.locator(".room-panel .field-problem")).to_contain_text("There is no room with this code")


def phone_in(room: str, app) -> Callable[[], dict[str, Any]]:
    """Asks what a phone in a room is told."""
    phone, http = {"room": room, "member": "phone-by-protocol"}, httpx.Client(base_url=app.url)
    return lambda: http.post("microscope/rooms/look", json=phone).json()


def test_a_second_tab_of_the_lecturer_moves_nobody_before_its_own_first_step(open_page, app) -> None:
    lecturer = open_page("v=5&lang=en&screen=patches")
    projector = lecturer.page
    told = phone_in(open_room(projector), app)

    def heard():
        news = told()
        return [re.findall(r"screen=(\w+)", news["address"]), (news["question"] or {}).get("called")]

    expect(projector.locator("#room-question option").first).to_be_attached()
    projector.get_by_role("button", name="Ask the room").click()
    # The question is told before the address of its screen is.
    asked = settles(heard, [["before"], "path"])
    with projector.expect_popup() as opened:
        in_page(projector, "() => window.open(location.href)")
    second = opened.value
    second.click(".room-button")
    expect(second.locator(".room-count")).to_have_text("1 in the room")  # the room has answered this tab
    settles(heard, asked)
    second.keyboard.press("Escape")
    second.click("#rail .station[data-to=encoder]")
    settles(lambda: heard()[0], ["encoder"])
    settles(lambda: heard()[1], asked[1])
    expect(projector.locator(".room-board")).to_be_visible()
    second.close()


def test_an_address_of_the_lecturers_that_was_typed_by_hand_moves_nobody(open_page, app) -> None:
    lecturer = open_page("v=5&lang=en&screen=patches")
    projector = lecturer.page
    code = open_room(projector)
    told = phone_in(code, app)

    def led():
        return told()["address"]

    here = settles(led, lambda address: "screen=patches" in address)
    with projector.expect_popup() as opened:
        in_page(projector, "() => window.open()")
    second = opened.value
    for typed in ("", "&screen=notes", "&screen=before"):
        second.goto(f"{app.url}?room={code}{typed}")
        # Its address is whole, and the room has answered it.
        settles(lambda: address(second).get("v"), "5")
        settles(lambda: second.evaluate(UNDER_WAY), [])
        second.click(".room-button")
        expect(second.locator(".room-count")).to_have_text("1 in the room")
        settles(led, here)
        second.keyboard.press("Escape")
    # An address without a room is in none, and the way back moves nobody either.
    second.goto(f"{app.url}?lang=en&screen=decoder")
    second.click(".room-button")
    second.get_by_role("button", name=f"Back to your room {code[:5]}-{code[5:]}").click()
    expect(second.locator(".room-count")).to_have_text("1 in the room")
    settles(led, here)
    second.keyboard.press("Escape")
    second.click("#rail .station[data-to=encoder]")
    settles(led, lambda address: "screen=encoder" in address)
    second.click(".room-button")
    second.get_by_role("button", name="End the room").click()
    expect(second.get_by_role("button", name="Open a room")).to_be_visible()
    expect(second.locator(".room-back")).to_be_hidden()
    second.close()
    expect(projector.locator(".status.problem")).to_be_visible()
    lecturer.forgive("status of 4")  # that the server knows no such room any more


def sizes(page) -> list[float]:
    """The sizes of the type that a question and its tally are written in."""
    return page.locator(".tour-question, .room-board :is(li, li span, p, button span)").evaluate_all(
        "all => all.filter((one) => one.checkVisibility() && one.textContent).map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
