"""Play a lesson on a real server: python -m tests.lesson [--minutes 30] [--questions 18]

A projector's page before the room with its speaker window, five phones in browsers of their own and 55 by protocol, and
beside them a visitor with photos of their own. The lecturer brings a photo of their own, asks the room every question,
goes on with another photo and takes the tour of the ViT to its end; the speaker window turns the pages, and the phones
follow. Told in the end: how long a vote took, whether any was lost, and how long a photo took meanwhile, as a ratio to
what it takes while nobody else is there. Fewer minutes than that takes leave the pauses out and nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

from playwright.sync_api import expect

from demo.page.tours import own_tours
from tests.support.browser import Watched, address, chromium, passes, settles
from tests.support.screens import upload
from tests.support.touring import open_room
from tests.support.visitors import ROOT, Server, Visitor, first_look, own_photo, served

BROWSERS, BY_PROTOCOL = 5, 55
QUIET_PHOTOS = 12  # before the lesson, and as many after it
PREDICT, TOUR = "predict", "vit"
PHONE = {"width": 390, "height": 844}
# A phone is thought over for so long before it votes, at most; one of four thinks better of it.
THINKS, AGAIN = 3.0, 0.25


class Phone(threading.Thread):
    """A phone by protocol: it hears of what is new as the page does, and votes once or twice on every question.

    Attributes:
        votes: its last vote on each question that was taken.
        seconds: how long each vote took.
        shown: what it was told when a question was revealed; mine: what its own vote was then, as the room has it.
        wrong: what went wrong.
    """

    def __init__(self, server: Server, room: str, number: int) -> None:
        super().__init__(daemon=True)
        self._visitor, self._rng = Visitor(server, number), random.Random(number)
        self._seat = {"room": room, "member": f"lesson-phone-{number:04}"}
        self.votes: dict[str, int] = {}
        self.shown: dict[str, Any] = {}
        self.mine: dict[str, Any] = {}
        self.seconds: list[float] = []
        self.wrong: list[str] = []
        self.address, self.over = "", False

    def _ask(self, name: str, **said: Any) -> dict[str, Any]:
        answer = self._visitor.tries(f"rooms/{name}", json.dumps({**self._seat, **said}).encode())
        if answer.status != 200:
            raise OSError(f"{name}: {answer.status} {answer.body[:80]!r}")
        return answer.json()

    def run(self) -> None:
        version = -1
        while not self.over:
            try:
                news = self._ask("look", seen=version, wait=20)
                version, self.address = news["version"], news["address"]
                question = news["question"]
                if question and news["shown"]:
                    self.mine[question["id"]] = news["mine"]
                    self.shown[question["id"]] = news["shown"]
                elif question and question["id"] not in self.votes:
                    self._vote(question)
            except OSError as error:
                if not self.over:
                    self.wrong.append(str(error))
                self._visitor.leave()

    def _vote(self, question: dict[str, Any]) -> None:
        for _ in range(1 + (self._rng.random() < AGAIN)):
            time.sleep(self._rng.uniform(0, THINKS))
            choice = self._rng.randrange(len(question["choices"]))
            began = time.perf_counter()
            self._ask("vote", question=question["id"], choice=choice)
            self.seconds.append(time.perf_counter() - began)
            self.votes[question["id"]] = choice


class Photos(threading.Thread):
    """A visitor who sends one photo after another; `seconds` of each until its heads were there."""

    def __init__(self, server: Server, first: dict[str, Any], begin: int) -> None:
        super().__init__(daemon=True)
        self._server, self._first, self._number = server, first, begin
        self.seconds: list[float] = []
        self.over = False

    def one(self) -> float:
        self._number += 1
        visitor = Visitor(self._server, self._number)
        began = time.perf_counter()
        visitor.visit(self._first)
        visitor.leave()
        return time.perf_counter() - began

    def run(self) -> None:
        while not self.over:
            self.seconds.append(self.one())
            time.sleep(1)


def main() -> int:
    """Play it and tell how it went; 0 where it held what is promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.lesson")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long the lesson is (default: 30)")
    parser.add_argument("--questions", type=int, default=99, help="how many questions are asked at most (default: all)")
    asked = parser.parse_args()
    with served(ROOT) as server:
        first = first_look(server)
        quiet = Photos(server, first, 50_000)
        _, _, *seconds = (quiet.one() for _ in range(QUIET_PHOTOS + 2))
        with chromium() as browser, ExitStack() as stack:
            lesson = Lesson(server, browser, first)
            stack.callback(lesson.end)
            lesson.play(asked.minutes * 60, asked.questions)
        seconds += [quiet.one() for _ in range(QUIET_PHOTOS)]
        return lesson.tell(seconds)


class Lesson:
    """The lecturer's page and speaker window, the phones, and what is counted."""

    def __init__(self, server: Server, browser: Any, first: dict[str, Any]) -> None:
        self.server = server
        self.projector = Watched(browser.new_page(viewport={"width": 1920, "height": 1080}), server.url)
        page = self.projector.page
        self.projector.open("v=5&lang=en&screen=start")
        self.room = open_room(page)
        self.pages = []
        for number in range(BROWSERS):
            options = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
            watched = Watched(browser.new_context(**options).new_page(), server.url)
            watched.page.goto(f"{server.url}?room={self.room}&lang={'en' if number % 2 else 'ko'}")
            expect(watched.page.locator(".room-bar")).to_be_visible()
            self.pages.append(watched)
        self.phones = [Phone(server, self.room, number) for number in range(BY_PROTOCOL)]
        self.photos = Photos(server, first, 60_000)
        self.speaker: Any = None
        self.lost = self.asked = self.steps = self.left = self.in_browsers = 0
        self.until = self.took = self.cpu = 0.0
        self._known: set[str] = set()
        self.reveals: list[float] = []
        self.follows: list[float] = []

    # -- the lesson

    def play(self, seconds: float, questions: int) -> None:
        page = self.projector.page
        tours = {tour.name: tour.steps for tour in own_tours("en")}
        predict = [at for at, step in enumerate(tours[PREDICT]) if step.ask][:questions]
        self.left = len(predict) + len(tours[TOUR])
        for thread in (*self.phones, self.photos):
            thread.start()
        expect(page.locator(".room-count")).to_contain_text(str(BROWSERS + BY_PROTOCOL))
        page.keyboard.press("Escape")
        began, cpu = time.monotonic(), self.server.cpu()
        self.until = began + seconds
        self.bring_photo(1)
        page.click(".room-button")
        page.locator("#room-question").select_option(index=0)
        page.get_by_role("button", name="Ask the room").click()
        self.present()
        self.walk([(at, len(tours[PREDICT])) for at in predict])
        page.bring_to_front()
        page.keyboard.press("Escape")
        page.click(".tour-leave")
        self.bring_photo(2)
        page.click(".title-bar .home")
        page.click("#screen-start .branches [aria-haspopup=dialog]")
        page.click(f".tour-list [data-tour='{TOUR}'] .tour-start")
        self.present()
        self.walk([(at, len(tours[TOUR])) for at in range(len(tours[TOUR]))])
        self.next(None)
        expect(page.locator(".tour-bar")).to_be_hidden()
        self.took, self.cpu = time.monotonic() - began, self.server.cpu() - cpu

    def bring_photo(self, number: int) -> None:
        """The lecturer shows a photo that nobody has; the phones show it, too."""
        page = self.projector.page
        before = settles(lambda: address(page), bool).get("photo")
        upload(page, own_photo(70_000 + number))
        settles(lambda: address(page).get("photo"), lambda photo: bool(photo) and photo != before)
        self.are_there()
        self.say(f"the lecturer's photo {number} is on all phones")

    def present(self) -> None:
        """The page is before the room, with its speaker window; no phone is."""
        page = self.projector.page
        expect(page.locator(".tour-bar")).to_be_visible()
        page.keyboard.press("z")
        expect(page.locator(".present-head")).to_be_visible()
        if self.speaker is None:
            with page.expect_popup() as opened:
                page.keyboard.press("s")
            self.speaker = opened.value
        expect(self.speaker.locator(".speaker-now h2")).to_contain_text("Step 1 of")

    def walk(self, steps: list[tuple[int, int]]) -> None:
        """Through steps of the tour that runs, each with what it asks."""
        page = self.projector.page
        for at, total in steps:
            if at:
                self.next(f"Step {at + 1} of {total}")
            expect(self.speaker.locator(".speaker-now h2")).to_contain_text(f"Step {at + 1} of {total}")
            self.are_there()
            asks = settles(
                lambda: page.locator(".tour-choice:visible, .room-board:visible, .tour-look:visible").count(), bool
            )
            if asks and not page.locator(".tour-look").is_visible():
                self.ask()
            self.steps += 1
            self.left -= 1
            pause = (self.until - time.monotonic()) / max(1, self.left)
            page.wait_for_timeout(1000 * max(0.0, pause))

    def next(self, place: str | None) -> None:
        """Turn the page in the speaker window, as often as it takes; None: to the end of the tour."""
        told = self.projector.page.locator(".tour-place")

        def turned() -> None:
            if place is None:
                assert not told.is_visible()
            else:
                assert told.text_content() == place

        def turn() -> None:
            self.speaker.get_by_role("button", name="Next", exact=True).click()
            passes(turned, seconds=4)

        passes(turn)

    def are_there(self) -> None:
        """All phones show the screen and the photo that the wall shows, as phones do."""
        page, began = self.projector.page, time.monotonic()
        for watched in self.pages:
            passes(lambda watched=watched: same(shown(watched.page), shown(page)))
            settles(lambda watched=watched: "present" in address(watched.page), False)
        self.follows.append(time.monotonic() - began)

    def ask(self) -> None:
        """One question: answered by all, revealed, and the phones are where the wall is."""
        page, number = self.projector.page, self.asked
        reveal = page.get_by_role("button", name="Reveal")
        expect(reveal).to_be_visible()
        expect(self.speaker.locator(".speaker-right")).to_be_visible()
        taken: Counter[int] = Counter()
        for index, watched in enumerate(self.pages):
            choices = watched.page.locator(".room-choice")
            expect(choices.first).to_be_visible()
            mine = (index + number) % choices.count()
            choices.nth(mine).tap()
            expect(choices.nth(mine)).to_have_attribute("aria-pressed", "true")
            if index == number % BROWSERS:
                watched.page.reload()
                expect(choices.nth(mine)).to_have_attribute("aria-pressed", "true")
            taken[mine] += 1
            self.in_browsers += 1
        expect(page.locator(".board-count")).to_contain_text(f"{BROWSERS + BY_PROTOCOL} answered")
        page.wait_for_timeout(2 * THINKS * 1000)  # those who think better of it
        began = time.monotonic()
        reveal.click()
        for watched in self.pages:
            expect(watched.page.locator(".room-bar .tally")).to_be_visible()
            expect(watched.page.locator(".room-bar .tally-own")).to_have_count(1)
        self.reveals.append(time.monotonic() - began)
        [asked] = {asked for phone in self.phones for asked in phone.votes} - self._known
        settles(lambda: sum(asked in phone.shown for phone in self.phones), len(self.phones))
        for phone in self.phones:
            taken[phone.votes[asked]] += 1
            self.lost += phone.mine[asked] != phone.votes[asked]
        tally = self.phones[0].shown[asked]["tally"]
        self.lost += sum(abs(count - taken[choice]) for choice, count in enumerate(tally))
        self._known.add(asked)
        self.asked += 1
        self.are_there()
        self.say(f"question {self.asked}: {tally}, lost so far {self.lost}")

    def say(self, words: str) -> None:
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {words}\n")
        sys.stdout.flush()

    # -- what became of it

    def tell(self, quiet: list[float]) -> int:
        """The table; 0 where everything held. `quiet` are the seconds of photos while nobody else was there."""
        votes = sorted(one for phone in self.phones for one in phone.seconds)
        p95 = votes[int(0.95 * len(votes))]
        photos = sorted(self.photos.seconds)
        rest, meanwhile = statistics.median(quiet), statistics.median(photos)
        wrong = [one for phone in self.phones for one in phone.wrong]
        errors = [one for watched in (self.projector, *self.pages) for one in watched.errors]
        rows = [
            ("the lesson", f"{self.took / 60:.1f} minutes, {self.steps} steps of two tours, {self.asked} questions"),
            ("phones", f"{BROWSERS} in browsers, {BY_PROTOCOL} by protocol"),
            ("votes sent", f"{len(votes)} by protocol, {self.in_browsers} in browsers"),
            ("votes lost", f"{self.lost} (limit 0)"),
            ("a vote, median", f"{1000 * statistics.median(votes):.0f} ms"),
            ("a vote, 95 of 100 within", f"{1000 * p95:.0f} ms (limit 1000)"),
            ("a vote, the slowest", f"{1000 * votes[-1]:.0f} ms"),
            ("revealed on all five browsers after, median", f"{statistics.median(self.reveals):.1f} s"),
            ("all five browsers are where the wall is, median", f"{statistics.median(self.follows):.1f} s"),
            ("a photo, quiet, median", f"{rest:.2f} s of {len(quiet)}, half of them afterwards"),
            ("a photo meanwhile, median", f"{meanwhile:.2f} s of {len(photos)}"),
            ("a photo meanwhile, 95 of 100 within", f"{photos[int(0.95 * len(photos))]:.2f} s"),
            ("a photo meanwhile / quiet", f"{meanwhile / rest:.2f} (limit 2)"),
            ("the server's processor time", f"{self.cpu:.0f} s"),
            ("requests that failed", f"{len(wrong)} {wrong[:3]}"),
            ("errors of pages", f"{len(errors)} {errors[:3]}"),
        ]
        sys.stdout.writelines(f"{name:<50} {value}\n" for name, value in rows)
        return int(p95 >= 1 or self.lost > 0 or meanwhile / rest > 2 or bool(wrong or errors))

    def end(self) -> None:
        for thread in (*self.phones, self.photos):
            thread.over = True


def shown(page: Any) -> list[str | None]:
    """Where a page is, as far as everybody in the room is there."""
    return [address(page).get(word) for word in ("screen", "photo")]


def same(one: object, other: object) -> None:
    assert one == other, (one, other)


if __name__ == "__main__":
    sys.exit(main())
