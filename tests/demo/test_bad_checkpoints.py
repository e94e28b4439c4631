"""Broken checkpoint folders as an operator may have them: each is refused in a sentence, everything else goes on."""

from __future__ import annotations

import io
import json
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from demo.errors import VisitorError
from demo.services import DEFAULT_MODEL, FIRST, Look, Services
from demo.texts import LANGUAGES, sentence
from vit_core.checkpoints import loading
from vit_core.checkpoints.registry import REGISTRY

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
    """The change, done to copies: the tensors are those of the model that all tests share."""

    def safe(tensors: dict[str, Any]) -> None:
        tensors.update({name: tensor.clone() for name, tensor in tensors.items()})
        change(tensors)

    return safe


class Runs:
    """An object whose pickle runs a command when it is read."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


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


def without_weights(folder: Path, write: Callable[..., Path], file: str, content: str = "{}") -> None:
    write(folder, weights=False)
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(content, encoding="utf-8")


def adapter_alone(folder: Path, write: Callable[..., Path]) -> None:
    without_weights(folder, write, "adapter_config.json", '{"base_model_name_or_path": "google/vit"}')
    (folder / "config.json").unlink()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 346293852\n"

# What is wrong, how such a folder comes about, the code, and what the sentence has to name.
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
    "a config that cannot be": (lambda f, w: bad_config(f, w, num_attention_heads=5), "unreadable", "5 heads"),
    "a config with words for numbers": (lambda f, w: bad_config(f, w, hidden_size="many"), "unreadable", "config"),
    "a config that is no JSON": (lambda f, w: replaced(f, w, "config.json", b"{..."), "unreadable", "JSON"),
    "a config that is a list": (lambda f, w: replaced(f, w, "config.json", b"[]"), "unreadable", "JSON"),
    "bytes that are no JSON": (lambda f, w: replaced(f, w, "config.json", b"\xff\xfe\0"), "unreadable", "JSON"),
    "a preparation unknown here": (
        lambda f, w: replaced(f, w, "preprocessor_config.json", json.dumps({"do_rescale": False}).encode()),
        "unsupported_preprocess",
        "0..1",
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
    "a pointer for a pickle": (
        lambda f, w: replaced(f, w, "pytorch_model.bin", POINTER),
        "lfs_pointer",
        "git lfs pull",
    ),
    "a program": (lambda f, w: replaced(f, w, "pytorch_model.bin", torchscript()), "torchscript", ".safetensors"),
    "arrays of NumPy": (lambda f, w: replaced(f, w, "pytorch_model.bin", npz()), "numpy_archive", ".safetensors"),
    "TensorFlow": (lambda f, w: without_weights(f, w, "tf_model.h5"), "other_framework", "TensorFlow"),
    "Flax": (lambda f, w: without_weights(f, w, "flax_model.msgpack"), "other_framework", "Flax"),
    "an adapter": (adapter_alone, "adapter", "google/vit"),
    "a training run": (
        lambda f, w: without_weights(f, w, "checkpoint-500/config.json"),
        "trainer_parent",
        "checkpoint-500",
    ),
    "a folder for a pickle": (
        lambda f, w: (w(f, weights=False), (f / "pytorch_model.bin").mkdir()),
        "unreadable",
        "directory",
    ),
    "a folder for a file": (lambda f, w: (w(f, weights=False), (f / "model.safetensors").mkdir()), "unreadable", ""),
}


def told_in_words(services: Services, model: str, code: str, names: str = "") -> VisitorError:
    """Asking for a look answers with this code, and with a sentence in each language that names model and trouble."""
    with pytest.raises(VisitorError) as caught:
        services.trace(Look(FIRST.photo, model, 32))
    assert caught.value.code.startswith(f"checkpoint_{code}"), caught.value.code
    for language in LANGUAGES:
        told = sentence(language, caught.value)
        assert model in told and "{" not in told
        assert names.lower() in told.lower()
    return caught.value


@pytest.mark.parametrize("trouble", list(BAD))
def test_a_broken_folder_is_refused_in_words_and_nothing_is_lost(
    trouble: str, tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    make, code, names = BAD[trouble]
    make(tmp_path / "broken", write_folder)
    write_folder(tmp_path / "good")
    services = Services(models_dir=tmp_path)
    assert {"broken", "good"} < set(services.models.names())
    before = services.trace(Look(FIRST.photo, "good", 32))
    for _ in range(2):
        error = told_in_words(services, "broken", code, names)
        assert str(tmp_path) not in str(error.params)
    assert services.trace(Look(FIRST.photo, "good", 32)) is before
    assert services.trace(Look(FIRST.photo, "good", 24)).logits is not None


def test_a_pickle_that_would_run_code_is_not_opened(tmp_path: Path, write_folder: Callable[..., Path]) -> None:
    proof = tmp_path / "proof"
    for name, wrapped in [("plain", False), ("torch", True)]:
        folder = write_folder(tmp_path / "models" / name, weights=False)
        content = {QUERY: torch.zeros(2), "more": Runs(f"touch {proof}")}
        file = folder / "pytorch_model.bin"
        torch.save(content, file) if wrapped else file.write_bytes(pickle.dumps(content))
    write_folder(tmp_path / "models" / "good")
    services = Services(models_dir=tmp_path / "models")
    for name in ("plain", "torch"):
        told_in_words(services, name, "unsafe_pickle", ".safetensors")
    assert not proof.exists()
    assert services.trace(Look(FIRST.photo, "good", 32)).logits is not None
    pickle.loads(pickle.dumps(Runs(f"touch {proof}")))
    assert proof.exists(), "the trap is none: reading the pickle runs nothing"


def test_weights_that_were_replaced_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(REGISTRY[DEFAULT_MODEL], sha256="0" * 64)
    services = Services()
    with monkeypatch.context() as patch:
        patch.setattr(loading, "REGISTRY", MappingProxyType({**REGISTRY, DEFAULT_MODEL: spec}))
        error = told_in_words(services, DEFAULT_MODEL, "wrong_sha256", "0" * 12)
    assert REGISTRY[DEFAULT_MODEL].sha256.startswith(str(error.params["found"]))
    assert services.model(DEFAULT_MODEL).labels


def test_a_folder_repaired_meanwhile_is_loaded_at_the_next_look(
    tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(tmp_path / "models" / "tiny")
    good = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(good[:5000])
    services = Services(models_dir=tmp_path / "models")
    told_in_words(services, "tiny", "unreadable")
    (folder / "model.safetensors").write_bytes(good)
    trace = services.trace(Look(FIRST.photo, "tiny", 32))
    assert_close(trace.probabilities.sum(), torch.tensor(1.0))
