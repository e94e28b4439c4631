"""The cells written gate by gate beside torch.nn's fused ones: a step, and a whole sequence, with the same weights."""

from __future__ import annotations

import torch

from tests.benchmarks.timing import Row, interleaved, median_ratio, milliseconds
from tests.support.recurrent import NAMES, SINGLE, torch_cell
from vit_core.recurrent import CELLS

ROUNDS = 30
D_IN, D_HIDDEN = 128, 256
STEPS = 20
# Of steps in a row, so that a turn is long enough for the clock.
RUN = 20


def run(rounds: int = ROUNDS) -> list[Row]:
    """Rows of the three cells at one size; without limits: what is watched has its price, and this says how much."""
    return [row for kind in CELLS for row in _compare(kind, rounds)]


@torch.inference_mode()
def _compare(kind: str, rounds: int) -> list[Row]:
    ours = CELLS[kind](D_IN, D_HIDDEN)
    single = SINGLE[kind](D_IN, D_HIDDEN)
    single.load_state_dict({name: getattr(ours, name).detach() for name in NAMES})
    sequence = torch_cell(kind, ours)
    x, words = torch.randn(1, D_IN), torch.randn(1, STEPS, D_IN)
    begin = ours.start(x)
    theirs = begin.h if begin.c is None else (begin.h, begin.c)
    torch.testing.assert_close(ours.read(words)[0], sequence(words)[0], atol=1e-5, rtol=0)
    seconds = interleaved(
        {
            "our step": lambda: [ours(x, begin) for _ in range(RUN)],
            "their step": lambda: [single(x, theirs) for _ in range(RUN)],
            "our sequence": lambda: ours.read(words),
            "their sequence": lambda: sequence(words),
        },
        rounds,
    )
    return [
        Row(f"{kind}, {D_HIDDEN} units: our step", 1000 * milliseconds(seconds["our step"]) / RUN, "µs"),
        Row(f"{kind}: our step / torch.nn's", median_ratio(seconds["our step"], seconds["their step"]), "x"),
        Row(
            f"{kind}: our {STEPS} words / torch.nn's",
            median_ratio(seconds["our sequence"], seconds["their sequence"]),
            "x",
        ),
    ]
