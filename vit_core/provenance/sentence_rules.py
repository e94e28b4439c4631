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


def _words(ask: Question) -> Explanation:
    """A word's row of the embedding table, times sqrt(d_model): arXiv 1706.03762, section 3.4."""
    trace, net = ask.sentence, cast("LoadedTranslator", ask.model).model
    of_source = ask.place.stack == "encoder."
    table = "embed.weight" if net.source_embed is None or not of_source else "source_embed.weight"
    row = (trace.source_ids if of_source else trace.read_ids)[ask.index[0]]
    return embedded(ask, table, row, math.sqrt(trace.config.d_model) if trace.config.scale_embedding else 1.0)


def _position(ask: Question) -> Explanation:
    """Sine or cosine of the place, slower with each pair of dimensions, or nothing of it where positions are off.

    Source: arXiv 1706.03762, section 3.5.
    """
    place, dim = ask.index
    config = ask.sentence.config
    half = config.d_model // 2
    pair, cosine = divmod(dim, 2) if config.sinusoids == "interleaved" else (dim % half, dim // half)
    kept = float(ask.what_if.places(ask.place.stack))
    numbers = {"place": place, "pair": pair, "cosine": cosine, "d_model": config.d_model, "kept": kept}
    return ask.answer("sinusoid", {}, {}, numbers)


def _tokens(ask: Question) -> Explanation:
    stack = ask.place.stack
    return added(ask, [(f"{stack}words", ask.index, 1.0), (f"{stack}position", ask.index, 1.0)])


def _ln_final(ask: Question) -> Explanation:
    stack = ask.place.stack
    return layer_norm(ask, f"{stack}norm", f"{stack}blocks.{ask.n_layers - 1}.resid_post")


def _logits(ask: Question) -> Explanation:
    return scored(ask, last_stream(ask, "decoder.", ask.sentence.config.decoder.n_layers))


SENTENCE_RULES: dict[str, Rule] = {
    "words": _words,
    "position": _position,
    "tokens": _tokens,
    "ln_final": _ln_final,
    "logits": _logits,
}
