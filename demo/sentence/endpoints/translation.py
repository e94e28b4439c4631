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
from demo.sentence.views import translation


@sentence_view("steps")
def steps(sentences: SentenceService, ask: TranslationQuery) -> bytes:
    return translation.steps(sentences.translation(ask), sentences.check(ask), strategies.parse(ask.how))


@sentence_view("tree")
def tree(sentences: SentenceService, ask: TranslationQuery) -> bytes:
    return translation.tree(sentences.translation(ask), sentences.check(ask), strategies.parse(ask.how))


@sentence_view("pieces", on_demand=True)
def pieces(sentences: SentenceService, ask: TranslationQuery, *, word: Annotated[str, MaxLen(MAX_CHARACTERS)]) -> bytes:
    """What a word that is to be forced consists of.

    Raises:
        ParameterError: there is nothing to cut.
    """
    if not word.strip():
        raise ParameterError("word", "a text in which something can be read", word)
    return translation.pieces(sentences.check(ask), word)
