"""A checkpoint's settings for generation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from vit_core.arguments import require_several
from vit_core.reasons import Reason

# The search of whoever asks for no other: hypotheses followed at once, and the exponent of their length.
USUAL_BEAM, USUAL_LENGTH_PENALTY = 4, 0.6

EarlyStopping = bool | Literal["never"]


@dataclass(frozen=True)
class GenerationConfig:
    """The settings of a checkpoint's own generation_config.json (older ones: config.json).

    Attributes:
        max_length: longest target in tokens, the start token included.
        num_beams: number of beams of the authors' search.
        length_penalty: exponent of the length that divides a finished hypothesis' log-probability.
        bad_words: token sequences that are never written; of opus-mt models the padding.
        forced_end: token that is forced as the last one that `max_length` admits; None: the target is cut there.
        renormalize: probabilities are renormalised to sum to 1 after tokens were forbidden.
        forced_first: token that is written first; None: any may.
        min_length: shortest target in tokens, start token included and end token not.
        no_repeat_ngram, source_no_repeat_ngram: length of n-grams that may not occur twice in the target, and of those
            of the source that may not occur in it; 0: no such rule.
        repetition_penalty: scores of tokens that were written are divided by it where they are positive, else
            multiplied; 1 changes nothing.
        source_penalty: the inverse, applied to tokens of the source.
        suppressed, suppressed_first: tokens that are never written, and that are not written first.
        end_pull: (tokens, factor): n tokens after so many, |score| · (factor^n - 1) is added to the end token's score;
            None: never.
        early_stopping: when beam search ends: True, as soon as it has enough finished hypotheses; False, when the best
            one alive is no better at its present length; "never", when it would be no better at any length.
    """

    max_length: int
    num_beams: int = 1
    length_penalty: float = 1.0
    bad_words: tuple[tuple[int, ...], ...] = ()
    forced_end: int | None = None
    renormalize: bool = False
    forced_first: int | None = None
    min_length: int = 0
    no_repeat_ngram: int = 0
    source_no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0
    source_penalty: float = 1.0
    suppressed: tuple[int, ...] = ()
    suppressed_first: tuple[int, ...] = ()
    end_pull: tuple[int, float] | None = None
    early_stopping: EarlyStopping = False

    def __post_init__(self) -> None:
        for field in ("bad_words", "suppressed", "suppressed_first"):
            require_several("GenerationConfig", field, getattr(self, field), "a tuple, of ids or rows of them")
        for field in ("repetition_penalty", "source_penalty"):
            if not getattr(self, field) > 0:
                raise ValueError(Reason("not_positive", field=field, found=getattr(self, field)))
        if self.early_stopping not in (True, False, "never"):
            raise ValueError(Reason("early_stopping", found=self.early_stopping))

    @property
    def tokens(self) -> Iterator[int]:
        """Every token that the settings name."""
        yield from (token for phrase in self.bad_words for token in phrase)
        yield from (*self.suppressed, *self.suppressed_first)
        yield from (token for token in (self.forced_end, self.forced_first) if token is not None)
