"""The views that answer a query about a sentence, by name: endpoints/ fills them."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MaxLen

from demo.query.registry import Naturals, Views
from demo.sentence.query import DEFAULT_MODEL, MAX_WORDS, TranslationQuery
from demo.sentence.service import SentenceService


def translation_query_of(
    *,
    text: str = "",
    model: str = DEFAULT_MODEL,
    how: str = TranslationQuery.how,
    prefix: Annotated[Naturals, MaxLen(MAX_WORDS)] = (),
    change: str = "",
) -> TranslationQuery:
    """The query of an address; the signature declares the parameters of an address about a sentence."""
    return TranslationQuery(text, model, how, prefix, change)


sentence_view: Views[SentenceService, TranslationQuery] = Views(translation_query_of)
