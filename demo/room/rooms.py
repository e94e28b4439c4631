"""Rooms of a lecture: phones follow the lecturer's page, vote on its question, and see the tally once it is revealed.

There are no accounts and no names. The browser that opened a room keeps a secret; a browser that joined has a random id
of its own, and one vote per question. The lecturer's page sends the right answer only when it reveals it; until then no
response tells anybody how others voted. Everything is kept in memory, bounded, and deleted two hours after the room was
opened.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.errors import VisitorError
from demo.page.links import LONGEST
from demo.room import questions
from demo.room.wrong_codes import WrongCodes, network_of

SECONDS_OPEN = 2 * 3600.0
# Seconds without any request after which a room may be replaced by a new one if all are taken.
SECONDS_IDLE = 900.0
# Seconds within which a phone counts as present; a waiting phone sends a request at least this often.
SECONDS_HERE = 45.0
MOST_ROOMS = 60
# Rooms from one address, which may be that of a whole school: nobody can take all the rooms.
MOST_OF_AN_ADDRESS = 15
MOST_MEMBERS = 300
MOST_QUESTIONS = 40
# Crockford's base 32, whose characters are not mistaken for each other from the last row; a code has 50 bits.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_SIGNS = 10
MEMBER = re.compile(r"[\w-]{16,40}")
NO_VOTE = 255


@dataclass
class Round:
    """A question that was asked, with the `votes` by member number, and what is `shown` once it is revealed."""

    choices: int
    votes: bytearray = field(default_factory=lambda: bytearray([NO_VOTE]) * MOST_MEMBERS)
    shown: dict[str, Any] | None = None

    @property
    def answered(self) -> int:
        return MOST_MEMBERS - self.votes.count(NO_VOTE)

    def tally(self) -> list[int]:
        """The number of votes for each choice."""
        return [self.votes.count(choice) for choice in range(self.choices)]


@dataclass
class Room:
    """One room.

    Attributes:
        opener: the network address it was opened from, as `network_of` returns it.
        until: when it ends, seconds since 1970.
        heard: time of the last request for it.
        phone_version: counts changes of what phones see.
        host_version: counts changes of what the lecturer's page sees, those for phones included.
        members: the number of each browser that joined; `seen`: the time of its last request.
        question: the present question with its id, or None.
        rounds: the questions asked, by their ids.
    """

    code: str
    host: bytes
    opener: str
    until: float
    heard: float
    phone_version: int = 1
    host_version: int = 1
    address: str = ""
    members: dict[str, int] = field(default_factory=dict)
    seen: list[float] = field(default_factory=list)
    question: dict[str, Any] | None = None
    rounds: OrderedDict[str, Round] = field(default_factory=OrderedDict)

    def update(self) -> None:
        self.phone_version += 1
        self.host_version += 1


class Rooms:
    """All rooms, bounded in number, size and time.

    Args:
        now: the time in seconds since 1970.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._rooms: dict[str, Room] = {}
        self._wrong_codes = WrongCodes(now)
        self._opened = self._votes = 0
        self._lock = threading.Lock()

    # -- the lecturer's page

    def open(self, address: str = "") -> dict[str, Any]:
        """Open a room from an address, and return its code, the lecturer's secret, and the time of its end.

        Raises:
            VisitorError: rooms_full, if all are taken.
        """
        with self._lock:
            now = self._now()
            self._end_old(now)
            rooms = list(self._rooms.values())
            opener = network_of(address)
            theirs = [room for room in rooms if room.opener == opener]
            if len(rooms) >= MOST_ROOMS or len(theirs) >= MOST_OF_AN_ADDRESS:
                idle = min(theirs if len(theirs) >= MOST_OF_AN_ADDRESS else rooms, key=lambda room: room.heard)
                if now - idle.heard < SECONDS_IDLE:
                    raise VisitorError("rooms_full")
                del self._rooms[idle.code]
            code, host = "".join(secrets.choice(SIGNS) for _ in range(CODE_SIGNS)), secrets.token_urlsafe(24)
            self._rooms[code] = Room(code, _digest(host), opener, now + SECONDS_OPEN, now)
            self._opened += 1
            return {"room": code, "host": host, "until": now + SECONDS_OPEN}

    def show(self, code: str, host: str, address: str) -> None:
        """Set the query of the lecturer's page, which the phones open."""
        if len(address) > LONGEST or not (address.isascii() and address.isprintable()) or " " in address:
            raise VisitorError("bad_request")
        with self._lock:
            room = self._mine(code, host)
            if room.address != address:
                room.address = address
                room.update()

    def ask(self, code: str, host: str, question: Any, *, again: bool = False) -> None:
        """Ask a question, or None to end it. An unchanged question keeps its votes, unless it is asked `again`.

        Raises:
            VisitorError: bad_request, if it is no question of at most questions.LONGEST_QUESTION characters.
        """
        said = None if question is None else questions.checked(question)
        with self._lock:
            room = self._mine(code, host)
            if said is not None:
                if again or said["id"] not in room.rounds:
                    room.rounds[said["id"]] = Round(len(said["choices"]))
                room.rounds.move_to_end(said["id"])
                while len(room.rounds) > MOST_QUESTIONS:
                    room.rounds.popitem(last=False)
            if again or said != room.question:
                room.question = said
                room.update()

    def reveal(self, code: str, host: str, question: str, right: Any, told: Any) -> None:
        """Close the present question: from now on everybody gets the right answer, its explanation and the tally."""
        with self._lock:
            room = self._mine(code, host)
            asked = self._present(room, question)
            if asked.shown is not None:
                return
            if not questions.is_choice(right, asked.choices) or len(json.dumps(told)) > questions.LONGEST_TOLD:
                raise VisitorError("bad_request")
            asked.shown = {"right": right, "told": told, "tally": asked.tally()}
            room.update()

    def end(self, code: str, host: str) -> None:
        """End the room now."""
        with self._lock:
            del self._rooms[self._mine(code, host).code]

    def of_host(self, code: str, host: str) -> dict[str, Any]:
        """The state for the lecturer's page: how many phones are here and how many have answered, never how."""
        with self._lock:
            room = self._mine(code, host)
            asked = room.rounds[room.question["id"]] if room.question else None
            since = self._now() - SECONDS_HERE
            return {
                "version": room.host_version,
                "address": room.address,
                "until": room.until,
                "members": sum(seen >= since for seen in room.seen),
                "question": room.question and room.question["id"],
                "key": room.question and room.question.get("key"),
                "answered": asked.answered if asked else 0,
                "shown": asked.shown if asked else None,
            }

    # -- the phones

    def of_member(self, code: str, member: str, address: str = "") -> dict[str, Any]:
        """The state for a phone, which joins with its first request; `address` is its network address.

        Raises:
            VisitorError: room_gone; room_full; too_many, after too many wrong codes from this address.
        """
        if not MEMBER.fullmatch(member):
            raise VisitorError("bad_request")
        with self._lock:
            room, number = self._joined(code, member, address)
            asked = room.rounds[room.question["id"]] if room.question else None
            vote = asked.votes[number] if asked else NO_VOTE
            return {
                "version": room.phone_version,
                "until": room.until,
                "address": room.address,
                "question": room.question,
                "mine": None if vote == NO_VOTE else vote,
                "shown": asked.shown if asked else None,
            }

    def vote(self, code: str, member: str, question: str, choice: Any, address: str = "") -> None:
        """Vote on the present question; a later vote of the same browser replaces it.

        Raises:
            VisitorError: vote_closed, if the lecturer has revealed it or gone on; and as `of_member`.
        """
        if not MEMBER.fullmatch(member):
            raise VisitorError("bad_request")
        with self._lock:
            room, number = self._joined(code, member, address)
            asked = self._present(room, question)
            if asked.shown is not None:
                raise VisitorError("vote_closed")
            if not questions.is_choice(choice, asked.choices):
                raise VisitorError("bad_request")
            self._votes += asked.votes[number] == NO_VOTE
            asked.votes[number] = choice
            room.host_version += 1

    def version(self, code: str, *, of_host: bool) -> int:
        """The version of a room's state; 0 if there is no such room."""
        with self._lock:
            room = self._rooms.get(code)
            return 0 if room is None else room.host_version if of_host else room.phone_version

    def counts(self) -> Mapping[str, float]:
        """Counts for the operator: rooms now and since the start, browsers in them, votes since the start."""
        with self._lock:
            now = self._now()
            self._end_old(now)
            here = sum(seen >= now - SECONDS_HERE for room in self._rooms.values() for seen in room.seen)
            return {"open": len(self._rooms), "opened": self._opened, "members": here, "votes": self._votes}

    # -- called with the lock held

    def _end_old(self, now: float) -> None:
        for room in [room for room in self._rooms.values() if room.until <= now]:
            del self._rooms[room.code]

    def _here(self, code: str) -> Room | None:
        now = self._now()
        self._end_old(now)
        room = self._rooms.get(code)
        if room is not None:
            room.heard = now
        return room

    def _mine(self, code: str, host: str) -> Room:
        room = self._here(code)
        if room is None:
            raise VisitorError("room_gone")
        if not hmac.compare_digest(room.host, _digest(host)):
            raise VisitorError("room_not_yours")
        return room

    def _joined(self, code: str, member: str, address: str) -> tuple[Room, int]:
        room = self._here(code)
        if room is None or member not in room.members:
            # A member of a room is not slowed down by others behind the same address who guess codes.
            self._wrong_codes.check(address, wrong=room is None)
        if room is None:
            raise VisitorError("room_gone")
        number = room.members.get(member)
        if number is None:
            number = room.members[member] = self._place(room)
            room.host_version += 1
        room.seen[number] = self._now()
        return room, number

    def _place(self, room: Room) -> int:
        """The number for a new member; in a full room, that of the member who left longest ago without a vote."""
        if len(room.seen) < MOST_MEMBERS:
            room.seen.append(0.0)
            return len(room.seen) - 1
        since = self._now() - SECONDS_HERE
        voted = {number for asked in room.rounds.values() for number, vote in enumerate(asked.votes) if vote != NO_VOTE}
        left = [one for one, number in room.members.items() if room.seen[number] < since and number not in voted]
        if not left:
            raise VisitorError("room_full", most=MOST_MEMBERS)
        return room.members.pop(min(left, key=lambda one: room.seen[room.members[one]]))

    @staticmethod
    def _present(room: Room, question: str) -> Round:
        if room.question is None or room.question["id"] != question:
            raise VisitorError("vote_closed")
        return room.rounds[question]


def _digest(host: str) -> bytes:
    return hashlib.sha256(host.encode()).digest()
