"""Play a lesson on a real server: python -m tests.lesson [--minutes 30]

A projector's page, five phones in browsers of their own and 55 by protocol, and beside them a visitor with photos of
their own. Told in the end: how long a vote took, whether any was lost, and how long a photo took meanwhile, as a ratio
to what it takes while nobody else is there.
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

from tests.support.browser import Watched, address, chromium, settles
from tests.support.visitors import ROOT, Server, Visitor, first_look, served

BROWSERS, BY_PROTOCOL = 5, 55
QUIET_PHOTOS = 12
PHONE = {"width": 390, "height": 844}
# A phone is thought over for so long before it votes, at most; one of four thinks better of it.
THINKS, AGAIN = 3.0, 0.25


class Phone(threading.Thread):
    """A phone by protocol: it hears of what is new as the page does, and votes once or twice on every question.

    Attributes:
        votes: its last vote on each question that was taken.
        seconds: how long each vote took.
        shown: what it was told when a question was revealed.
        wrong: what went wrong.
    """

    def __init__(self, server: Server, room: str, number: int) -> None:
        super().__init__(daemon=True)
        self._visitor, self._rng = Visitor(server, number), random.Random(number)
        self._seat = {"room": room, "member": f"lesson-phone-{number:04}"}
        self.votes: dict[str, int] = {}
        self.shown: dict[str, Any] = {}
        self.seconds: list[float] = []
        self.wrong: list[str] = []
        self.address, self.over = "", False

    def _ask(self, name: str, **said: Any) -> dict[str, Any]:
        answer = self._visitor.tries(f"rooms/{name}", json.dumps({**self._seat, **said}).encode())
        if answer.status != 200:
            raise OSError(f"{name}: {answer.status} {answer.body[:80]!r}")
        return dict(json.loads(answer.body))

    def run(self) -> None:
        version = -1
        while not self.over:
            try:
                news = self._ask("look", seen=version, wait=20)
                version, self.address = news["version"], news["address"]
                question = news["question"]
                if question and news["shown"]:
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
    minutes = parser.parse_args().minutes
    with served(ROOT) as server, chromium() as browser, ExitStack() as stack:
        lesson = Lesson(server, browser)
        stack.callback(lesson.end)
        return lesson.play(minutes * 60)


class Lesson:
    """The lecturer's page, the phones, and what is counted."""

    def __init__(self, server: Server, browser: Any) -> None:
        self.server = server
        self.first = first_look(server)
        photos = Photos(server, self.first, 50_000)
        self.quiet = [photos.one() for _ in range(QUIET_PHOTOS + 2)][2:]
        self.projector = Watched(browser.new_page(viewport={"width": 1920, "height": 1080}), server.url)
        page = self.projector.page
        self.projector.open("v=5&lang=en&screen=start")
        page.click(".room-button")
        page.get_by_role("button", name="Open a room").click()
        self.room = settles(lambda: address(page).get("room"), bool)
        self.pages = []
        for number in range(BROWSERS):
            options = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
            watched = Watched(browser.new_context(**options).new_page(), server.url)
            watched.page.goto(f"{server.url}?room={self.room}&lang={'en' if number % 2 else 'ko'}")
            expect(watched.page.locator(".room-bar")).to_be_visible()
            self.pages.append(watched)
        self.phones = [Phone(server, self.room, number) for number in range(BY_PROTOCOL)]
        self.photos = Photos(server, self.first, 60_000)
        self.lost = self.asked = 0
        self._known: set[str] = set()
        self.reveals: list[float] = []

    def play(self, seconds: float) -> int:
        page, until = self.projector.page, time.monotonic() + seconds
        for thread in (*self.phones, self.photos):
            thread.start()
        expect(page.locator(".room-count")).to_contain_text(str(BROWSERS + BY_PROTOCOL))
        questions = page.locator("#room-question option").count()
        cpu, began = self.server.cpu(), time.monotonic()
        while time.monotonic() < until and self.asked < questions:
            self.ask(self.asked)
            self.asked += 1
            pause = (until - time.monotonic()) / max(1, questions - self.asked)
            page.wait_for_timeout(1000 * max(0.0, min(pause, 60.0)) if seconds > 600 else 0)
        return self.tell(self.server.cpu() - cpu, time.monotonic() - began)

    def ask(self, number: int) -> None:
        """One question: asked, answered by all, revealed, and the phones are where the projector is."""
        page = self.projector.page
        if page.locator(".tour-bar").is_visible():
            page.click(".tour-next")
        else:
            page.locator("#room-question").select_option(index=number)
            page.get_by_role("button", name="Ask the room").click()
        reveal = page.get_by_role("button", name="Reveal")
        expect(reveal).to_be_visible()
        taken: Counter[int] = Counter()
        for index, watched in enumerate(self.pages):
            choices = watched.page.locator(".room-choice")
            expect(choices.first).to_be_visible()
            mine = (index + number) % choices.count()
            choices.nth(mine).tap()
            expect(choices.nth(mine)).to_have_attribute("aria-pressed", "true")
            taken[mine] += 1
        expect(page.locator(".board-count")).to_contain_text(f"{BROWSERS + BY_PROTOCOL} answered")
        page.wait_for_timeout(2 * THINKS * 1000)  # those who think better of it
        began = time.monotonic()
        reveal.click()
        for watched in self.pages:
            expect(watched.page.locator(".room-bar .tally")).to_be_visible()
        self.reveals.append(time.monotonic() - began)
        [asked] = {asked for phone in self.phones for asked in phone.votes} - self._known
        settles(lambda: sum(asked in phone.shown for phone in self.phones), len(self.phones))
        for phone in self.phones:
            taken[phone.votes[asked]] += 1
        tally = self.phones[0].shown[asked]["tally"]
        self.lost += sum(abs(count - taken[choice]) for choice, count in enumerate(tally))
        self._known.add(asked)
        screen = settles(lambda: address(page).get("screen"), bool)
        for watched in self.pages:
            settles(lambda watched=watched: address(watched.page).get("screen"), screen)

    def tell(self, cpu: float, seconds: float) -> int:
        votes = sorted(one for phone in self.phones for one in phone.seconds)
        p95 = votes[int(0.95 * len(votes))]
        quiet, meanwhile = statistics.median(self.quiet), statistics.median(self.photos.seconds)
        wrong = [one for phone in self.phones for one in phone.wrong]
        errors = [one for watched in (self.projector, *self.pages) for one in watched.errors]
        rows = [
            ("questions asked", f"{self.asked} in {seconds:.0f} s"),
            ("phones", f"{BROWSERS} in browsers, {BY_PROTOCOL} by protocol"),
            ("votes by protocol", f"{len(votes)}"),
            ("a vote, median", f"{1000 * statistics.median(votes):.0f} ms"),
            ("a vote, 95 of 100 within", f"{1000 * p95:.0f} ms (limit 1000)"),
            ("a vote, the slowest", f"{1000 * votes[-1]:.0f} ms"),
            ("votes lost", f"{self.lost} (limit 0)"),
            ("revealed on all five browsers after, median", f"{statistics.median(self.reveals):.1f} s"),
            ("a photo, quiet, median", f"{quiet:.2f} s of {len(self.quiet)}"),
            ("a photo meanwhile, median", f"{meanwhile:.2f} s of {len(self.photos.seconds)}"),
            ("a photo meanwhile / quiet", f"{meanwhile / quiet:.2f} (limit 2)"),
            ("the server's processor time", f"{cpu:.0f} s"),
            ("requests that failed", f"{len(wrong)} {wrong[:3]}"),
            ("errors of pages", f"{len(errors)} {errors[:3]}"),
        ]
        sys.stdout.writelines(f"{name:<45} {value}\n" for name, value in rows)
        return int(p95 >= 1 or self.lost > 0 or meanwhile / quiet > 2 or bool(wrong or errors))

    def end(self) -> None:
        for thread in (*self.phones, self.photos):
            thread.over = True


if __name__ == "__main__":
    sys.exit(main())
