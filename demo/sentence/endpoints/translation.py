"""What the Translation screen asks for."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MaxLen

from demo.query.parameters import ParameterError
from demo.query.text_limits import MAX_CHARACTERS
from demo.sentence import strategies
from demo.sentence.query import TranslationQuery
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from demo.sentence.typed import without_unseen
from demo.sentence.views import translation


@sentence_view("steps")
def steps(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    return translation.steps(
        sentences.translation(translation_query),
        sentences.check(translation_query),
        strategies.parse(translation_query.how),
    )


@sentence_view("tree")
def tree(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    return translation.tree(
        sentences.translation(translation_query),
        sentences.check(translation_query),
        strategies.parse(translation_query.how),
    )


@sentence_view("pieces", on_demand=True)
def pieces(
    sentences: SentenceService, translation_query: TranslationQuery, *, word: Annotated[str, MaxLen(MAX_CHARACTERS)]
) -> bytes:
    """What a word that is to be forced consists of.

    Raises:
        ParameterError: there is nothing to cut.
    """
    if not word.strip():
        raise ParameterError("word", "a text in which something can be read", word)
    model = sentences.check(translation_query)
    return translation.pieces(model, word, without_unseen(word.strip(), model.tokenizer.encode_target))
