"""A recurrent translator from a folder: what is read, what is refused, and what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

import vit_core
from tests.support.perturb import perturb
from tests.support.recurrent import tiny_config, torch_scores
from vit_core import LoadedRecurrent, RecurrentTranslation, read_along_recurrent, translate_recurrent
from vit_core.checkpoints import CheckpointError, peek
from vit_core.checkpoints.convert import ConversionReport
from vit_core.checkpoints.labels import ASSETS
from vit_core.checkpoints.loading import load
from vit_core.checkpoints.marian_tokenizer import read_tokenizer
from vit_core.checkpoints.recurrent_entries import COMPARED
from vit_core.checkpoints.spec import RecurrentSpec
from vit_core.names import recurrent_names
from vit_core.recurrent_seq2seq import untrained
from vit_core.sizes import n_parameters
from vit_core.training import quality
from vit_core.training.export import export
from vit_core.training.recipes import RECIPES

PIECES = ASSETS / "checkpoints" / "twin-masked-de-en"
TEXT = "Der alte Hund schläft."


@cache
def loaded(shape: str, *, end_bias: float = 0.0, pad_bias: float = 0.0) -> LoadedRecurrent:
    """A tiny perturbed network with the shipped pieces."""
    config = tiny_config(shape, vocab=3000, pad=0, end=1, unknown=2, start=0)
    model = perturb(untrained(config, seed=5))
    model.logits_bias[1] += end_bias
    model.logits_bias[0] += pad_bias
    spec = RecurrentSpec(name="tiny", config=config, dialect="recurrent")
    return LoadedRecurrent("tiny", model, spec, read_tokenizer(PIECES, {}, "pieces"), ConversionReport(()))


@cache
def said(shape: str) -> RecurrentTranslation:
    return translate_recurrent(loaded(shape), TEXT, max_new=9)


SHAPES = ["rnn", "lstm", "gru-attention"]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_token_is_the_most_probable_after_those_before(shape: str) -> None:
    model, found = loaded(shape), said(shape)
    source = torch.tensor([model.tokenizer.encode(TEXT)])
    assert found.source_ids == tuple(source[0].tolist()) and found.source_tokens[-1] == "</s>"
    assert len(found.ids) == 9 and found.stopped_by == "limit"
    expected = torch_scores(model.model, source, torch.tensor([source.shape[1]]), torch.tensor([found.trace.read_ids]))
    logprobs = expected["logits"][0].log_softmax(dim=-1)
    assert_close(found.logprobs, logprobs, atol=1e-5, rtol=0)
    assert_close(found.trace.logits, expected["logits"][0], atol=1e-5, rtol=0)
    assert found.ids == tuple(logprobs[:, 1:].argmax(dim=-1).add(1).tolist())
    assert found.logprob == pytest.approx(sum(logprobs[t, i].item() for t, i in enumerate(found.ids)), abs=1e-4)
    assert found.tokens == tuple(map(model.tokenizer.token, found.ids))
    assert found.text == model.tokenizer.decode(found.ids)
    assert found.trace.read_ids == (0, *found.ids[:-1])


@pytest.mark.parametrize("shape", SHAPES)
def test_reading_along_gives_the_trace_of_writing(shape: str) -> None:
    model, written = loaded(shape), said(shape)
    along = read_along_recurrent(model, TEXT, written.ids)
    assert (along.ids, along.text) == (written.ids, written.text)
    assert along.logprob == pytest.approx(written.logprob, abs=1e-4)
    names = [name.template for name in recurrent_names(model.model.config)]
    assert set(written.trace.tensors) == set(along.trace.tensors) == set(names)
    for name in names:
        assert_close(written.trace[name], along.trace[name], atol=1e-5, rtol=0)
    others = [5, 6, 7, 1]
    given = read_along_recurrent(model, TEXT, others)
    assert given.stopped_by == "end" and given.trace.read_ids == (0, 5, 6, 7)
    assert given.logprob == pytest.approx(sum(given.logprobs[t, i].item() for t, i in enumerate(others)), abs=1e-4)


def test_it_stops_at_its_end_token_and_at_the_limit() -> None:
    ended = translate_recurrent(loaded("gru", end_bias=50.0), TEXT)
    assert (ended.ids, ended.text, ended.stopped_by) == ((1,), "", "end")
    endless = translate_recurrent(loaded("gru", end_bias=-50.0), "Ja.")
    assert len(endless.ids) == 3 * len(endless.source_ids) + 50 and endless.stopped_by == "limit"
    with pytest.raises(ValueError, match="max_new 0"):
        translate_recurrent(loaded("gru"), TEXT, max_new=0)


def test_padding_is_never_written_but_told_as_probable_as_it_was() -> None:
    found = translate_recurrent(loaded("gru", pad_bias=50.0), TEXT, max_new=3)
    assert 0 not in found.ids and found.logprobs[:, 0].exp().min() > 0.9


def test_only_what_is_asked_for_is_kept_and_everything_is_announced() -> None:
    seen: list[str] = []

    def watch(name: str, x: Any) -> Any:
        seen.append(name)
        return x

    found = translate_recurrent(loaded("lstm"), TEXT, max_new=2, keep=lambda name: name.endswith(".cell"), watch=watch)
    assert set(found.trace.tensors) == {"encoder.cell", "decoder.cell"}
    assert found.logprobs.shape == (2, 3000) and found.nbytes > found.logprobs.nbytes
    assert seen.count("encoder.state") == 1 and seen.count("decoder.state") == seen.count("logits") == 2


def test_a_target_that_cannot_be_read_is_refused() -> None:
    refused = ([], "0 tokens"), ([3000], "not 3000"), ([-1], "2999, not -1"), ([5] * 513, "513 tokens")
    for target, why in refused:
        with pytest.raises(ValueError, match=why):
            read_along_recurrent(loaded("rnn"), TEXT, target)


# ---- the folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    export(loaded("gru-attention").model, tmp_path / "gru", PIECES)
    return tmp_path / "gru"


def test_a_folder_is_read_as_it_was_written(folder: Path) -> None:
    ours, net = load(folder), loaded("gru-attention").model
    assert isinstance(ours, LoadedRecurrent)
    assert ours.model.config == ours.spec.config == net.config and not ours.model.training
    for name, tensor in net.state_dict().items():
        assert_close(ours.model.state_dict()[name], tensor.half().float(), atol=0, rtol=0)
    assert ours.tokenizer.encode(TEXT) == loaded("gru").tokenizer.encode(TEXT)
    assert peek(folder, "gru").config == net.config and peek(folder, "gru").task == "recurrent"
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors"}
    assert ours.nbytes == 4 * n_parameters(net.config) == 4 * sum(p.numel() for p in net.parameters())
    assert quality.write_alone(ours, [(TEXT, "")], beam=1, length_penalty=0.0) == [translate_recurrent(ours, TEXT).text]
    with pytest.raises(ValueError, match="--beam 1"):
        quality.write_alone(ours, [(TEXT, "")], beam=4, length_penalty=0.6)


def test_the_pieces_may_lie_beside_the_folder(folder: Path) -> None:
    pieces = folder.parent / "own-pieces"
    pieces.mkdir()
    for file in ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json"):
        (pieces / file).write_bytes((PIECES / file).read_bytes())
    change("vocabulary", "own-pieces")(folder)
    assert load(folder).tokenizer.encode(TEXT) == loaded("gru").tokenizer.encode(TEXT)  # type: ignore[union-attr]


def change(key: str, value: Any) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        said = json.loads((folder / "config.json").read_text())
        said[key] = value
        (folder / "config.json").write_text(json.dumps(said))

    return apply


def forget(key: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        said = json.loads((folder / "config.json").read_text())
        del said[key]
        (folder / "config.json").write_text(json.dumps(said))

    return apply


def without_tensor(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors["attn.v"]
    save_file(tensors, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (change("vocabulary", "no-such-folder"), "not_found"),
        (change("vocabulary", f"../{PIECES.name}"), "not_found"),
        (change("vocabulary", str(PIECES)), "not_found"),
        (change("vocabulary", None), "not_found"),
        (change("vocabulary", "marian-s-de-en"), "vocabulary_mismatch"),
        (change("end", 5), "vocabulary_special"),
        (change("cell", "elman"), "unreadable"),
        (change("d_hidden", "20"), "unreadable"),
        (forget("attention"), "unreadable"),
        (change("cell", "lstm"), "wrong_shape"),
        (change("attention", False), "unexpected_tensor"),
        (without_tensor, "missing_tensor"),
    ],
)
def test_a_damaged_folder_is_refused(folder: Path, damage: Callable[[Path], None], code: str) -> None:
    damage(folder)
    with pytest.raises(CheckpointError) as error:
        load(folder)
    assert error.value.code == code


# ---- the recipes


def test_the_five_are_alike_in_all_but_their_kind() -> None:
    twins = RECIPES["twins"]
    size = n_parameters(vit_core.load("twin-masked-de-en").spec.config)
    for name in ("rnn", "lstm", "gru", "gru-attention"):
        recipe = RECIPES[name]
        for field in ("vocabulary", "files", "steps", "budget", "warmup", "smoothing", "weight_decay", "joined",
                      "longest", "seed"):  # fmt: skip
            assert getattr(recipe, field) == getattr(twins, field), (name, field)
        assert n_parameters(recipe.config) == pytest.approx(size, rel=0.03)
    assert [f"{name}-de-en" for name in ("rnn", "lstm", "gru", "gru-attention")] == list(COMPARED[:4])
