"""Run large models on a GPU that a hosted Space lends call by call ("ZeroGPU").

The package `spaces`, which exists only there, runs a function in a forked process; arguments and results are pickled. A
visitor's quota of GPU time is only known in Gradio's events. So the page first requests such a trace by an event
(demo.tabs.lending), and then everything about it as always.
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

# Models with at least this size use the GPU: ViT-B has 0.35 GB and takes about a second on two cores, ViT-L has 1.2 GB.
LARGE_BYTES = 500_000_000
# The longest a call may take, copying the weights to the GPU included; a visitor needs this much of their quota to
# begin one.
SECONDS = 30

Lender = Callable[[str | Path, Image.Image, int], Trace]


class NotLentError(Exception):
    """No GPU was lent: a visitor's quota is used up, no GPU is free, or the worker ended."""


def lender() -> Lender | None:
    """The function that computes a trace on the lent GPU; None where no GPU is lent."""
    if os.environ.get("SPACES_ZERO_GPU") != "true":
        return None
    there = importlib.import_module("spaces").GPU(duration=SECONDS)(packed)
    return lambda model, photo, size: pickle.loads(there(model, photo, size))


def is_large(config: ViTConfig) -> bool:
    """Whether a model is large enough to use the GPU."""
    return 4 * sum(map(math.prod, expected_shapes(config).values())) > LARGE_BYTES


def packed(model: str | Path, photo: Image.Image, size: int) -> bytes:
    """Compute a trace and pickle it.

    A tensor would be returned as memory shared by both processes, with an open file descriptor as long as it is kept,
    in /dev/shm, which may be smaller than one trace of a large model.
    """
    trace = traced(model, photo, size)
    away = {str(x.device) for x in trace.tensors.values() if x.device.type != "cpu"}
    if away:
        raise RuntimeError(f"a trace with a tensor on {', '.join(away)}, which this page cannot reach")
    return pickle.dumps(trace)


def traced(model: str | Path, photo: Image.Image, size: int) -> Trace:
    """Compute a trace in the forked process, without the page's own objects, whose locks would never be released there.

    Args:
        model: what `vit_core.load` takes.
    """
    torch.set_num_threads(1)  # the parent's threads do not exist in the fork
    return vit_core.trace_image(_loaded(model), photo, size=size)


@cache
def _loaded(model: str | Path) -> vit_core.LoadedModel:
    loaded = vit_core.load(model, device="cuda")
    assert isinstance(loaded, vit_core.LoadedModel)
    return loaded
