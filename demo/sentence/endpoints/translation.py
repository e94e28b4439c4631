"""The views of the Translation screen."""

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
from vit_core import LoadedTranslator, Translation
from vit_core.decoding import Strategy


@sentence_view("steps")
def steps(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    return translation.steps(*_search(sentences, translation_query))


@sentence_view("tree")
def tree(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    return translation.tree(*_search(sentences, translation_query))


@sentence_view("pieces", on_demand=True)
def pieces(
    sentences: SentenceService, translation_query: TranslationQuery, *, word: Annotated[str, MaxLen(MAX_CHARACTERS)]
) -> bytes:
    """The pieces of a word that is to be forced.

    Raises:
        ParameterError: there is nothing to cut.
    """
    if not word.strip():
        raise ParameterError("word", "a text in which something can be read", word)
    model = sentences.model_of(translation_query)
    return translation.pieces(model, word, without_unseen(word.strip(), model.tokenizer.encode_target))


def _search(
    sentences: SentenceService, translation_query: TranslationQuery
) -> tuple[Translation, LoadedTranslator, Strategy]:
    """A translation, the model that wrote it, and the strategy by which it was searched."""
    made = sentences.translation(translation_query)
    return made, sentences.model_of(translation_query), strategies.parse(translation_query.how)
