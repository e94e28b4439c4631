"""The data of the Words screen: a token's embedding, the effect of editing the text, and the effect of padding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from demo.views.payload import encode
from vit_core import LoadedTranslator, Translation
from vit_core.analysis import position_similarity
from vit_core.analysis.padding import PaddedBatch
from vit_core.analysis.sentences import encoder_output, moved_tokens, same_tokens
from vit_core.positions import sinusoidal_table
from vit_core.sizes import TRANSFORMER_BASE, n_parameters
from vit_core.training_curve import TrainingCurve

# The largest distance at which positions are compared; a sentence rarely has more words.
MOST_APART = 64
# float32's rounding error after all blocks, as a share of the largest number.
ROUNDING = 1e-5


def words(translation: Translation, model: LoadedTranslator) -> bytes:
    """From ids to the input of the first block, for the source and for the target that the decoder read.

    Shapes: per side ("source", "target") row, the token's row of the embedding table, content, the same times the
        factor, position and tokens, their sum: [N, D]. halves, interleaved: the sinusoidal table in both orders
        [N', D], N' the longer side; by_offset [P], the cosine of position 0 with position k; all float32. facts:
        factor (1 where the model does not scale), layout, and this model's sizes and the paper's.
    """
    config, trace, net = model.model.config, translation.trace, model.model
    sides = {
        "source": ("encoder", translation.source_ids, net.embed if net.source_embed is None else net.source_embed),
        "target": ("decoder", trace.read_ids, net.embed),
    }
    arrays: dict[str, np.ndarray] = {}
    for side, (stack, ids, table) in sides.items():
        arrays[f"{side}_row"] = table.weight[torch.tensor(ids)].numpy()
        for part, name in (("content", "words"), ("position", "position"), ("tokens", "tokens")):
            arrays[f"{side}_{part}"] = trace[f"{stack}.{name}"].numpy()
    n = max(len(translation.source_ids), len(trace.read_ids))
    for layout in ("halves", "interleaved"):
        arrays[layout] = sinusoidal_table(n, config.d_model, layout).numpy()
    apart = sinusoidal_table(min(MOST_APART, config.max_positions), config.d_model, config.sinusoids)
    arrays["by_offset"] = position_similarity(apart)[0].numpy()
    paper = TRANSFORMER_BASE
    return encode(
        arrays,
        {
            "factor": math.sqrt(config.d_model) if config.scale_embedding else 1.0,
            "layout": config.sinusoids,
            "source_vocabulary": config.source_vocab,
            "target_vocabulary": config.target_vocab,
            "shared": config.shared_embedding,
            "parameters": n_parameters(config),
            "paper": {
                "d_model": paper.d_model,
                "heads": paper.heads,
                "layers": [paper.layers, paper.decoder_layers],
                "d_mlp": paper.d_mlp,
                "vocabulary": paper.vocabulary,
                "parameters": paper.millions * 1_000_000,
            },
        },
    )


def moved(before: Translation, after: Translation) -> bytes:
    """The change of each token that two sentences share in the encoder's output.

    Shapes: partner [S] of int32, the token's place in `before`, -1 for one that was not there; relative [S] of float32,
        how far its vector moved as a share of its length, and largest [S], the largest difference of any of its
        numbers; NaN without a partner. facts: both translations, and below which difference it is rounding.
    """
    partner, outputs = same_tokens(before.source_ids, after.source_ids), encoder_output(before.trace)
    relative, largest = moved_tokens(outputs, encoder_output(after.trace), partner)
    return encode(
        {
            "partner": np.array([-1 if place is None else place for place in partner], np.int32),
            "relative": relative.numpy(),
            "largest": largest.numpy(),
        },
        {"before": before.text, "after": after.text, "rounding": _rounding(outputs)},
    )


def _rounding(outputs: torch.Tensor) -> float:
    """The largest difference between two computations of these numbers that float32's rounding explains."""
    return ROUNDING * float(outputs.abs().max())


def padding(
    batch: PaddedBatch,
    moved_rows: torch.Tensor,
    tokens: Sequence[Sequence[str]],
    written: Sequence[str],
    alone: Sequence[str],
    offers: Sequence[Sequence[Any]],
) -> bytes:
    """Sentences as rows of a padded batch, and the effect of the padding on them.

    Args:
        moved_rows: how far each sentence's output is from being read alone.
        tokens: the sentences' pieces.
        written, alone: their translations in the batch, and each alone.
        offers: of every sentence but the first, what may be taken in its place (demo/sentence/typed.py).

    Shapes: ids [B, N] of int32; on_padding [L, B, N], leaked [L, B] and moved [B] of float32, shares 0..1. facts:
        tokens, written, alone, offers, lengths, and below which `moved` is rounding.
    """
    return encode(
        {
            "ids": batch.ids.numpy().astype(np.int32),
            "on_padding": batch.on_padding.numpy(),
            "leaked": batch.leaked().numpy(),
            "moved": moved_rows.numpy(),
        },
        {
            "offers": [list(found) for found in offers],
            "tokens": [list(row) for row in tokens],
            "written": list(written),
            "alone": list(alone),
            "lengths": list(batch.lengths),
            "rounding": _rounding(batch.outputs),
        },
    )


def training_curve(curve: TrainingCurve) -> bytes:
    """A loss as it fell. Shapes: steps [N] of int32; losses [N] of float32, nats per token. facts: model, and of
    how many sentences it was.
    """
    return encode(
        {"steps": np.array(curve.steps, np.int32), "losses": np.array(curve.losses, np.float32)},
        {"model": curve.model, "sentences": curve.sentences},
    )
