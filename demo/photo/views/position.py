"""The data of the Position screen: similarity of positions, the sinusoidal table, and the effect of shuffled
patches.
"""

from __future__ import annotations

import numpy as np

from demo.views.payload import encode
from vit_core import LoadedModel, Trace
from vit_core.analysis import (
    attention_rows,
    peaks_at_rows,
    position_grid,
    position_similarity,
    similarity_by_offset,
    similarity_maps,
)
from vit_core.positions import sinusoidal_table

# The share of a table's absolute values below the one that gets the full colour.
FULL = 0.99


def similarity(model: LoadedModel, rows: int, cols: int) -> bytes:
    """The cosine of every position with all others, for a rows x cols picture (arXiv 2010.11929, Fig. 7 centre).

    Shapes: similarity [Q, P], -1..1, as cells of weights (payload.py); Q places in reading order, every `step`-th row
        and column, P = rows * cols. facts: rows, cols, step, native (places along a side as trained), the rule of
        resampling.
    """
    maps, step = similarity_maps(model.model, rows, cols)
    config = model.model.config
    facts = {"rows": rows, "cols": cols, "step": step, "native": config.grid, "rule": config.position_resample}
    return encode({}, facts, weights={"similarity": maps.numpy()})


def tables(model: LoadedModel, rows: int, cols: int) -> bytes:
    """The learned table of this picture size and the sinusoidal one of the same shape (arXiv 1706.03762, section 3.5).

    Shapes: learned, sinusoidal [P, D] of float32, whose third digit is shown; learned_by_offset, sinusoidal_by_offset
        [P] of float32, the mean similarity of two places k apart in reading order. facts: peaks, the row widths at
        which the learned curve peaks, counted from the first; full, the size that at most 1 % of each table's numbers
        exceed: a few outliers would leave the rest without colour.
    """
    learned = position_grid(model.model, rows, cols)
    computed = sinusoidal_table(rows * cols, model.model.config.d_model)
    curves = [similarity_by_offset(position_similarity(table)) for table in (learned, computed)]
    return encode(
        {
            "learned": learned.numpy(),
            "sinusoidal": computed.numpy(),
            "learned_by_offset": curves[0].numpy(),
            "sinusoidal_by_offset": curves[1].numpy(),
        },
        {
            "peaks": peaks_at_rows(curves[0], cols),
            "full": [round(float(np.quantile(np.abs(table.numpy()), FULL)), 6) for table in (learned, computed)],
        },
    )


def moved(board: Trace, in_order: Trace, query: int, home: int) -> bytes:
    """The effect of shuffled patches on the answer and on one patch's attention, compared with the patches in order.

    Args:
        board: the pass with shuffled patches.
        in_order: the same pass with every patch at its place.
        query: the token on the board; home: the same patch's token in order.

    Shapes: probabilities [C] of float32 and order [C] of int32, most probable class first; of a head that names no
        class its numbers as logits [C], in their own order, and no probabilities; all empty without a head; on_board,
        at_home [L, H, N] as cells of weights (payload.py). facts: query, home; numbers, how many of those there are.

    Raises:
        IndexError: there is no such token.
    """
    nothing = np.zeros(0, np.float32)
    named = board.config.names_classes
    shares = board.probabilities.numpy() if named else nothing
    numbers = nothing if named or board.logits is None else board.logits.numpy()
    order = np.argsort(-shares, kind="stable") if named else np.arange(len(numbers))
    return encode(
        {
            "probabilities": shares,
            "order": order.astype(np.int32),
            **({"logits": numbers} if len(numbers) else {}),
        },
        {"query": query, "home": home, "numbers": len(numbers)},
        weights={
            "on_board": attention_rows(board, query).numpy(),
            "at_home": attention_rows(in_order, home).numpy(),
        },
    )
