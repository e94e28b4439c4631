"""What the chapter The path draws: how many steps lie between a word read and a word written."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from demo.views.before_chain import tokens
from demo.views.payload import encode
from vit_core import LoadedRecurrent, RecurrentTranslation
from vit_core.analysis.paths import attention_path, layer_costs, recurrent_path
from vit_core.sizes import TRANSFORMER_BASE

# The two rows of Table 1 that need another number; the paper leaves both open.
KERNEL, WINDOW = 3, 5


def path(reading: RecurrentTranslation, model: LoadedRecurrent, text: str) -> bytes:
    """Path lengths between every source word and every written one, and Table 1 for this sentence.

    Shapes: recurrent, attention [S, T] of int32. facts: tokens; table, its rows; n, d, kernel, window, their numbers.
    """
    n_source, n_target = len(reading.source_ids), len(reading.ids)
    d = TRANSFORMER_BASE.d_model
    table = layer_costs(n_source, d, kernel=KERNEL, window=WINDOW)
    return encode(
        {
            "recurrent": recurrent_path(n_source, n_target).numpy().astype(np.int32),
            "attention": attention_path(n_source, n_target).numpy().astype(np.int32),
        },
        {
            **tokens(reading, model, text),
            "table": [asdict(row) for row in table],
            "n": n_source,
            "d": d,
            "kernel": KERNEL,
            "window": WINDOW,
        },
    )
