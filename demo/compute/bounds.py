"""How many bytes each store may hold where an operator says how much memory the whole program may take."""

from __future__ import annotations

import re
from collections.abc import Mapping

from demo.compute.store import ByteStore

# The program itself, warm, with the bundled models' first passes behind it; measured with torch for the CPU.
PROGRAM = 750_000_000
# Beside what stores hold: what passes and views need for a moment, and what a heap keeps for them.
BESIDE = 0.15
# Less would not keep one trace of a photo for each of a few visitors.
LEAST = 1 << 30
# Of a hundred parts of what is left. A model is larger than anything else, but few are looked at together; a store
# always holds the value put last, so that one large model is loaded in spite of this.
PARTS = {
    "traces": 36,
    "changed traces": 9,
    "photos": 10,
    "examples": 5,
    "image models": 18,
    "translations": 6,
    "translators": 8,
    "readings": 2,
    "recurrent translators": 2,
    "payloads": 4,
}
UNITS = {"M": 1 << 20, "G": 1 << 30}


def read(text: str) -> int:
    """Bytes of an amount as container programs take it: 1536M, 2G, 2.5G.

    Raises:
        ValueError: it is none, or less than LEAST.
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([MG])", text.strip().upper().removesuffix("B"))
    if found is None:
        raise ValueError(f"{text} is no amount of memory, as 2G or 1536M is one")
    amount = round(float(found[1]) * UNITS[found[2]])
    if amount < LEAST:
        raise ValueError(f"{text} is too little: the program itself takes {PROGRAM / 1e6:.0f} MB, with room to work 1G")
    return amount


def share(stores: Mapping[str, ByteStore], memory: int) -> None:
    """Bound the stores so that the whole program stays within so many bytes."""
    assert set(stores) == set(PARTS), set(stores) ^ set(PARTS)
    left = (memory / (1 + BESIDE)) - PROGRAM
    for name, store in stores.items():
        store.budget = int(left * PARTS[name] / 100)
