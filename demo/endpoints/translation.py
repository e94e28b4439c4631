"""What the Translation screen asks for."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MaxLen

from demo import choices
from demo.parameters import ParameterError
from demo.readable import MAX_CHARACTERS
from demo.registry import sentence_view
from demo.sentences import Ask, Sentences
from demo.views import translation


@sentence_view("steps")
def steps(sentences: Sentences, ask: Ask) -> bytes:
    return translation.steps(sentences.translation(ask), sentences.check(ask), choices.parse(ask.how))


@sentence_view("tree")
def tree(sentences: Sentences, ask: Ask) -> bytes:
    return translation.tree(sentences.translation(ask), sentences.check(ask), choices.parse(ask.how))


@sentence_view("pieces", on_demand=True)
def pieces(sentences: Sentences, ask: Ask, *, word: Annotated[str, MaxLen(MAX_CHARACTERS)]) -> bytes:
    """What a word that is to be forced consists of.

    Raises:
        ParameterError: there is nothing to cut.
    """
    if not word.strip():
        raise ParameterError("word", "a text in which something can be read", word)
    return translation.pieces(sentences.check(ask), word)
