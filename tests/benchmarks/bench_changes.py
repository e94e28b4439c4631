"""What a switch and a move of the jigsaw cost beside a whole forward pass: only what comes after the change is computed."""

from __future__ import annotations

import torch

import vit_core
from tests.benchmarks.timing import Row, interleaved, median_ratio, milliseconds
from vit_core.interventions import Intervention
from vit_core.replay import open_block, rerun
from vit_core.trace import trace_pixels

ROUNDS = 15
LIMIT = 1.1


def run(rounds: int = ROUNDS) -> list[Row]:
    """Rows of reruns of the bundled model divided by its traced forward pass."""
    model = vit_core.load("vit-s14-everyday")
    pixels = torch.randn(3, 224, 224, generator=torch.Generator().manual_seed(0))
    trace = trace_pixels(model, pixels)
    order = tuple(torch.randperm(256, generator=torch.Generator().manual_seed(1)).tolist())
    everywhere = frozenset(range(12))
    changes = {
        "jigsaw, position on": Intervention(order=order),
        "jigsaw, position off": Intervention(order=order, position_off=True),
        "residual off in layer 9": Intervention(residual_off=frozenset({8})),
        "√d off in layer 9": Intervention(unscaled=frozenset({8})),
        "residual off in all layers": Intervention(residual_off=everywhere),
        "√d off in all layers": Intervention(unscaled=everywhere),
    }

    def again(intervention: Intervention) -> object:
        return rerun(model, trace, intervention.edits(model.model.config.d_head))

    runs = {name: (lambda intervention=intervention: again(intervention)) for name, intervention in changes.items()}
    seconds = interleaved(
        {"plain": lambda: trace_pixels(model, pixels), "block": lambda: open_block(model, trace, 8), **runs}, rounds
    )
    return [
        Row("traced forward pass, ViT-S/14", milliseconds(seconds["plain"]), "ms"),
        *(Row(f"{name} / forward", median_ratio(seconds[name], seconds["plain"]), "x", LIMIT) for name in changes),
        Row("one block opened / forward", median_ratio(seconds["block"], seconds["plain"]), "x", LIMIT),
    ]
