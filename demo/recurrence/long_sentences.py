"""Longer texts than a visitor types: their sentence and its translation, with test sentences and theirs behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from vit_core.bundled import ASSETS
from vit_core.quality_by_length import n_words

PAIRS = ASSETS / "data" / "tatoeba-de-en" / "test.tsv"
# How many sentences a text may have, the visitor's own first.
COUNTS = (1, 2, 4, 8, 16)
# Of so many words no other sentence is added. The gradient of every step is computed while somebody waits.
MOST_WORDS = 120
# Sentences of a common length, so that the text grows evenly.
COMMON = range(5, 10)


@dataclass(frozen=True)
class LongText:
    """A text of several sentences.

    Attributes:
        source, target: German and English.
        count: sentences in it.
        words: German words.
    """

    source: str
    target: str
    count: int
    words: int


def long_texts(source: str, target: str) -> list[LongText]:
    """A sentence alone, then with ever more test sentences behind it, as far as that is not too long."""
    texts = []
    for count in COUNTS:
        behind = others()[: count - 1]
        text = " ".join([source.strip(), *(german for german, _ in behind)])
        if count > 1 and n_words(text) > MOST_WORDS:
            break
        texts.append(LongText(text, " ".join([target, *(english for _, english in behind)]), count, n_words(text)))
    return texts


@cache
def others() -> tuple[tuple[str, str], ...]:
    """As many test sentences as are ever added, evenly from those of common length, and a reference of each."""
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    pairs = [(german, english) for german, english, *_ in (line.split("\t") for line in lines)]
    common = [pair for pair in pairs if n_words(pair[0]) in COMMON]
    many = max(COUNTS) - 1
    return tuple(common[i * len(common) // many] for i in range(many))
