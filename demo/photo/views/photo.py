"""The facts of a photo that every screen has before it fetches any bytes: shapes, names, warnings."""

from __future__ import annotations

from typing import Any

from demo.views.published_quality import figures
from vit_core import LoadedModel, Trace
from vit_core.preprocess import Box


def describe(trace: Trace, model: LoadedModel, sizes: list[int]) -> dict[str, Any]:
    """The facts of a trace that the page needs to lay out its figures."""
    config, (rows, cols) = trace.config, trace.geometry.grid
    return {
        "rows": rows,
        "cols": cols,
        "prefix": list(trace.geometry.prefix),
        "placed": config.n_positions - config.grid**2,
        "tokens": trace.geometry.n_tokens,
        "patch": config.patch_size,
        "layers": config.n_layers,
        "heads": config.n_heads,
        "d_model": config.d_model,
        "d_head": config.d_head,
        "d_mlp": config.d_mlp,
        "act": config.act,
        "gated": config.gated,
        # The place of the norm in the formula: a ViT has it before the branch (vit_core.blocks).
        "norm": "pre",
        "layer_scale": config.layer_scale,
        "classes": config.n_classes if config.names_classes else 0,
        "numbers": 0 if config.names_classes else config.n_classes,
        "each": config.answer == "each",
        "pool": config.pool,
        "norm_of_mean": config.norm_of_mean,
        "native": model.preprocess.crop // config.patch_size * config.patch_size,
        "grid": config.grid,
        "sizes": sizes,
        "mean": list(model.preprocess.mean),
        "std": list(model.preprocess.std),
        "seconds": trace.seconds,
        "notes": [note.code for note in model.remarks],
        "noted": {key: value for note in model.remarks for key, value in note.params.items()},
        "figures": figures(model.spec),
    }


def seen_share(box: Box, width: int, height: int) -> list[float]:
    """The part of a photo that the model sees as shares 0..1 of its width and height: [x0, y0, x1, y1]."""
    x0, y0, x1, y1 = box
    return [x0 / width, y0 / height, x1 / width, y1 / height]
