"""Run forward passes on a device: the only module that moves a pass's inputs there.

The weights that views and analyses read stay on the CPU; a pass is given a copy of the network on another device
(`InMemory.run`). Inside `passing`, new tensors are made on that device; `entering` moves existing ones there; and
everything that is kept comes back through `record.ordinary`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor, nn

DEVICES = ("cpu", "cuda", "mps")


@contextmanager
def passing(net: nn.Module) -> Iterator[None]:
    """A forward pass of a network: nothing inside is recorded for gradients, and tensors are made on its device."""
    device = next(net.parameters()).device
    # The CPU is the default anyway, and setting it would slow down every operation of a pass.
    with torch.inference_mode(), nullcontext() if device.type == "cpu" else device:
        yield


def entering(x: Tensor, net: nn.Module) -> Tensor:
    """A picture or a kept quantity as a network takes it: a batch of one, on its device and in its precision."""
    return x[None].to(next(net.parameters()))


def is_here(device: str) -> bool:
    """Whether this computer has such a device and this torch can use it."""
    return device == "cpu" or bool(torch.get_device_module(device).is_available())


def is_full(error: RuntimeError) -> bool:
    """Whether this is what torch raises where a device has no memory left; on Apple's it is no type of its own."""
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error)
