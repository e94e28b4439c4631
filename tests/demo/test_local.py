"""The operator's folder as it is listed: everything in it, what it is, and whether it can be used, as loading says."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import vit_core
from demo.compute import local
from demo.compute.local import scan
from demo.page.texts import LANGUAGES, texts
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.services import Services
from tests.support.broken import BAD, HDF5, POINTER, flax, gguf, npz, paddle, torchscript
from vit_core.checkpoints import CheckpointError
from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.checkpoints.io import WEIGHTS
from vit_core.checkpoints.labels import ASSETS
from vit_core.checkpoints.survey import survey
from vit_core.foreign_json import MOST_BYTES

# What only the numbers tell, which no list reads.
IN_THE_NUMBERS = {"not_finite", "not_tied", "wrong_positions"}
TRANSLATOR, RECURRENT = ASSETS / "checkpoints" / "marian-s-de-en", ASSETS / "checkpoints" / "gru-de-en"
Make = Callable[[Path, Callable[..., Path], Any], object]


def json_file(path: Path, said: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said), encoding="utf-8")


def pickled(path: Path, vit: Any, dialect: str, *, zipped: bool = True) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(to_dialect(vit.state_dict(), DIALECTS[dialect]), path, _use_new_zipfile_serialization=zipped)


def in_pieces(folder: Path, write: Callable[..., Path]) -> None:
    write(folder)
    from safetensors.torch import load_file

    whole = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(whole)
    where = {name: f"model-0000{1 + i % 2}-of-00002.safetensors" for i, name in enumerate(names)}
    for file in set(where.values()):
        save_file({name: whole[name] for name in names if where[name] == file}, folder / file)
    json_file(folder / "model.safetensors.index.json", {"weight_map": where})


def run(folder: Path, write: Callable[..., Path]) -> None:
    for step in (500, 1000):
        write(folder / f"checkpoint-{step}")
        torch.save({"state": {}}, folder / f"checkpoint-{step}" / "optimizer.pt")
    json_file(folder / "all_results.json", {})


def adapter(folder: Path, _: Any = None) -> None:
    json_file(folder / "adapter_config.json", {"base_model_name_or_path": "google/vit-base-patch16-224"})
    save_file({"base_model.lora_A.weight": torch.zeros(8, 768)}, folder / "adapter_model.safetensors")


def pictures(folder: Path) -> None:
    for name in ("n01440764", "n01443537"):
        (folder / name).mkdir(parents=True)
        for i in range(3):
            (folder / name / f"{i}.JPEG").write_bytes(b"\xff\xd8\xff")


def timm_form(folder: Path, architecture: str) -> None:
    json_file(folder / "config.json", {"architecture": architecture, "pretrained_cfg": {"num_classes": 1000}})
    save_file({"conv1.weight": torch.zeros(64, 3, 7, 7)}, folder / "model.safetensors")


def saved_by(folder: Path, kind: str, architecture: str) -> None:
    json_file(folder / "config.json", {"model_type": kind, "architectures": [architecture]})
    save_file({"embeddings.word_embeddings.weight": torch.zeros(9, 4)}, folder / "model.safetensors")


def file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


# form, task, code ("" for what can be used): what each is, told before anything is loaded.
FORMS: dict[str, tuple[Make, str, str | None, str]] = {
    "folder": (lambda p, w, v: w(p), "transformers", "image", ""),
    "pieces": (lambda p, w, v: in_pieces(p, w), "transformers", "image", ""),
    "pickle": (
        lambda p, w, v: pickled(w(p, weights=False) / "pytorch_model.bin", v, "hf_vit"),
        "transformers",
        "image",
        "",
    ),
    "old pickle": (
        lambda p, w, v: pickled(w(p, weights=False) / "pytorch_model.bin", v, "hf_vit", zipped=False),
        "transformers",
        "image",
        "",
    ),
    "translator": (lambda p, w, v: shutil.copytree(TRANSLATOR, p), "transformers", "translation", ""),
    "recurrent": (lambda p, w, v: shutil.copytree(RECURRENT, p), "recurrent", "recurrent", ""),
    "translator without words": (
        lambda p, w, v: (shutil.copytree(TRANSLATOR, p), (p / "vocab.json").unlink()),
        "transformers",
        "translation",
        "not_found",
    ),
    "adapter": (lambda p, w, v: adapter(p), "adapter", None, "adapter"),
    "run": (lambda p, w, v: run(p, w), "run", None, "trainer_parent"),
    "tokenizer": (
        lambda p, w, v: json_file(p / "tokenizer_config.json", {}),
        "tokenizer",
        "other",
        "tokenizer_only",
    ),
    "pictures": (lambda p, w, v: pictures(p), "data", "other", "data_set"),
    "table": (lambda p, w, v: file(p / "train-00000.parquet", b"PAR1"), "data", "other", "data_set"),
    "nothing": (lambda p, w, v: p.mkdir(), "other", None, "no_checkpoint"),
    "notes": (lambda p, w, v: file(p / "notes.md", b"#"), "other", None, "no_checkpoint"),
    "weights alone": (
        lambda p, w, v: (w(p), (p / "config.json").unlink()),
        "other",
        None,
        "not_found",
    ),
    "resnet": (lambda p, w, v: timm_form(p, "resnet50"), "timm", "image", "unsupported_architecture"),
    "bert": (lambda p, w, v: saved_by(p, "bert", "BertModel"), "transformers", "other", "reads_text"),
    "trainee": (lambda p, w, v: saved_by(p, "bert", "BertForPreTraining"), "transformers", "other", "reads_text"),
    "films": (
        lambda p, w, v: saved_by(p, "videomae", "VideoMAEForPreTraining"),
        "transformers",
        None,
        "unsupported_architecture",
    ),
    "reader": (lambda p, w, v: saved_by(p, "esm", "EsmForMaskedLM"), "transformers", "other", "reads_text"),
    "writer": (lambda p, w, v: saved_by(p, "gpt2", "GPT2LMHeadModel"), "transformers", "other", "writes_text"),
    "llama": (lambda p, w, v: saved_by(p, "llama", "LlamaForCausalLM"), "transformers", "other", "writes_text"),
    "whisper": (
        lambda p, w, v: saved_by(p, "whisper", "WhisperForConditionalGeneration"),
        "transformers",
        "other",
        "hears",
    ),
    "detr": (lambda p, w, v: saved_by(p, "detr", "DetrForObjectDetection"), "transformers", "image", "finds_places"),
    "t5": (
        lambda p, w, v: saved_by(p, "t5", "T5ForConditionalGeneration"),
        "transformers",
        "translation",
        "other_translator",
    ),
    "swin": (
        lambda p, w, v: saved_by(p, "swin", "SwinForImageClassification"),
        "transformers",
        "image",
        "unsupported_architecture",
    ),
    "painter": (
        lambda p, w, v: json_file(p / "model_index.json", {"_class_name": "StableDiffusionPipeline"}),
        "other",
        "other",
        "paints_pictures",
    ),
    "tensorflow's": (lambda p, w, v: file(p / "saved_model.pb", b"1"), "other", None, "other_framework"),
    "onnx": (
        lambda p, w, v: (json_file(p / "config.json", {"model_type": "vit"}), file(p / "model.onnx", b"1")),
        "transformers",
        "image",
        "other_framework",
    ),
    "endless config": (
        lambda p, w, v: os.truncate(w(p) / "config.json", MOST_BYTES + 1),
        "other",
        None,
        "unreadable",
    ),
    "a pipe": (
        lambda p, w, v: ((w(p) / "config.json").unlink(), os.mkfifo(p / "config.json")),
        "other",
        None,
        "unreadable",
    ),
    "weights that are a pipe": (
        lambda p, w, v: (w(p, weights=False), os.mkfifo(p / "model.safetensors")),
        "transformers",
        "image",
        "unreadable",
    ),
    "pipe.pth": (lambda p, w, v: os.mkfifo(p), "file", None, "unreadable"),
    "dangling.pth": (lambda p, w, v: p.symlink_to("nowhere"), "file", None, "unreadable"),
    "a folder for weights": (
        lambda p, w, v: (w(p, weights=False) / "model.safetensors").mkdir(),
        "transformers",
        "image",
        "unreadable",
    ),
    "bare.pth": (lambda p, w, v: pickled(p, v, "timm"), "file", "image", "needs_like"),
    "old.pth": (lambda p, w, v: pickled(p, v, "timm", zipped=False), "file", "image", "needs_like"),
    "bare.safetensors": (lambda p, w, v: save_file({"a": torch.zeros(3)}, p), "file", None, "needs_like"),
    "program.pt": (lambda p, w, v: file(p, torchscript()), "file", None, "torchscript"),
    "google.npz": (lambda p, w, v: file(p, npz()), "file", None, "numpy_archive"),
    "pointer.safetensors": (lambda p, w, v: file(p, POINTER), "file", None, "lfs_pointer"),
    "empty.pth": (lambda p, w, v: file(p, b""), "file", None, "unreadable"),
    "model.gguf": (lambda p, w, v: file(p, gguf()), "file", None, "other_framework"),
    "model.bin": (lambda p, w, v: file(p, gguf()), "file", None, "other_framework"),
    "keras.pth": (lambda p, w, v: file(p, HDF5), "file", None, "other_framework"),
    "flax_model.msgpack": (lambda p, w, v: file(p, flax()), "file", None, "other_framework"),
    "vit.pdparams": (lambda p, w, v: file(p, paddle()), "file", None, "other_framework"),
    "vit.mlmodel": (lambda p, w, v: file(p, b"\x08\x07\x12\x00"), "file", None, "other_framework"),
    "vit.plan": (lambda p, w, v: file(p, b"ptrt"), "file", None, "other_framework"),
}


def reason(ask: Callable[[], object]) -> tuple[str, dict[str, object]]:
    """Code and facts of a refusal, without the name; ("", {}) for none."""
    try:
        ask()
    except CheckpointError as error:
        return error.code, {key: str(value) for key, value in error.params.items() if key != "name"}
    return "", {}


@pytest.mark.parametrize("form", list(FORMS))
def test_each_form_is_told_and_the_list_agrees_with_loading(
    form: str, tmp_path: Path, write_folder: Callable[..., Path], tiny_vit: Any
) -> None:
    make, what, task, code = FORMS[form]
    path = tmp_path / form
    make(path, write_folder, tiny_vit)
    told = survey(path, form)
    assert (told.form, told.task) == (what, task)
    assert reason(lambda: vit_core.load(path)) == (
        (code, {key: str(value) for key, value in told.error.params.items() if key != "name"})
        if told.error
        else ("", {})
    )
    assert (told.error.code if told.error else "") == code and (told.spec is None) == bool(code)
    if told.spec is not None:
        loaded: Any = vit_core.load(path)
        assert told.parameters == sum(p.numel() for p in loaded.model.parameters())
        assert told.spec.config == loaded.spec.config
    if path.is_file():
        assert told.bytes == path.stat().st_size


@pytest.mark.parametrize("trouble", list(BAD))
def test_the_list_says_of_a_broken_folder_what_loading_says(
    trouble: str, tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    make, code, _ = BAD[trouble]
    make(tmp_path / "broken", write_folder)
    found = reason(lambda: vit_core.load(tmp_path / "broken"))
    told = survey(tmp_path / "broken", "broken")
    if found[0] in IN_THE_NUMBERS:
        assert told.spec is not None
    else:
        assert told.error is not None
        assert (told.error.code, {k: str(v) for k, v in told.error.params.items() if k != "name"}) == found
    assert found[0].startswith(code)


def test_what_only_the_numbers_tell_is_listed_once_it_was_found(
    tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    make, _, _ = BAD["NaN"]
    make(tmp_path / "nan", write_folder)
    services = Services(models_dir=tmp_path)

    def listed() -> bool:
        return "nan" in [card["name"] for card in services.photos.models.cards()]

    assert listed()
    with pytest.raises(Exception, match="not_finite"):
        services.photos.model("nan")
    assert not listed()
    card = {card["name"]: card for card in services.catalogue()}["nan"]
    assert card["problem"]["code"] == "checkpoint_not_finite"
    shutil.rmtree(tmp_path / "nan")
    write_folder(tmp_path / "nan")
    assert listed() and services.photos.model("nan")


def test_heads_of_files_tell_of_a_model_larger_than_memory(tmp_path: Path, write_folder: Callable[..., Path]) -> None:
    """The numbers are holes in the file: reading them would take 200 GB."""
    wide = 8192
    write_folder(tmp_path / "giant", weights=False, config={"hidden_size": wide, "num_attention_heads": 64})
    head: dict[str, Any] = {
        "vit.embeddings.cls_token": {"dtype": "F32", "shape": [1, 1, wide], "data_offsets": [0, 4 * wide]}
    }
    rows = 6_000_000
    end = 4 * wide + 4 * wide * rows
    head["vit.more.weight"] = {"dtype": "F32", "shape": [rows, wide], "data_offsets": [4 * wide, end]}
    text = json.dumps(head).encode()
    file_ = tmp_path / "giant" / "model.safetensors"
    file_.write_bytes(struct.pack("<Q", len(text)) + text)
    os.truncate(file_, 8 + len(text) + end)
    told = survey(tmp_path / "giant", "giant")
    assert told.parameters == wide * (rows + 1) and told.bytes == 8 + len(text) + end > 190e9
    assert told.error is not None and told.error.code == "unknown_dialect"


def test_everything_is_found_where_it_lies(tmp_path: Path, write_folder: Callable[..., Path], tiny_vit: Any) -> None:
    write_folder(tmp_path / "tiny")
    write_folder(tmp_path / "google" / "vit-tiny")
    write_folder(tmp_path / "hub" / "models--owner--one" / "snapshots" / "0123456789")
    for revision in ("aaaaaaaaaa", "bbbbbbbbbb"):
        write_folder(tmp_path / "hub" / "models--owner--two" / "snapshots" / revision)
    file(tmp_path / "hub" / "models--owner--one" / "blobs" / "x.bin", b"1")
    write_folder(tmp_path / DEFAULT_MODEL)
    run(tmp_path / "runs" / "mine", write_folder)
    adapter(tmp_path / "lora")
    pickled(tmp_path / "files" / "deit.pth", tiny_vit, "timm")
    pickled(tmp_path / "bare.pth", tiny_vit, "timm")
    pictures(tmp_path / "photos")
    (tmp_path / "empty").mkdir()
    file(tmp_path / "tiny" / "onnx" / "model.onnx", b"1")  # belongs to the folder that describes itself
    json_file(tmp_path / "tiny" / "1_Pooling" / "config.json", {})
    file(tmp_path / ".git" / "model.safetensors", b"1")
    (tmp_path / "tiny" / "up").symlink_to(tmp_path)  # in a circle
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "nowhere.pth").symlink_to(tmp_path / "not there")
    found = scan(tmp_path, {DEFAULT_MODEL})
    assert found.whole
    assert sorted(found.found) == sorted(
        [
            "tiny", "google/vit-tiny", "owner/one", "owner/two@aaaaaaa", "owner/two@bbbbbbb", f"./{DEFAULT_MODEL}",
            "runs/mine", "runs/mine/checkpoint-500", "runs/mine/checkpoint-1000", "lora", "files/deit.pth", "bare.pth",
            "photos", "empty", "nowhere.pth",
        ]
    )  # fmt: skip
    services = Services(models_dir=tmp_path)
    cards = {card["name"]: card for card in services.catalogue()}
    assert cards.keys() >= found.found.keys()
    usable = {name for name in found.found if not cards[name]["problem"]}
    chosen = {card["name"] for card in services.photos.models.cards()}
    assert chosen & found.found.keys() == usable
    assert usable == {
        "tiny", "google/vit-tiny", "owner/one", "owner/two@aaaaaaa", "owner/two@bbbbbbb", f"./{DEFAULT_MODEL}",
        "runs/mine/checkpoint-500", "runs/mine/checkpoint-1000",
    }  # fmt: skip
    for name in usable:
        assert services.photos.trace(PhotoQuery(FIRST.photo, name, 32)).config.d_model == 48


@pytest.mark.parametrize("weights", WEIGHTS)
def test_a_checkpoint_within_anothers_folder_is_found_by_any_form_of_weights(
    tmp_path: Path, write_folder: Callable[..., Path], weights: str
) -> None:
    write_folder(tmp_path / "trained")
    inside = write_folder(tmp_path / "trained" / "checkpoint-500", weights=False)
    file(inside / weights, b"{}")
    assert list(scan(tmp_path).found) == ["trained", "trained/checkpoint-500"]


def test_a_folder_of_one_checkpoint_is_offered_by_its_own_name(
    tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(tmp_path / "mine")
    assert scan(folder).found == {"mine": folder}


def test_each_chooser_holds_models_of_its_journey_that_can_be_used(
    tmp_path: Path, write_folder: Callable[..., Path], tiny_vit: Any
) -> None:
    for form, (make, *_) in FORMS.items():
        make(tmp_path / form, write_folder, tiny_vit)
    services = Services(models_dir=tmp_path)
    shelves = {"image": services.photos.models, "translation": services.sentences.models}
    shelves |= {"recurrent": services.sentences.recurrents.models}  # type: ignore[dict-item]
    listed = {card["name"]: card for card in services.catalogue()}
    for task, shelf in shelves.items():
        usable = {name for name, (_, _, of, code) in FORMS.items() if of == task and not code}
        registered = {spec.name for spec in shelf.specs}
        inside = {f"run/checkpoint-{step}" for step in (500, 1000)} if task == "image" else set()
        assert usable and {card["name"] for card in shelf.cards()} - registered == usable | inside
    for name, (_, form, task, code) in FORMS.items():
        card = listed[name]
        assert (card["form"], card["task"], card["here"]) == (form, task, not code)
        assert (card["problem"] or {"code": "checkpoint_"})["code"] == f"checkpoint_{code}"
        for language in LANGUAGES:
            assert f"models.form_{form}" in texts(language)
            assert not code or f"error.checkpoint_{code}" in texts(language)
    assert str(tmp_path) not in str(listed)


def test_what_may_not_be_read_leaves_the_rest(
    tmp_path: Path, write_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "good")
    write_folder(tmp_path / "locked")
    file(tmp_path / "locked.pth", b"\x80")
    walk, opened = os.scandir, io.open

    def denied(path: Any) -> bool:
        return str(path).startswith(str(tmp_path / "locked"))

    def guarded(path: Any, *args: Any, **kwargs: Any) -> Any:
        # Whoever runs the tests as root may read everything.
        if denied(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *args, **kwargs)

    def guarded_walk(path: Any) -> Any:
        if denied(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return walk(path)

    monkeypatch.setattr(io, "open", guarded)
    monkeypatch.setattr("builtins.open", guarded)
    monkeypatch.setattr(os, "scandir", guarded_walk)
    services = Services(models_dir=tmp_path)
    listed = {card["name"]: card for card in services.catalogue()}
    for name in ("locked", "locked.pth"):
        assert listed[name]["problem"]["code"] == "checkpoint_unreadable"
        assert listed[name]["problem"]["params"]["reason"] == {"code": "denied", "params": {}}
    assert listed["good"]["problem"] is None and "good" in services.photos.models.offered()


def test_a_folder_too_large_to_be_looked_through_is_cut_and_says_so(
    tmp_path: Path, write_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "MOST_FOLDERS", 20)
    for i in range(40):
        (tmp_path / "deep" / f"{i:02}").mkdir(parents=True)
    write_folder(tmp_path / "zz")
    found = scan(tmp_path)
    assert not found.whole and "zz" in found.found  # what lies near the root comes first
    assert Services(models_dir=tmp_path).listed_whole is False


def test_a_folder_with_more_than_can_be_listed_is_cut_and_says_so(
    tmp_path: Path, write_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "MOST_FOUND", 5)
    write_folder(tmp_path / "deep" / "good")
    for i in range(9):
        (tmp_path / f"nothing{i}").mkdir()
    found = scan(tmp_path)
    assert not found.whole and len(found.found) == 5 and "deep/good" in found.found
    monkeypatch.setattr(local, "MOST_FOUND", 10)
    assert scan(tmp_path).whole and len(scan(tmp_path).found) == 10
    monkeypatch.setattr(local, "DEPTH", 1)
    assert not scan(tmp_path).whole and "deep/good" not in scan(tmp_path).found
    monkeypatch.setattr(local, "MOST_ENTRIES", 4)
    assert not scan(tmp_path).whole


def test_a_name_that_is_no_utf8_is_told_in_letters_that_are(
    tmp_path: Path, write_folder: Callable[..., Path], tiny_vit: Any
) -> None:
    """safetensors opens no such path; the program started with one ended at once."""
    for byte in (b"\xe9", b"\xe8"):
        write_folder(Path(os.fsdecode(os.fsencode(tmp_path) + b"/latin" + byte)))
        pickled(Path(os.fsdecode(os.fsencode(tmp_path) + b"/file" + byte + b".pth")), tiny_vit, "timm")
    services = Services(models_dir=tmp_path)
    cards = {card["name"]: card for card in services.catalogue() if card["family"] == "own"}
    assert {*cards} == {"latin\ufffd", "./latin\ufffd", "file\ufffd.pth", "./file\ufffd.pth"}
    json.dumps(list(cards.values()), ensure_ascii=False).encode()
    for name in ("latin\ufffd", "./latin\ufffd"):
        assert not cards[name]["here"] and cards[name]["problem"]["code"] == "checkpoint_unreadable"
        assert cards[name]["problem"]["params"]["reason"]["code"] == "path_no_utf8"


def test_a_clone_is_read_where_its_original_would_have_to_be_downloaded(
    tmp_path: Path, write_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "facebook" / "dinov2-small")
    monkeypatch.chdir(tmp_path)
    loaded: Any = vit_core.load("facebook/dinov2-small")
    assert loaded.model.config.d_model == 48
    services = Services(models_dir=tmp_path)
    assert services.photos.model("./facebook/dinov2-small").model.config.d_model == 48


def test_a_hub_that_may_not_be_asked_is_told_with_the_first_list(monkeypatch: pytest.MonkeyPatch) -> None:
    away = [card for card in Services().photos.models.cards() if not card["here"]]
    assert away and not any(card["offline"] for card in away)
    monkeypatch.setattr("demo.compute.pool.offline", lambda: True)
    for card in Services().photos.models.cards():
        if not card["here"]:
            assert card["offline"] is (card["host"] == "huggingface.co")
    assert {c["offline"] for c in Services().catalogue() if c.get("host") == "huggingface.co"} == {True}


def test_a_survey_is_made_once_for_as_long_as_nothing_changes(
    tmp_path: Path, write_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "tiny")
    made = SimpleNamespace(n=0)

    def counted(*args: Any) -> Any:
        made.n += 1
        return survey(*args)

    monkeypatch.setattr(local, "survey", counted)
    services = Services(models_dir=tmp_path)
    for _ in range(3):
        services.catalogue()
    assert made.n == 1
    os.utime(tmp_path / "tiny" / "config.json", (1, 1))
    services.catalogue()
    assert made.n == 2
