"""Loaded checkpoints as Python's own copies and pickles: another process of a user's own has the same model."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import fields
from types import MappingProxyType
from typing import Any

import pytest
import torch
from PIL import Image

import vit_core


def pickled(loaded: Any) -> Any:
    return pickle.loads(pickle.dumps(loaded))


@pytest.fixture(params=[pickled, copy.deepcopy, copy.copy], ids=["pickle", "deepcopy", "copy"])
def copied(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    return request.param


def test_a_copied_image_model_sees_the_same_and_knows_the_same(copied: Callable[[Any], Any]) -> None:
    loaded = vit_core.load("vit-course-48")
    again = copied(loaded)
    assert again is not loaded and again.spec == loaded.spec and again.labels == loaded.labels
    for kept in (again.labels_by_language, again.spec.metrics):
        assert isinstance(kept, MappingProxyType)  # what nobody may change stays so
    picture = Image.effect_mandelbrot((60, 48), (-2, -1, 1, 1), 50).convert("RGB")
    ours, theirs = (vit_core.trace_image(model, picture) for model in (loaded, again))
    assert list(ours.tensors) == list(theirs.tensors)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours.tensors)


@pytest.mark.parametrize("name", ["twin-masked-de-en", "gru-de-en"])
def test_a_copied_translator_writes_the_same(name: str, copied: Callable[[Any], Any]) -> None:
    loaded = vit_core.load(name)
    again = copied(loaded)
    assert [field.name for field in fields(again)] == [field.name for field in fields(loaded)]
    translate = vit_core.translate_recurrent if name == "gru-de-en" else vit_core.translate
    ours, theirs = (translate(model, "Der Hund schläft.") for model in (loaded, again))
    assert ours.text and (theirs.text, theirs.ids) == (ours.text, ours.ids)


def test_weights_of_a_deep_copy_are_its_own() -> None:
    loaded = vit_core.load("vit-course-48")
    again = copy.deepcopy(loaded)
    with torch.no_grad():
        next(again.model.parameters()).add_(1)
    assert not torch.equal(next(again.model.parameters()), next(loaded.model.parameters()))
