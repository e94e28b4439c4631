"""The data of the chapters The chain and Three uses: a recurrent translator on a sentence, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from demo.views.payload import encode
from vit_core import LoadedRecurrent, RecurrentTranslation
from vit_core.analysis.chain import (
    KEEPS,
    Side,
    followed_quantities,
    kept_share,
    movement,
    state_similarity,
    units_by_keeping,
)
from vit_core.recurrent import CELLS
from vit_core.sizes import n_parameters

TOP = 3


def chain(reading: RecurrentTranslation, model: LoadedRecurrent, text: str) -> bytes:
    """Every gate and state of a sentence and its translation.

    Shapes: per side ("encoder", "decoder") of N steps: {side}_{gate}, {side}_state and, of an LSTM, {side}_cell
        [N, H]; {side}_alike [N], and {side}_kept [N] where the cell has a gate for it. order [H] of int32, the units
        as they are drawn; moves_{gate}, or moves_state, [H], how far a unit moves from word to word. Per step written:
        written [T], its probability; top_ids of int32 and top [T, 3], the most probable words; with attention pattern
        [T, S] as cells. The rest float32. facts: tokens, gates, sizes.
    """
    trace, config = reading.trace, model.model.config
    cell = CELLS[config.cell]
    sides: tuple[Side, Side] = ("encoder", "decoder")
    arrays: dict[str, np.ndarray] = {"order": units_by_keeping(trace).numpy().astype(np.int32)}
    for side in sides:
        for name in (*cell.gates, "state", *(["cell"] if cell.remembers else [])):
            arrays[f"{side}_{name}"] = trace[f"{side}.{name}"].numpy()
        arrays[f"{side}_alike"] = state_similarity(trace, side).numpy()
        stayed = kept_share(trace, side)
        if stayed is not None:
            arrays[f"{side}_kept"] = stayed.numpy()
    for name in followed_quantities(trace):
        arrays[f"moves_{name}"] = movement(trace, name).numpy()
    best = reading.logprobs.topk(TOP, dim=-1)
    rows = np.arange(len(reading.ids))
    arrays["written"] = reading.logprobs.exp().numpy()[rows, list(reading.ids)]
    arrays["top_ids"] = best.indices.numpy().astype(np.int32)
    arrays["top"] = best.values.exp().numpy()
    weights = {"pattern": trace["decoder.attn.pattern"].numpy()} if config.attention else {}
    ids = sorted(set(best.indices.flatten().tolist()))
    facts = {
        **tokens(reading, model, text),
        "model": model.name,
        "cell": config.cell,
        "attention": config.attention,
        "gates": list(cell.gates),
        "keeps": KEEPS.get(config.cell, ""),
        "d_hidden": config.d_hidden,
        "d_embed": config.d_embed,
        "parameters": n_parameters(config),
        "pieces": {token: model.tokenizer.token(token) for token in ids},
        "written": reading.text,
        "stopped_by": reading.stopped_by,
    }
    return encode(arrays, facts, weights=weights)


def tokens(reading: RecurrentTranslation, model: LoadedRecurrent, text: str) -> dict[str, Any]:
    """A reading's tokens under the page's names for them (demo.sentence.views.sentence): the model's own pieces."""
    config, pieces = model.model.config, model.tokenizer.pieces(text)
    unknown = [i for i, token in enumerate(reading.source_ids) if token == config.unknown]
    return {
        "source": list(reading.source_tokens),
        "source_ids": list(reading.source_ids),
        "surfaces": {str(i): pieces[i] for i in unknown},
        "start": model.tokenizer.token(config.start),
        "target": list(reading.tokens),
        "target_ids": list(reading.ids),
    }
