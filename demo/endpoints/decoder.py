"""What the figures of attention between words and of the decoder ask for."""

from __future__ import annotations

from demo.registry import sentence_view
from demo.sentences import Ask, Sentences
from demo.views import decoder, twins
from vit_core.sentence_trace import Part


@sentence_view("attention")
def attention(sentences: Sentences, ask: Ask, *, part: Part, layer: int) -> bytes:
    return decoder.attention(sentences.translation(ask), part, layer)


@sentence_view("all_layers")
def all_layers(sentences: Sentences, ask: Ask, *, part: Part) -> bytes:
    return decoder.all_layers(sentences.translation(ask), part)


@sentence_view("heads")
def heads(sentences: Sentences, ask: Ask, *, part: Part) -> bytes:
    return decoder.heads(sentences.translation(ask), part)


@sentence_view("scores")
def scores(sentences: Sentences, ask: Ask, *, part: Part, layer: int) -> bytes:
    return decoder.scores(sentences.translation(ask), part, layer, sentences.intervention(ask))


@sentence_view("alignment")
def alignment(sentences: Sentences, ask: Ask) -> bytes:
    return decoder.alignment(sentences.translation(ask), sentences.difference(ask))


@sentence_view("twins")
def both_twins(sentences: Sentences, ask: Ask, *, reference: str) -> bytes:
    """A sentence before the twins: fed its translation, and alone."""
    return twins.twins(
        [
            twins.Twin(
                name,
                sentences.models.load(name),
                sentences.fed(name, ask.text, reference),
                sentences.translation(Ask(ask.text, name, "greedy")),
            )
            for name in sentences.twins()
        ]
    )
