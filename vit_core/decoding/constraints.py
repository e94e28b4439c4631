"""Which tokens may be written where: the checkpoint's forbidden words, its forced end and the limit of the length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.config import Seq2SeqConfig
from vit_core.decoding.settings import GenerationConfig


@dataclass(frozen=True, eq=False, repr=False)
class Constraints:
    """What a strategy has to keep to.

    Attributes:
        start, end: ids of the tokens a target begins and ends with.
        limit: tokens after which the target is stopped, finished or not.
        banned: [V], -inf for tokens that are never written, else 0.
        phrases: longer sequences that are never completed.
        forced_end: token that has to stand at the limit; None: any may.
        renormalize: the probabilities of what is allowed are made to sum to 1 again.
    """

    start: int
    end: int
    limit: int
    banned: Tensor
    phrases: tuple[tuple[int, ...], ...] = ()
    forced_end: int | None = None
    renormalize: bool = False

    @classmethod
    def of(cls, config: Seq2SeqConfig, settings: GenerationConfig, max_new: int | None, like: Tensor) -> Constraints:
        """Those of a checkpoint.

        The limit is the checkpoint's own `max_length`, which counts the start token, or `max_new` if that is less.

        Raises:
            ValueError: `max_new` leaves no room for a single token.
        """
        if max_new is not None and max_new < 1:
            raise ValueError(f"max_new {max_new} leaves no room for a single token")
        longest = min(settings.max_length - 1, config.max_positions)
        banned = like.new_zeros(config.target_vocab)
        # Like transformers: the end token itself can never be forbidden.
        single = [phrase[0] for phrase in settings.bad_words if len(phrase) == 1 and phrase != (config.end,)]
        banned[single] = float("-inf")
        phrases = tuple(phrase for phrase in settings.bad_words if len(phrase) > 1)
        limit = longest if max_new is None else min(longest, max_new)
        return cls(config.start, config.end, limit, banned, phrases, settings.forced_end, settings.renormalize)

    def apply(self, logprobs: Tensor, targets: Sequence[tuple[int, ...]]) -> Tensor:
        """The log-probabilities a strategy may choose by, -inf for forbidden tokens.

        Shapes: logprobs [A, V], the A targets so far -> [A, V].
        Source: transformers' NoBadWordsLogitsProcessor, ForcedEOSTokenLogitsProcessor and LogitNormalization, whose
            order is kept.
        """
        if self.forced_end is not None and len(targets[0]) + 1 == self.limit:
            forced = torch.full_like(logprobs, float("-inf"))
            forced[:, self.forced_end] = 0.0
            return forced
        weighed = logprobs + self.banned
        for phrase in self.phrases:
            for row, target in enumerate(targets):
                if (self.start, *target)[1 - len(phrase) :] == phrase[:-1]:
                    weighed[row, phrase[-1]] = float("-inf")
        return weighed.log_softmax(dim=-1) if self.renormalize else weighed

    def stops(self, tokens: tuple[int, ...]) -> bool:
        """Nothing can follow these tokens."""
        return tokens[-1] == self.end or len(tokens) >= self.limit
