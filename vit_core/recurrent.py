"""The three recurrent cells, RNN, LSTM and GRU, written out gate by gate.

Elman, "Finding Structure in Time" (1990); Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997), with the forget
gate of Gers et al. (2000); Cho et al. (arXiv 1406.1078) for the GRU. Parameters lie as in torch.nn.RNN, LSTM and GRU,
against which tests/parity checks them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vit_core.config import CellKind
from vit_core.tap import Tap, null_tap


class State(NamedTuple):
    """The state of a cell after some words: h [B, H], and the LSTM's c [B, H] (None for the others)."""

    h: Tensor
    c: Tensor | None = None

    def where(self, keep: Tensor, other: State) -> State:
        """This state where `keep` is true, the other one elsewhere. Shapes: keep [B] of bool."""
        row = keep[:, None]
        c = None if self.c is None or other.c is None else torch.where(row, self.c, other.c)
        return State(torch.where(row, self.h, other.h), c)


class Steps:
    """A tap that collects the quantities of single steps and announces them stacked over time: [B, ...] becomes [B, N,
    ...].

    Edits by the outer tap therefore affect only what reads the whole sequence later (attention, the scores), not the
    steps themselves.
    """

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._found: dict[str, list[Tensor]] = {}

    def __call__(self, name: str, x: Tensor) -> Tensor:
        self._found.setdefault(name, []).append(x)
        return x

    def announce(self, *names: str) -> tuple[Tensor, ...]:
        """Announce all quantities in the order in which they came, and return the sequences with these names."""
        # Stacking quantities that nobody watches would slow down training.
        asked = self._found if self._tap is not null_tap else names
        stacked = {name: self._tap(name, torch.stack(self._found[name], dim=1)) for name in asked}
        return tuple(stacked[name] for name in names)


class Cell(nn.Module):
    """The base class of the three cells: one matrix for the word and one for the state, each with the gates stacked.

    Attributes:
        gates: names of the gates, in the order in which torch.nn stacks their rows.
        remembers: it has a second state c besides h, as in the LSTM.
    """

    gates: ClassVar[tuple[str, ...]]
    remembers: ClassVar[bool] = False

    def __init__(self, d_in: int, d_hidden: int) -> None:
        super().__init__()
        self.d_hidden = d_hidden
        rows = len(self.gates) * d_hidden
        self.weight_ih = nn.Parameter(torch.empty(rows, d_in))
        self.weight_hh = nn.Parameter(torch.empty(rows, d_hidden))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(d_hidden**-0.5), d_hidden**-0.5)

    def forward(self, x: Tensor, state: State, *, tap: Tap = null_tap, at: str = "cell") -> State:
        """One step: read one word. Shapes: x [B, E], state of [B, H]; returns the state after the word."""
        return self._step(self._given(x), state, None, tap=tap, at=at)

    def read(
        self,
        x: Tensor,
        state: State | None = None,
        mask: Tensor | None = None,
        *,
        tap: Tap = null_tap,
        at: str = "cell",
    ) -> tuple[Tensor, State]:
        """Read a whole sequence, step by step. The products with the words are computed for all steps at once.

        Args:
            state: where to begin; zeros when None.
            mask: False for padding, which leaves the state unchanged.

        Shapes: x [B, N, E], mask [B, N] of bool; returns the state after every step [B, N, H], and the last one.
        """
        state = self.start(x) if state is None else state
        steps = Steps(tap)
        given = self._given(x).unbind(dim=1)  # B N GH -> N times B GH
        keep = (None,) * len(given) if mask is None else mask.unbind(dim=1)
        for now, kept in zip(given, keep, strict=True):
            state = self._step(now, state, kept, tap=steps, at=at)
        (states,) = steps.announce(f"{at}.state")
        return states, state

    def start(self, x: Tensor) -> State:
        """The state before the first word: zeros. Shapes: x [B, ...]."""
        h = x.new_zeros(x.shape[0], self.d_hidden)
        return State(h, h if self.remembers else None)

    def of_gate(self, name: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """A gate's own weights. Shapes: W_x [H, E], W_h [H, H], b_x [H], b_h [H].

        Raises:
            ValueError: the cell has no such gate.
        """
        if name not in self.gates:
            raise ValueError(f"{name} is none of {', '.join(self.gates)}")
        first = self.gates.index(name) * self.d_hidden
        rows = slice(first, first + self.d_hidden)
        return self.weight_ih[rows], self.weight_hh[rows], self.bias_ih[rows], self.bias_hh[rows]

    def next(self, given: Tensor, state: State, *, tap: Tap, at: str) -> State:
        """Compute the next state from the word's products and the state before.

        Shapes: given [B, G·H], W_x x + b_x of every gate; states of [B, H].
        """
        raise NotImplementedError

    def _step(self, given: Tensor, state: State, keep: Tensor | None, *, tap: Tap, at: str) -> State:
        new = self.next(given, state, tap=tap, at=at)
        h, c = new if keep is None else new.where(keep, state)
        c = None if c is None else tap(f"{at}.cell", c)
        return State(tap(f"{at}.state", h), c)

    def _given(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight_ih, self.bias_ih)  # ... E -> ... GH

    def _recalled(self, state: State) -> tuple[Tensor, ...]:
        """The products with the state before, W_h h + b_h, for each gate. Shapes: G times [B, H]."""
        return F.linear(state.h, self.weight_hh, self.bias_hh).chunk(len(self.gates), dim=-1)


def _opened(name: str, pre: Tensor, act: Callable[[Tensor], Tensor], *, tap: Tap, at: str) -> Tensor:
    """A gate's values, announced before and after its activation."""
    return tap(f"{at}.{name}", act(tap(f"{at}.{name}.pre", pre)))


class RNNCell(Cell):
    """The plain recurrent network: the new state replaces the old one."""

    gates = ("candidate",)

    def next(self, given: Tensor, state: State, *, tap: Tap, at: str) -> State:
        """h' = tanh(W_x x + b_x + W_h h + b_h).

        Source: Elman (1990), with tanh as in torch.nn.RNN.
        """
        (recalled,) = self._recalled(state)
        return State(_opened("candidate", given + recalled, torch.tanh, tap=tap, at=at))


class LSTMCell(Cell):
    """Long short-term memory: a cell c that is scaled and added to, and an output gate between c and the state h."""

    gates = ("input_gate", "forget_gate", "candidate", "output_gate")
    remembers = True

    def next(self, given: Tensor, state: State, *, tap: Tap, at: str) -> State:
        """c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').

        Source: Hochreiter and Schmidhuber (1997); the forget gate from Gers et al. (2000).
        """
        assert state.c is not None
        i, f, g, o = (new + old for new, old in zip(given.chunk(4, dim=-1), self._recalled(state), strict=True))
        i = _opened("input_gate", i, torch.sigmoid, tap=tap, at=at)
        f = _opened("forget_gate", f, torch.sigmoid, tap=tap, at=at)
        g = _opened("candidate", g, torch.tanh, tap=tap, at=at)
        o = _opened("output_gate", o, torch.sigmoid, tap=tap, at=at)
        c = f * state.c + i * g
        return State(o * c.tanh(), c)


class GRUCell(Cell):
    """Gated recurrent unit: one gate decides how much of the old state stays and how much of the new one comes."""

    gates = ("reset_gate", "update_gate", "candidate")

    def next(self, given: Tensor, state: State, *, tap: Tap, at: str) -> State:
        """h' = z ⊙ h + (1 - z) ⊙ n with n = tanh(W_x x + b_x + r ⊙ (W_h h + b_h)).

        Source: Cho et al. (arXiv 1406.1078), equations (5) to (8). As in torch.nn.GRU the reset gate comes after the
            matrix, which leaves one product for all gates; in the paper it comes before.
        """
        (r, z, n), (r_old, z_old, n_old) = given.chunk(3, dim=-1), self._recalled(state)
        r = _opened("reset_gate", r + r_old, torch.sigmoid, tap=tap, at=at)
        z = _opened("update_gate", z + z_old, torch.sigmoid, tap=tap, at=at)
        n = _opened("candidate", n + r * n_old, torch.tanh, tap=tap, at=at)
        return State(n + z * (state.h - n))


CELLS: Mapping[CellKind, type[Cell]] = MappingProxyType({"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell})
