"""A translator's folder becomes a model, or is refused in words that say what does not fit."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from huggingface_hub.utils import tqdm
from torch import Tensor

import vit_core
from tests.support import marian
from vit_core import CheckpointError, LoadedTranslator, TranslatorSpec, available
from vit_core.checkpoints import hub, loading, peek
from vit_core.checkpoints.convert import expected_shapes, from_dialect, to_dialect
from vit_core.checkpoints.marian_dialects import POSITIONS, SEPARATE, SHARED
from vit_core.config import Seq2SeqConfig, StackConfig
from vit_core.decoding.settings import GenerationConfig
from vit_core.positions import sinusoidal_table

NAME = "marian-s-de-en"


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "pair"
    marian.write_folder(folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """A good folder that may be spoilt."""
    return Path(shutil.copytree(saved, tmp_path / "pair"))


def load(name: str | Path) -> LoadedTranslator:
    loaded = vit_core.load(name)
    assert isinstance(loaded, LoadedTranslator)
    return loaded


def failure(folder: str | Path) -> CheckpointError:
    with pytest.raises(CheckpointError) as caught:
        vit_core.load(folder)
    assert Path(folder).name in str(caught.value) or "model.safetensors" in str(caught.value)
    return caught.value


def say(folder: Path, file: str = "config.json", **changes: Any) -> Path:
    """Change what a JSON file says; None takes a field out."""
    path = folder / file
    said = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({key: value for key, value in {**said, **changes}.items() if value is not None}))
    return folder


def tensors(folder: Path) -> dict[str, Tensor]:
    return safetensors.torch.load_file(folder / "model.safetensors")


def rewrite(folder: Path, change: Callable[[dict[str, Tensor]], Any]) -> Path:
    file = tensors(folder)
    change(file)
    safetensors.torch.save_file(file, folder / "model.safetensors")
    return folder


def vocabulary(folder: Path) -> dict[str, int]:
    vocab: dict[str, int] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    return vocab


# ---- what loads


def test_the_shipped_translator_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HfApi", lambda: pytest.fail("the hub was asked"))
    loaded = load(NAME)
    assert (loaded.name, loaded.spec.task, loaded.spec.source, loaded.spec.target) == (NAME, "translation", "de", "en")
    assert loaded.spec in available()
    assert loaded.generation == GenerationConfig(512, 4, 0.6, ((0,),), None)
    assert (loaded.tokenizer.source_vocab, loaded.tokenizer.target_vocab) == (8000, 8000)
    assert not loaded.model.training
    assert all(p.dtype is torch.float32 and not p.requires_grad for p in loaded.model.parameters())
    assert loaded.nbytes == 4 * 7_585_600
    assert loaded.report.missing == loaded.report.unexpected == loaded.report.dropped_on_purpose == ()
    config, text = loaded.model.config, loaded.tokenizer
    assert (config.end, config.pad, config.unknown) == (text.end, text.pad, text.unknown) == (1, 0, 2)


def test_another_file_under_the_shipped_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = next(spec for spec in available() if spec.name == NAME)
    monkeypatch.setattr(loading, "REGISTRY", {NAME: replace(spec, sha256="0" * 64)})
    assert failure(NAME).code == "wrong_sha256"


def test_the_shipped_files_are_those_of_the_card() -> None:
    shipped = next(spec for spec in available() if spec.name == NAME).folder
    assert shipped is not None
    card = (shipped / "README.md").read_text(encoding="utf-8")
    for file in ("model.safetensors", "source.spm", "target.spm", "vocab.json"):
        assert hashlib.sha256((shipped / file).read_bytes()).hexdigest() in card, file
    for credit in ("Tatoeba (tatoeba.org), CC BY 2.0 FR", "MLQE-PE, CC0"):
        assert credit in card


def test_a_folder_says_its_shape_languages_and_settings(folder: Path) -> None:
    said = {"max_length": 30, "num_beams": 6, "length_penalty": 0.8, "bad_words_ids": [[9], [3, 4]]}
    say(folder, "generation_config.json", **said, renormalize_logits=True)
    loaded = load(folder)
    v = len(vocabulary(folder))
    assert loaded.spec.config == loaded.model.config == Seq2SeqConfig(
        d_model=48, encoder=StackConfig(2, 3, 96), decoder=StackConfig(3, 4, 80), source_vocab=v, target_vocab=v,
        pad=v - 1, end=0, unknown=1, start=v - 1, act="silu", sinusoids="halves", max_positions=40, dropout=0.1,
    )  # fmt: skip
    assert (loaded.spec.source, loaded.spec.target) == ("de", "en")
    assert loaded.generation == GenerationConfig(30, 6, 0.8, ((9,), (3, 4)), 0, renormalize=True)
    assert peek(folder, str(folder)) == loaded.spec


def test_older_folders_keep_their_settings_in_config_json_and_may_say_nothing(folder: Path) -> None:
    (folder / "generation_config.json").unlink()
    say(folder, max_length=25, num_beams=3, bad_words_ids=[[7]], forced_eos_token_id=None)
    assert load(folder).generation == GenerationConfig(25, 3, 1.0, ((7,),), None)
    say(folder, max_length=None, num_beams=None, bad_words_ids=None)
    assert load(folder).generation == GenerationConfig(40)


def test_a_pickled_file_of_an_older_folder_is_read_as_plain_tensors(folder: Path) -> None:
    """As opus-mt's: pytorch_model.bin with every copy of the embedding and the positions."""
    expected = load(folder).model.state_dict()
    file = tensors(folder)
    shared = file["model.shared.weight"]
    table = sinusoidal_table(40, 48, "halves")
    for dtype in (torch.float32, torch.float16):
        old = {
            **file,
            **dict.fromkeys(("model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight"), shared),
            "lm_head.weight": shared,
            **dict.fromkeys(POSITIONS, table),
        }
        torch.save({name: tensor.to(dtype) for name, tensor in old.items()}, folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink(missing_ok=True)
        loaded = load(folder)
        assert loaded.report.dropped_on_purpose == POSITIONS
        assert set(loaded.report.used) == old.keys() - set(POSITIONS)
        for name, tensor in loaded.model.state_dict().items():
            assert torch.equal(tensor, expected[name].to(dtype).float()), name


def test_a_file_may_hold_only_a_copy_of_the_embedding(folder: Path) -> None:
    expected = load(folder).model.embed.weight
    rewrite(folder, lambda file: file.update({"lm_head.weight": file.pop("model.shared.weight")}))
    assert torch.equal(load(folder).model.embed.weight, expected)


def test_a_model_that_normalises_before_its_branches_has_two_more_norms(folder: Path) -> None:
    say(folder, normalize_before=True, add_final_layer_norm=True)
    assert failure(folder).params["tensor"] == "model.encoder.layer_norm.weight"
    ours = {
        f"model.{stack}.layer_norm.{p}": torch.randn(48) for stack in ("encoder", "decoder") for p in ("weight", "bias")
    }
    rewrite(folder, lambda file: file.update(ours))
    model = load(folder).model
    assert model.config.norm == "pre"
    assert model.decoder.norm is not None
    assert torch.equal(model.decoder.norm.bias, ours["model.decoder.layer_norm.bias"])


@pytest.mark.parametrize("dialect", [SHARED, SEPARATE], ids=lambda dialect: dialect.name)
def test_there_and_back_is_the_identity(dialect: Any) -> None:
    config = Seq2SeqConfig(
        48, StackConfig(2, 3, 96), StackConfig(3, 4, 80), 60 if dialect is SHARED else 57, 60,
        shared_embedding=dialect is SHARED, norm="pre",
    )  # fmt: skip
    ours = {name: torch.randn(shape) for name, shape in expected_shapes(config).items()}
    theirs = to_dialect(ours, dialect)
    assert theirs["final_logits_bias"].shape == (1, 60)
    back, report = from_dialect(theirs, dialect, config)
    assert back.keys() == ours.keys() and all(torch.equal(back[name], ours[name]) for name in ours)
    assert set(report.used) == theirs.keys()
    for rule in dialect.rules:
        key = rule.theirs.format(i=3, p="bias")
        assert [other for other in dialect.rules if other.read(key) is not None] == [rule]


# ---- what is refused


@pytest.mark.parametrize("file", ["source.spm", "target.spm", "vocab.json", "config.json", "model.safetensors"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    error = failure(folder)
    assert error.code == "not_found" and file in str(error)


def test_a_missing_second_vocabulary_is_named(tmp_path: Path) -> None:
    marian.write_folder(tmp_path / "pair", separate=True)
    assert load(tmp_path / "pair").tokenizer.target_vocab != load(tmp_path / "pair").tokenizer.source_vocab
    (tmp_path / "pair" / "target_vocab.json").unlink()
    error = failure(tmp_path / "pair")
    assert error.code == "not_found" and "target_vocab.json" in str(error)


def test_a_vocabulary_of_another_size_is_refused(folder: Path) -> None:
    vocab = vocabulary(folder)
    for size, changed in (
        (len(vocab) + 1, {**vocab, "mehr": len(vocab)}),
        (len(vocab) - 1, {piece: i for piece, i in vocab.items() if i != 20}),
    ):
        (folder / "vocab.json").write_text(json.dumps(changed), encoding="utf-8")
        error = failure(folder)
        assert (error.code, error.params["found"], error.params["expected"]) == (
            "vocabulary_mismatch",
            size,
            len(vocab),
        )


def test_a_vocabulary_with_a_gap_is_refused(folder: Path) -> None:
    vocab = vocabulary(folder)
    say(folder, "vocab.json", **{next(piece for piece, i in vocab.items() if i == 20): len(vocab) + 5})
    error = failure(folder)
    assert (error.code, error.params["id"]) == ("vocabulary_gap", 20)


def test_tokens_added_beside_the_vocabulary_are_named(folder: Path) -> None:
    known = next(iter(vocabulary(folder)))
    (folder / "added_tokens.json").write_text(json.dumps({known: 0}), encoding="utf-8")
    assert vit_core.load(folder)
    (folder / "added_tokens.json").write_text(json.dumps({known: 0, "<speaker>": 900}), encoding="utf-8")
    error = failure(folder)
    assert (error.code, error.params["count"], error.params["token"]) == ("vocabulary_added", 1, "<speaker>")


@pytest.mark.parametrize(("field", "token"), [("eos_token_id", "</s>"), ("pad_token_id", "<pad>")])
def test_a_vocabulary_with_other_special_tokens_is_refused(folder: Path, field: str, token: str) -> None:
    say(folder, **{field: 7})
    error = failure(folder)
    assert (error.code, error.params["token"], error.params["said"]) == ("vocabulary_special", token, 7)
    assert error.params["found"] == vocabulary(folder)[token]


@pytest.mark.parametrize("side", ["source", "target"])
def test_pieces_that_the_vocabulary_does_not_know_are_refused(folder: Path, side: str) -> None:
    korean = marian.sentencepiece_model(("강아지가 잠을 잔다.", "고양이는 새를 본다.", "역은 어디에 있습니까?"), 45)
    (folder / f"{side}.spm").write_bytes(korean)
    error = failure(folder)
    assert error.code == "vocabulary_foreign" and f"{side}.spm" in str(error)
    assert int(str(error.params["known"])) < 50


@pytest.mark.parametrize(
    ("file", "content", "kind"),
    [
        ("vocab.json", b"[1, 2]", "JSON"),
        ("vocab.json", b'{"</s>": 0', "JSON"),
        ("vocab.json", b'{"</s>": "0"}', "vocabulary"),
        ("vocab.json", b'{"</s>": 0, "<pad>": 1}', "vocabulary"),
        ("vocab.json", b'{"</s>": 0, "<pad>": 0, "<unk>": 2}', "vocabulary"),
        ("source.spm", b"no model at all", "SentencePiece"),
        ("target.spm", b"", "SentencePiece"),
        ("config.json", b'{"model_type": "marian"}', "config"),
        ("generation_config.json", b'{"bad_words_ids": 5}', "config"),
        ("tokenizer_config.json", b"3", "JSON"),
        ("model.safetensors", b"no tensors", "safetensors"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(folder: Path, file: str, content: bytes, kind: str) -> None:
    (folder / file).write_bytes(content)
    error = failure(folder)
    assert (error.code, error.params["kind"]) == ("unreadable", kind)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"activation_function": "tanh"}, "tanh"),
        ({"static_position_embeddings": False}, "learned positions"),
        ({"normalize_embedding": True}, "normalisation of its embeddings"),
        ({"add_final_layer_norm": True}, "after its last block"),
        ({"tie_word_embeddings": False}, "table of their own"),
    ],
    ids=str,
)
def test_another_architecture_is_refused(folder: Path, changes: dict[str, Any], what: str) -> None:
    error = failure(say(folder, **changes))
    assert error.code == "unsupported_architecture" and what in str(error)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"d_model": 47}, "unreadable"),
        ({"encoder_attention_heads": 5}, "unreadable"),
        ({"decoder_start_token_id": 10_000}, "unreadable"),
        ({"encoder_layers": 3}, "missing_tensor"),
        ({"decoder_layers": 2}, "unexpected_tensor"),
        ({"decoder_ffn_dim": 96}, "wrong_shape"),
        ({"d_model": 24, "encoder_attention_heads": 3, "decoder_attention_heads": 4}, "wrong_shape"),
    ],
    ids=str,
)
def test_a_config_that_does_not_fit_the_weights_is_refused(folder: Path, changes: dict[str, Any], code: str) -> None:
    assert failure(say(folder, **changes)).code == code


@pytest.mark.parametrize("file", ["source.spm", "target.spm", "vocab.json", "config.json", "tokenizer_config.json"])
def test_what_git_left_in_the_place_of_a_file_is_told_as_that(folder: Path, file: str) -> None:
    (folder / file).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 800955\n")
    error = failure(folder)
    assert error.code == "lfs_pointer" and file in str(error)


def spoil(key: str, change: Callable[[Tensor], Tensor]) -> Callable[[dict[str, Tensor]], None]:
    return lambda file: file.update({key: change(file[key]).contiguous()})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (spoil("model.shared.weight", lambda x: x.index_fill(1, torch.tensor(3), torch.nan)), "not_finite"),
        (spoil("final_logits_bias", lambda x: x * torch.inf), "not_finite"),
        (spoil("final_logits_bias", lambda x: x[0]), "wrong_shape"),
        (spoil("model.encoder.layers.0.fc1.weight", lambda x: x.T), "wrong_shape"),
        (spoil("model.encoder.layers.0.fc1.weight", lambda x: x.long()), "wrong_dtype"),
        (lambda file: file.pop("model.decoder.layers.2.encoder_attn.k_proj.bias"), "missing_tensor"),
        (lambda file: file.update(another=torch.zeros(3)), "unexpected_tensor"),
        (lambda file: file.update({"lm_head.weight": file["model.shared.weight"] + 1e-3}), "not_tied"),
        (lambda file: file.update({POSITIONS[0]: sinusoidal_table(40, 48)}), "wrong_positions"),
        (lambda file: file.update({POSITIONS[1]: sinusoidal_table(41, 48, "halves")[1:]}), "wrong_positions"),
        (lambda file: file.update({POSITIONS[1]: sinusoidal_table(41, 48, "halves")}), "wrong_shape"),
        (lambda file: file.update({POSITIONS[0]: torch.full((40, 48), torch.nan)}), "wrong_positions"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    folder: Path, change: Callable[[dict[str, Tensor]], Any], code: str
) -> None:
    assert failure(rewrite(folder, change)).code == code


def test_weights_of_another_family_are_refused(folder: Path) -> None:
    safetensors.torch.save_file({"blocks.0.norm1.weight": torch.zeros(48)}, folder / "model.safetensors")
    assert failure(folder).code == "unknown_dialect"


def test_a_pickle_that_would_run_code_is_not_opened(folder: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "ran"),)

    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"model.shared.weight": Evil()}, protocol=2))
    with pytest.raises(CheckpointError) as caught:
        vit_core.load(folder)
    assert caught.value.code == "unsafe_pickle"
    assert not (tmp_path / "ran").exists()


def test_a_translator_does_not_describe_a_bare_file_of_pictures(folder: Path) -> None:
    with pytest.raises(CheckpointError) as caught:
        vit_core.load(folder / "model.safetensors", like=NAME)
    assert caught.value.code == "unknown_name"
    assert NAME not in str(caught.value.params["known"])


# ---- the hub


@pytest.fixture
def asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folder as a repository of the hub; the names of the files that were fetched from it."""
    names: list[str] = []
    (folder / "tf_model.h5").write_bytes(b"not for us")

    def download(_repo: str, name: str, tqdm_class: type[tqdm]) -> str:
        names.append(name)
        return str(folder / name)

    class Hub:
        def model_info(self, _repo: str, timeout: float) -> Any:
            siblings = [type("File", (), {"rfilename": file.name}) for file in folder.iterdir()]
            return type("Info", (), {"siblings": siblings})

    monkeypatch.setattr(hub, "HfApi", Hub)
    monkeypatch.setattr(hub, "hf_hub_download", download)
    monkeypatch.setattr(hub, "try_to_load_from_cache", lambda _repo, _name: None)
    return names


def test_a_pair_is_fetched_with_its_text_files_and_its_own_words_win(asked: list[str], folder: Path) -> None:
    loaded = load("Helsinki-NLP/opus-mt-de-en")
    assert asked[-1] == "model.safetensors"
    assert set(asked) == {
        "config.json", "generation_config.json", "tokenizer_config.json", "source.spm", "target.spm", "vocab.json",
        "model.safetensors",
    }  # fmt: skip
    assert loaded.spec.config == load(folder).spec.config
    assert (loaded.name, loaded.spec.licence) == ("Helsinki-NLP/opus-mt-de-en", "Apache-2.0")
    assert load("somebody/pair").spec == replace(load(folder).spec, name="somebody/pair")


def test_a_pair_without_its_text_files_is_not_in_the_cache(
    asked: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """transformers caches weights and text apart: a program that asked for the weights alone leaves half a pair."""
    monkeypatch.setattr(hub, "try_to_load_from_cache", lambda _repo, name: str(folder / name))
    spec = next(spec for spec in available() if spec.name == "Helsinki-NLP/opus-mt-ko-en")
    assert isinstance(spec, TranslatorSpec) and spec.where == "cached"
    vit_core.load(spec.name)
    assert asked == []
    (folder / "source.spm").unlink()
    assert spec.where == "download"
