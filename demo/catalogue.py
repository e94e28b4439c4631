"""The card of a model on the Models screen, without loading it: size, shape, origin, quality, place."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from demo.compute.pool import away, plain_facts
from demo.errors import as_json
from demo.views.published_quality import figures
from vit_core import CheckpointSpec, ImageSpec, TranslatorSpec
from vit_core.checkpoints.io import n_bytes
from vit_core.checkpoints.survey import Survey
from vit_core.sizes import TRANSFORMER_BASE, VIT_TABLE_1, n_parameters

FLOAT32_BYTES = 4


def card(spec: CheckpointSpec) -> dict[str, Any]:
    """The card of a registered checkpoint."""
    parameters, weights = n_parameters(spec.config), spec.weights
    is_here = spec.where != "download"
    return {
        **_facts(spec),
        # The size of a local file is known; that of a download is estimated from float32 weights.
        "bytes": n_bytes(weights) if weights is not None else parameters * FLOAT32_BYTES,
        "here": is_here,
        **({"host": "", "offline": False} if is_here else away(spec)),
    }


def found_card(name: str, told: Survey) -> dict[str, Any]:
    """The card of something in the operator's folder: a checkpoint, or what else it is and why it cannot be used."""
    found: dict[str, Any] = {"form": told.form, "task": told.task, "bytes": told.bytes, "parameters": told.parameters}
    if told.spec is not None:
        notes = [{"code": note.code, "params": as_json(plain_facts(note.params, name))} for note in told.notes]
        found |= {"name": name, "here": True, "host": "", "offline": False, "notes": notes}
        return {**_facts(told.spec), **found}
    problem = None
    if told.error is not None:
        facts = as_json(plain_facts(told.error.params, name))
        problem = {"code": f"checkpoint_{told.error.code}", "params": facts}
    return {**found, "name": name, "family": "own", "here": False, "host": "", "problem": problem}


def _facts(spec: CheckpointSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "task": spec.task,
        "family": spec.family or "own",
        "parameters": n_parameters(spec.config),
        "licence": spec.licence,
        "source": spec.source_url,
        "paper": spec.paper,
        "figures": figures(spec),
        "problem": None,
        **_shape(spec),
    }


def _shape(spec: CheckpointSpec) -> dict[str, Any]:
    if isinstance(spec, ImageSpec):
        return _picture_shape(spec)
    return _sentence_shape(spec) if isinstance(spec, TranslatorSpec) else {}


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
        "classes": config.n_classes if config.names_classes else 0,
        "numbers": 0 if config.names_classes else config.n_classes,
    }


def _sentence_shape(spec: TranslatorSpec) -> dict[str, Any]:
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


def paper_sizes() -> list[dict[str, Any]]:
    """The models of the two papers, with whose sizes a loaded model is compared."""
    return [asdict(size) for size in (TRANSFORMER_BASE, *VIT_TABLE_1)]
