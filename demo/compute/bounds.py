"""How many bytes each store may hold: by itself, and where an operator says what the whole program may take."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    """The most bytes that each store may hold; without an operator's word, these.

    Attributes:
        traces: of photos.
        changed_traces: of changed passes and of single opened blocks: many, each soon replaced by the next. They must
            not push the traces of photos out.
        photos, examples: visitors' photos, and those of the gallery.
        image_models, translators, recurrent_translators: models in memory, by what they are.
        translations, readings: of sentences, by a Transformer and by a recurrent network.
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
        """Those with which the whole program stays within so many bytes."""
        left = memory / (1 + BESIDE) - PROGRAM
        return cls(**{store: int(left * part / 100) for store, part in PARTS.items()})


USUAL = MemoryLimits()


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
