"""The views of the Words screen."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from demo.query.parameters import ParameterError
from demo.sentence.query import TranslationQuery
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from demo.sentence.typed import without_unseen
from demo.sentence.views import words
from vit_core.training_curve import read_curve

# Sentences that may join another one in a batch.
MOST_OTHERS = 2


@sentence_view("words")
def embedded(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    return words.words(sentences.translation(translation_query), sentences.model_of(translation_query))


@sentence_view("moved", on_demand=True)
def moved(sentences: SentenceService, translation_query: TranslationQuery, *, before: str) -> bytes:
    """A sentence beside another, both translated in the same way; words that were forced belong to neither."""
    translation_query = replace(translation_query, prefix=())
    return words.moved(
        sentences.translation(replace(translation_query, text=before)), sentences.translation(translation_query)
    )


@sentence_view("training_curve")
def training_curve(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    """How the loss of a bundled translator fell: the same for every sentence."""
    return words.training_curve(read_curve())


@sentence_view("padding")
def padding(
    sentences: SentenceService, translation_query: TranslationQuery, *, others: str, mask: Literal["on", "off"] = "on"
) -> bytes:
    """A sentence in a batch with others, one a line, with or without the mask that hides the padding.

    Raises:
        ParameterError: there are too many.
        VisitorError: as `SentenceService.padded`.
    """
    lines = tuple(others.split("\n"))
    if len(lines) > MOST_OTHERS:
        raise ParameterError("others", f"at most {MOST_OTHERS} lines", others)
    translation_query = replace(translation_query, prefix=())
    batch, moved, written = sentences.padded(translation_query, lines, masked=mask == "on")
    alone = [sentences.translation(replace(translation_query, text=text)) for text in (translation_query.text, *lines)]
    encode = sentences.model_of(translation_query).tokenizer.encode
    return words.padding(
        batch,
        moved,
        [one.source_tokens for one in alone],
        written,
        [one.text for one in alone],
        [without_unseen(line, encode) for line in lines],
    )
