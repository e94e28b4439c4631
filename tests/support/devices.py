"""Compare a device's numbers with the CPU's, for every quantity of the bundled models on photos and sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

import vit_core
from demo.page.gallery import load_gallery
from demo.sentence.service import load_examples
from vit_core.trace import keep_all

WITHIN = 1e-4
PHOTOS, SENTENCES = 3, 3


def compare(device: str, names: Sequence[str], say: Callable[[str], object]) -> bool:
    """Compare models, report each one's largest difference, and return whether all are small enough.

    Differences are shares of the quantity's largest value, or of 1 if that is larger.
    """
    tasks, worst = bundled(), 0.0
    for name in names:
        expected, _ = quantities(name, tasks[name], "cpu")
        found, fallback = quantities(name, tasks[name], device)
        if fallback is not None:
            say(f"{name}: {fallback}")
            return False
        if found.keys() != expected.keys():  # the names of quantities contain the text
            say(f"{name}: other quantities: {sorted(found.keys() ^ expected.keys())[:2]}")
            return False
        shares = {quantity: difference(x, expected[quantity]) for quantity, x in found.items()}
        largest = max(shares, key=lambda quantity: shares[quantity])
        worst = max(worst, shares[largest])
        say(f"{name}: {len(shares)} quantities, largest difference {shares[largest]:.1e}, of {largest}")
    say(f"largest difference of all: {worst:.1e} ({'within' if worst <= WITHIN else 'above'} {WITHIN:g})")
    return worst <= WITHIN


def bundled() -> dict[str, str]:
    """The task of every bundled model, by name."""
    return {spec.name: spec.task for spec in vit_core.available() if spec.where == "bundled"}


def quantities(name: str, task: str, device: str) -> tuple[dict[str, Tensor], str | None]:
    """All quantities of a model on the examples; and why it did not run on the device, if so."""
    model: Any = vit_core.load(name, device=device)
    found: dict[str, Tensor] = {}
    if task == "image":
        for item in load_gallery()[:PHOTOS]:
            trace = vit_core.trace_image(model, item.path, keep=keep_all)
            found |= {f"{item.file} {quantity}": x for quantity, x in trace.tensors.items()}
    else:
        for example in load_examples()[:SENTENCES]:
            if task == "translation":
                said: Any = vit_core.translate(model, example.text, keep=keep_all)
            else:
                said = vit_core.translate_recurrent(model, example.text)
            found |= {f"“{said.text}” {quantity}": x for quantity, x in said.trace.tensors.items()}
    return found, None if model.fallback is None else model.fallback.sentence


def difference(a: Tensor, b: Tensor) -> float:
    """The largest difference as a share; masked scores (-inf) must be the same in both."""
    apart = (a - b).abs().masked_fill(a == b, 0)
    return float(apart.max() / b[b.isfinite()].abs().max().clamp(min=1))
