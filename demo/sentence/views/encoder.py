"""The data of the Encoder screen: one block of a translator for the chosen token, and the effect of dividing by
sqrt(d_head).
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from demo.views.norms import statistics
from demo.views.payload import as_float32, encode
from vit_core.analysis import peak_and_entropy, product_variance, root_on_row
from vit_core.analysis.likeness import likeness as fit_and_likeness
from vit_core.analysis.sentences import encoder_output
from vit_core.arguments import require_place
from vit_core.interventions import SentenceIntervention, attentions_of, branches_of, switched_off
from vit_core.sentence_trace import Part, SentenceTrace, Stack

OF_HEADS = ("q", "k", "v", "scores", "pattern", "z")


def block(
    trace: SentenceTrace, stack: Stack, layer: int, token: int, source: int, intervention: SentenceIntervention
) -> bytes:
    """Every quantity of one block for one token.

    Args:
        token: a token of the source in the encoder, a row of the target in the decoder.
        source: the token of the source whose key and value cross-attention shows.
        intervention: what was switched off in the pass.

    Shapes: float32 all, named as in the block. Of the token: resid_pre, and around each branch (attn, cross, mlp) its
        normalised input where the norm stands before, its out, the sum where it stands after, and the stream behind it,
        [D]; mlp.pre, mlp.post [M]. Of each attention, attn or cross: q, k, v, z [H, K]; of the token and every key
        dots (q·k), scores (-inf where masked), pattern, carried (length of weight times value) [H, N]; of every key
        k_length, v_length [H, N]. memory [D], what leaves the encoder for the token `source`. lengths.X [N]: of the
        stream X of every token. facts: lengths of the vectors; mean and spread that each norm takes out; off, what this
        block does without (vit_core.interventions.switched_off); eps.

    Raises:
        IndexError: there is no such layer or token.
    """
    stream = trace.at(stack, layer, "resid_pre")
    require_place("token", token, len(stream))
    require_place("source", source, len(trace.source_ids))
    at = f"{stack}.blocks.{layer}"
    streams = {name: trace.at(stack, layer, name) for name in _streams(stack, trace)}
    vectors = {name: x[token] for name, x in streams.items()}
    vectors |= {name: trace.at(stack, layer, name)[token] for name in ("mlp.pre", "mlp.post")}
    arrays: dict[str, Tensor] = {**vectors, **{f"lengths.{name}": x.norm(dim=-1) for name, x in streams.items()}}
    for attention in attentions_of(at):
        kind = attention.rpartition(".")[2]
        key = source if kind == "cross" else token
        found = {which: trace.at(stack, layer, f"{kind}.{which}") for which in OF_HEADS}
        arrays |= {f"{kind}.{which}": x[:, key if which in "kv" else token] for which, x in found.items()}
        arrays[f"{kind}.dots"] = trace.scores_from_queries(attention, query=token, scaled=False)
        arrays[f"{kind}.carried"] = found["pattern"][:, token] * found["v"].norm(dim=-1)
        arrays |= {f"{kind}.{which}_length": found[which].norm(dim=-1) for which in "kv"}
    if stack == "decoder":
        vectors["memory"] = arrays["memory"] = encoder_output(trace)[source]
    eps = trace.config.eps
    return encode(
        as_float32(arrays),
        {
            "stack": stack,
            "layer": layer,
            "token": token,
            "source": source,
            "lengths": {name: x.norm().item() for name, x in vectors.items()},
            "norms": {after: statistics(vectors[of], eps) for after, of in _norms(stack, trace)},
            "off": switched_off(intervention, at),
        },
    )


def root(trace: SentenceTrace, part: Part, layer: int, query: int) -> bytes:
    """The effect of dividing by sqrt(d_head) in each head of one attention.

    Shapes: float32: growth, alone [H, K], variances of q·k by the number of its terms
        (`vit_core.analysis.ProductVariance`); divided, undivided [H, key], the query's weights with the root and
        without; slope, undivided_slope, peak, undivided_peak, entropy, undivided_entropy (bits) [H]. facts: pairs.

    Raises:
        IndexError: there is no such layer or query.
    """
    variance, row = product_variance(trace, layer, part), root_on_row(trace, layer, part, query)
    arrays = {"growth": variance.growth, "alone": variance.alone, "divided": row.divided, "undivided": row.undivided}
    arrays |= {"slope": row.slope, "undivided_slope": row.undivided_slope}
    for prefix, weights in (("", row.divided), ("undivided_", row.undivided)):
        arrays[f"{prefix}peak"], arrays[f"{prefix}entropy"] = peak_and_entropy(weights)
    return encode(
        as_float32(arrays),
        {"part": part, "layer": layer, "query": query, "pairs": variance.pairs},
    )


def likeness(trace: SentenceTrace, part: Part, layer: int, query: int) -> bytes:
    """Whether the token most similar to the query's token gets its largest weight.

    Shapes: float32: fit [H, key], q·k, -inf where the query may not look; inner [key] and lengths [key], x·y and |y| of
        what the matrices read of the key's token, length [1] |x| of the query's. Of every query: fits [H, query, 2] and
        likes [query, 2], its two largest q·k and cosines, -inf for none, by which the page tells whether its digits
        name a winner; same [H, query] of uint8, whether it is the same key. facts: alike, the most alike key, or null.

    Raises:
        IndexError: there is no such layer or query.
    """
    found = fit_and_likeness(trace, layer, part, query)
    arrays = {"fit": found.fit, "inner": found.inner, "lengths": found.lengths, "length": found.length[None]}
    arrays |= {"fits": found.fits, "likes": found.likes}
    return encode({**as_float32(arrays), "same": found.same.numpy().astype(np.uint8)}, {"alike": found.alike})


def _streams(stack: Stack, trace: SentenceTrace) -> list[str]:
    """Names of the quantities with d_model numbers per token: the stream, and those around each branch."""
    first = trace.config.norm == "pre"
    around = [(n.ln, n.out, n.resid) if first else (n.out, n.sum, n.resid) for n in branches_of(f"{stack}.blocks.0")]
    return ["resid_pre", *(name for names in around for name in names)]


def _norms(stack: Stack, trace: SentenceTrace) -> list[tuple[str, str]]:
    """The output and the input of each norm of a block."""
    branches, before, made = branches_of(f"{stack}.blocks.0"), "resid_pre", []
    for names in branches:
        made.append((names.ln, before) if trace.config.norm == "pre" else (names.resid, names.sum))
        before = names.resid
    return made
