"""What the Encoder screen asks for."""

from __future__ import annotations

from typing import Literal

from demo.registry import sentence_view
from demo.sentences import Ask, Sentences
from demo.views import block as shared
from demo.views import encoder
from vit_core.analysis.matrices import Matrix, head_matrix
from vit_core.sentence_trace import Part, Stack


@sentence_view("block")
def block(sentences: Sentences, ask: Ask, *, stack: Stack, layer: int, token: int, source: int = 0) -> bytes:
    trace = sentences.translation(ask).trace
    return encoder.block(trace, stack, layer, token, source, sentences.intervention(ask))


@sentence_view("root")
def root(sentences: Sentences, ask: Ask, *, part: Part, layer: int, query: int) -> bytes:
    return encoder.root(sentences.translation(ask).trace, part, layer, query)


@sentence_view("likeness")
def likeness(sentences: Sentences, ask: Ask, *, part: Part, layer: int, query: int) -> bytes:
    return encoder.likeness(sentences.translation(ask).trace, part, layer, query)


@sentence_view("head_matrix", on_demand=True)
def matrix(
    sentences: Sentences,
    ask: Ask,
    *,
    stack: Stack,
    layer: int,
    head: int,
    of: Literal["attn", "cross"],
    which: Matrix,
) -> bytes:
    blocks = getattr(sentences.check(ask).model, stack).blocks
    return shared.matrix(head_matrix(blocks, layer, of, which, head))
