"""The query about a sentence: it names everything that the answer depends on and holds no data."""

from __future__ import annotations

from dataclasses import dataclass

from demo.sentence import strategies

# The largest number of forced tokens in an address.
MAX_WORDS = 512
DEFAULT_MODEL = "marian-s-de-en"


@dataclass(frozen=True)
class TranslationQuery:
    """A sentence, and how it is to be translated.

    Attributes:
        text: the typed text.
        model: name of a translator the page offers.
        how: the strategy (demo.sentence.strategies).
        prefix: target ids that are forced; the strategy goes on after them.
        change: what is switched off in the forward pass (demo.query.interventions); "" for nothing.
    """

    text: str
    model: str = DEFAULT_MODEL
    how: str = strategies.DEFAULT
    prefix: tuple[int, ...] = ()
    change: str = ""
