"""What the figures of attention between words and of the decoder ask for."""

from __future__ import annotations

from demo.sentence.query import TranslationQuery
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from demo.sentence.views import decoder, twins
from vit_core.sentence_trace import Part


@sentence_view("attention")
def attention(sentences: SentenceService, ask: TranslationQuery, *, part: Part, layer: int) -> bytes:
    return decoder.attention(sentences.translation(ask), part, layer)


@sentence_view("all_layers")
def all_layers(sentences: SentenceService, ask: TranslationQuery, *, part: Part) -> bytes:
    return decoder.all_layers(sentences.translation(ask), part)


@sentence_view("heads")
def heads(sentences: SentenceService, ask: TranslationQuery, *, part: Part) -> bytes:
    return decoder.heads(sentences.translation(ask), part)


@sentence_view("scores")
def scores(sentences: SentenceService, ask: TranslationQuery, *, part: Part, layer: int) -> bytes:
    return decoder.scores(sentences.translation(ask), part, layer, sentences.intervention(ask))


@sentence_view("alignment")
def alignment(sentences: SentenceService, ask: TranslationQuery) -> bytes:
    return decoder.alignment(sentences.translation(ask), sentences.difference(ask))


@sentence_view("twins")
def both_twins(sentences: SentenceService, ask: TranslationQuery, *, reference: str) -> bytes:
    """A sentence before the twins: fed its translation, and alone."""
    return twins.twins(
        [
            twins.Twin(
                name,
                sentences.models.load(name),
                sentences.fed(name, ask.text, reference),
                sentences.translation(TranslationQuery(ask.text, name, "greedy")),
            )
            for name in sentences.twins()
        ]
    )
