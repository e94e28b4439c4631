"""What the chapter on the one vector draws: quality by length as measured, and six translations of a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demo.views.payload import encode
from vit_core import LoadedRecurrent, LoadedTranslator, RecurrentTranslation, Translation
from vit_core.quality_by_length import FEW, Measured, change, n_words

# The same cell with one vector and with attention: of all the pairs the one that differs in nothing else.
WITHOUT, WITH = "gru-de-en", "gru-attention-de-en"


def quality(rows: Sequence[Measured], text: str) -> bytes:
    """The measured table as curves, how each curve changes over its length, and where a sentence stands.

    Shapes: score [kinds, metrics, models, buckets, 3] of float32, value and 95 % interval, NaN where nothing was
        measured; buckets [buckets, 2] of int32, fewest and most words; n [kinds, buckets] of int32; ends [kinds, 2]
        of int32, the first and last bucket of at least FEW sentences; change [kinds, metrics, models, 3] of float32
        between them; attention [kinds, metrics, 3], how much more of its score the GRU keeps with attention. facts:
        kinds, metrics, models, few; words of the text; at, the bucket they are in, -1 beyond what was measured.
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
    changes = np.array(
        [
            [[change(curve[a], curve[b]) for curve in model] for model in kind]
            for kind, (a, b) in zip(score, ends, strict=True)
        ],
        np.float32,
    )
    pair = changes[:, :, models.index(WITHOUT)], changes[:, :, models.index(WITH)]
    attention = np.array([[change(*both) for both in zip(*kind, strict=True)] for kind in zip(*pair, strict=True)])
    words = n_words(text)
    at = next((i for i, (fewest, most) in enumerate(buckets) if fewest <= words <= most), -1)
    return encode(
        {
            "score": score,
            "buckets": np.array(buckets, np.int32),
            "n": n,
            "ends": ends,
            "change": changes,
            "attention": attention.astype(np.float32),
        },
        {"kinds": kinds, "metrics": metrics, "models": models, "few": FEW, "words": words, "at": at},
    )


def _ends(n: np.ndarray) -> np.ndarray:
    """The first and the last bucket that enough sentences stand behind; of any sentences, where none has enough."""
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
