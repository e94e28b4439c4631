"""A stand-in for a loaded checkpoint: a network, and the fields that a test needs."""

from __future__ import annotations

from typing import Any

from vit_core.checkpoints.in_memory import InMemory


class StandIn(InMemory):
    """A network with some fields of a loaded model, whose passes run on the CPU."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update({"device": "cpu", "notes": (), **fields})
        self.__post_init__()
