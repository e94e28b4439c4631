"""The data of the chapter on cost: three cells as matrices, counted and timed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from demo.views.payload import encode
from vit_core.analysis.step_times import StepTimes
from vit_core.config import CellKind
from vit_core.recurrent import CELLS
from vit_core.sizes import PRODUCTS, cell_multiplications, cell_parameters

# What a cell reads, and its state: [d_in, d_hidden].
Sizes = Mapping[str, Mapping[CellKind, tuple[int, int]]]


def counts(sizes: Sizes, quality: Mapping[CellKind, str]) -> bytes:
    """The parameters and multiplications of a step of each cell, counted from its shape.

    Args:
        sizes: for each reading ("same", "own") the size of each cell.
        quality: what was measured of each shipped translator.

    Shapes: sizes [readings, cells, 2]; parameters and multiplications [readings, cells], all int32; their ratios to the
        first cell the same of float32. facts: readings, cells, each cell's gates, how often it multiplies two
        vectors, and its quality.
    """
    cells = list(next(iter(sizes.values())))
    table = np.array([[reading[cell] for cell in cells] for reading in sizes.values()], np.int32)
    counted = {
        name: np.array([[count(cell, *reading[cell]) for cell in cells] for reading in sizes.values()], np.int32)
        for name, count in (("parameters", cell_parameters), ("multiplications", cell_multiplications))
    }
    ratios = {f"{name}_ratio": (n / n[:, :1]).astype(np.float32) for name, n in counted.items()}
    return encode(
        {"sizes": table, **counted, **ratios},
        {
            "readings": list(sizes),
            "cells": cells,
            "gates": {cell: list(CELLS[cell].gates) for cell in cells},
            "products": {cell: PRODUCTS[cell] for cell in cells},
            "quality": dict(quality),
        },
    )


def times(measured: Mapping[str, StepTimes]) -> bytes:
    """The measured time of a step of each cell, for each reading.

    Shapes: seconds and ratio, to the first cell, [readings, cells] of float32. facts: steps of each cell that were
        timed, per reading; threads.
    """
    return encode(
        {
            "seconds": np.array([list(one.seconds.values()) for one in measured.values()], np.float32),
            "ratio": np.array([list(one.ratio.values()) for one in measured.values()], np.float32),
        },
        {
            "steps": [one.steps for one in measured.values()],
            "threads": next(iter(measured.values())).threads,
        },
    )
