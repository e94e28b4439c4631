"""Traces of every kind as files, copies and pickles: the same numbers, shapes, types and order, or a sentence."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

import vit_core
from tests.support.translators import as_translator, tiny_network
from vit_core import RecurrentTrace, SentenceTrace, Trace, TraceFileError
from vit_core.trace import keep_all, trace_pixels

SENTENCE = "Der Hund schläft."


@pytest.fixture(scope="module")
def gru() -> Any:
    return vit_core.load("gru-attention-de-en")


@pytest.fixture(scope="module")
def loaded(tiny_vit: Any, as_loaded: Callable[..., Any]) -> Any:
    return as_loaded(tiny_vit)


@pytest.fixture(params=["photo", "photo, edited", "sentence", "sentence, everything", "sentence, ahead", "recurrent"])
def trace(request: pytest.FixtureRequest, loaded: Any, pixels: Tensor, gru: Any) -> Any:
    """One of each kind; what a sentence's holds has not been looked at."""
    return {
        "photo": lambda: trace_pixels(loaded, pixels),
        "photo, edited": lambda: trace_pixels(loaded, pixels, edit={"blocks.0.attn.pattern": torch.zeros_like}),
        "sentence": lambda: vit_core.translate(as_translator(tiny_network()), "7 9 4").trace,
        "sentence, everything": lambda: (
            vit_core.translate(as_translator(tiny_network(norm="pre")), "7 9", beam=3, keep=keep_all).trace
        ),
        "sentence, ahead": lambda: vit_core.translate(as_translator(tiny_network(causal=False)), "7 9 4").trace,
        "recurrent": lambda: vit_core.translate_recurrent(gru, SENTENCE).trace,
    }[request.param]()


def same(a: Any, b: Any) -> bool:
    """Whether two traces hold the same in every field, tensors bit by bit and in their order."""
    assert type(a) is type(b)
    for field in dataclasses.fields(a):
        x, y = getattr(a, field.name), getattr(b, field.name)
        if field.name == "tensors":
            assert list(x) == list(y)
            assert all(torch.equal(x[name], y[name]) and x[name].dtype == y[name].dtype for name in x)
        elif isinstance(x, Tensor):
            assert torch.equal(x, y) and x.dtype == y.dtype
        else:
            assert x == y and type(x) is type(y), field.name
    return True


def test_a_saved_trace_is_the_same_again(trace: Any, tmp_path: Path) -> None:
    trace.save(tmp_path / "trace.safetensors")
    assert same(trace, type(trace).load(str(tmp_path / "trace.safetensors")))
    again = type(trace).load(tmp_path / "trace.safetensors")
    with pytest.raises(TypeError, match="does not support item assignment"):
        again.tensors["logits"] = again["logits"]
    with safe_open(tmp_path / "trace.safetensors", "np") as file:  # any other reader finds what it knows by name
        assert set(trace.tensors) <= set(file.keys()) and file.metadata()["version"] == "1"


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), lambda x: pickle.loads(pickle.dumps(x, 2))],
    ids=["copy", "deepcopy", "pickle", "pickle 2"],
)
def test_a_copy_of_a_trace_is_the_same_again(trace: Any, copied: Callable[[Any], Any]) -> None:
    assert same(trace, copied(trace))


def test_a_deep_copy_is_its_own(loaded: Any, pixels: Tensor) -> None:
    trace = trace_pixels(loaded, pixels)
    twin = copy.deepcopy(trace)
    twin["tokens"].zero_()
    assert trace["tokens"].abs().max() > 0 and twin.pattern(0).shape == trace.pattern(0).shape


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
def test_a_translation_is_copied_with_what_nobody_had_looked_at(copied: Callable[[Any], Any], gru: Any) -> None:
    said = vit_core.translate(as_translator(tiny_network()), "7 9 4", beam=3)
    again = copied(said)
    assert same(said.trace, again.trace) and again.ids == said.ids and again.stopped_by == said.stopped_by
    assert again.tree == said.tree and len(again.steps) == len(said.steps) > 1
    for ours, theirs in zip(again.steps, said.steps, strict=True):
        assert torch.equal(ours.logits, theirs.logits) and ours.top(3) == theirs.top(3)
        assert torch.equal(ours.weighed, theirs.weighed) and ours.chosen == theirs.chosen
    heard = vit_core.translate_recurrent(gru, SENTENCE)
    assert same(heard.trace, copied(heard).trace) and torch.equal(heard.logprobs, copied(heard).logprobs)


def test_a_pickled_translation_holds_no_row_twice() -> None:
    """The steps' distributions are rows of one tensor; pickled as they are, each row would bring all of it along."""
    said = vit_core.translate(as_translator(tiny_network(end_bias=-50.0), max_length=41), "7 9 4")
    assert len(said.steps) == 40
    assert len(pickle.dumps(said)) < 1.5 * said.nbytes + 100_000


# ---- what is not loaded


@pytest.fixture
def saved(loaded: Any, pixels: Tensor, tmp_path: Path) -> Path:
    trace_pixels(loaded, pixels).save(tmp_path / "photo.safetensors")
    return tmp_path / "photo.safetensors"


def changed(path: Path, *, tensors: Callable[[dict[str, Tensor]], Any] = bool, **metadata: Any) -> Path:
    """The same file with other tensors or metadata; of the fields only those that are named."""
    with safe_open(path, "pt") as file:
        told, held = dict(file.metadata()), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    fields = json.loads(told["fields"])
    fields |= metadata.pop("fields", {})
    told |= {"fields": json.dumps({name: value for name, value in fields.items() if value is not None}), **metadata}
    tensors(held)
    save_file(held, path, told)
    return path


def test_a_trace_is_written_to_a_file_and_read_from_one(saved: Path, tmp_path: Path) -> None:
    trace = Trace.load(saved)
    for call, name in ((trace.save, "save"), (Trace.load, "load")):
        with pytest.raises(IsADirectoryError, match=f"^{name} takes the path of a file; {tmp_path} is a folder$"):
            call(tmp_path)
        with pytest.raises(TypeError, match=rf"^{name} takes the path of a file \(str or Path\), not None$"):
            call(None)  # type: ignore[arg-type]
    with pytest.raises(OSError, match=r"/trace cannot be written: .*No such file"):
        trace.save(tmp_path / "nowhere" / "trace")


def test_a_file_of_something_else_is_refused(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(TraceFileError, match=r"holds a Trace, not a SentenceTrace: load it with Trace\.load"):
        SentenceTrace.load(saved)
    save_file({"x": torch.zeros(1)}, tmp_path / "weights.safetensors")
    with pytest.raises(TraceFileError, match="is no saved trace"):
        Trace.load(tmp_path / "weights.safetensors")
    for data in (b"", b"words", saved.read_bytes()[:-100], saved.read_bytes()[:100]):
        (tmp_path / "torn").write_bytes(data)
        with pytest.raises(TraceFileError, match=r"torn cannot be read as a safetensors file"):
            Trace.load(tmp_path / "torn")
    with pytest.raises(FileNotFoundError):
        Trace.load(tmp_path / "nowhere")
    with pytest.raises(TraceFileError, match="is version 2 of saved traces; only 1 is read"):
        Trace.load(changed(saved, version="2"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"config": None}, "config"),
        ({"config": {"n_layers": 2, "colour": 1}}, "ViTConfig has no colour"),
        ({"checkpoint": 5}, "Trace.checkpoint is 5"),
        ({"labels": ["a"]}, "names 1 classes of 7"),
        ({"invented": 5}, "Trace has no invented"),
        ({"geometry": {"height": 32, "width": 33, "patch_size": 8}}, "cannot be cut"),
        ({"geometry": {"height": 32, "width": 48, "patch_size": 8, "prefix": ["CLS"]}}, "pixels have the shape"),
        ({"geometry": {"height": 32, "width": 40, "patch_size": 4, "prefix": ["CLS"]}}, "geometry is not that"),
    ],
)
def test_metadata_that_do_not_fit_are_refused(fields: dict[str, Any], words: str, saved: Path) -> None:
    with pytest.raises(TraceFileError, match=f"is damaged: .*{words}"):
        Trace.load(changed(saved, fields=fields))


def test_a_configuration_that_does_not_fit_the_tensors_is_refused(saved: Path, loaded: Any) -> None:
    config = dataclasses.asdict(loaded.model.config)
    for name, value, words in [
        ("n_layers", 1, "never computes blocks.1"),
        ("n_heads", 2, r"attn\.q has the shape \[3, 21, 16\], not \[2, 21, 24\]"),
        ("n_classes", 9, "names 7 classes of 9"),
    ]:
        with pytest.raises(TraceFileError, match=words):
            Trace.load(changed(saved, fields={"config": {**config, name: value}}))


def test_tensors_that_are_missing_or_of_another_shape_are_refused(saved: Path) -> None:
    with pytest.raises(TraceFileError, match="not those it names"):
        Trace.load(changed(saved, tensors=lambda held: held.pop("tokens")))


def test_a_tensor_of_another_shape_is_refused(saved: Path) -> None:
    with pytest.raises(TraceFileError, match=r"tokens has the shape \[20, 48\], not \[21, 48\]"):
        Trace.load(changed(saved, tensors=lambda held: held.update(tokens=held["tokens"][1:].clone())))


def test_a_trace_of_another_model_is_refused(saved: Path, loaded: Any, make_vit: Any, as_loaded: Any) -> None:
    assert Trace.load(saved, model=loaded).checkpoint == "tiny"
    with pytest.raises(TraceFileError, match="is a trace of tiny, not of other"):
        Trace.load(saved, model=as_loaded(loaded.model, name="other"))
    with pytest.raises(TraceFileError, match="is a trace of a tiny whose n_registers is 0, not 2"):
        Trace.load(saved, model=as_loaded(make_vit(n_registers=2)))


def test_a_trace_that_nobody_could_load_is_not_saved(loaded: Any, pixels: Tensor, tmp_path: Path) -> None:
    trace = trace_pixels(loaded, pixels)
    strange = dataclasses.replace(trace, tensors={**trace.tensors, "mine": torch.zeros(3)})
    with pytest.raises(TraceFileError, match="cannot be saved: a model of its configuration never computes mine"):
        strange.save(tmp_path / "strange")
    assert not (tmp_path / "strange").exists()


def test_sentence_and_recurrent_files_are_checked_too(gru: Any, tmp_path: Path) -> None:
    vit_core.translate_recurrent(gru, SENTENCE).trace.save(tmp_path / "heard")
    with pytest.raises(TraceFileError, match=r"encoder\.words has the shape"):
        RecurrentTrace.load(changed(tmp_path / "heard", fields={"source_ids": [1], "source_tokens": ["x"]}))
    vit_core.translate(as_translator(tiny_network()), "7 9 4").trace.save(tmp_path / "said")
    with pytest.raises(TraceFileError, match="not as many tokens as ids"):
        SentenceTrace.load(changed(tmp_path / "said", fields={"source_ids": [1]}))
