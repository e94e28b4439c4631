"""The data of the chapter on the single vector: measured quality by length, and six translations of a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from demo.views.payload import encode
from vit_core import LoadedRecurrent, LoadedTranslator, RecurrentTranslation, Translation
from vit_core.quality_by_length import FEW, Change, Measured, change, n_words, ratio

# The same cell without and with attention: the only pair that differs in nothing else.
WITHOUT, WITH = "gru-de-en", "gru-attention-de-en"


def quality(rows: Sequence[Measured], text: str) -> bytes:
    """The measured table as curves, how each curve changes over its length, and where a sentence stands.

    Shapes: score [kinds, metrics, models, buckets, 3] of float32, value and 95 % interval, NaN where nothing was
        measured; buckets [buckets, 2] of int32, fewest and most words; n [kinds, buckets] of int32; ends [kinds, 2]
        of int32, the first and last bucket of at least FEW sentences; change, kept [kinds, metrics, models, 3] of
        float32, from the one to the other in points and as a share; attention_change, attention_kept [kinds, metrics,
        3], how these differ with attention from those of the GRU without, as a difference and as a ratio; NaN while
        one of the two is not in the table. facts: kinds, metrics, models, few; words of the text; at, the bucket they
        are in, -1 beyond what was measured.
    """
    kinds, metrics, models = (
        [*dict.fromkeys(getattr(row, name) for row in rows)] for name in ("kind", "metric", "model")
    )
    buckets = sorted({row.bucket for row in rows})
    score = np.full((len(kinds), len(metrics), len(models), len(buckets), 3), np.nan, np.float32)
    n = np.zeros((len(kinds), len(buckets)), np.int32)
    for row in rows:
        kind, bucket = kinds.index(row.kind), buckets.index(row.bucket)
        score[kind, metrics.index(row.metric), models.index(row.model), bucket] = row.value, row.low, row.high
        n[kind, bucket] = row.n
    ends = np.array([_ends(counts) for counts in n], np.int32)
    first, last = (score[np.arange(len(kinds)), ..., end, :] for end in ends.T)
    changes, kept = _each(change, first, last), _each(ratio, first, last)
    words = n_words(text)
    at = next((i for i, (fewest, most) in enumerate(buckets) if fewest <= words <= most), -1)
    return encode(
        {
            "score": score,
            "buckets": np.array(buckets, np.int32),
            "n": n,
            "ends": ends,
            "change": changes,
            "kept": kept,
            "attention_change": _each(change, _of(WITHOUT, models, changes), _of(WITH, models, changes)),
            "attention_kept": _each(ratio, _of(WITHOUT, models, kept), _of(WITH, models, kept)),
        },
        {"kinds": kinds, "metrics": metrics, "models": models, "few": FEW, "words": words, "at": at},
    )


def _each(
    compare: Callable[[Sequence[float], Sequence[float]], Change], before: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """Compare estimate by estimate. Shapes: [..., 3] twice -> [..., 3] of float32."""
    pairs = zip(before.reshape(-1, 3).tolist(), after.reshape(-1, 3).tolist(), strict=True)
    return np.array([compare(*pair) for pair in pairs], np.float32).reshape(before.shape)


def _of(name: str, models: list[str], estimates: np.ndarray) -> np.ndarray:
    """One model's estimates, NaN where it has none. Shapes: [kinds, metrics, models, 3] -> [kinds, metrics, 3]."""
    return estimates[:, :, models.index(name)] if name in models else np.full_like(estimates[:, :, 0], np.nan)


def _ends(n: np.ndarray) -> np.ndarray:
    """The first and the last bucket with enough sentences, or with any sentences if none has enough."""
    return np.flatnonzero(n >= (FEW if (n >= FEW).any() else 1))[[0, -1]]


def translated(said: Translation | RecurrentTranslation, model: LoadedTranslator | LoadedRecurrent) -> bytes:
    """One model's translation, token by token.

    Shapes: probability [T] of float32, of each token written. facts: tokens; text; stopped_by; parameters; unknown, how
        many of the source tokens the model's vocabulary lacks, and source, how many there are.
    """
    if isinstance(said, Translation):
        probability = np.array([step.probability for step in said.steps], np.float32)
    else:
        probability = said.logprobs[range(len(said.ids)), said.ids].exp().numpy()
    return encode(
        {"probability": probability},
        {
            "tokens": list(said.tokens),
            "text": said.text,
            "stopped_by": said.stopped_by,
            "parameters": sum(parameter.numel() for parameter in model.model.parameters()),
            "unknown": said.source_ids.count(model.model.config.unknown),
            "source": len(said.source_ids),
        },
    )
