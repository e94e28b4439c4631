"""What passes accept in place of a checkpoint: a network, and what a test needs of the rest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from vit_core.checkpoints.in_memory import InMemory


class StandIn(InMemory, SimpleNamespace):
    """A network with some fields of a loaded model, whose passes run on the CPU."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**{"device": "cpu", "notes": (), **fields})
        self.__post_init__()
