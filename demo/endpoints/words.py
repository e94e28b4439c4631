"""What the Words screen asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from demo.parameters import ParameterError
from demo.registry import sentence_view
from demo.sentences import Ask, Sentences
from demo.views import words
from vit_core.training_curve import read_curve

# Sentences that may join another one in a batch.
MOST_OTHERS = 2


@sentence_view("words")
def embedded(sentences: Sentences, ask: Ask) -> bytes:
    return words.words(sentences.translation(ask), sentences.check(ask))


@sentence_view("moved", on_demand=True)
def moved(sentences: Sentences, ask: Ask, *, before: str) -> bytes:
    """A sentence beside another, both translated in the same way; words that were forced belong to neither."""
    ask = replace(ask, prefix=())
    return words.moved(sentences.translation(replace(ask, text=before)), sentences.translation(ask))


@sentence_view("training_curve")
def training_curve(sentences: Sentences, ask: Ask) -> bytes:
    """How the loss of a bundled translator fell: the same for every sentence."""
    return words.training_curve(read_curve())


@sentence_view("padding")
def padding(sentences: Sentences, ask: Ask, *, others: str, mask: Literal["on", "off"] = "on") -> bytes:
    """A sentence in a batch with others, one a line, with or without the mask that hides the padding.

    Raises:
        ParameterError: there are too many.
        VisitorError: as `Sentences.padded`.
    """
    lines = tuple(others.split("\n"))
    if len(lines) > MOST_OTHERS:
        raise ParameterError("others", f"at most {MOST_OTHERS} lines", others)
    ask = replace(ask, prefix=())
    batch, moved, written = sentences.padded(ask, lines, masked=mask == "on")
    alone = [sentences.translation(replace(ask, text=text)) for text in (ask.text, *lines)]
    return words.padding(batch, moved, [one.source_tokens for one in alone], written, [one.text for one in alone])
