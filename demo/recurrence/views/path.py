"""The data of the chapter The path: the number of steps between a source word and a target word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from demo.recurrence.views.gradient import words
from demo.views.payload import encode
from vit_core.analysis.paths import attention_path, layer_costs, recurrent_path
from vit_core.sizes import TRANSFORMER_BASE
from vit_core.text import MarianTokenizer

# The numbers k and r of two rows of Table 1, which the paper leaves open.
KERNEL, WINDOW = 3, 5


def path(tokenizer: MarianTokenizer, source: str, source_ids: Sequence[int], target_ids: Sequence[int]) -> bytes:
    """Path lengths between every source token and every one of a translation, and Table 1 for this sentence.

    Args:
        target_ids: the start token, then the translation that all networks are given.

    Shapes: recurrent, attention [S, T] of int32. facts: tokens; table, its rows; n, d, kernel, window, their numbers.
    """
    n_source, n_target = len(source_ids), len(target_ids) - 1
    d = TRANSFORMER_BASE.d_model
    table = layer_costs(n_source, d, kernel=KERNEL, window=WINDOW)
    return encode(
        {
            "recurrent": recurrent_path(n_source, n_target).numpy().astype(np.int32),
            "attention": attention_path(n_source, n_target).numpy().astype(np.int32),
        },
        {
            **words(tokenizer, source, source_ids, target_ids),
            "table": [asdict(row) for row in table],
            "n": n_source,
            "d": d,
            "kernel": KERNEL,
            "window": WINDOW,
        },
    )
