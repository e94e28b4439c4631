"""One model, many threads, many pictures: nobody sees another's numbers.

A barrier at every announced quantity keeps all threads on the same line of the forward pass, so that
anything shared between calls (a hook, an attribute, a global) is mixed up with certainty, not by luck.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from vit_core.tap import null_tap
from vit_core.trace import Trace, keep_all, trace_pixels


def in_step(n: int) -> Callable[[str, Tensor], Tensor]:
    barrier = threading.Barrier(n, timeout=30)

    def wait(name: str, x: Tensor) -> Tensor:
        barrier.wait()
        return x

    return wait


@pytest.mark.parametrize("n_threads", [2, 8])
@pytest.mark.parametrize("stepped", [True, False], ids=["in step", "running free"])
def test_traces_equal_those_of_a_single_thread(tiny_vit: Any, as_loaded: Any, n_threads: int, stepped: bool) -> None:
    loaded = as_loaded(tiny_vit)
    # Two picture sizes in turn, so that tensors of a neighbour would not even fit.
    pictures = [torch.randn(3, 32, 40 if i % 2 else 24) for i in range(n_threads)]
    edits = [{"blocks.0.attn.pattern": torch.zeros_like} if i % 3 == 2 else None for i in range(n_threads)]
    alone = [trace_pixels(loaded, p, keep=keep_all, edit=e) for p, e in zip(pictures, edits, strict=True)]

    watch = in_step(n_threads) if stepped else null_tap

    def work(i: int) -> list[Trace]:
        rounds = 1 if stepped else 5
        return [trace_pixels(loaded, pictures[i], keep=keep_all, edit=edits[i], watch=watch) for _ in range(rounds)]

    with ThreadPoolExecutor(n_threads) as pool:
        together = list(pool.map(work, range(n_threads)))
    for expected, traces in zip(alone, together, strict=True):
        for trace in traces:
            assert list(trace.tensors) == list(expected.tensors)
            for name, tensor in trace.tensors.items():
                assert_close(tensor, expected[name], atol=1e-6, rtol=0, msg=name)


def test_the_barrier_exposes_a_model_that_keeps_its_numbers_to_itself(tiny_vit: Any, as_loaded: Any) -> None:
    """Negative control: a recorder that all calls share mixes two pictures up, and the check above sees it."""

    class Shared:
        """A model that stores what it computed on itself, as models with forward hooks do."""

        def __init__(self) -> None:
            self.config, self.training, self.pos_embed = tiny_vit.config, False, tiny_vit.pos_embed
            self.geometry, self.parameters = tiny_vit.geometry, tiny_vit.parameters

        def __call__(self, image: Tensor, *, tap: Any) -> None:
            def store(name: str, x: Tensor) -> Tensor:
                setattr(self, name, x)
                stored.wait()
                return tap(name, getattr(self, name))

            tiny_vit(image, tap=store)

    stored = threading.Barrier(2, timeout=30)
    loaded = as_loaded(Shared())
    pictures = [torch.randn(3, 32, 32) for _ in range(2)]
    alone = [trace_pixels(as_loaded(tiny_vit), picture) for picture in pictures]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda picture: trace_pixels(loaded, picture), pictures))
    wrong = [(a.logits - t.logits).abs().max() > 1e-3 for a, t in zip(alone, together, strict=True)]
    assert any(wrong)
