"""One model as the Models screen shows it before anything of it is loaded: size, shape, origin, quality, place."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from demo.views.figures import figures
from vit_core import CheckpointSpec, ImageSpec, TranslatorSpec
from vit_core.checkpoints.io import n_bytes, weights_in
from vit_core.sizes import TRANSFORMER_BASE, VIT_TABLE_1, n_parameters

FLOAT32_BYTES = 4


def card(spec: CheckpointSpec, folder: Path | None = None) -> dict[str, Any]:
    """A checkpoint's card.

    Args:
        folder: where an operator's own checkpoint lies.
    """
    config = spec.config
    parameters = n_parameters(config)
    weights = weights_in(folder) if folder is not None else spec.weights
    where = "folder" if folder is not None else spec.where
    return {
        "name": spec.name,
        "task": spec.task,
        "family": spec.family or "own",
        "parameters": parameters,
        # What is here has been weighed; a download is as large as float32 makes it.
        "bytes": n_bytes(weights) if weights is not None else parameters * FLOAT32_BYTES,
        "licence": spec.licence,
        "source": spec.source_url,
        "paper": spec.paper,
        "figures": figures(spec),
        "here": where != "download",
        "host": urlsplit(spec.server).hostname if where == "download" else "",
        "problem": None,
        **(_picture_shape(spec) if isinstance(spec, ImageSpec) else _sentence_shape(spec)),
    }


def _picture_shape(spec: ImageSpec) -> dict[str, Any]:
    config, crop = spec.config, spec.preprocess.crop
    return {
        "d_model": config.d_model,
        "patch": config.patch_size,
        "d_mlp": config.d_mlp,
        "layers": config.n_layers,
        "heads": config.n_heads,
        "size": crop,
        "tokens": (crop // config.patch_size) ** 2 + len(config.prefix),
        "prefix": list(config.prefix),
        "classes": config.n_classes,
    }


def _sentence_shape(spec: CheckpointSpec) -> dict[str, Any]:
    assert isinstance(spec, TranslatorSpec)
    encoder, decoder = spec.config.encoder, spec.config.decoder
    return {
        "d_model": spec.config.d_model,
        "languages": [spec.source, spec.target],
        "layers": encoder.n_layers,
        "decoder_layers": decoder.n_layers,
        "heads": max(encoder.n_heads, decoder.n_heads),
        "d_mlp": max(encoder.d_mlp, decoder.d_mlp),
        "tokens": spec.config.max_positions,
        "vocabulary": spec.config.target_vocab,
    }


def broken_card(name: str, code: str, params: dict[str, str | int | float]) -> dict[str, Any]:
    """The card of a folder that cannot be read: its name and the sentence that says why."""
    return {"name": name, "family": "own", "here": False, "problem": {"code": code, "params": params}}


def paper_sizes() -> list[dict[str, Any]]:
    """The models of the two papers that a loaded one is drawn beside."""
    return [asdict(size) for size in (TRANSFORMER_BASE, *VIT_TABLE_1)]
