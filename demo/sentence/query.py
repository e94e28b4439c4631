"""The query about a sentence: names everything that its answer depends on, and holds no data."""

from __future__ import annotations

from dataclasses import dataclass

from demo.sentence import strategies

# Longest prefix of forced words an address may name.
MAX_WORDS = 512
DEFAULT_MODEL = "marian-s-de-en"


@dataclass(frozen=True)
class TranslationQuery:
    """One sentence, and how it is to be translated.

    Attributes:
        text: what was typed.
        model: name of a translator the page offers.
        how: the strategy (demo.sentence.strategies).
        prefix: target ids that are forced; the strategy goes on behind them.
        change: what is switched off in the forward pass (demo.query.interventions); "" for nothing.
    """

    text: str
    model: str = DEFAULT_MODEL
    how: str = strategies.DEFAULT
    prefix: tuple[int, ...] = ()
    change: str = ""
