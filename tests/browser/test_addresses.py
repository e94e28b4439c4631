"""The state of the page is its address: frozen addresses, Back and forward, own photos, the one change of every screen, the link."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from demo.page.links import MOST_SQUARES
from demo.page.screens import OPENING, SCREENS
from demo.page.texts import texts
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.query.orders import write_order
from demo.sentence.query import DEFAULT_MODEL as DEFAULT_TRANSLATOR
from tests.support.browser import (
    UNDER_WAY,
    address,
    back_to,
    box_of,
    held_back,
    in_page,
    intercept,
    passes,
    see_all,
    settled,
    settles,
)
from tests.support.pictures import picture_file
from tests.support.screens import STATUS, centre_of, choose_example, painted, until_photo, upload
from tests.support.touring import open_room
from tests.support.written import percent

pytestmark = pytest.mark.one_page

ROOT = Path(__file__).resolve().parents[2]
# Screens that are part of no journey.
BESIDE = [screen.name for screen in SCREENS if screen.journey is None and screen.name != OPENING]

# Addresses of every version that ever was, and what they open. Nothing is taken off this list.
FROZEN = {
    "v=5&lang=en&screen=block&change=scale:off@2;scale:off@4&layer=4": {
        ".changes .change-chip": "÷√dₖ off in layers 2, 4✕",
    },
    "lang=en&screen=attention&model=vit-s14-imagenet200&size=112&layer=8&head=2&query=13&photo=example:cc0_pizza.jpg": {
        "#screen-attention .layer-name": "Layer 9 of 12",
        "#screen-attention .head[aria-pressed=true] .head-name": "Head 3",
        "#input-strip .photo-name": "pizza",
    },
    "lang=en&screen=decoder&text=Tom lacht.&translator=marian-s-de-en&how=greedy&part=encoder&slayer=1&shead=2&source=1": {
        "#screen-decoder .layer-name": "Layer 2 of 3",
        "#screen-decoder .head[aria-pressed=true] .head-name": "Head 3",
    },
    "lang=ko&screen=before&chapter=cost&cell=lstm&rstep=2&text=Tom lacht.": {
        "#screen-before .chapter-tab[aria-selected=true] .number": "4",
    },
    "v=2&lang=en&screen=block&layer=5&change=residual:off@5&box=mid&photo=example:cc0_pizza.jpg": {
        "#screen-block .layer-name": "Layer 5 of 12",
        ".changes .change-chip": "Residual off in layer 5✕",
    },
    "v=2&lang=en&screen=attention&layer=9&explain=p!9.attn.pattern:4,12,17~9.attn.q:4,12,3": {
        "#calculator .trail [aria-current]": "q[4] layer 9",
    },
    # Encoder and decoder had one layer and one head between them.
    "v=4&lang=en&screen=decoder&text=Tom lacht.&part=cross&slayer=2&shead=3&picked=1": {
        "#screen-decoder .layer-name": "Layer 2 of 3",
        "#screen-decoder .head[aria-pressed=true] .head-name": "Head 3",
    },
    "v=4&lang=en&screen=encoder&text=Tom lacht.&stack=decoder&root=cross&slayer=3&shead=5": {
        "#screen-encoder .layer-name": "Layer 3 of 3",
        "#screen-encoder .head-choice [aria-pressed=true]": "5",
    },
    "v=5&lang=en&screen=decoder&text=Tom lacht.&part=decoder&elayer=1&ehead=2&dlayer=3&dhead=4&xhead=6&picked=1": {
        "#screen-decoder .layer-name": "Layer 3 of 3",
        "#screen-decoder .head[aria-pressed=true] .head-name": "Head 4",
    },
    # A shuffle of however many patches, and two of them swapped.
    "v=5&lang=en&screen=position&query=1&change=order:~LOOKSAAAB": {
        "#screen-position .position-left .held": re.compile("row 3, column 5.*row 1, column 1"),
    },
    # Of the model of 200 classes, whose place another has taken.
    "v=2&lang=en&screen=decision&model=vit-s14-imagenet200&class=31&photo=example:cc0_pizza.jpg": {
        "#screen-decision .class-row[aria-pressed=true] .name": "pizza",
        "#input-strip .photo-name": "pizza",
    },
    # Where no word was chosen, the last one was asked for.
    "v=3&lang=en&screen=before&chapter=gradient&text=Tom lacht.": {
        "[data-chapter=gradient] .input-line .held": "⟨end⟩",
    },
    "v=4&lang=en&screen=before&chapter=gradient&text=Tom lacht.": {
        "[data-chapter=gradient] .input-line .held": "laugh",
    },
}


@pytest.mark.parametrize("query", FROZEN)
def test_a_frozen_address_opens_what_it_always_opened(open_page, query: str) -> None:
    page = open_page(query).page
    for selector, text in FROZEN[query].items():
        expect(page.locator(selector)).to_have_text(text)


def test_addresses_of_every_version_are_frozen() -> None:
    script = (ROOT / "assets/js/core/address.js").read_text(encoding="utf-8")
    [version] = re.findall(r"^export const VERSION = (\d+);$", script, re.MULTILINE)
    assert {int(dict(parse_qsl(query)).get("v", 1)) for query in FROZEN} == set(range(1, int(version) + 1))


def test_back_and_forward_go_through_screens_inputs_and_changes(open_page) -> None:
    page = open_page("lang=en&screen=attention").page
    painted(page)
    page.click(".station[data-to=block]")
    page.wait_for_selector("#screen-block .block-main:not([data-waiting]) .box .shape:not(:empty)")
    page.locator("#screen-block .break-row .segmented").first.get_by_role("button").last.click()
    badge = page.locator(".changes .change-chip")
    expect(badge).to_contain_text("Residual off in all layers")
    page.click(".station[data-to=attention]")
    expect(badge).to_contain_text("Residual off in all layers")
    page.locator(".strip .sizes button").first.click()
    expect(page.locator(STATUS)).to_contain_text("9 patches + CLS")

    page.go_back()
    expect(page.locator(STATUS)).to_contain_text("256 patches + CLS")
    page.go_back()
    expect(page.locator("#screen-block")).to_be_visible()
    page.go_back()
    expect(page.locator(".changes")).to_be_hidden()
    page.go_back()
    expect(page.locator("#screen-attention")).to_be_visible()
    expect(page).to_have_title("Attention · tabby cat · Attention Microscope")
    for _ in range(3):
        page.go_forward()
    expect(badge).to_contain_text("Residual off in all layers")
    expect(page.locator("#screen-attention")).to_be_visible()


def test_hovering_and_holding_only_rename_the_entry_of_the_history(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=attention&layer=5&query=120", anew=True)  # a browser keeps fifty entries
    page, steps = watched.page, "() => history.length"
    painted(page)
    entries = in_page(page, steps)
    readout = page.locator("#screen-attention .readout").first
    at = centre_of(page, 3, 4)
    page.mouse.move(*at)
    expect(readout).to_contain_text("patch 4, 5")
    page.mouse.click(*at)
    settles(lambda: address(page)["query"], str(1 + 3 * 16 + 4))
    page.locator("#screen-attention .picker-surface").focus()
    page.keyboard.press("ArrowRight")
    settles(lambda: address(page)["query"], str(1 + 3 * 16 + 5))
    assert in_page(page, steps) == entries

    watched.go("v=5&lang=en&screen=decoder&text=Tom lacht.")
    expect(page.locator("#screen-decoder .head .word").first).to_be_visible()
    assert in_page(page, steps) == entries + 1
    word = page.locator("#screen-decoder .picker-words .word")
    word.nth(1).hover()
    expect(page.locator("#screen-decoder .band-foot .readout")).to_contain_text("Step 2")
    word.nth(1).click()
    settles(lambda: address(page).get("step"), "2")
    page.locator("#screen-decoder .picker-words").focus()
    page.keyboard.press("ArrowRight")
    settles(lambda: address(page).get("step"), "3")
    assert in_page(page, steps) == entries + 1


@pytest.mark.parametrize(
    ("journey", "query", "name"),
    [
        ("photo", "change=residual:off@7&photo=example:cc0_pizza.jpg", "pizza"),
        ("sentence", "schange=position:off&text=Tom lacht.", "Tom lacht."),
    ],
)
def test_every_screen_of_a_journey_is_named_and_draws_what_is_changed(journey: str, query: str, name: str, open_page):
    """In the title stand the screen and its input; views of the pass as trained are only ever asked for beside the changed one."""
    watched = open_page(f"v=5&lang=en&screen=models&{query}")
    page = watched.page
    stations = [screen.name for screen in SCREENS if screen.journey == journey]
    changed, trained = set(), set()
    watched.go(f"v=5&lang=en&screen={stations[0]}&{query}")
    for screen in stations:
        page.locator(f".rail [data-to={screen}]").click()
        expect(page).to_have_title(f"{texts('en')[f'{screen}.title']} · {name} · Attention Microscope")
        see_all(page)
        here = settled(lambda: asked_views(watched))
        watched.requests.clear()
        # Before attention there are only recurrent networks, of which nothing can be switched off.
        assert screen == "before" or any(is_changed for _, is_changed in here), screen
        changed |= {view for view, is_changed in here if is_changed}
        trained |= {view for view, is_changed in here if not is_changed}
    assert trained <= changed
    settles(lambda: address(page), lambda words: parse_dict(query).items() <= words.items())
    for screen in BESIDE if journey == "photo" else ():  # they show the photo's input
        page.locator(f".rail [data-to={screen}]").click()
        expect(page).to_have_title(f"{texts('en')[f'{screen}.title']} · {name} · Attention Microscope")
    page.locator(".rail [data-to=start]").click()
    expect(page).to_have_title("Attention Microscope")


def asked_views(watched) -> set[tuple[str, bool]]:
    """Which views of the photo or sentence in the model on screen were asked for, and whether changed."""
    urls = map(urlsplit, watched.requests)
    views = [(url.path.partition("/view/")[2], parse_dict(url.query)) for url in urls if "/view/" in url.path]
    # Those without an input are of the weights alone, those of a sentence without a model of other networks.
    return {
        (view, "change" in words) for view, words in views if "model" in words and ("photo" in words or "text" in words)
    }


def parse_dict(query: str) -> dict[str, str]:
    return dict(parse_qsl(query))


def test_what_is_switched_off_is_off_on_every_screen_and_back_with_one_key(open_page, app) -> None:
    page = open_page("v=2&lang=en&screen=decision&change=position:off;scale:off@3").page
    best = page.locator("#screen-decision .class-rows .class-name").first
    share = page.locator("#screen-decision .class-rows .probability").first
    off = app.services.photos.trace(PhotoQuery(FIRST.photo, DEFAULT_MODEL, 224, "position:off;scale:off@3")).top(1)[0]
    plain = app.services.photos.trace(FIRST).top(1)[0]
    assert abs(off[1] - plain[1]) > 0.002
    settles(lambda: share.inner_text().split("\u00a0")[0], f"{100 * off[1]:.1f}")
    expect(best).to_contain_text(off[0])
    page.keyboard.press("t")
    settles(lambda: share.inner_text().split("\u00a0")[0], f"{100 * plain[1]:.1f}")
    page.keyboard.press("t")
    settles(lambda: share.inner_text().split("\u00a0")[0], f"{100 * off[1]:.1f}")
    # Where nothing is added no sum is printed: "+ 0.0000" looks like a small number.
    page.click(".rail [data-to=patches]")
    expect(page.locator("#screen-patches .making .vectors .readout")).to_contain_text("No position is added to it.")
    page.click(".rail [data-to=decision]")
    page.click(".changes [data-action=undo-change]")
    expect(page.locator(".changes")).to_be_hidden()
    settles(lambda: share.inner_text().split("\u00a0")[0], f"{100 * plain[1]:.1f}")


def test_a_change_that_does_not_fit_waits_and_comes_back(open_page) -> None:
    page = open_page("v=2&lang=en&screen=position&size=42&change=order:BACDEFGHI").page
    expect(page.locator(".changes .change-chip")).to_contain_text("Patches moved")
    page.locator(".strip .sizes button", has_text="16×16").click()
    expect(page.locator(".changes-waiting")).to_contain_text("Does not fit what is on screen")
    expect(page.locator(".changes .change-chip")).to_have_count(0)
    page.locator(".strip .sizes button", has_text="3×3").click()
    expect(page.locator(".changes .change-chip")).to_contain_text("Patches moved")
    expect(page.locator(".changes-waiting")).to_have_text("")


@pytest.mark.parametrize(
    ("query", "strip", "shallow", "usual", "kind"),
    [
        ("screen=block&change=residual:off@9", "#input-strip", "vit-course-48", DEFAULT_MODEL, "Residual off"),
        ("screen=encoder&schange=scale:off@e3", "#sentence-strip", "twin-masked-de-en", DEFAULT_TRANSLATOR, "÷√dₖ off"),
    ],
)
def test_a_change_of_a_layer_that_another_model_lacks_is_named_and_comes_back(
    query: str, strip: str, shallow: str, usual: str, kind: str, open_page
) -> None:
    page = open_page(f"v=5&lang=en&{query}").page
    chip, waiting = page.locator(".changes .change-chip"), page.locator(".changes-waiting")
    expect(chip).to_contain_text(kind)
    page.locator(f"{strip} .model select").select_option(shallow)
    expect(waiting).to_have_text(f"Does not fit what is on screen, and waits for what it fits: {kind}.")
    expect(chip).to_have_count(0)
    page.locator(f"{strip} .model select").select_option(usual)
    expect(chip).to_contain_text(kind)
    expect(waiting).to_have_text("")
    settles(lambda: address(page), lambda words: parse_dict(query).items() <= words.items())


# A browser whose disk answers late, until the page is loaded again.
SLOW_DISK = """() => {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...named) {
    const asked = open.apply(this, named);
    return {
      get result() { return asked.result; },
      get error() { return asked.error; },
      set onupgradeneeded(then) { asked.onupgradeneeded = then; },
      set onerror(then) { asked.onerror = then; },
      set onsuccess(then) { asked.onsuccess = () => setTimeout(then, 600); },
    };
  };
}"""


def test_an_own_photo_that_the_server_lost_is_sent_again_without_a_word(open_page, app) -> None:
    watched = open_page("lang=en&screen=attention&layer=3")
    watched.forgive("status of 410")
    page = watched.page
    painted(page)
    in_page(page, SLOW_DISK)
    upload(page, picture_file(seed=31))
    until_photo(page, "Your photo, 300 × 200")
    photo = settles(lambda: address(page).get("photo"), lambda photo: photo and not photo.startswith("example:"))
    forget_photos(app)
    page.reload()
    until_photo(page, "Your photo, 300 × 200")
    settles(lambda: address(page).get("photo"), photo)
    expect(page.locator("#screen-attention .layer-name")).to_have_text("Layer 4 of 12")
    # While the page is open, too.
    painted(page)
    forget_photos(app)
    watched.requests.clear()
    page.locator(".strip .sizes button").first.click()
    expect(page.locator(STATUS)).to_contain_text("9 patches + CLS")
    expect(page.locator(".status.problem")).to_have_count(0)
    settles(lambda: sum(urlsplit(url).path.endswith("/microscope/photo") for url in watched.requests), 1)
    painted(page)
    loaded = "(all) => all.every((image) => image.complete && image.naturalWidth > 0)"
    images = page.locator("#input-strip img:visible, #screen-attention img:visible")
    expect(images).not_to_have_count(0)
    settles(lambda: images.evaluate_all(loaded), True)
    settles(lambda: address(page).get("photo"), photo)


def forget_photos(app) -> None:
    """As a server does that is started again."""
    app.services.photos.store.uploaded._values.clear()
    app.services.photos.store.uploaded._nbytes = 0


def test_a_link_to_a_photo_that_is_gone_says_so_and_keeps_the_rest(open_page) -> None:
    query = (
        "v=5&lang=en&screen=block&layer=5&head=3&query=7&held=1&unit=9&pixels=1&change=residual:off@5&trained=1&box=scale"
        "&second=vit-course-48&text=Tom lacht.&schange=position:off&step=2&photo="
    )
    watched = open_page(f"{query}AAAAAAAAAAAAAAAAAAAAAA")
    watched.forgive("status of 410")
    page = watched.page
    expect(page.locator("section.gone")).to_contain_text("This photo is not here any more")
    expect(page.locator(".photo-name")).to_have_text("")
    expect(page.locator("#screen-block .block-screen")).to_be_hidden()
    page.locator("section.gone [data-action=examples]").click()
    left = settles(
        lambda: address(page), lambda words: parse_dict(f"{query}AAAAAAAAAAAAAAAAAAAAAA").items() <= words.items()
    )
    page.locator(".gallery button", has_text="pizza").first.click()
    expect(page.locator("section.gone")).to_be_hidden()
    settles(lambda: address(page), left | {"photo": "example:cc0_pizza.jpg"})
    expect(page.locator("#screen-block .layer-name")).to_have_text("Layer 5 of 12")
    # On the way back to it no other photo is named, and nothing stays open that was asked of another.
    here = settles(lambda: page.evaluate("location.href"), lambda url: "pizza" in url)
    page.evaluate("there => history.pushState(null, '', there)", f"{here}&explain=p!5.attn.pattern:3,0,1")
    page.go_back()
    page.go_forward()
    expect(page.locator(".calculator")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.locator("section.gone")).to_be_visible()
    expect(page.locator(".photo-name")).to_have_text("")
    expect(page.locator(".input-strip img")).to_be_hidden()
    expect(page.locator(".calculator")).to_be_hidden()
    expect(page.locator(".status")).not_to_contain_text("upload it again")


def test_that_a_photo_is_gone_is_said_whatever_else_goes_wrong(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=block&photo=AAAAAAAAAAAAAAAAAAAAAA")
    watched.forgive("status of 4")
    page = watched.page
    gone, figures = page.locator("section.gone"), page.locator("#screen-block .block-screen")
    expect(gone).to_be_visible()
    page.locator(".rail [data-to=words]").dispatch_event("click")  # of the journey that is not on screen
    page.fill(".sentence-input", "Das ist ein Satz, und er ist lang." * 30)
    page.press(".sentence-input", "Enter")
    expect(page.locator("#sentence-strip .field-problem")).to_contain_text("1\u202f020 characters")
    page.locator(".rail [data-to=block]").dispatch_event("click")
    expect(gone).to_be_visible()
    expect(figures).to_be_hidden()
    page.locator(".sharing").get_by_role("button", name="Link").click()
    expect(page.locator(".share-box")).to_be_visible()
    expect(page.locator(".share-box")).not_to_contain_text("sees your photo", use_inner_text=True)


def test_what_else_an_address_names_that_is_not_here_is_said_beside_a_photo_that_is_gone(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=words&translator=nowhere&photo=AAAAAAAAAAAAAAAAAAAAAA")
    watched.forgive("status of 4")
    page = watched.page
    expect(page.locator(".status.problem:visible")).to_contain_text("nowhere")
    page.locator(".rail [data-to=block]").dispatch_event("click")
    expect(page.locator("section.gone")).to_be_visible()
    expect(page.locator(".status.problem:visible")).to_contain_text("nowhere")


GONE = "AAAAAAAAAAAAAAAAAAAAAA"


def test_that_a_photo_is_gone_is_said_at_once_and_of_no_sentence(open_page) -> None:
    """However long the sentence of the same address takes, and where that is refused."""
    watched = open_page("v=5&lang=en&screen=start")
    watched.forgive("status of 4")
    page = watched.page
    held = held_back(page, "**/microscope/sentence/facts?*")
    page.evaluate("there => location.assign(there)", f"?v=5&lang=en&screen=block&text=Tom lacht.&photo={GONE}")
    expect(page.locator("section.gone")).to_be_visible()
    settles(lambda: len(held), 1)
    held[0].continue_()
    page.unroute("**/microscope/sentence/facts?*")
    settles(lambda: page.evaluate(UNDER_WAY), [])
    expect(page.locator("section.gone")).to_be_visible()
    watched.open(f"v=5&lang=en&screen=words&text={'q ' * 150}&photo={GONE}")
    expect(page.locator(".status:visible")).to_contain_text("Nothing was translated")


def test_a_photo_chosen_while_the_rest_of_an_address_is_on_its_way_stays(open_page) -> None:
    watched = open_page("v=5&lang=en&screen=attention", anew=True)
    watched.forgive("status of 4")
    page = watched.page
    painted(page)
    for photo in (GONE, "example:cc0_penguin.jpg"):
        held = held_back(page, "**/microscope/sentence/facts?*")
        there = f"?v=5&lang=en&screen=attention&text=Tom lacht {len(photo)}.&photo={photo}"
        back_to(page, there)
        settles(lambda held=held: len(held), 1)
        choose_example(page, "pizza")
        until_photo(page, "pizza")
        held[0].continue_()
        page.unroute("**/microscope/sentence/facts?*")
        settles(lambda: page.evaluate(UNDER_WAY), [])
        settles(lambda: address(page).get("photo"), "example:cc0_pizza.jpg")
        expect(page.locator("section.gone")).to_be_hidden()
        until_photo(page, "pizza")
        # It is a step from the address, which Back leads to.
        page.go_back()
        settles(lambda photo=photo: address(page).get("photo"), photo)
        settles(lambda: page.evaluate(UNDER_WAY), [])
        expect(page.locator(".sentence-input")).to_have_value(f"Tom lacht {len(photo)}.")


@pytest.mark.parametrize("photo", [GONE, "example:cc0_penguin.jpg"])
def test_what_is_chosen_while_the_first_address_is_opened_is_a_step_from_there(open_page, photo: str) -> None:
    """Nothing is on screen yet that it could be chosen of, and the rest of the address is as it names it."""
    watched = open_page("v=5&lang=en&screen=start")
    watched.forgive("status of 410")
    page = watched.page
    held = held_back(page, "**/microscope/sentence/facts?*")
    there = f"?v=5&lang=en&screen=attention&layer=4&head=2&text=Tom lacht {len(photo)}.&photo={photo}"
    page.evaluate("there => location.assign(there)", there)
    settles(lambda: len(held), 1)
    page.locator(".rail [data-to=block]").click()
    expect(page.locator("html[data-screen=block]")).to_have_count(1)
    choose_example(page, "pizza")
    until_photo(page, "pizza")
    held[0].continue_()
    page.unroute("**/microscope/sentence/facts?*")
    settles(lambda: page.evaluate(UNDER_WAY), [])
    words = {"screen": "block", "photo": "example:cc0_pizza.jpg", "layer": "4", "head": "2"}
    settles(lambda: words.items() <= address(page).items(), True)
    expect(page.locator("#screen-block .layer-name")).to_have_text("Layer 4 of 12")
    expect(page.locator(".sentence-input")).to_have_value(f"Tom lacht {len(photo)}.")
    page.go_back()
    settles(lambda: [address(page).get(word) for word in ("screen", "photo")], ["attention", photo])


def test_what_an_address_names_that_is_not_here_is_said_whatever_its_change_is(open_page) -> None:
    page = open_page("v=5&lang=en&screen=words&text=Tom lacht.").page
    settles(lambda: page.evaluate(UNDER_WAY), [])
    there = "?v=5&lang=en&screen=words&text=Tom lacht.&translator=nowhere&schange=position:off"
    back_to(page, there)
    expect(page.locator(".changes .change-chip")).to_be_visible()
    settles(lambda: page.evaluate(UNDER_WAY), [])
    expect(page.locator(".status.problem:visible")).to_contain_text("nowhere")


def test_an_example_that_is_gone_is_nobodys_own_photo(open_page) -> None:
    watched = open_page("v=3&lang=en&screen=patches&photo=example:nothere.jpg")
    watched.forgive("status of 4")
    expect(watched.page.locator("section.gone")).to_contain_text("an example that this page does not offer")
    expect(watched.page.locator("#input-strip select")).to_have_value("vit-s14-everyday")
    two = "example:cc0_pizza.jpg&photo=example:cc0_penguin.jpg"  # nobody knows which was meant
    for odd in ("A" * 300, "A" * 2500, "..%2F..%2Fetc%2Fpasswd", "https:%2F%2Fphotos.example%2Fcat.jpg", two):
        watched.go(f"lang=en&screen=patches&photo={odd}")
        expect(watched.page.locator("section.gone")).to_be_visible()
        expect(watched.page.locator(".photo-name")).to_have_text("")


def test_a_link_to_an_own_photo_says_that_it_shares_it(open_page) -> None:
    """And until when; on the screens of sentences as well, whose address names the photo, and wherever a link is taken."""
    page = open_page("lang=en&screen=attention").page
    painted(page)
    share = page.locator(".sharing")
    shares = re.compile("Whoever has this link sees your photo, until nobody has looked at it for a day")
    share.get_by_role("button", name="Link").click()
    expect(share.locator(".share-box")).to_be_visible()
    expect(share).not_to_contain_text(shares, use_inner_text=True)
    page.keyboard.press("Escape")
    upload(page, picture_file(seed=32))
    until_photo(page, "Your photo, 300 × 200")
    in_page(page, "() => { navigator.clipboard.writeText = async (text) => { window.taken = text; }; }")
    for screen, files in (("attention", "The file and the notebook contain"), ("translation", "The file contains")):
        page.locator(f".rail [data-to={screen}]").dispatch_event("click")  # also of the journey that is not on screen
        settles(lambda: page.evaluate(UNDER_WAY), [])
        share.get_by_role("button", name="Link").click()
        expect(share).to_contain_text(shares, use_inner_text=True)
        expect(share).to_contain_text(f"{files} your photo", use_inner_text=True)
        expect(share.locator("input")).to_have_value(re.compile("photo="))
        share.get_by_role("button", name="Copy without the photo").click()
        settles(lambda: "photo=" in share.locator("input").input_value(), False)
        page.keyboard.press("Escape")
        # The menu of a figure, and the squares that are made from there.
        page.locator(f"#screen-{screen} [data-figure] button.take").first.click()
        menu = page.locator(".take-menu")
        expect(menu).to_contain_text(shares)
        menu.get_by_role("menuitem", name="Copy without the photo").click()
        settles(lambda: page.evaluate("window.taken"), without_photo(screen))
        page.locator(f"#screen-{screen} [data-figure] button.take").first.click()
        menu.get_by_role("menuitem", name="QR code").click()
        squares = page.get_by_role("dialog", name="QR code of what is on screen")
        expect(squares).to_contain_text(shares)
        with page.expect_request("**/microscope/link") as shortened:
            squares.get_by_role("button", name="Without the photo").click()
        assert without_photo(screen)(shortened.value.post_data)
        expect(squares).not_to_contain_text(shares)
        page.keyboard.press("Escape")


def test_squares_without_the_photo_that_cannot_be_had_say_why_beside_the_link_and_do_not_come_back(open_page) -> None:
    watched = open_page("lang=en&screen=attention")
    watched.forgive("status of 503", "net::ERR_FAILED")
    page = watched.page
    painted(page)
    upload(page, picture_file(seed=33))
    until_photo(page, "Your photo, 300 × 200")
    page.locator("#screen-attention [data-figure] button.take").first.click()
    page.get_by_role("menuitem", name="QR code").click()
    squares = page.get_by_role("dialog", name="QR code of what is on screen")
    expect(squares).to_contain_text("This short link works until")
    held: list = []
    intercept(page, "**/microscope/link", lambda route: route.abort() if not held else held.append(route))
    without = squares.get_by_role("button", name="Without the photo")
    without.click()
    expect(squares.locator(".field-problem")).to_contain_text("server")
    expect(squares).to_contain_text("This short link works until")
    # Who has closed them meanwhile does not get them back.
    held.append(None)
    without.click()
    settles(lambda: len(held), 2)
    page.keyboard.press("Escape")
    expect(squares).to_have_count(0)
    with page.expect_response("**/microscope/qr?*"):
        held[1].continue_()
    settles(lambda: page.evaluate(UNDER_WAY), [])
    expect(squares).to_have_count(0)


def without_photo(screen: str):
    """Whether a link leads to this screen and names no photo."""
    return lambda link: f"screen={screen}" in (link or "") and "photo=" not in link


def test_a_key_copies_the_link_and_a_phone_reads_it_from_the_squares(open_page, app) -> None:
    watched = open_page("v=3&lang=en&screen=attention&layer=4&head=2&query=17", width=1440, height=900)
    page = watched.page
    painted(page)
    page.keyboard.press("l")
    share, voice = page.locator(".sharing"), page.locator(".voice")
    expect(share.locator("input")).to_have_value(re.compile(r"screen=attention.*layer=4.*head=2"))
    expect(voice).to_have_text("Copied.")
    expect(share).to_contain_text("This address leads to this computer alone")
    said = settled(lambda: address(page))
    share.get_by_role("button", name="QR code").click()
    sheet = page.get_by_role("dialog", name="QR code of what is on screen")
    expect(sheet).to_contain_text(re.compile(r"This short link works until \w{3}, \w{3} \d+, \d\d:\d\d"))
    settles(lambda: sheet.locator("img").evaluate("(image) => image.complete && image.naturalWidth > 0"), True)
    [read] = passes(lambda: one_of(zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))))
    assert box_of(sheet.locator("img"))["height"] > 0.8 * 900
    assert len(read.text) < 60
    expect(sheet.locator(".squares-link")).to_have_text(read.text)
    page.keyboard.press("Escape")
    expect(share.get_by_role("button", name="QR code")).to_be_focused()

    watched.open(urlsplit(read.text).query)
    painted(page)
    settles(lambda: address(page), said)
    page.goto(f"{app.url}?s=Ab3_-9zZ01xY")
    expect(page.locator(".status.problem:visible")).to_contain_text("This short link has expired")
    expect(page.locator("#screen-start")).to_be_visible()
    settles(lambda: "s" in address(page), False)


def one_of(found: list) -> list:
    assert len(found) == 1
    return found


def test_the_answers_of_sizes_that_were_on_screen_before_are_in_the_address(open_page, app) -> None:
    page = open_page("v=3&lang=en&screen=patches&change=residual:off@9").page
    page.locator('.choice[data-size="112"]').click()
    settles(lambda: address(page).get("before"), "224")
    page.reload()
    for size in (112, 224):
        name, share = app.services.photos.trace(replace(FIRST, size=size, change="residual:off@9")).top(1)[0]
        expect(page.locator(f'.choice[data-size="{size}"] .said')).to_have_text(f"{name} {percent(share)}")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("size=43", "cannot read a picture of 43 pixels"),
        ("model=nobody/nothing", "no model named “nobody/nothing”"),
        ("model=nobody/nothing&size=9999", "no model named “nobody/nothing”"),
    ],
)
def test_what_an_address_asks_for_in_vain_is_named_and_what_is_used_instead_is_chosen(open_page, asked, said):
    watched = open_page(f"lang=en&screen=attention&{asked}")
    watched.forgive("status of 4")
    page = watched.page
    expect(page.locator(STATUS)).to_contain_text(said)
    expect(page.locator("#input-strip label.model select")).to_have_value(DEFAULT_MODEL)
    expect(page.locator("#input-strip .sizes [aria-pressed=true]")).to_have_text("16×16")
    painted(page)


def test_a_term_opened_in_a_tab_of_its_own_begins_with_its_card(open_page):
    watched = open_page("lang=en&screen=block#softmax", anew=True)
    card = watched.page.locator(".glossary-card")
    expect(card).to_contain_text("Softmax")
    watched.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    watched.page.locator(".key-button").click()
    watched.page.locator(".key-list a[href$='#notation']").click()
    expect(card.locator("table.symbols tr").first).to_be_visible()


def test_a_term_waits_for_no_photo_and_all_of_them_have_a_door(open_page):
    watched = open_page("lang=en&screen=notes")
    page, held = watched.page, []

    def hold(route):
        held.append(route)

    intercept(page, "**/microscope/facts?*", hold)
    # The first look comes with the page.
    in_page(page, "(to) => { setTimeout(() => location.assign(to)); }", "?lang=en&screen=block&size=112#softmax")
    card = page.locator(".glossary-card")
    expect(card).to_contain_text("Softmax")
    settles(lambda: len(held), lambda asked: asked > 0)
    for route in held:
        route.continue_()
    page.unroute("**/microscope/facts?*")
    expect(page.locator(STATUS)).to_contain_text("patches")
    expect(card).to_contain_text("Softmax")  # the screen it came to is not another one
    page.keyboard.press("Escape")
    page.locator(".all-terms").click()
    n_terms = sum(key.startswith("glossary.") for key in texts("en"))
    expect(card.locator(".terms a")).to_have_count(n_terms)
    card.get_by_role("link", name="Softmax", exact=True).click()
    expect(card.locator("p").first).to_contain_text("Softmax")
    card.locator("a[href='#terms']").click()
    expect(card.locator(".terms a")).to_have_count(n_terms)


# ---- squares that are read from the last row

KOREAN = " ".join(["가나다라마바사아자"] * 59)  # 589 signs, as an address nine times as many


def modules(image) -> int:
    """How many modules a side of the squares has, without the margin."""
    drawn = image.evaluate("async (image) => await (await fetch(image.src)).text()")
    [(width, height)] = re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawn)
    assert width == height
    return int(width) - 8


def jigsaw() -> str:
    order = np.random.default_rng(4).permutation(256).tolist()
    return f"position:off;residual:off@all;scale:off@all;order:{write_order(order)}"


@pytest.mark.parametrize(
    "query",
    [
        "v=5&lang=en&screen=start",
        # On a screen that shows nothing of it, or it would be translated and drawn, which takes seconds.
        f"v=5&lang=ko&screen=models&how=greedy&text={quote(KOREAN)}",
        f"v=5&lang=en&screen=position&change={quote(jigsaw())}",
        "v=5&lang=ko&screen=decision&photo=OWN&layer=3&query=200",
        "v=5&lang=en&screen=attention&layer=9&explain=p!9.attn.pattern:4,12,17~9.attn.q:4,12,3",
    ],
    ids=["start", "long Korean text", "jigsaw", "own photo", "explained number"],
)
def test_squares_of_any_state_have_few_modules_and_lead_to_it(query: str, open_page, app) -> None:
    if "OWN" in query:
        query = query.replace("OWN", app.services.photos.add_photo(picture_file(seed=33)))
    watched = open_page(query)
    page = watched.page
    said = settled(lambda: address(page))
    long = {word: text for word, text in parse_qsl(query) if word in ("text", "change", "photo", "explain")}
    assert long.items() <= said.items()
    page.keyboard.press("l")
    page.locator(".share-box").get_by_role("button", name=re.compile("QR")).click()
    image = page.locator(".squares img")
    settles(lambda: image.evaluate("(image) => image.complete && image.naturalWidth > 0"), True)
    settles(lambda: modules(image), lambda count: count <= MOST_SQUARES)
    [read] = passes(lambda: one_of(zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))))
    # The phone's browser is sent on to the whole address; that one opened at a short link is there, another test shows.
    there = httpx.get(f"{app.url}?{urlsplit(read.text).query}", follow_redirects=False)
    assert there.is_redirect or said == dict(parse_qsl(urlsplit(read.text).query))
    leads_to = there.headers["location"] if there.is_redirect else read.text
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    watched.go_on(urlsplit(leads_to).query)
    settles(lambda: address(page), said)


def test_squares_of_a_room_have_few_modules_and_lead_into_it(open_page) -> None:
    page = open_page("lang=en&screen=decision", anew=True).page
    code = open_room(page)
    image = page.locator(".room-squares")
    settles(lambda: image.evaluate("(image) => image.complete && image.naturalWidth > 0"), True)
    settles(lambda: modules(image), lambda count: count <= MOST_SQUARES)
    [read] = passes(lambda: one_of(zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))))
    assert urlsplit(read.text).query == f"room={code}"
