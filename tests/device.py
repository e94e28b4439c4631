"""Compare a device's numbers with the CPU's: python -m tests.device --device cuda [--models NAME ...]

Every quantity that each bundled model announces, of photos and sentences, on the device and on the CPU. A difference is
told as a share of the quantity's largest value, or of 1 where that is less. Ends with 1 where one is above 1e-4, where
another text was written, or where the passes did not run on the device.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from torch import Tensor

import vit_core
from demo.gallery import load_gallery
from demo.sentences import load_examples
from vit_core.device import DEVICES
from vit_core.trace import keep_all

WITHIN = 1e-4
PHOTOS, SENTENCES = 3, 3


def main(arguments: list[str] | None = None) -> int:
    """Compare, and tell each model's largest difference."""
    bundled = {spec.name: spec.task for spec in vit_core.available() if spec.where == "bundled"}
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--device", required=True, choices=DEVICES)
    parser.add_argument("--models", nargs="+", choices=bundled, default=list(bundled))
    asked = parser.parse_args(arguments)
    worst = 0.0
    for name in asked.models:
        expected, _ = quantities(name, bundled[name], "cpu")
        found, fallback = quantities(name, bundled[name], asked.device)
        if fallback is not None:
            sys.stdout.write(f"{name}: {fallback}\n")
            return 1
        if found.keys() != expected.keys():  # a text is part of its quantities' names
            sys.stdout.write(f"{name}: other quantities: {sorted(found.keys() ^ expected.keys())[:2]}\n")
            return 1
        shares = {quantity: difference(x, expected[quantity]) for quantity, x in found.items()}
        largest = max(shares, key=lambda quantity: shares[quantity])
        worst = max(worst, shares[largest])
        sys.stdout.write(f"{name}: {len(shares)} quantities, largest difference {shares[largest]:.1e}, of {largest}\n")
    sys.stdout.write(
        f"largest difference of all: {worst:.1e} ({'within' if worst <= WITHIN else 'above'} {WITHIN:g})\n"
    )
    return int(not worst <= WITHIN)


def quantities(name: str, task: str, device: str) -> tuple[dict[str, Tensor], str | None]:
    """All that a model announces of the examples, by what it is of; and why it did not run on the device, if so."""
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
    """The largest difference as a share; scores of what may not be attended to are -inf in both, or differ wholly."""
    apart = (a - b).abs().masked_fill(a == b, 0)
    return float(apart.max() / b[b.isfinite()].abs().max().clamp(min=1))


if __name__ == "__main__":
    sys.exit(main())
