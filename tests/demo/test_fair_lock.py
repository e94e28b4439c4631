"""Whoever has waited longest is next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.compute.fair_lock import FairLock


def until(check: Callable[[], bool]) -> None:
    tick = threading.Event()
    while not check():
        tick.wait(0.01)


def test_turns_come_in_the_order_of_asking_however_often_one_looks_meanwhile() -> None:
    turns, order, looks = FairLock(), list[int](), [0] * 12

    def come(number: int) -> None:
        def look() -> None:
            looks[number] += 1

        with turns.turn(look):
            order.append(number)

    with ThreadPoolExecutor(12) as pool, turns.turn(lambda: None):
        for number in range(12):
            pool.submit(come, number)
            until(lambda number=number: len(turns._waiting) == number + 1)  # type: ignore[misc]
        until(lambda: min(looks) >= 2)
        assert order == []
    assert order == list(range(12))


def test_whoever_gives_up_is_passed_over_and_takes_nobodys_turn() -> None:
    turns, order = FairLock(), list[str]()

    def gives_up() -> None:
        raise InterruptedError

    def come(name: str, meanwhile: Callable[[], None]) -> None:
        with turns.turn(meanwhile):
            order.append(name)

    with ThreadPoolExecutor(3) as pool:
        with turns.turn(lambda: None):
            gone = pool.submit(come, "gone", gives_up)
            stays = pool.submit(come, "stays", lambda: None)
            assert isinstance(gone.exception(), InterruptedError)
        stays.result()
    assert order == ["stays"]
    with turns.turn(lambda: pytest.fail("nobody holds it")):
        pass


def test_work_that_fails_lets_the_next_one_in() -> None:
    turns = FairLock()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.turn(lambda: pytest.fail("nobody holds it")):
            raise ZeroDivisionError


def test_who_is_alone_has_all_processors_and_where_others_wait_each_has_one() -> None:
    turns, shares, go = FairLock(2, 4), list[tuple[int, int]](), threading.Semaphore(0)

    def come() -> None:
        with turns.turn(lambda: None) as share:
            shares.append((share.lane, share.processors))
            assert go.acquire(timeout=20)

    with ThreadPoolExecutor(4) as pool:
        for waiting in range(4):
            pool.submit(come)
            until(lambda waiting=waiting: (len(shares), len(turns._waiting)) == (1, waiting))  # type: ignore[misc]
        assert shares == [(0, 4)], "nobody comes beside who has all of them"
        go.release()
        until(lambda: len(shares) == 3)
        assert sorted(shares[1:]) == [(0, 1), (1, 1)] and len(turns._waiting) == 1
        go.release()
        until(lambda: len(shares) == 4)
        assert shares[3][1] == 1, "another is still under way"
        go.release(2)
    with turns.turn(lambda: None) as share:
        assert (share.lane, share.processors) == (0, 4)


def test_with_one_lane_everybody_has_all_processors() -> None:
    turns = FairLock(1, 4)
    with ThreadPoolExecutor(2) as pool, turns.turn(lambda: None) as first:
        assert first.processors == 4

        def come() -> int:
            with turns.turn(lambda: None) as share:
                return share.processors

        waiting = [pool.submit(come) for _ in range(2)]
        until(lambda: len(turns._waiting) == 2)
    assert [one.result() for one in waiting] == [4, 4]
