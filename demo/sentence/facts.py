"""A text and its translation as every screen of the sentence's journey knows them."""

from __future__ import annotations

from typing import Any

from demo.sentence.languages import looks_like, notes
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.sentence.typed import offers
from demo.sentence.views.sentence import describe


def sentence_facts(sentences: SentenceService, ask: TranslationQuery, request: str = "") -> dict[str, Any]:
    """A translation as every screen of the sentence's journey knows it, computed if it is not kept.

    Raises:
        VisitorError: the sentence cannot be translated; the page has a sentence for its code.
    """
    translation, model = sentences.translation(ask, request=request), sentences.check(ask)
    trained = sentences.models.load(ask.model).model.config
    facts = describe(translation, model, ask.text)
    source = model.spec.source
    offered = offers(ask.text, model.tokenizer.encode)
    # What is odd about the text is told by the offer, not once more as a strange script or an unknown sign.
    meant = next((offer.text for offer in offered if offer.code == "invisible"), ask.text)
    read = facts["source_ids"] if meant == ask.text else model.tokenizer.encode(meant)
    found = "" if sentences.is_example(ask.text, source) else looks_like(meant, source)
    return {
        "text": ask.text,
        "model": ask.model,
        "how": ask.how,
        "prefix": list(ask.prefix),
        "change": ask.change,
        "trained_causal": trained.causal,
        **facts,
        "looks_like": found,
        "notes": [*facts["notes"], *notes(found, source, len(read), read.count(model.model.config.unknown))],
        "offers": [offer.facts() for offer in offered],
    }
