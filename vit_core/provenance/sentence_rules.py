"""The rules before and behind the blocks of a translator: from a word's embedding to the scores of the next word."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from vit_core.provenance.answers import added, embedded, layer_norm, scored
from vit_core.provenance.block_rules import last_stream
from vit_core.provenance.explanation import Explanation
from vit_core.provenance.question import Question, Rule

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedTranslator


# Bits of the significand of the number formats that are shorter than float32.
BITS = {"float16": 11, "bfloat16": 8}


def _words(question: Question) -> Explanation:
    """A word's row of the embedding table, times sqrt(d_model): arXiv 1706.03762, section 3.4."""
    trace, net = question.sentence, cast("LoadedTranslator", question.model).model
    of_source = question.place.stack == "encoder."
    table = "embed.weight" if net.source_embed is None or not of_source else "source_embed.weight"
    row = (trace.source_ids if of_source else trace.read_ids)[question.index[0]]
    return embedded(question, table, row, math.sqrt(trace.config.d_model) if trace.config.scale_embedding else 1.0)


def _position(question: Question) -> Explanation:
    """Sine or cosine of the position, slower with each pair of dimensions; times 0 where positions are switched off.

    Source: arXiv 1706.03762, section 3.5.
    """
    place, dim = question.index
    config = question.sentence.config
    half = config.d_model // 2
    pair, cosine = divmod(dim, 2) if config.sinusoids == "interleaved" else (dim % half, dim // half)
    kept = float(question.intervention.places(question.place.stack))
    numbers = {"place": place, "pair": pair, "cosine": cosine, "d_model": config.d_model, "kept": kept}
    stored = (config.encoder if question.place.stack == "encoder." else config.decoder).positions
    if stored in BITS:
        numbers["bits"] = BITS[stored]
    return question.answer("sinusoid", {}, {}, numbers)


def _tokens(question: Question) -> Explanation:
    stack = question.place.stack
    kept = float(question.intervention.places(stack))
    return added(question, [(f"{stack}words", question.index, 1.0), (f"{stack}position", question.index, kept)])


def _ln_final(question: Question) -> Explanation:
    stack = question.place.stack
    return layer_norm(question, f"{stack}norm", f"{stack}blocks.{question.n_layers - 1}.resid_post")


def _logits(question: Question) -> Explanation:
    return scored(question, last_stream(question, "decoder.", question.sentence.config.decoder.n_layers))


SENTENCE_RULES: dict[str, Rule] = {
    "words": _words,
    "position": _position,
    "tokens": _tokens,
    "ln_final": _ln_final,
    "logits": _logits,
}
