"""What a checkpoint says about how its translations shall be written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GenerationConfig:
    """The settings of a checkpoint's own generation_config.json (older ones: config.json).

    Attributes:
        max_length: longest target in tokens, the start token included.
        num_beams: hypotheses its authors search with.
        length_penalty: exponent of the length by which they divide a finished hypothesis' log-probability.
        bad_words: token sequences that are never written; of opus-mt models the padding.
        forced_end: token that is written when `max_length` leaves room for one more; None: the target is cut there.
        renormalize: what forbidden words leave over is shared out again, so that the rest's probabilities sum to 1.
    """

    max_length: int
    num_beams: int = 1
    length_penalty: float = 1.0
    bad_words: tuple[tuple[int, ...], ...] = ()
    forced_end: int | None = None
    renormalize: bool = False
