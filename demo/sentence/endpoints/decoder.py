"""The views of attention between words and of the Decoder screen."""

from __future__ import annotations

from demo.sentence.query import TranslationQuery
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from demo.sentence.typed import without_unseen
from demo.sentence.views import decoder, twins
from vit_core.sentence_trace import Part


@sentence_view("attention")
def attention(sentences: SentenceService, translation_query: TranslationQuery, *, part: Part, layer: int) -> bytes:
    return decoder.attention(sentences.translation(translation_query), part, layer)


@sentence_view("all_layers")
def all_layers(sentences: SentenceService, translation_query: TranslationQuery, *, part: Part) -> bytes:
    return decoder.all_layers(sentences.translation(translation_query), part)


@sentence_view("heads")
def heads(sentences: SentenceService, translation_query: TranslationQuery, *, part: Part) -> bytes:
    return decoder.heads(sentences.translation(translation_query), part)


@sentence_view("scores")
def scores(sentences: SentenceService, translation_query: TranslationQuery, *, part: Part, layer: int) -> bytes:
    return decoder.scores(
        sentences.translation(translation_query), part, layer, sentences.intervention(translation_query)
    )


@sentence_view("alignment")
def alignment(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    return decoder.alignment(sentences.translation(translation_query), sentences.difference(translation_query))


@sentence_view("twins")
def both_twins(sentences: SentenceService, translation_query: TranslationQuery, *, reference: str) -> bytes:
    """Both twins on a sentence: given its translation, and translating on their own."""
    pair = [
        twins.Twin(
            name,
            sentences.models.load(name),
            sentences.teacher_forced(name, translation_query.text, reference),
            sentences.translation(TranslationQuery(translation_query.text, name, "greedy")),
        )
        for name in sentences.twins()
    ]
    return twins.twins(pair, without_unseen(reference, pair[0].model.tokenizer.encode_target) if pair else ())
