"""Constraints on decoding: the tokens that a checkpoint forbids, forces or makes less likely, and the length limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.config import Seq2SeqConfig
from vit_core.decoding.settings import GenerationConfig

NEVER = float("-inf")


@dataclass(frozen=True, eq=False, repr=False)
class Constraints:
    """The constraints that a strategy has to follow.

    Attributes:
        start, end: ids of the tokens a target begins and ends with.
        limit: the largest number of tokens of a target.
        settings: the checkpoint's generation settings.
        source: tokens of the source, end token included.
        banned: [V], -inf for tokens that are never written, else 0.
    """

    start: int
    end: int
    limit: int
    settings: GenerationConfig
    source: tuple[int, ...]
    banned: Tensor

    @classmethod
    def of(
        cls,
        config: Seq2SeqConfig,
        settings: GenerationConfig,
        max_new: int | None,
        like: Tensor,
        source: Sequence[int] = (),
    ) -> Constraints:
        """The constraints of a checkpoint.

        The limit is the checkpoint's own `max_length`, which counts the start token, or `max_new` if that is less.

        Raises:
            ValueError: `max_new` leaves no room for a single token.
        """
        if max_new is not None and max_new < 1:
            raise ValueError(f"max_new {max_new} leaves no room for a single token")
        longest = min(settings.max_length - 1, config.max_positions)
        banned = like.new_zeros(config.target_vocab)
        # As in transformers, the end token itself cannot be forbidden as a bad word.
        single = [phrase[0] for phrase in settings.bad_words if len(phrase) == 1 and phrase != (config.end,)]
        banned[single] = NEVER
        limit = longest if max_new is None else min(longest, max_new)
        return cls(config.start, config.end, limit, settings, tuple(source), banned)

    @property
    def forced_end(self) -> int | None:
        """The token that is forced at the limit, or None."""
        return self.settings.forced_end

    @property
    def scales(self) -> bool:
        """Whether a penalty multiplies scores: then it matters whether these are logits or log-probabilities."""
        settings = self.settings
        return (settings.repetition_penalty, settings.source_penalty, settings.end_pull) != (1.0, 1.0, None)

    def apply(self, logprobs: Tensor, targets: Sequence[tuple[int, ...]], logits: Tensor | None = None) -> Tensor:
        """Apply all constraints to log-probabilities; forbidden tokens get -inf.

        Args:
            logits: given where penalties multiply logits instead of log-probabilities: transformers passes
                log-probabilities to its processors only in beam search.

        Shapes: logprobs, logits [A, V], the A targets so far, of one length -> [A, V].
        Source: transformers' `_get_logits_processor`, whose order is kept.
        """
        settings, length = self.settings, len(targets[0])
        scores = (logprobs if logits is None else logits).clone()
        for row, target in enumerate(targets):
            self._penalise(scores[row], target)
        scores += self.banned
        for row, target in enumerate(targets):
            _forbid(scores[row], self._completing_bad_words(target))
        if length + 1 < settings.min_length:
            scores[:, self.end] = NEVER
        forced = self._forced(length)
        if forced is not None:
            scores.fill_(NEVER)[:, forced] = 0.0
        if settings.end_pull is not None and length > settings.end_pull[0]:
            after, factor = settings.end_pull
            of_end = scores[:, self.end]
            pull = of_end.abs() * (factor ** (length - after) - 1)
            scores[:, self.end] = of_end + torch.where(of_end.isfinite(), pull, 0.0)
        _forbid(scores, settings.suppressed)
        if length == (0 if settings.forced_first is None else 1):
            _forbid(scores, settings.suppressed_first)
        if settings.renormalize:
            return scores.log_softmax(dim=-1)
        return scores if logits is None or forced is not None else scores - logits.logsumexp(dim=-1, keepdim=True)

    def stops(self, tokens: tuple[int, ...]) -> bool:
        """Whether nothing can follow these tokens."""
        return tokens[-1] == self.end or len(tokens) >= self.limit

    def _forced(self, length: int) -> int | None:
        """The token that is forced after so many others. A forced end wins over a forced beginning, as in
        transformers.
        """
        settings = self.settings
        if settings.forced_end is not None and length + 1 == self.limit:
            return settings.forced_end
        return settings.forced_first if length == 0 else None

    def _penalise(self, scores: Tensor, target: tuple[int, ...]) -> None:
        """Penalise tokens of the source and the target, and those that would repeat an n-gram, in place. Shapes: scores
        [V]."""
        settings, written = self.settings, (self.start, *target)
        for penalty, tokens in ((1 / settings.source_penalty, self.source), (settings.repetition_penalty, written)):
            if penalty != 1.0:
                seen = scores.new_tensor(sorted(set(tokens)), dtype=torch.long)
                scores[seen] = torch.where(scores[seen] < 0, scores[seen] * penalty, scores[seen] / penalty)
        for n, text in ((settings.no_repeat_ngram, written), (settings.source_no_repeat_ngram, self.source)):
            _forbid(scores, _completing(n, text, written))

    def _completing_bad_words(self, target: tuple[int, ...]) -> Iterator[int]:
        written = (self.start, *target)
        for phrase in self.settings.bad_words:
            if len(phrase) > 1 and written[1 - len(phrase) :] == phrase[:-1]:
                yield phrase[-1]


def _forbid(scores: Tensor, tokens: Iterable[int]) -> None:
    """Set the scores of tokens to -inf, in place. Shapes: scores [V] or [A, V]."""
    tokens = list(tokens)
    if tokens:
        scores[..., scores.new_tensor(tokens, dtype=torch.long)] = NEVER


def _completing(n: int, text: Sequence[int], written: tuple[int, ...]) -> Iterator[int]:
    """The tokens that would complete an n-gram which a text already contains."""
    if not 0 < n <= len(written) + 1:
        return
    begun = written[len(written) + 1 - n :]
    for at in range(len(text) - n + 1):
        if tuple(text[at : at + n - 1]) == begun:
            yield text[at + n - 1]
