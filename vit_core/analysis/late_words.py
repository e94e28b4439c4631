"""Find the word of a translation whose source word stands late, such as a German verb at the end of its clause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from vit_core.arguments import require_ids
from vit_core.device import passing
from vit_core.recurrent_seq2seq import RecurrentTranslator
from vit_core.tap import RecordTap
from vit_core.text import SPACE, MarianTokenizer

PATTERN = "decoder.attn.pattern"


class LateWord(NamedTuple):
    """A target word and its source word, which is None if the words of both sentences come in the same order."""

    step: int
    source: int | None


def late_word_of(
    model: RecurrentTranslator, tokenizer: MarianTokenizer, source_ids: Sequence[int], target_ids: Sequence[int]
) -> tuple[LateWord, float]:
    """The late word of a translation by a network's attention, and the weight that it gives to the source word, 0..1; 0
    if the words of both sentences come in the same order.

    Raises: as `attention_to_source`.
    """
    source_ids = require_ids("late_word_of", "source_ids", source_ids, model.config.vocab)
    target_ids = require_ids("late_word_of", "target_ids", target_ids, model.config.vocab)
    end = model.config.end
    source = [token != end and _has_letters(tokenizer.token(token, source=True)) for token in source_ids]
    pieces = [tokenizer.token(token) for token in target_ids]
    target = [
        token != end and piece.startswith(SPACE) and _has_letters(piece)
        for token, piece in zip(target_ids, pieces, strict=True)
    ]
    pattern = attention_to_source(model, source_ids, target_ids)
    found = late_word(pattern, source, target)
    return found, 0.0 if found.source is None else pattern[found.step, found.source].item()


def attention_to_source(model: RecurrentTranslator, source_ids: Sequence[int], target_ids: Sequence[int]) -> Tensor:
    """A network's attention weights when it is given a target: for each target token, its weight on every source token.

    Shapes: [T, S], each row sums to 1.

    Raises:
        TypeError: source or target is no row of ids.
        ValueError: an id is no token of the network's.
    """
    source_ids = require_ids("attention_to_source", "source_ids", source_ids, model.config.vocab)
    target_ids = require_ids("attention_to_source", "target_ids", target_ids, model.config.vocab)
    record = RecordTap(lambda name: name == PATTERN)
    with passing(model):
        model(torch.tensor([list(source_ids)]), torch.tensor([[model.config.start, *target_ids[:-1]]]), tap=record)
    return record.tensors[PATTERN][0]


def late_word(pattern: Tensor, source_words: Sequence[bool], target_words: Sequence[bool]) -> LateWord:
    """The target word whose source word stands latest, among those that are followed by a word with an earlier source
    word.

    The source word of a step is the one with its largest weight. Among several steps with the same source word, the one
    with the largest weight is taken; if both sentences have the same order, the last word of the target, or its last
    token.

    Args:
        source_words: which tokens are of a word: no punctuation, no end token.
        target_words: which of them begin one.

    Shapes: pattern [T, S].
    """
    looks = pattern.argmax(dim=-1).tolist()
    words = [step for step, word in enumerate(target_words) if word]
    ahead = [
        step
        for step in words
        if source_words[looks[step]] and any(looks[later] < looks[step] for later in words if later > step)
    ]
    if not ahead:
        return LateWord(words[-1] if words else len(looks) - 1, None)
    best = max(ahead, key=lambda step: (looks[step], float(pattern[step, looks[step]])))
    return LateWord(best, looks[best])


def _has_letters(piece: str) -> bool:
    """Whether a token is of a word: no punctuation, no number."""
    return any(character.isalpha() for character in piece)
