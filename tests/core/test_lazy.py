"""Values made at the first look: once for all threads, again after a failure, and without what they were made from."""

from __future__ import annotations

import gc
import threading
import weakref
from functools import partial

import pytest
import torch

from vit_core.lazy import Lazy, LazyTensors


def test_threads_that_look_together_see_one_value() -> None:
    made, looked = [], threading.Barrier(8)

    def make() -> object:
        made.append(object())
        return made[-1]

    once, seen = Lazy(make), []

    def look() -> None:
        looked.wait()
        seen.append(once())

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert seen == made * 8


def test_a_failure_is_told_and_tried_again() -> None:
    outcomes = iter([ValueError("not yet"), 5])

    def make() -> int:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    once = Lazy(make)
    with pytest.raises(ValueError, match="not yet"):
        once()
    assert once() == once() == 5


def test_what_it_was_made_from_is_let_go() -> None:
    class Material:
        pass

    material = Material()
    gone, once = weakref.ref(material), Lazy(partial(repr, material))
    del material
    gc.collect()
    assert gone() is not None
    once()
    gc.collect()
    assert gone() is None


def test_tensors_are_made_by_a_look_and_cannot_be_changed() -> None:
    made = []
    tensors = LazyTensors(Lazy(lambda: made.append(1) or {"logits": torch.ones(2)}))
    assert not made
    assert "logits" in tensors
    assert list(tensors) == ["logits"]
    assert len(tensors) == len(made) == 1
    assert tensors["logits"].tolist() == [1, 1]
    with pytest.raises(TypeError):
        tensors["logits"] = torch.zeros(2)  # type: ignore[index]
