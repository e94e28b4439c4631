"""The data of attention between words: weights, scores, and which head aligns words."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from demo.views.payload import encode
from vit_core import Translation
from vit_core.analysis import (
    even_share,
    head_alignment,
    parked_share,
    parking_key,
    root_effect,
    scores_before_mask,
)
from vit_core.interventions import UNCHANGED, SentenceIntervention
from vit_core.sentence_trace import Part, SentenceTrace

# The most cells along a side of a thumbnail.
THUMB_SIDE = 32


def attention(translation: Translation, part: Part, layer: int) -> bytes:
    """Every head's attention of one layer of one part, and its mean over the heads.

    Shapes: pattern [H, query, key], mean [query, key], as cells of weights (payload.py).

    Raises:
        IndexError: there is no such layer.
    """
    pattern = translation.trace.pattern(layer, part=part)
    weights = {"pattern": pattern.numpy(), "mean": pattern.mean(dim=0).numpy()}
    return encode({}, {"part": part, "layer": layer}, weights=weights)


def all_layers(translation: Translation, part: Part) -> bytes:
    """Every head's attention of every layer of one part. Shapes: pattern [L, H, query, key], mean [L, query, key]."""
    patterns = _patterns(translation.trace, part)
    return encode({}, {"part": part}, weights={"pattern": patterns, "mean": patterns.mean(axis=1)})


def heads(translation: Translation, part: Part) -> bytes:
    """Every head of every layer as a thumbnail, for colour only, and how much of its attention is parked.

    Shapes: levels [L, H, rows, columns] of uint8, 255 · sqrt(weight), the largest weight of neighbouring cells where a
        thumbnail has fewer; parked [L, H] of float32, its mean over the heads of each layer parked_layer [L]. facts:
        parking, the key on which attention is parked; parked_all, the mean over all layers; even, the share of a head
        that looks at every key alike.
    """
    trace = translation.trace
    levels = np.round(255 * np.sqrt(_pooled(_patterns(trace, part)).clip(0, 1))).astype(np.uint8)
    parked = parked_share(trace, part)
    return encode(
        {"levels": levels, "parked": parked.numpy(), "parked_layer": parked.mean(dim=1).numpy()},
        {"parking": parking_key(trace, part), "parked_all": float(parked.mean()), "even": even_share(trace, part)},
    )


def scores(translation: Translation, part: Part, layer: int, intervention: SentenceIntervention = UNCHANGED) -> bytes:
    """A layer's scores before any mask: q·k / sqrt(d_head), or q·k if the division is switched off.

    Shapes: scores [H, query, key] of float32; spread, divided, peak, undivided_peak [H] of float32, the effect of the
        division on them (`vit_core.analysis.RootEffect`).

    Raises:
        IndexError: there is no such layer.
    """
    effect = root_effect(translation.trace, layer, part)
    divides = intervention.divides(translation.trace.attention(layer, part).rpartition(".")[0])
    return encode(
        {
            "scores": scores_before_mask(translation.trace, layer, part, scaled=divides).numpy(),
            "spread": effect.spread.numpy(),
            "divided": effect.divided.numpy(),
            "peak": effect.peak.numpy(),
            "undivided_peak": effect.undivided_peak.numpy(),
        },
        {"part": part, "layer": layer},
    )


def alignment(translation: Translation, difference: Tensor | None) -> bytes:
    """Which head of cross-attention finds the words that the translation depends on.

    Args:
        difference: [T, S] of `prediction_difference`; None when it was not measured.

    Shapes: partner [T], found [L, H] of int32; cost [T] of float32, the probability that each token loses without its
        partner; all
        empty when nothing was measured. facts: best, its layer and head, or null, and why: "long" or "none"; equals,
        the layer and head of every one that finds as many.
    """
    nothing = {"partner": np.zeros(0, np.int32), "found": np.zeros((0, 0), np.int32), "cost": np.zeros(0, np.float32)}
    if difference is None:
        return encode(nothing, {"best": None, "equals": [], "why": "long"})
    try:
        made = head_alignment(translation.trace, difference)
    except ValueError:
        return encode(nothing, {"best": None, "equals": [], "why": "none"})
    return encode(
        {
            "partner": made.partner.numpy().astype(np.int32),
            "found": made.found.numpy().astype(np.int32),
            "cost": difference.gather(1, made.partner.clamp(min=0)[:, None])[:, 0].numpy(),
        },
        {"best": list(made.best), "equals": [list(one) for one in made.equals], "why": ""},
    )


def _patterns(trace: SentenceTrace, part: Part) -> np.ndarray:
    stack = trace.config.encoder if part == "encoder" else trace.config.decoder
    return np.stack([trace.pattern(layer, part=part).numpy() for layer in range(stack.n_layers)])


def _pooled(patterns: np.ndarray) -> np.ndarray:
    """Max-pooling of neighbouring cells, so that a thumbnail has no more than it can show."""
    for axis in (2, 3):
        step = -(-patterns.shape[axis] // THUMB_SIDE)
        patterns = np.maximum.reduceat(patterns, np.arange(0, patterns.shape[axis], step), axis=axis)
    return patterns
