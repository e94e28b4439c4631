"""The views, figures and notebooks that answer a query about a sentence, by name: endpoints/ fills them."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MaxLen

from demo.query.registry import Naturals, Views
from demo.sentence.query import DEFAULT_MODEL, MAX_WORDS, TranslationQuery
from demo.sentence.service import SentenceService


def _ask(
    *,
    text: str = "",
    model: str = DEFAULT_MODEL,
    how: str = TranslationQuery.how,
    prefix: Annotated[Naturals, MaxLen(MAX_WORDS)] = (),
    change: str = "",
) -> TranslationQuery:
    return TranslationQuery(text, model, how, prefix, change)


sentence_view: Views[SentenceService, TranslationQuery] = Views(_ask)
# What the page draws, as the papers draw it: files for whoever takes a figure away.
sentence_figure: Views[SentenceService, TranslationQuery] = Views(_ask, "figure")
# The same as code that computes it.
sentence_notebook: Views[SentenceService, TranslationQuery] = Views(_ask, "notebook")
