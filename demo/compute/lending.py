"""Large models on a GPU that a hosted Space lends call by call ("ZeroGPU").

The package `spaces`, which is there and nowhere else, runs a function in a process forked for it: what goes in and what
comes back is pickled. A visitor's share of GPU time travels in Gradio's events alone, so that the page asks for such a
trace by one (demo.tabs.lending), and then for everything of it as always.
"""

from __future__ import annotations

import importlib
import math
import os
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from PIL import Image

import vit_core
from vit_core import Trace, ViTConfig
from vit_core.checkpoints.convert import expected_shapes

# Weights from which on the GPU is asked: ViT-B has 0.35 GB and takes two cores about a second, ViT-L has 1.2 GB.
LARGE_BYTES = 500_000_000
# What a call may take, with the weights' way to the GPU; a visitor needs that much of their share to begin one.
SECONDS = 30

Lender = Callable[[str | Path, Image.Image, int], Trace]


class NotLentError(Exception):
    """A visitor's share is used up, no GPU is free, or the worker ended."""


def lender() -> Lender | None:
    """What computes a trace on the lent GPU; None where none is lent."""
    if os.environ.get("SPACES_ZERO_GPU") != "true":
        return None
    there = importlib.import_module("spaces").GPU(duration=SECONDS)(packed)
    return lambda model, photo, size: pickle.loads(there(model, photo, size))


def is_large(config: ViTConfig) -> bool:
    """Whether a model is worth asking the GPU for."""
    return 4 * sum(map(math.prod, expected_shapes(config).values())) > LARGE_BYTES


def packed(model: str | Path, photo: Image.Image, size: int) -> bytes:
    """A trace as it comes back: in bytes.

    A tensor would come as memory that both processes share, a file descriptor each for as long as it is kept, in a
    place (/dev/shm) that may be smaller than one trace of a large model.
    """
    trace = traced(model, photo, size)
    away = {str(x.device) for x in trace.tensors.values() if x.device.type != "cpu"}
    if away:
        raise RuntimeError(f"a trace with a tensor on {', '.join(away)}, which this page cannot reach")
    return pickle.dumps(trace)


def traced(model: str | Path, photo: Image.Image, size: int) -> Trace:
    """A trace, in the forked process; of the page's own nothing is used there, whose locks nobody would ever open.

    Args:
        model: what `vit_core.load` takes.
    """
    torch.set_num_threads(1)  # the threads of the process before the fork are not here
    return vit_core.trace_image(_loaded(model), photo, size=size)


@cache
def _loaded(model: str | Path) -> vit_core.LoadedModel:
    loaded = vit_core.load(model, device="cuda")
    assert isinstance(loaded, vit_core.LoadedModel)
    return loaded
