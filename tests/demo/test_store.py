"""The store: bounded in bytes, least recently used leaves first, and a missing value is computed once for all."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.compute.store import ByteStore


@dataclass(frozen=True)
class Block:
    """A value of so many bytes."""

    nbytes: int
    name: str = ""


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "get", "get_or_compute"]), st.integers(0, 6), st.integers(0, 60)), max_size=60
)


@given(budget=st.integers(1, 100), steps=STEPS)
def test_is_a_least_recently_used_store_within_its_bytes(budget: int, steps: list[tuple[str, int, int]]) -> None:
    store: ByteStore[Block] = ByteStore(budget)
    model: OrderedDict[int, Block] = OrderedDict()
    for step, key, size in steps:
        if step == "get":
            assert store.get(key) == model.get(key)
            if key in model:
                model.move_to_end(key)
        else:
            value = Block(size)
            known = model.get(key) if step == "get_or_compute" else None
            if step == "put":
                store.put(key, value)
            else:
                assert store.get_or_compute(key, lambda value=value: value) == (known or value)
            model[key] = known or value
            model.move_to_end(key)
            while sum(block.nbytes for block in model.values()) > budget and len(model) > 1:
                model.popitem(last=False)
        assert store.nbytes == sum(block.nbytes for block in model.values())
        assert len(store) == len(model)
        # One value may be larger than the whole budget; then it is the only one.
        assert store.nbytes <= budget or len(store) == 1
    assert [key for key in range(7) if store.get(key) is not None] == sorted(model)


def test_never_holds_more_than_its_budget() -> None:
    store: ByteStore[Block] = ByteStore(100)
    for i in range(500):
        store.put(i, Block(1 + 7 * i % 50))
        assert store.nbytes <= 100


def test_what_was_used_last_stays() -> None:
    store: ByteStore[Block] = ByteStore(3)
    for key in "abc":
        store.put(key, Block(1, key))
    store.get("a")
    store.get_or_compute("b", lambda: pytest.fail("b is there"))
    store.put("d", Block(1, "d"))
    assert {key: store.get(key) is not None for key in "abcd"} == {"a": True, "b": True, "c": False, "d": True}


def test_a_value_put_again_counts_once() -> None:
    store: ByteStore[Block] = ByteStore(10)
    store.put("a", Block(6))
    store.put("b", Block(3))
    store.put("a", Block(2))
    assert (store.nbytes, len(store)) == (5, 2)


def test_a_value_larger_than_the_budget_stays_until_the_next_one() -> None:
    store: ByteStore[Block] = ByteStore(10)
    store.put("small", Block(1))
    store.put("large", Block(50))
    assert store.get("large") is not None
    assert store.get("small") is None
    store.put("next", Block(10))
    assert store.get("large") is None
    assert store.nbytes == 10


def test_eight_threads_that_miss_together_compute_once() -> None:
    store: ByteStore[Block] = ByteStore(1000)
    computed = []
    everybody = threading.Barrier(8, timeout=20)

    def compute() -> Block:
        computed.append(threading.get_ident())
        time.sleep(0.05)  # the others arrive while this one is at work
        return Block(1, "only one")

    def ask(_: int) -> Block:
        everybody.wait()
        return store.get_or_compute("key", compute)

    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(ask, range(8)))
    assert len(computed) == 1
    assert all(value is values[0] for value in values)


def test_an_error_reaches_all_who_wait_and_the_next_call_tries_again() -> None:
    store: ByteStore[Block] = ByteStore(1000)
    everybody = threading.Barrier(4, timeout=20)
    calls = []

    def fail() -> Block:
        calls.append("fail")
        time.sleep(0.05)
        raise ValueError("no luck")

    def ask(_: int) -> str:
        everybody.wait()
        try:
            store.get_or_compute("key", fail)
        except ValueError as error:
            return str(error)
        return "a value"

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == ["no luck"] * 4
    assert calls == ["fail"]
    assert len(store) == 0
    assert store.get_or_compute("key", lambda: Block(1, "luck")).name == "luck"


def test_a_value_that_cannot_be_weighed_keeps_nobody_waiting() -> None:
    class Unweighable:
        name = ""

        @property
        def nbytes(self) -> int:
            raise MemoryError("no room to put it together")

    store: ByteStore[Block | Unweighable] = ByteStore(1000)
    with pytest.raises(MemoryError):
        store.get_or_compute("key", Unweighable)
    assert store.get_or_compute("key", lambda: Block(1, "luck"), meanwhile=_too_long).name == "luck"
    assert store.nbytes == 1


def _too_long() -> None:
    raise AssertionError("still waiting for a value that nobody computes")


def test_one_that_computes_does_not_hold_up_the_others() -> None:
    store: ByteStore[Block] = ByteStore(1000)
    store.put("here", Block(1))
    started, finish = threading.Event(), threading.Event()

    def slow() -> Block:
        started.set()
        assert finish.wait(20)
        return Block(1)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.get_or_compute, "slow", slow)
        assert started.wait(20)
        assert store.get("here") is not None
        assert store.get_or_compute("other", lambda: Block(2)).nbytes == 2
        assert store.get("slow") is None
        finish.set()
        assert waiting.result(20).nbytes == 1


def test_threads_leave_the_bytes_right() -> None:
    store: ByteStore[Block] = ByteStore(200)
    too_much = []

    def work(seed: int) -> None:
        for i in range(400):
            key = (seed * 31 + i * 17) % 40
            if i % 3:
                value = store.get_or_compute(key, lambda key=key: Block(1 + key, str(key)))
                assert value.name in ("", str(key))
            else:
                store.put(key, Block(1 + key))
            if store.nbytes > 200:
                too_much.append(store.nbytes)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    kept = [store.get(key) for key in range(40)]
    assert store.nbytes == sum(block.nbytes for block in kept if block is not None) <= 200
    assert not too_much
