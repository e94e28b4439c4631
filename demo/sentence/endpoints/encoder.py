"""The views of the Encoder screen."""

from __future__ import annotations

from typing import Literal

from demo.sentence.query import TranslationQuery
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from demo.sentence.views import encoder
from demo.views import matrix as matrices
from vit_core.analysis.matrices import Matrix, head_matrix
from vit_core.sentence_trace import Part, Stack


@sentence_view("block")
def block(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    stack: Stack,
    layer: int,
    token: int,
    source: int = 0,
) -> bytes:
    trace = sentences.translation(translation_query).trace
    return encoder.block(trace, stack, layer, token, source, sentences.intervention(translation_query))


@sentence_view("root")
def root(
    sentences: SentenceService, translation_query: TranslationQuery, *, part: Part, layer: int, query: int
) -> bytes:
    return encoder.root(sentences.translation(translation_query).trace, part, layer, query)


@sentence_view("likeness")
def likeness(
    sentences: SentenceService, translation_query: TranslationQuery, *, part: Part, layer: int, query: int
) -> bytes:
    return encoder.likeness(sentences.translation(translation_query).trace, part, layer, query)


@sentence_view("head_matrix", on_demand=True)
def matrix(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    stack: Stack,
    layer: int,
    head: int,
    of: Literal["attn", "cross"],
    which: Matrix,
) -> bytes:
    blocks = getattr(sentences.model_of(translation_query).model, stack).blocks
    return matrices.matrix(head_matrix(blocks, layer, of, which, head))
