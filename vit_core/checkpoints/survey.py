"""Find out what a folder or file is without reading its weights, for lists of models."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Literal

from vit_core import foreign_json
from vit_core.checkpoints.contents import ADAPTER, OTHER_WEIGHTS, entries
from vit_core.checkpoints.convert import find_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.checkpoints.folder import TRANSLATORS, task_of
from vit_core.checkpoints.hf_folder import FAMILIES
from vit_core.checkpoints.io import n_bytes, read_shapes, weights_in
from vit_core.checkpoints.loading import shapes_of
from vit_core.checkpoints.marian_folder import MODEL_TYPE as MARIAN
from vit_core.checkpoints.recurrent_folder import MODEL_TYPE as RECURRENT
from vit_core.checkpoints.spec import CheckpointSpec, Task
from vit_core.reasons import Reason, reason_of
from vit_core.sizes import n_parameters

Purpose = Task | Literal["other"] | None
Form = Literal["transformers", "timm", "recurrent", "file", "adapter", "run", "tokenizer", "data", "other"]
# By the code of the error of loading: what a folder is.
FORMS: Mapping[str, Form] = {
    "adapter": "adapter", "trainer_parent": "run", "tokenizer_only": "tokenizer", "data_set": "data"
}  # fmt: skip
# Codes of errors for paths whose model, if there is one, neither reads pictures nor translates.
OTHERS = ("reads_text", "writes_text", "hears", "data_set", "tokenizer_only", "paints_pictures")
IMAGES = ("image", "vision", "vit", "swin", "beit", "convnext", "resnet", "deit", "dino")


@dataclass(frozen=True)
class Survey:
    """What was found at a path: a checkpoint and its specification, or an error.

    Attributes:
        form: what it is.
        task: what its model is for: "other" for none of this program's tasks, None if unknown.
        bytes: size of its weights; None if there are none.
        parameters: number of learned numbers; None if no header of a file tells it.
        spec: the specification of a checkpoint that `load` reads; None for anything else.
        error: why it cannot be read, as `load` says it.
        notes: what a user should know of one that can be.
    """

    form: Form
    task: Purpose
    bytes: int | None
    parameters: int | None
    spec: CheckpointSpec | None = None
    error: CheckpointError | None = None
    notes: tuple[Note, ...] = ()


def survey(path: Path, name: str) -> Survey:
    """Find out what is at a path; never raises.

    Args:
        name: what it is called in sentences.
    """
    raw = _config(path)
    try:
        found = shapes_of(path, name)
    except CheckpointError as error:
        return Survey(_form(path, raw, error), _purpose(path, raw, error), _bytes(path), _parameters(path), error=error)
    except Exception as error:  # a damaged file can make a reader fail in any way
        told = CheckpointError("unreadable", name=name, kind=Reason("kind_checkpoint"), reason=reason_of(error))
        return Survey(_form(path, raw, told), _task(raw), _bytes(path), None, error=told)
    spec = found.spec
    size = n_parameters(spec.config)
    return Survey(_form(path, raw, None), spec.task, _bytes(path), size, spec=spec, notes=found.notes)


def _config(path: Path) -> Mapping[str, Any]:
    try:
        said = foreign_json.read(path / "config.json")
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _form(path: Path, raw: Mapping[str, Any], error: CheckpointError | None) -> Form:
    if error is not None and error.code in FORMS:
        return FORMS[error.code]
    if not os.path.isdir(path):
        return "file"
    if raw.get("model_type") == RECURRENT:
        return "recurrent"
    if "architecture" in raw:
        return "timm"
    return "transformers" if raw else "other"


def _purpose(path: Path, raw: Mapping[str, Any], error: CheckpointError) -> Purpose:
    """What the model of a path that cannot be loaded is for."""
    if error.code in OTHERS:
        return "other"
    if error.code == "needs_like":  # the names of its tensors tell a bare file's task
        try:
            find_dialect(read_shapes(path), DIALECTS.values())
        except CheckpointError:
            return None
        return "image"
    return _task(raw)


def _task(raw: Mapping[str, Any]) -> Task | None:
    """The task of the model of a config.json."""
    kind, made = str(raw.get("model_type", "")), raw.get("architectures")
    if kind == RECURRENT:
        return "recurrent"
    if kind == MARIAN or kind in TRANSLATORS:
        return "translation"
    if other := task_of(raw):
        return "image" if other == "finds_places" else None
    said = f"{kind} {made[0] if isinstance(made, list) and made else ''} {raw.get('architecture', '')}".lower()
    is_timm = "architecture" in raw and "pretrained_cfg" in raw
    return "image" if kind in FAMILIES or is_timm or any(word in said for word in IMAGES) else None


def _bytes(path: Path) -> int | None:
    try:
        if os.path.isfile(path):
            return os.path.getsize(path)
        if weights := weights_in(path):
            return n_bytes(weights)
        other = (*OTHER_WEIGHTS, ".safetensors", ".bin", ".pt", ".pth") if (path / ADAPTER).exists() else OTHER_WEIGHTS
        sizes = [entry.stat().st_size for entry in entries(path) if entry.name.lower().endswith(tuple(other))]
        return sum(sizes) or None
    except (OSError, CheckpointError):
        return None


def _parameters(path: Path) -> int | None:
    try:
        files = [path] if os.path.isfile(path) else [weights_in(path) or path / "adapter_model.safetensors"]
        return sum(prod(tensor.shape) for tensor in read_shapes(files[0]).values())
    except Exception:  # an unreadable header must not hide the rest of the list
        return None
