"""The facts of a text and its translation that every screen of the sentence's journey needs."""

from __future__ import annotations

from typing import Any

from demo.sentence.languages import looks_like, notes
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.sentence.typed import offers
from demo.sentence.views.sentence import describe


def sentence_facts(
    sentences: SentenceService, translation_query: TranslationQuery, request: str = ""
) -> dict[str, Any]:
    """The facts of a translation, which is computed if it is not in memory.

    Raises:
        VisitorError: the sentence cannot be translated; the page has a sentence for its code.
    """
    translation, model = (
        sentences.translation(translation_query, request=request),
        sentences.model_of(translation_query),
    )
    trained = sentences.models.load(translation_query.model).model.config
    facts = describe(translation, model, translation_query.text)
    source = model.spec.source
    offered = offers(translation_query.text, model.tokenizer.encode)
    # The offer tells what is unusual about the text, so a note on its script or unknown characters is left out.
    meant = next((offer.text for offer in offered if offer.code == "invisible"), translation_query.text)
    read = facts["source_ids"] if meant == translation_query.text else model.tokenizer.encode(meant)
    found = "" if sentences.is_example(translation_query.text, source) else looks_like(meant, source)
    return {
        "text": translation_query.text,
        "model": translation_query.model,
        "how": translation_query.how,
        "prefix": list(translation_query.prefix),
        "change": translation_query.change,
        "trained_causal": trained.causal,
        **facts,
        "looks_like": found,
        "notes": [*facts["notes"], *notes(found, source, len(read), read.count(model.model.config.unknown))],
        "offers": [offer.facts() for offer in offered],
    }
