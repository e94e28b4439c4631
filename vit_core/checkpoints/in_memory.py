"""What all loaded checkpoints share, whatever their task."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from vit_core.checkpoints.errors import Note
from vit_core.device import is_full, is_here
from vit_core.picklable import Picklable
from vit_core.shapes_only import shapes_only

C = TypeVar("C")
L = TypeVar("L", bound="InMemory")
M = TypeVar("M", bound=nn.Module)
R = TypeVar("R")


class InMemory(Picklable):
    """A model in memory: its weights on the CPU, and the device on which its passes run."""

    name: str
    model: nn.Module
    device: str
    notes: tuple[Note, ...]
    _on_device: _OnDevice

    def __post_init__(self) -> None:
        object.__setattr__(self, "_on_device", _OnDevice())

    # A copy has no network on a device yet: its first pass makes one, as after loading.
    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_on_device"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.__post_init__()

    @property
    def nbytes(self) -> int:
        """Bytes the weights take in memory."""
        return sum(parameter.nbytes for parameter in self.model.parameters())

    @property
    def fallback(self) -> Note | None:
        """Why passes run on the CPU instead of the chosen device; None if they run where they should."""
        return self._on_device.missing

    @property
    def remarks(self) -> tuple[Note, ...]:
        """All notes for the user, the fallback among them."""
        return self.notes if self.fallback is None else (*self.notes, self.fallback)

    @property
    def passes_on(self) -> str:
        """The device on which the next pass begins."""
        return self.device if self.fallback is None else "cpu"

    def run(self: L, work: Callable[[L], R]) -> R:
        """Call `work` with this model on its device, or on the CPU if the device is missing or full.

        Args:
            work: whole passes, from their inputs to results on the CPU. It is called again if the device turns out to
                be full.
        """
        try:
            there = self._on_device.of(self)
            if there is not None:
                return work(there)
        except RuntimeError as error:
            if not is_full(error):
                raise
            self._on_device.give_up(Note("device_full", {"device": self.device}), f"{self.name}: ")
        return work(self)


class _OnDevice:
    """A copy of a model with its network on the device, made for its first pass."""

    def __init__(self) -> None:
        self.missing: Note | None = None
        self._model: Any = None

    def of(self, loaded: L) -> L | None:
        """The loaded model on its device.

        Raises:
            RuntimeError: the device is full.
        """
        device = loaded.device
        if device == "cpu" or self.missing is not None:
            return None
        if not is_here(device):
            self.give_up(Note("device_absent", {"device": device}))
        elif self._model is None:
            torch.backends.cudnn.allow_tf32 = False  # convolutions would keep 10 bits of each number
            net = cast(Any, loaded.model)
            weights = {name: x.to(device) for name, x in net.state_dict().items()}
            self._model = replace(cast(Any, loaded), model=filled(type(net), net.config, weights), device="cpu")
        return cast(L | None, self._model)

    def give_up(self, why: Note, of: str = "") -> None:
        """Run all further passes on the CPU; `of`: the name of the model, if this holds for one model only."""
        self.missing, self._model = why, None
        _log(f"{of}{why.sentence}")


@cache
def _log(sentence: str) -> None:
    """Log a sentence once, however many models it is about."""
    logging.getLogger(__name__).warning(sentence)


def filled(network: Callable[[C], M], config: C, state: Mapping[str, Tensor]) -> M:
    """A network with weights from a file, in evaluation mode and without gradients for them.

    Raises:
        RuntimeError: names or shapes of the weights are not the network's.
    """
    with shapes_only():  # no time and memory for weights that are replaced at once
        model = network(config)
    model.load_state_dict(state, strict=True, assign=True)
    return model.eval().requires_grad_(False)
