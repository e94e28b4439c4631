"""The time that one step of a recurrent cell takes on this computer, measured on request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import torch

from vit_core.recurrent import Cell

# Steps of one cell in a row: enough for the clock to measure, and few enough that other load hits all cells alike.
RUN = 8
WARM = 2
# The fewest turns that are measured: on a busy computer, fewer would measure the other programs.
FEWEST = 15


@dataclass(frozen=True, eq=False)
class StepTimes:
    """Steps of several cells, measured in turns.

    Attributes:
        seconds: of one step, for each cell the median over all turns.
        ratio: to the first cell's step, the median of the turns' own ratios.
        steps: how many of each cell were measured.
        threads: that torch may use.
    """

    seconds: Mapping[str, float]
    ratio: Mapping[str, float]
    steps: int
    threads: int


def step_times(cells: Mapping[str, Cell], seconds: float) -> StepTimes:
    """Time single steps of one sentence, every cell once in each turn and each turn beginning with another cell.

    Args:
        seconds: no new turn begins after this time, once there are enough. The first turns warm up and do not count.

    Raises:
        ValueError: there is no cell.
    """
    if not cells:
        raise ValueError("there is no cell to be timed")
    names, began = list(cells), time.perf_counter()
    turns: list[dict[str, float]] = []
    while len(turns) < WARM + FEWEST or time.perf_counter() - began < seconds:
        first = len(turns) % len(names)
        turns.append({name: _run(cells[name]) for name in names[first:] + names[:first]})
    counted = turns[WARM:]
    return StepTimes(
        {name: median(turn[name] for turn in counted) for name in names},
        {name: median(turn[name] / turn[names[0]] for turn in counted) for name in names},
        RUN * len(counted),
        torch.get_num_threads(),
    )


def _run(cell: Cell) -> float:
    """Seconds of one step, by the mean of a few in a row."""
    x = torch.ones(1, cell.weight_ih.shape[1])
    with torch.inference_mode():
        state, began = cell.start(x), time.perf_counter()
        for _ in range(RUN):
            state = cell(x, state)
    return (time.perf_counter() - began) / RUN
