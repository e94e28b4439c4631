"""Make longer texts: the visitor's sentence and its translation, followed by test sentences and theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from vit_core.bundled import ASSETS
from vit_core.quality_by_length import n_words

PAIRS = ASSETS / "data" / "tatoeba-de-en" / "test.tsv"
# The offered numbers of sentences in a text, the visitor's own included.
COUNTS = (1, 2, 4, 8, 16)
# To a text of this many words no sentence is added: the gradient of every step is computed while the visitor waits.
MOST_WORDS = 120
# The lengths of added sentences, in words: common ones, so that the text grows evenly.
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
    """A sentence alone, then with more and more test sentences after it, up to the largest length."""
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
    """The test sentences that may be added, evenly chosen from those of common length, with a reference of each."""
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    pairs = [(german, english) for german, english, *_ in (line.split("\t") for line in lines)]
    common = [pair for pair in pairs if n_words(pair[0]) in COMMON]
    many = max(COUNTS) - 1
    return tuple(common[i * len(common) // many] for i in range(many))
