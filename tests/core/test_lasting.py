"""Memory for what is kept long: the same numbers, in pages that are gone with whoever held them."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import vit_core
from vit_core import lasting
from vit_core.lasting import ALIGNED, copied_together, held, room
from vit_core.trace import keep_all, trace_pixels

MAPS = Path("/proc/self/maps")


def test_numbers_keep_their_values_shapes_types_and_places() -> None:
    rows = torch.randn(6, 5, 4)
    given = {
        "heads": rows.transpose(0, 1),  # as attention splits them: no gaps, another order
        "gaps": rows[::2],
        "one": torch.tensor(3.0),
        "ids": torch.arange(7),
        "none": torch.empty(0, 4),
        "large": torch.randn(300, 300).T,
    }
    found = copied_together(given)
    assert list(found) == list(given)
    for name, x in given.items():
        assert torch.equal(found[name], x) and found[name].dtype == x.dtype, name
        assert found[name].data_ptr() % ALIGNED == 0 or not x.numel(), name
    assert found["heads"].stride() == given["heads"].stride() and found["large"].stride() == given["large"].stride()
    rows.zero_()
    assert found["heads"].any(), "nothing was copied"


def test_what_is_held_counts_every_memory_once_and_whole() -> None:
    whole = torch.zeros(100)
    assert held([whole[:10], whole[50:]]) == 400
    assert held([whole, torch.zeros(3)]) == 412
    together = copied_together({"a": torch.zeros(1), "b": torch.zeros(1)})
    assert held(together.values()) == 2 * ALIGNED


def is_mapped(address: int) -> bool:
    spans = (line.split()[0].split("-") for line in MAPS.read_text().splitlines())
    return any(int(first, 16) <= address < int(last, 16) for first, last in spans)


@pytest.mark.skipif(not MAPS.exists(), reason="only Linux tells a process's maps")
@pytest.mark.parametrize("megabytes", [4, 80])
def test_a_room_is_gone_with_the_last_who_looked_into_it(megabytes: int) -> None:
    kept = copied_together({"a": torch.ones(250_000 * megabytes), "b": torch.ones(10)})
    at, part = kept["a"].data_ptr(), kept["a"][200_000 * megabytes :]
    del kept
    gc.collect()
    assert is_mapped(at) and part.sum() == 50_000 * megabytes
    del part
    gc.collect()
    assert not is_mapped(at)


@pytest.mark.skipif(not MAPS.exists(), reason="only Linux tells a process's maps")
def test_the_next_trace_of_the_same_size_takes_the_room_of_the_one_that_went() -> None:
    size, other = 20_000_000, 21_000_000
    first = room(size)
    at, part = first.ctypes.data, torch.from_numpy(first)[5:10]
    del first
    assert room(size).ctypes.data != at, "somebody still looks into it"
    gc.collect()
    del part
    gc.collect()
    second, third = room(size), room(size)
    assert second.ctypes.data == at and third.ctypes.data != at
    second[:], third[:] = 1, 2
    assert second.min() == second.max() == 1
    del second
    gc.collect()
    assert is_mapped(at) and room(other).nbytes == other, "there is one of the other size"
    assert not is_mapped(at)


def test_without_another_map_there_is_room_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no more maps")

    monkeypatch.setattr(lasting.mmap, "mmap", refuse)
    assert room(lasting.SMALL).nbytes == lasting.SMALL


def test_a_lasting_trace_is_the_same_and_shares_what_the_earlier_holds(
    tiny_vit: Any, as_loaded: Callable[..., Any], pixels: Tensor
) -> None:
    trace = trace_pixels(as_loaded(tiny_vit), pixels, keep=keep_all)
    kept = trace.lasting()
    assert list(kept.tensors) == list(trace.tensors) and torch.equal(kept.pixels, trace.pixels)
    for name, x in trace.tensors.items():
        assert torch.equal(kept[name], x) and kept[name].stride() == x.stride(), name
    assert held([*kept.tensors.values(), kept.pixels]) == kept.nbytes
    assert len({x.untyped_storage().data_ptr() for x in kept.tensors.values()}) == 1
    assert len(pickle.dumps(kept)) < 1.1 * kept.nbytes + 50_000, "every tensor brought all of the room along"
    again = kept.lasting(kept)
    assert all(again[name] is x for name, x in kept.tensors.items()) and again.pixels is kept.pixels


@pytest.mark.parametrize("model", ["marian-s-de-en", "gru-attention-de-en"])
def test_a_lasting_translation_is_the_same(model: str) -> None:
    said = (vit_core.translate if "marian" in model else vit_core.translate_recurrent)(
        vit_core.load(model), "Es regnet."
    )
    kept = said.lasting()
    assert (kept.ids, kept.text, kept.logprob) == (said.ids, said.text, said.logprob)
    assert list(kept.trace.tensors) == list(said.trace.tensors)
    assert all(torch.equal(kept.trace[name], x) for name, x in said.trace.tensors.items())
    assert len({x.untyped_storage().data_ptr() for x in kept.trace.tensors.values()}) == 1
    if isinstance(said, vit_core.Translation):
        assert kept.tree is said.tree and len(kept.steps) == len(said.steps)
        for mine, theirs in zip(kept.steps, said.steps, strict=True):
            assert torch.equal(mine.weighed, theirs.weighed) and mine.top(3) == theirs.top(3)
    else:
        assert torch.equal(kept.logprobs, said.logprobs)
