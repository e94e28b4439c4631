"""Errors for folders and files that are no checkpoint, told apart by their names alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NoReturn

from vit_core.checkpoints.description import read_json
from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.io import WEIGHT_FILES, weights_in
from vit_core.reasons import Reason

# The description of an adapter: a fine-tuning that was saved without the model it changes.
ADAPTER = "adapter_config.json"
# The description of a pipeline of several models that generates pictures (diffusers).
PIPELINE = "model_index.json"
# Weights of other programs, by how their files end.
OTHER_WEIGHTS = {
    ".h5": "TensorFlow", ".keras": "Keras", ".msgpack": "Flax", ".onnx": "ONNX", ".tflite": "TensorFlow Lite",
    ".gguf": "llama.cpp", ".ggml": "llama.cpp", ".mlmodel": "Core ML", ".mlpackage": "Core ML", ".mlmodelc": "Core ML",
    ".engine": "TensorRT", ".plan": "TensorRT", ".trt": "TensorRT", ".pb": "TensorFlow", ".pdparams": "Paddle",
}  # fmt: skip
TOKENIZERS = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "vocab.txt", "source.spm", "spiece.model")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
DATA = (".parquet", ".arrow", ".csv", ".tsv", ".jsonl", ".tar", ".tfrecord", *PICTURES)
# The most entries of a folder that are looked at to tell what it is; a data set may have millions.
LOOKED_AT = 1000


def entries(folder: Path, most: int = LOOKED_AT) -> list[os.DirEntry[str]]:
    """The first entries of a folder, by name.

    Raises:
        OSError: it cannot be read.
    """
    with os.scandir(folder) as found:
        return sorted(islice(found, most), key=lambda entry: entry.name)


def refuse_file(path: Path) -> None:
    """Raise other_framework for a file of weights that another program wrote."""
    if framework := OTHER_WEIGHTS.get(path.suffix.lower()):
        raise CheckpointError("other_framework", name=path.name, framework=framework, file=path.name)


def refuse_without_weights(folder: Path, name: str) -> NoReturn:
    """Raise the error that tells what a folder without a weight file is.

    Raises:
        CheckpointError: adapter, trainer_parent, paints_pictures, other_framework, data_set, tokenizer_only,
            no_checkpoint, not_found or unreadable.
    """
    if (folder / ADAPTER).exists():
        base = read_json(folder / ADAPTER, name).get("base_model_name_or_path") or Reason("unnamed")
        raise CheckpointError("adapter", name=name, base=base)
    files = entries(folder)
    runs = [Path(entry.path) for entry in files if entry.name.startswith("checkpoint-")]
    runs = [path for path in runs if os.path.isfile(path / "config.json")]
    if runs:
        inside = [path.name for path in runs if weights_in(path)]
        raise CheckpointError("trainer_parent", name=name, folders=", ".join(inside or [path.name for path in runs]))
    if os.path.exists(folder / PIPELINE):
        raise CheckpointError("paints_pictures", name=name, file=PIPELINE)
    for entry in files:
        if framework := OTHER_WEIGHTS.get(Path(entry.name).suffix.lower()):
            raise CheckpointError("other_framework", name=name, framework=framework, file=entry.name)
    if not os.path.exists(folder / "config.json"):
        if data := next(_data(files), None):
            raise CheckpointError("data_set", name=name, file=data)
        if tokenizer := next((entry.name for entry in files if entry.name in TOKENIZERS), None):
            raise CheckpointError("tokenizer_only", name=name, file=tokenizer)
        inside = [entry.name for entry in files if not entry.name.startswith(".")]
        raise CheckpointError("no_checkpoint", name=name, files=", ".join(inside[:3]) or "–")
    raise CheckpointError("not_found", name=name, what=Reason("one_of", names=", ".join(WEIGHT_FILES)))


def _data(files: list[os.DirEntry[str]]) -> Iterator[str]:
    """Files of a data set in a folder or in its first subfolder (data sets of pictures have a folder for each
    class).
    """
    yield from (entry.name for entry in files if entry.name.lower().endswith(DATA) and not entry.is_dir())
    for entry in [entry for entry in files if entry.is_dir() and not entry.name.startswith(".")][:3]:
        yield from (f"{entry.name}/{sub.name}" for sub in entries(Path(entry.path)) if sub.name.lower().endswith(DATA))
