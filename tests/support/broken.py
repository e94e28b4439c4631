"""Checkpoint folders that are broken in one way each, as an operator may have them."""

from __future__ import annotations

import io
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

QUERY = "vit.encoder.layer.1.attention.attention.query.weight"


def lacking(tensors: dict[str, Any]) -> None:
    del tensors[QUERY]


def with_one_more(tensors: dict[str, Any]) -> None:
    tensors["vit.encoder.layer.1.adapter.weight"] = torch.zeros(3)


def of_another_shape(tensors: dict[str, Any]) -> None:
    tensors[QUERY] = tensors[QUERY][:, :40].contiguous()


def with_nan(tensors: dict[str, Any]) -> None:
    tensors[QUERY][0, 0] = torch.nan


def with_infinity(tensors: dict[str, Any]) -> None:
    tensors["classifier.bias"][2] = torch.inf


def of_whole_numbers(tensors: dict[str, Any]) -> None:
    tensors[QUERY] = tensors[QUERY].long()


def of_strange_names(tensors: dict[str, Any]) -> None:
    for name in list(tensors):
        tensors[f"encoder.{name[::-1]}"] = tensors.pop(name)


def cloned(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Apply a change to copies of the tensors, which all tests share."""

    def safe(tensors: dict[str, Any]) -> None:
        tensors.update({name: tensor.clone() for name, tensor in tensors.items()})
        change(tensors)

    return safe


def bad_tensors(folder: Path, write: Callable[..., Path], change: Callable[[dict[str, Any]], None]) -> None:
    write(folder, change=cloned(change))


def bad_config(folder: Path, write: Callable[..., Path], **config: Any) -> None:
    write(folder, config=config)


def replaced(folder: Path, write: Callable[..., Path], file: str, content: bytes) -> None:
    write(folder, weights=file != "pytorch_model.bin")
    (folder / file).write_bytes(content)


def torchscript() -> bytes:
    content = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), content)
    return content.getvalue()


def npz() -> bytes:
    content = io.BytesIO()
    np.savez(content, cls=np.zeros(3))
    return content.getvalue()


def gguf() -> bytes:
    """A GGUF file of llama.cpp without tensors: magic number, version 3, no tensors, one entry that names the
    architecture.
    """

    def text(said: str) -> bytes:
        return struct.pack("<Q", len(said)) + said.encode()

    entry = text("general.architecture") + struct.pack("<I", 8) + text("clip")
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + entry


def flax() -> bytes:
    """What flax's to_bytes makes of {"cls": np.zeros(3, np.float32)}: MessagePack, an array as its extension 1."""
    array = b"\x93" + b"\x91\x03" + b"\xa7float32" + b"\xc4\x0c" + bytes(12)
    return b"\x81\xa3cls" + b"\xc7" + bytes([len(array), 1]) + array


def paddle() -> bytes:
    """What paddle.save makes of a layer's state: a pickle of arrays."""
    return pickle.dumps({"cls": np.zeros(3, np.float32), "StructuredToParameterName@@": {"cls": "cls_0"}}, protocol=2)


def core_ml(folder: Path, write: Callable[..., Path]) -> None:
    """A model of Core ML's, which is a folder (its package) with a manifest, the model and its numbers."""
    within = "model.mlpackage/Data/com.apple.CoreML"
    write(folder, weights=False)
    (folder / within / "weights").mkdir(parents=True)
    (folder / within / "model.mlmodel").write_bytes(b"\x08\x07\x12\x00")
    (folder / within / "weights" / "weight.bin").write_bytes(bytes(64))
    (folder / "model.mlpackage" / "Manifest.json").write_text('{"fileFormatVersion": "1.0.0"}')


# How a file of TensorFlow's Keras begins (HDF5).
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(88)


def without_weights(folder: Path, write: Callable[..., Path], file: str, content: str = "{}") -> None:
    write(folder, weights=False)
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(content, encoding="utf-8")


def adapter_alone(folder: Path, write: Callable[..., Path]) -> None:
    without_weights(folder, write, "adapter_config.json", '{"base_model_name_or_path": "google/vit"}')
    (folder / "config.json").unlink()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 346293852\n"

# By the fault: the function that makes such a folder, the code of the error, and what its sentence has to name.
BAD: dict[str, tuple[Callable[..., None], str, str]] = {
    "a missing tensor": (lambda f, w: bad_tensors(f, w, lacking), "missing_tensor", QUERY),
    "a tensor too many": (lambda f, w: bad_tensors(f, w, with_one_more), "unexpected_tensor", "adapter"),
    "a wrong shape": (lambda f, w: bad_tensors(f, w, of_another_shape), "wrong_shape", "[48, 40]"),
    "NaN": (lambda f, w: bad_tensors(f, w, with_nan), "not_finite", QUERY),
    "infinity": (lambda f, w: bad_tensors(f, w, with_infinity), "not_finite", "classifier.bias"),
    "whole numbers": (lambda f, w: bad_tensors(f, w, of_whole_numbers), "wrong_dtype", "int64"),
    "strange names": (lambda f, w: bad_tensors(f, w, of_strange_names), "unknown_dialect", "hf_vit"),
    "a config with more layers": (lambda f, w: bad_config(f, w, num_hidden_layers=3), "missing_tensor", "layer.2"),
    "a config with other patches": (lambda f, w: bad_config(f, w, patch_size=16), "wrong_shape", "[48, 3, 8, 8]"),
    "a config with other classes": (lambda f, w: bad_config(f, w, id2label={"0": "a", "1": "b"}), "wrong_shape", "2"),
    "a config of another family": (lambda f, w: bad_config(f, w, model_type="swin"), "unsupported_arch", "swin"),
    "a config that cannot be": (lambda f, w: bad_config(f, w, num_attention_heads=5), "unreadable", "d_model"),
    "a config with words for numbers": (lambda f, w: bad_config(f, w, hidden_size="many"), "unreadable", "config"),
    "a config that is no JSON": (lambda f, w: replaced(f, w, "config.json", b"{..."), "unreadable", "JSON"),
    "a config that is a list": (lambda f, w: replaced(f, w, "config.json", b"[]"), "unreadable", "JSON"),
    "bytes that are no JSON": (lambda f, w: replaced(f, w, "config.json", b"\xff\xfe\0"), "unreadable", "JSON"),
    "a preparation unknown here": (
        lambda f, w: replaced(f, w, "preprocessor_config.json", json.dumps({"do_rescale": False}).encode()),
        "unsupported_preprocess",
        "1",
    ),
    "no weights": (lambda f, w: w(f, weights=False), "not_found", "model.safetensors"),
    "an empty file": (lambda f, w: replaced(f, w, "model.safetensors", b""), "unreadable", "safetensors"),
    "noise": (lambda f, w: replaced(f, w, "model.safetensors", bytes(range(256)) * 40), "unreadable", "safetensors"),
    "a page of HTML": (lambda f, w: replaced(f, w, "pytorch_model.bin", b"<html>404</html>"), "unreadable", "PyTorch"),
    "a pickle that stops": (lambda f, w: replaced(f, w, "pytorch_model.bin", b"\x80\x02}q"), "unreadable", ""),
    "a pickle of something else": (
        lambda f, w: replaced(f, w, "pytorch_model.bin", pickle.dumps([1, 2, 3], protocol=2)),
        "unreadable",
        "PyTorch",
    ),
    "a pointer": (lambda f, w: replaced(f, w, "model.safetensors", POINTER), "lfs_pointer", "git lfs pull"),
    "a pointer for a description": (
        lambda f, w: replaced(f, w, "config.json", POINTER),
        "lfs_pointer",
        "git lfs pull",
    ),
    "a pointer for a processor": (
        lambda f, w: replaced(f, w, "preprocessor_config.json", POINTER),
        "lfs_pointer",
        "git lfs pull",
    ),
    "a pointer for a pickle": (
        lambda f, w: replaced(f, w, "pytorch_model.bin", POINTER),
        "lfs_pointer",
        "git lfs pull",
    ),
    "a program": (lambda f, w: replaced(f, w, "pytorch_model.bin", torchscript()), "torchscript", ".safetensors"),
    "arrays of NumPy": (lambda f, w: replaced(f, w, "pytorch_model.bin", npz()), "numpy_archive", ".safetensors"),
    "TensorFlow": (lambda f, w: without_weights(f, w, "tf_model.h5"), "other_framework", "TensorFlow"),
    "Flax": (
        lambda f, w: (w(f, weights=False), (f / "flax_model.msgpack").write_bytes(flax())),
        "other_framework",
        "Flax",
    ),
    "Core ML": (core_ml, "other_framework", "Core ML"),
    "TensorRT": (lambda f, w: without_weights(f, w, "model.engine", "ftrt"), "other_framework", "TensorRT"),
    "Paddle": (
        lambda f, w: (w(f, weights=False), (f / "model.pdparams").write_bytes(paddle())),
        "other_framework",
        "Paddle",
    ),
    "llama.cpp by another name": (
        lambda f, w: replaced(f, w, "pytorch_model.bin", gguf()),
        "other_framework",
        "llama.cpp",
    ),
    "llama.cpp as safetensors": (
        lambda f, w: replaced(f, w, "model.safetensors", gguf()),
        "other_framework",
        "llama.cpp",
    ),
    "TensorFlow by another name": (
        lambda f, w: replaced(f, w, "pytorch_model.bin", HDF5),
        "other_framework",
        "TensorFlow",
    ),
    "an adapter": (adapter_alone, "adapter", "google/vit"),
    "a training run": (
        lambda f, w: without_weights(f, w, "checkpoint-500/config.json"),
        "trainer_parent",
        "checkpoint-500",
    ),
    "a folder for a pickle": (
        lambda f, w: (w(f, weights=False), (f / "pytorch_model.bin").mkdir()),
        "unreadable",
        "",
    ),
    "a folder for a file": (lambda f, w: (w(f, weights=False), (f / "model.safetensors").mkdir()), "unreadable", ""),
}
