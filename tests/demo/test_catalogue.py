"""The cards of the Models screen: every offered model, with facts that are those of the model once it is loaded."""

from __future__ import annotations

import builtins
import errno
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from starlette.responses import JSONResponse

import vit_core
from demo.catalogue import paper_sizes
from demo.compute.request_threads import refusal
from demo.errors import VisitorError
from demo.page.texts import LANGUAGES, texts
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.services import Services
from demo.views.published_quality import FIGURES
from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.dialects import DIALECTS

SHAPE = ("patch", "d_model", "d_mlp", "layers", "heads", "classes")


def cards(services: Services) -> dict[str, dict[str, Any]]:
    return {card["name"]: card for card in services.catalogue()}


def test_every_offered_model_has_a_card_in_order(services: Services) -> None:
    offered = [*services.photos.models.names(), *services.sentences.models.names()]
    assert sorted(cards(services)) == sorted(offered) and len(offered) == len(set(offered))
    # The recurrent translators belong to a screen of their own.
    assert len(offered) == sum(spec.task != "recurrent" for spec in vit_core.available()) + 4


def test_a_card_needs_no_loading(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vit_core, "load", lambda *args, **kwargs: pytest.fail("something was loaded"))
    assert cards(services)["tiny"]["here"]


@pytest.mark.parametrize("name", [DEFAULT_MODEL, "tiny", "headless", "numbers"])
def test_a_card_says_what_the_loaded_model_is(name: str, services: Services) -> None:
    card, model = cards(services)[name], services.photos.model(name)
    config = model.model.config
    assert card["parameters"] == sum(p.numel() for p in model.model.parameters())
    assert (
        config.patch_size,
        config.d_model,
        config.d_mlp,
        config.n_layers,
        config.n_heads,
        config.n_classes if config.names_classes else 0,
    ) == tuple(card[key] for key in SHAPE)
    assert card["numbers"] == (0 if config.names_classes else config.n_classes)
    trace = services.photos.trace(services.photos.complete(PhotoQuery(FIRST.photo, name, 0)))
    assert (card["tokens"], card["size"]) == (trace.geometry.n_tokens, trace.geometry.height)
    assert card["prefix"] == list(trace.geometry.prefix)
    assert card["problem"] is None and card["here"] and card["host"] == ""


def test_a_translators_card_says_what_the_loaded_model_is(services: Services) -> None:
    card, model = cards(services)["marian-s-de-en"], services.sentences.models.load("marian-s-de-en")
    config = model.model.config
    assert card["parameters"] == sum(p.numel() for p in model.model.parameters())
    assert (card["layers"], card["decoder_layers"]) == (config.encoder.n_layers, config.decoder.n_layers)
    assert (card["task"], card["languages"], card["vocabulary"]) == ("translation", ["de", "en"], config.target_vocab)


def test_what_is_here_has_been_weighed_and_a_download_is_float32(services: Services, models_dir: Path) -> None:
    shown = cards(services)
    assert shown["tiny"]["bytes"] == (models_dir / "tiny" / "model.safetensors").stat().st_size
    folder = vit_core.available()[0].folder
    assert folder is not None
    assert shown[DEFAULT_MODEL]["bytes"] == (folder / "model.safetensors").stat().st_size
    for card in shown.values():
        if not card["here"]:
            assert card["bytes"] == 4 * card["parameters"]
            assert card["host"] in ("huggingface.co", "download.pytorch.org")


def test_a_registered_card_names_licence_origin_family_and_figures(services: Services) -> None:
    shown = [card for card in services.catalogue() if card["family"] != "own"]
    assert {card["family"] for card in shown} == {"ViT", "DeiT", "DINO", "DINOv2", "Transformer", "Marian"}
    for card in shown:
        assert card["licence"] and card["source"].startswith("https://") and card["paper"].startswith("https://arxiv")
        units = {"image": ("%",), "translation": ("BLEU", "%")}[card["task"]]
        assert all(any(unit in figure["value"] for unit in units) for figure in card["figures"])
    silent = [card["name"] for card in shown if not card["figures"] and card["family"] != "Marian"]
    assert silent == ["google/vit-base-patch16-224"]


def test_every_figure_and_family_has_words() -> None:
    for language in LANGUAGES:
        assert {f"models.figure_{key}" for key in FIGURES.values()} <= set(texts(language))
        families = {spec.family for spec in vit_core.available() if spec.task != "recurrent"}
        for family in ("own", "here", "all", *families):
            assert f"models.about_{family}" in texts(language)


def test_a_folder_that_cannot_be_used_says_why_and_the_rest_is_there(
    tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    write_folder(tmp_path / "good")
    write_folder(tmp_path / "swin", config={"model_type": "swin"})
    write_folder(tmp_path / "empty", weights=False)
    (write_folder(tmp_path / "noise", weights=False) / "model.safetensors").write_bytes(bytes(100))
    shown = cards(Services(models_dir=tmp_path))
    codes = {name: shown[name]["problem"]["code"] for name in ("swin", "empty", "noise")}
    assert codes == {
        "swin": "checkpoint_unsupported_architecture",
        "empty": "checkpoint_not_found",
        "noise": "checkpoint_unreadable",
    }
    assert str(tmp_path) not in str(shown)
    assert shown["good"]["problem"] is None and shown["good"]["here"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_json_has_not_leaves_the_rest_of_the_list(
    number: str, tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    """The list, and the refusal of whoever asks for the model, are JSON themselves."""
    folder = write_folder(tmp_path / "odd")
    described = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(described.replace("{", f'{{"layer_norm_eps": {number}, ', 1), encoding="utf-8")
    services = Services(models_dir=tmp_path)
    [told] = [card for card in services.catalogue() if card["name"] == "odd"]
    assert json.loads(JSONResponse(told).body)["problem"]["code"] == "checkpoint_unreadable"
    assert number in str(told["problem"]["params"])
    with pytest.raises(VisitorError, match="checkpoint_unreadable") as refused:
        services.photos.model("odd")
    assert refusal(refused.value).status_code == 400


@pytest.mark.parametrize(
    "name", ["patch_size", "image_size", "hidden_size", "num_attention_heads", "num_hidden_layers"]
)
@pytest.mark.parametrize("digits", [16, 400, 4000])
def test_a_whole_number_without_end_leaves_the_rest_of_the_list(
    name: str, digits: int, tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    write_folder(tmp_path / "odd", config={name: 10**digits})
    services = Services(models_dir=tmp_path)
    [told] = [card for card in services.catalogue() if card["name"] == "odd"]
    assert len(JSONResponse(told).body) < 3000
    with pytest.raises(VisitorError, match="checkpoint_") as refused:
        services.photos.model("odd")
    assert refusal(refused.value).status_code == 400 and len(refusal(refused.value).body) < 1000


@pytest.mark.parametrize("file", ["config.json", "pytorch_model.bin"])
def test_a_file_that_may_not_be_read_leaves_the_rest_of_the_list(
    file: str, tmp_path: Path, write_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "good")
    locked = write_folder(tmp_path / "locked", weights=False)
    torch.save({}, locked / "pytorch_model.bin")
    opened = io.open

    def guarded(path: Any, *args: Any, **kwargs: Any) -> Any:
        # Whoever runs the tests as root may read everything.
        if str(path) == str(locked / file):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(io, "open", guarded)
    monkeypatch.setattr(builtins, "open", guarded)
    shown = cards(Services(models_dir=tmp_path))
    assert shown["good"]["problem"] is None
    assert shown["locked"]["problem"]["code"] == "checkpoint_unreadable"
    assert shown["locked"]["problem"]["params"]["reason"] == {"code": "denied", "params": {}}
    assert str(tmp_path) not in str(shown)


def test_a_pickled_folder_is_counted_without_its_numbers(
    tmp_path: Path, write_folder: Callable[..., Path], tiny_vit: Any
) -> None:
    folder = write_folder(tmp_path / "pickled", weights=False, config={"architectures": None})
    torch.save(to_dialect(tiny_vit.state_dict(), DIALECTS["hf_vit"]), folder / "pytorch_model.bin")
    card = cards(Services(models_dir=tmp_path))["pickled"]
    assert (card["classes"], card["parameters"]) == (7, sum(p.numel() for p in tiny_vit.parameters()))


def test_the_papers_models_are_beside_it() -> None:
    assert [
        tuple(size[key] for key in ("name", "d_model", "millions", "paper", "table")) for size in paper_sizes()
    ] == [
        ("Transformer (base)", 512, 65, "arXiv 1706.03762", 3),
        ("ViT-Base", 768, 86, "arXiv 2010.11929", 1),
        ("ViT-Large", 1024, 307, "arXiv 2010.11929", 1),
        ("ViT-Huge", 1280, 632, "arXiv 2010.11929", 1),
    ]
