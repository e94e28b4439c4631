"""The page behind real nginx and real HAProxy: below prefixes, with a Host of their own, with TLS ended before it."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from playwright.sync_api import expect

from demo import selftest
from demo.compute import request_threads
from demo.page.gallery import ASSETS
from demo.photo.query import DEFAULT_MODEL
from demo.sentence.query import TranslationQuery
from demo.serving.bodies import MOST_BYTES
from tests.support.browser import SECONDS, Watched
from tests.support.pictures import as_file, picture, picture_file
from tests.support.printed import block
from tests.support.proxies import Front, running_fronts
from tests.support.screens import painted, until_photo, until_status, upload
from tests.support.server import running_app

CAT = ASSETS / "images" / "cc0_cat_tabby.jpg"
SENTENCE = "Der Hund schläft unter dem Tisch."
# What the operator of the second app has named: as the app's own routes are, which is the hardest name there is.
ROOT_PATH = "/microscope"
PRINTED = "nginx as it is printed in docs/hosting.md"
PLAIN = {
    PRINTED: Front("nginx", "/microscope-page", location=block("hosting.md", "location")),
    "nginx that strips a prefix and rewrites Host": Front("nginx", "/lab/page", strips=True),
    "HAProxy that ends TLS and rewrites Host": Front("haproxy", tls=True),
}
ROOTED = {
    "HAProxy that strips the root path": Front("haproxy", ROOT_PATH, strips=True, names="host"),
    "HAProxy that leaves the root path and rewrites Host": Front("haproxy", ROOT_PATH, names="forwarded"),
    "nginx that ends TLS and leaves the root path": Front("nginx", ROOT_PATH, tls=True, names="forwarded"),
}
# As narrow as nginx comes; and more impatient than any browser test could bear on a busy machine.
NARROW, IMPATIENT = Front("nginx", body_limit="1m"), Front("nginx", read_timeout=2)


@pytest.fixture(scope="module")
def fronts(app, tmp_path_factory):
    """Where visitors find the page, by the way they come."""
    with running_app(app.services, root_path=ROOT_PATH) as rooted:
        ports = [urlsplit(one.url).port for one in (app, rooted)]
        wanted = [(front, ports[0]) for front in (*PLAIN.values(), NARROW, IMPATIENT)]
        wanted += [(front, ports[1]) for front in ROOTED.values()]
        with running_fronts(tmp_path_factory.mktemp("proxies"), wanted) as urls:
            yield dict(zip([*PLAIN, "narrow", "impatient", *ROOTED], urls, strict=True))


@pytest.fixture
def visit(browser):
    """Open the page as somebody who does not know who signed the certificate; it may ask nobody else, nor throw."""
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 1000})
    opened = []

    def open_(url):
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        opened.append(Watched(page, url))
        opened[-1].open("lang=en")
        return opened[-1]

    yield open_
    context.close()
    assert [watched.foreign for watched in opened] == [[] for _ in opened]
    assert [watched.errors for watched in opened] == [[] for _ in opened]


@pytest.mark.parametrize("way", [*PLAIN, *ROOTED])
def test_photos_and_sentences_are_looked_at_behind(way, fronts, visit, app):
    page = visit(fronts[way]).page
    painted(page)
    page.click("#input-strip [data-action=examples]")
    page.click("button[data-file='cc0_pizza.jpg']")
    until_photo(page, "pizza")
    upload(page, picture_file(seed=len(way)))
    until_photo(page, "Your photo, 300 × 200")
    painted(page)
    page.get_by_role("button", name="Sentence", exact=True).click()
    page.click(".station[data-to=translation]")
    page.fill(".sentence-input", SENTENCE)
    page.press(".sentence-input", "Enter")
    said = app.services.sentences.translation(TranslationQuery(SENTENCE))
    until_status(page, f"{len(said.source_tokens)} tokens read, {len(said.tokens)} written")
    expect(page.locator(".words-written .word").first).to_contain_text(said.tokens[0].replace("▁", ""))


@pytest.mark.parametrize("way", [*PLAIN, *ROOTED])
def test_other_programs_are_answered_behind(way, fronts):
    def ask():
        client = Client(fronts[way], ssl_verify=False, verbose=False)
        classes = client.predict(image=handle_file(str(CAT)), top=3, api_name="/classify")
        weights = client.predict(image=handle_file(str(CAT)), layer=2, api_name="/attention")
        return classes["classes"][0]["name"], weights, client.predict(text=SENTENCE, api_name="/translate")["text"]

    # Playwright has an event loop in this thread.
    with ThreadPoolExecutor(1) as elsewhere:
        label, weights, text = elsewhere.submit(ask).result()
    assert label == "cat"
    assert np.load(weights).shape == (6, 257, 257)
    assert "dog" in text


def test_without_its_slash_the_address_of_a_prefix_leads_to_the_page(fronts, browser):
    asked = {"lang": "ko", "screen": "patches"}
    # The app knows where it is.
    for leaves in (fronts[way] for way, front in ROOTED.items() if not front.strips):
        answer = httpx.get(leaves.rstrip("/"), params=asked, verify=False, follow_redirects=True)
        assert str(answer.url) == f"{leaves}?lang=ko&screen=patches"
    # Nobody but the browser knows it.
    [strips] = (fronts[way] for way, front in ROOTED.items() if front.strips)
    page = browser.new_page()
    page.goto(f"{strips.rstrip('/')}?lang=ko&screen=patches")
    expect(page).to_have_url(re.compile(re.escape(f"{strips}?") + r".*lang=ko.*screen=patches"))
    expect(page.locator("#screen-patches h2")).to_be_visible()
    page.close()


@pytest.mark.parametrize("way", [*PLAIN, *ROOTED])
def test_a_short_link_leads_back_through_the_prefix(way, fronts):
    query = "?v=4&lang=ko&screen=patches&layer=3"
    with httpx.Client(verify=False, base_url=fronts[way]) as client:
        kept = client.post("microscope/link", content=query).json()
        answer = client.get("", params={"s": kept["code"]}, follow_redirects=True)
    assert (answer.status_code, str(answer.url)) == (200, fronts[way] + query)


@pytest.mark.parametrize("way", [*PLAIN, *ROOTED])
def test_a_room_is_joined_votes_and_follows_behind(way, fronts):
    """What waits for news is answered at once when there is some: no proxy keeps it back until its buffer is full."""
    phone = {"member": f"phone-{way}"[:20].replace(" ", "-").ljust(20, "-")}
    question = {"called": "which_class", "choices": [{"en": "cat", "ko": "고양이"}, {"en": "dog", "ko": "개"}]}
    with httpx.Client(verify=False, base_url=f"{fronts[way]}microscope/rooms/", timeout=SECONDS) as client:

        def say(name, **said):
            answer = client.post(name, json=said)
            assert answer.status_code == 200, (name, answer.text)
            return answer.json()

        opened = say("open")
        room, host = {"room": opened["room"]}, {"room": opened["room"], "host": opened["host"]}
        assert say("look", **room, **phone)["question"] is None
        for act, heard in (
            (lambda: say("show", **host, address="v=5&screen=patches"), lambda news: news["address"]),
            (lambda: say("ask", **host, question=question), lambda news: news["question"]),
        ):
            seen = say("look", **room, **phone)["version"]
            with ThreadPoolExecutor(1) as waits:
                news = waits.submit(say, "look", **room, **phone, seen=seen, wait=20)
                act()
                assert heard(news.result(timeout=10))
        asked = say("look", **room, **phone)["question"]["id"]
        say("vote", **room, **phone, question=asked, choice=1)
        told = say("look", **host)
        assert (told["answered"], told["members"], told["shown"]) == (1, 1, None)
        say("reveal", **host, question=asked, right=1, told={"en": {}, "ko": {}})
        news = say("look", **room, **phone)
        assert (news["address"], news["mine"]) == ("v=5&screen=patches", 1)
        assert (news["shown"]["tally"], news["shown"]["right"]) == ([0, 1], 1)
        say("end", **host)


def test_what_is_printed_takes_the_largest_body_and_hands_the_visitors_own_address_on(fronts, app):
    """Neither is nginx's by itself: it takes 1 MB, and lets visitors say where they come from."""
    printed = fronts[PRINTED]
    largest = httpx.post(f"{printed}microscope/photo", content=b"no picture".ljust(MOST_BYTES))
    assert (largest.status_code, largest.json()["error"]) == (413, "photo_too_large"), "the page's own answer"
    somebody_else = {"X-Forwarded-For": "203.0.113.9"}
    assert httpx.get(f"{app.url}metrics", headers=somebody_else).status_code == 404, "a proxy on this computer is heard"
    assert httpx.get(f"{printed}metrics", headers=somebody_else).status_code == 200


def test_the_page_is_well_behind_what_is_printed(fronts):
    lines = []
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright has an event loop in this thread
        failed = elsewhere.submit(selftest.run, fronts[PRINTED], lines.append).result()
    assert not failed, lines


def test_a_photo_that_a_proxy_does_not_take_is_told_as_that(fronts, visit):
    watched = visit(fronts["narrow"])
    watched.forgive("status of 413")
    painted(watched.page)
    upload(watched.page, picture_file() + bytes(2_000_000))
    until_status(watched.page, "A server on the way to this program takes no file this large.")


def test_a_proxy_that_gives_up_quiet_answers_waits_as_long_as_a_look_takes(fronts, app, monkeypatch):
    run, took = app.services.photos._run, 2.5 * IMPATIENT.read_timeout

    def slow(*photo_query):
        assert not threading.Event().wait(took)
        return run(*photo_query)

    monkeypatch.setattr(app.services.photos, "_run", slow)
    monkeypatch.setattr(request_threads, "QUIET_SECONDS", IMPATIENT.read_timeout / 4)
    photo = app.services.photos.add_photo(as_file(picture(77)))
    asked = {"photo": photo, "model": DEFAULT_MODEL, "size": 224}
    answer = httpx.get(f"{fronts['impatient']}microscope/facts", params=asked, timeout=SECONDS, verify=False)
    assert answer.elapsed.total_seconds() > IMPATIENT.read_timeout
    assert (answer.status_code, answer.json()["tokens"]) == (200, 257)
