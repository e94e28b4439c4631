"""Broken checkpoint folders as an operator may have them: each is refused in a sentence, everything else goes on."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch
from torch.testing import assert_close

from demo.errors import VisitorError
from demo.page.texts import LANGUAGES, sentence
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.services import Services
from tests.support.broken import BAD, QUERY
from vit_core.checkpoints import loading
from vit_core.checkpoints.registry import REGISTRY


class Runs:
    """An object whose pickle runs a command when it is read."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


def told_in_words(services: Services, model: str, code: str, names: str = "") -> VisitorError:
    """A photo query answers with this code, and with a sentence in each language that names model and trouble."""
    with pytest.raises(VisitorError) as caught:
        services.photos.trace(PhotoQuery(FIRST.photo, model, 32))
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
    assert {"broken", "good"} < set(services.photos.models.names())
    before = services.photos.trace(PhotoQuery(FIRST.photo, "good", 32))
    for _ in range(2):
        error = told_in_words(services, "broken", code, names)
        assert str(tmp_path) not in str(error.params)
    assert services.photos.trace(PhotoQuery(FIRST.photo, "good", 32)) is before
    assert services.photos.trace(PhotoQuery(FIRST.photo, "good", 24)).logits is not None


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
    assert services.photos.trace(PhotoQuery(FIRST.photo, "good", 32)).logits is not None
    pickle.loads(pickle.dumps(Runs(f"touch {proof}")))
    assert proof.exists(), "the trap is none: reading the pickle runs nothing"


def test_weights_that_were_replaced_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(REGISTRY[DEFAULT_MODEL], sha256="0" * 64)
    services = Services()
    with monkeypatch.context() as patch:
        patch.setattr(loading, "REGISTRY", MappingProxyType({**REGISTRY, DEFAULT_MODEL: spec}))
        error = told_in_words(services, DEFAULT_MODEL, "wrong_sha256", "0" * 12)
    assert REGISTRY[DEFAULT_MODEL].sha256.startswith(str(error.params["found"]))
    assert services.photos.model(DEFAULT_MODEL).labels


def test_a_folder_repaired_meanwhile_is_loaded_at_the_next_look(
    tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(tmp_path / "models" / "tiny")
    good = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(good[:5000])
    services = Services(models_dir=tmp_path / "models")
    told_in_words(services, "tiny", "unreadable")
    (folder / "model.safetensors").write_bytes(good)
    trace = services.photos.trace(PhotoQuery(FIRST.photo, "tiny", 32))
    assert_close(trace.probabilities.sum(), torch.tensor(1.0))
