"""How a recurrent network's state changes from word to word: how much of it is kept, and how far it turns."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from vit_core.config import CellKind
from vit_core.recurrent import CELLS
from vit_core.recurrent_translation import RecurrentTrace

Side = Literal["encoder", "decoder"]
# The gate that says how much of the old state stays. A plain RNN has none: its old state goes through its matrix.
KEEPS: dict[CellKind, str] = {"lstm": "forget_gate", "gru": "update_gate"}


def kept_share(trace: RecurrentTrace, side: Side) -> Tensor | None:
    """The mean share of the old state that the gates keep at every step, 0..1; None for a cell without gates.

    Shapes: [N].
    """
    gate = KEEPS.get(trace.config.cell)
    return None if gate is None else trace[f"{side}.{gate}"].mean(dim=-1)


def state_similarity(trace: RecurrentTrace, side: Side) -> Tensor:
    """The cosine between the state after each step and the state before it, -1..1.

    Before the encoder's first step there is no direction to compare with: NaN. The decoder's first step begins with the
    encoder's last state.

    Shapes: [N].
    """
    states = trace[f"{side}.state"]
    first = torch.full_like(states[:1], torch.nan) if side == "encoder" else trace["encoder.state"][-1:]
    return torch.cosine_similarity(torch.cat([first, states[:-1]]), states, dim=-1)


def units_by_keeping(trace: RecurrentTrace) -> Tensor:
    """The units of the state, those first that keep most of their old value on average over both sentences.

    Without gates they are ordered by how steadily they hold their sign, the only way a plain RNN can keep a number.

    Shapes: [H] of int, a permutation.
    """
    gate = KEEPS.get(trace.config.cell)
    both = torch.cat([trace[f"{side}.{gate or 'state'}"] for side in ("encoder", "decoder")])
    score = both.mean(dim=0) if gate else both.mean(dim=0).abs()
    return score.argsort(descending=True, stable=True)


def followed_quantities(trace: RecurrentTrace) -> tuple[str, ...]:
    """Names of the quantities that are shown for a single unit: the gates, or the state where a cell has none."""
    return tuple(gate for gate in CELLS[trace.config.cell].gates if gate.endswith("_gate")) or ("state",)


def movement(trace: RecurrentTrace, name: str) -> Tensor:
    """How far each unit of an encoder's quantity moves from word to word, on average; 0 for a single word.

    Shapes: [H].
    """
    steps = trace[f"encoder.{name}"].diff(dim=0).abs()
    return steps.mean(dim=0) if len(steps) else steps.sum(dim=0)
