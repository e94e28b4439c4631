"""Memory limits of the stores: the defaults, and those that follow from an operator's limit for the whole program."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The program itself once it is warm, without its stores: after as many passes side by side as two cores have, and with
# what the first typed sentence needs. Measured with torch for the CPU, as "promised ever" of /metrics tells it.
PROGRAM = 935_000_000
# Memory besides the stores: what passes and views need temporarily, and what the heap keeps for them.
BESIDE = 0.15
# With less, there would be no room for one photo's trace for each of a few visitors.
LEAST = 5 << 28
# The share of each store in the rest, in per cent. Models are larger than anything else, but only a few are used at the
# same time; a store always holds the last value put in, so that one large model can be loaded even beyond its share.
PARTS = {
    "traces": 36,
    "changed_traces": 9,
    "photos": 10,
    "examples": 5,
    "image_models": 18,
    "translations": 6,
    "translators": 8,
    "readings": 2,
    "recurrent_translators": 2,
    "payloads": 4,
}
UNITS = {"M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True)
class MemoryLimits:
    """The most bytes that each store may hold; the defaults without an operator's limit.

    Attributes:
        traces: of photos.
        changed_traces: of edited passes and of single opened blocks: many, each soon replaced by the next. They must
            not evict the traces of photos.
        photos, examples: visitors' photos, and those of the gallery.
        image_models, translators, recurrent_translators: models in memory, by kind.
        translations, readings: of sentences, by Transformers and by recurrent networks.
        payloads: finished answers.
    """

    traces: int = 1_000_000_000
    changed_traces: int = 300_000_000
    photos: int = 300_000_000
    examples: int = 300_000_000
    image_models: int = 2_000_000_000
    translations: int = 300_000_000
    translators: int = 1_500_000_000
    readings: int = 150_000_000
    recurrent_translators: int = 300_000_000  # all four that are shipped take less than a tenth of this
    payloads: int = 200_000_000

    @classmethod
    def within(cls, memory: int) -> MemoryLimits:
        """The limits with which the whole program stays within so many bytes."""
        left = memory / (1 + BESIDE) - PROGRAM
        return cls(**{store: int(left * part / 100) for store, part in PARTS.items()})


USUAL = MemoryLimits()


def read(text: str) -> int:
    """Parse an amount of memory as container programs write it: 1536M, 2G, 2.5G.

    Raises:
        ValueError: it is no such amount, or less than LEAST.
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([MG])", text.strip().upper().removesuffix("B"))
    if found is None:
        raise ValueError(f"{text} is no amount of memory, as 2G or 1536M is one")
    amount = round(float(found[1]) * UNITS[found[2]])
    if amount < LEAST:
        alone = f"the program itself takes {PROGRAM / 1e6:.0f} MB"
        raise ValueError(f"{text} is too little: {alone}, with room to work {LEAST / UNITS['G']}G")
    return amount
