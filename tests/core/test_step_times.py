"""Times of steps are measured in turns, within their budget, and tell a slow cell from a quick one."""

from __future__ import annotations

import time

import pytest
import torch

from vit_core.analysis.step_times import FEWEST, RUN, WARM, step_times
from vit_core.recurrent import Cell, GRUCell, RNNCell, State


class Slow(RNNCell):
    """A step that takes two milliseconds longer."""

    def forward(self, *args, **named) -> State:
        time.sleep(0.002)
        return super().forward(*args, **named)


def test_a_slow_cell_is_found_out_within_the_budget() -> None:
    cells: dict[str, Cell] = {"rnn": RNNCell(5, 7), "slow": Slow(5, 7), "gru": GRUCell(5, 7)}
    began = time.perf_counter()
    found = step_times(cells, 0.15)
    assert time.perf_counter() - began < 5
    assert list(found.seconds) == list(found.ratio) == list(cells)
    assert found.ratio["rnn"] == 1 and found.ratio["slow"] > 2
    assert found.seconds["slow"] >= 0.002 > 0 < found.seconds["rnn"]
    assert found.steps >= RUN and found.steps % RUN == 0 and found.threads == torch.get_num_threads()


def test_the_steps_of_every_cell_are_as_many_and_enough_of_them_always_count(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {"rnn": 0, "gru": 0}

    def counting(name, step):
        def counted(self, *args, **named):
            taken[name] += 1
            return step(self, *args, **named)

        return counted

    for kind, name in ((RNNCell, "rnn"), (GRUCell, "gru")):
        monkeypatch.setattr(kind, "forward", counting(name, kind.forward))
    found = step_times({"rnn": RNNCell(5, 7), "gru": GRUCell(5, 7)}, 0.0)
    assert found.steps == FEWEST * RUN and taken["rnn"] == taken["gru"] == (FEWEST + WARM) * RUN
    with pytest.raises(ValueError, match="no cell"):
        step_times({}, 0.1)
