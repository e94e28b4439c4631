"""From a name, a path or a hub id to a model: what wins, what is refused, and in which words."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
import safetensors.torch
import torch
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils import tqdm
from torch import Tensor

import vit_core
from vit_core.checkpoints import ERRORS, NOTES, CheckpointError, hub, loading, registry, spec
from vit_core.checkpoints.convert import expected_shapes, to_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.checkpoints.image_processors import read_processor
from vit_core.checkpoints.labels import label_set
from vit_core.config import ViTConfig
from vit_core.preprocess import Preprocess

BUNDLED = "vit-s14-everyday"
TINY = ViTConfig(image_size=32, patch_size=8, d_model=48, n_layers=2, n_heads=3, d_mlp=96, n_classes=7)
HF_CONFIG: dict[str, Any] = {
    "model_type": "vit",
    "architectures": ["ViTForImageClassification"],
    "image_size": 32,
    "patch_size": 8,
    "hidden_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 96,
    "layer_norm_eps": 1e-6,
    "id2label": {str(i): name for i, name in enumerate("abcdefg")},
}
PREPROCESSOR = {"size": {"height": 32, "width": 32}, "resample": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}


def weights(config: ViTConfig = TINY, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = expected_shapes(config)
    return {name: (0.2 * torch.randn(shape, generator=generator)).to(dtype) for name, shape in shapes.items()}


def hf_folder(path: Path, *, tensors: dict[str, Tensor] | None = None, **changes: Any) -> Path:
    """A folder as transformers writes one; `changes` are fields of config.json, None leaves one out."""
    path.mkdir(parents=True, exist_ok=True)
    config = {key: value for key, value in {**HF_CONFIG, **changes}.items() if value is not None}
    (path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (path / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR), encoding="utf-8")
    file = to_dialect(weights(), DIALECTS["hf_vit"]) if tensors is None else tensors
    safetensors.torch.save_file(file, path / "model.safetensors")
    return path


def timm_file(path: Path, dtype: torch.dtype = torch.float32) -> Path:
    torch.save(to_dialect(weights(dtype=dtype), DIALECTS["timm"]), path)
    return path


def failure(*args: Any, **kwargs: Any) -> CheckpointError:
    with pytest.raises(CheckpointError) as caught:
        vit_core.load(*args, **kwargs)
    return caught.value


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: Any, **_kwargs: Any) -> Path:
        raise AssertionError("the hub was asked")

    monkeypatch.setattr(loading, "fetch", never)


# ---- what is loaded


def test_the_shipped_checkpoint_is_ready_to_be_looked_at() -> None:
    loaded = vit_core.load(BUNDLED)
    assert loaded.name == loaded.spec.name == BUNDLED
    assert loaded.spec == registry.REGISTRY[BUNDLED]
    assert not loaded.model.training
    assert {p.dtype for p in loaded.model.parameters()} == {torch.float32}
    assert not any(p.requires_grad or p.is_meta for p in loaded.model.parameters())
    assert loaded.nbytes == 4 * sum(p.numel() for p in loaded.model.parameters()) == 87_368_456
    assert (loaded.labels[0], loaded.labels_by_language["ko"][0]) == ("alligator", "악어")
    assert {len(names) for names in loaded.labels_by_language.values()} == {578}
    assert (len(loaded.report.used), loaded.notes) == (200, ())
    assert loaded.report.dropped_on_purpose == loaded.report.missing == loaded.report.unexpected == ()


def test_the_current_directory_does_not_matter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    label_set.cache_clear()
    assert vit_core.load(BUNDLED).labels[0] == "alligator"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_every_precision_computes_in_float32(tmp_path: Path, dtype: torch.dtype) -> None:
    loaded = vit_core.load(timm_file(tmp_path / "model.pt", dtype), like=TINY)
    assert {p.dtype for p in loaded.model.parameters()} == {torch.float32}
    stored = weights(dtype=dtype)
    assert all(torch.equal(p, stored[name].float()) for name, p in loaded.model.named_parameters())
    logits = loaded.model(torch.zeros(1, 3, 32, 32))
    assert logits is not None and logits.dtype == torch.float32


def test_two_loads_share_nothing(tmp_path: Path) -> None:
    path = timm_file(tmp_path / "model.pt")
    first, second = vit_core.load(path, like=TINY), vit_core.load(path, like=TINY)
    with torch.no_grad():
        first.model.cls_token.add_(1)
    assert not torch.equal(first.model.cls_token, second.model.cls_token)


# ---- what wins


def test_a_name_beats_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    hf_folder(tmp_path / BUNDLED)
    assert vit_core.load(BUNDLED).spec.config.n_classes == 578
    assert vit_core.load(f"./{BUNDLED}").spec.config.n_classes == 7
    assert vit_core.load(Path(BUNDLED)).spec.config.n_classes == 7


@pytest.mark.usefixtures("no_hub")
def test_a_path_beats_a_hub_id(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    hf_folder(tmp_path / "owner" / "repository")
    assert vit_core.load("owner/repository").spec.config == TINY


@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize("name", ["facebook/dinov2-small", "vit_tiny_patch16_224.augreg_in21k_ft_in1k"])
def test_a_clone_of_a_registered_repository_needs_no_network(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It keeps its card, and the folder's own words win, as for what is downloaded."""
    monkeypatch.chdir(tmp_path)
    known = registry.REGISTRY[name]
    (tmp_path / known.hub).mkdir(parents=True)  # a folder that is no checkpoint is none
    assert known.clone is None and known.where == "download" and known.weights is None
    for place in dict.fromkeys((known.hub, known.name)):
        folder = hf_folder(tmp_path / place)
        loaded = vit_core.load(name)
        assert (loaded.name, loaded.spec.config, loaded.spec.licence) == (name, TINY, known.licence)
        assert known.where == "local" and known.weights == Path(place) / "model.safetensors"
        (folder / "config.json").unlink()
    hf_folder(tmp_path / BUNDLED)
    assert registry.REGISTRY[BUNDLED].clone is None  # what is shipped needs none


def test_what_is_neither_name_nor_path_is_asked_for_at_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []

    def fetch(repo: str, progress: Any) -> Path:
        asked.append((repo, progress))
        return hf_folder(tmp_path / "cache")

    monkeypatch.setattr(loading, "fetch", fetch)
    loaded = vit_core.load("owner/repository", progress=print)
    assert asked == [("owner/repository", print)]
    assert loaded.name == "owner/repository"


def test_a_registered_hub_checkpoint_keeps_its_card_and_takes_the_folders_word(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The registry's shape is for the list; eps and sizes of what was really downloaded decide."""
    monkeypatch.setattr(loading, "fetch", lambda repo, progress: hf_folder(tmp_path, layer_norm_eps=1e-5))
    loaded = vit_core.load("google/vit-base-patch16-224")
    known = registry.REGISTRY["google/vit-base-patch16-224"]
    assert loaded.spec.config == replace(TINY, eps=1e-5)
    assert (loaded.spec.licence, loaded.spec.paper) == (known.licence, known.paper)
    assert loaded.preprocess.crop == 32
    assert loaded.labels == tuple("abcdefg")  # seven classes cannot be ImageNet's thousand


@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize("name", ["vit-s14", "", "a/b/c", "../x", "https://example.org/model", "/nowhere/at/all"])
def test_what_is_nothing_at_all_is_told_the_choices(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")  # what lies beside the checkout must not count
    error = failure(name)
    assert error.code == "unknown_name"
    assert BUNDLED in str(error) and "vit_b_16" in str(error)


# ---- folders


def test_a_folder_brings_its_shape_pictures_and_names(tmp_path: Path) -> None:
    loaded = vit_core.load(hf_folder(tmp_path))
    assert loaded.spec.config == TINY
    assert loaded.labels == tuple("abcdefg")
    assert list(loaded.labels_by_language) == ["en"]
    assert loaded.preprocess == Preprocess(32, 32, "squash", "bilinear", (0.5,) * 3, (0.5,) * 3, "down")
    assert loaded.notes == ()


def test_a_folder_without_a_preprocessor_says_so(tmp_path: Path) -> None:
    (hf_folder(tmp_path) / "preprocessor_config.json").unlink()
    loaded = vit_core.load(tmp_path)
    assert [note.code for note in loaded.notes] == ["default_preprocess"]
    assert "as vit models usually want it" in loaded.notes[0].sentence
    assert loaded.preprocess == Preprocess(32, 32, "squash", "bilinear", (0.5,) * 3, (0.5,) * 3, "down")


def test_labels_that_are_only_numbers_are_none(tmp_path: Path) -> None:
    loaded = vit_core.load(hf_folder(tmp_path, id2label={str(i): f"LABEL_{i}" for i in range(7)}))
    assert loaded.labels == ()
    assert [note.code for note in loaded.notes] == ["no_labels"]


@pytest.mark.parametrize("long_names", [False, True])
def test_imagenets_names_in_their_order_come_with_korean(tmp_path: Path, long_names: bool) -> None:
    """Some configs give all synonyms: "tench, Tinca tinca"."""
    names = [f"{name}, Latina {i}" if long_names else name for i, name in enumerate(label_set("imagenet1k")["en"])]
    config = replace(TINY, n_classes=1000)
    tensors = to_dialect(weights(config), DIALECTS["hf_vit"])
    loaded = vit_core.load(hf_folder(tmp_path, tensors=tensors, id2label=dict(enumerate(names))))
    assert loaded.labels == tuple(names)
    assert loaded.labels_by_language["ko"] == label_set("imagenet1k")["ko"]
    shuffled = dict(enumerate(names[1:] + names[:1]))
    assert "ko" not in vit_core.load(hf_folder(tmp_path, tensors=tensors, id2label=shuffled)).labels_by_language


def test_a_folder_without_a_head_says_so(tmp_path: Path) -> None:
    tensors = to_dialect(weights(replace(TINY, n_classes=0)), DIALECTS["hf_vit"])
    for architectures in (["ViTModel"], None):
        loaded = vit_core.load(hf_folder(tmp_path, tensors=tensors, architectures=architectures))
        assert loaded.spec.config.n_classes == 0
        assert loaded.labels == ()
        assert [note.code for note in loaded.notes] == ["no_class_head"]


def test_a_head_that_the_config_promises_must_be_there(tmp_path: Path) -> None:
    tensors = to_dialect(weights(replace(TINY, n_classes=0)), DIALECTS["hf_vit"])
    assert failure(hf_folder(tmp_path, tensors=tensors)).params["tensor"] == "classifier.weight"


BAD_CONFIGS: list[tuple[dict[str, Any], str, str]] = [
    ({"model_type": "swin"}, "unsupported_architecture", "swin"),
    ({"model_type": None}, "unsupported_architecture", "nameless"),
    ({"model_type": None, "architecture": "vit_giant_patch14_clip_224"}, "unsupported_architecture", "a norm before"),
    ({"model_type": "clip"}, "unsupported_architecture", "a norm before its first layer"),
    ({"model_type": "siglip2"}, "unsupported_architecture", "attention pooling"),
    ({"model_type": "dinov3_vit"}, "unsupported_architecture", "rotary"),
    ({"model_type": "beit"}, "unsupported_architecture", "added to its scores"),
    (
        {"model_type": "timm_wrapper", "architecture": "vit_base_patch16_siglip_gap_224"},
        "unsupported_architecture",
        "CLS",
    ),
    ({"hidden_act": "quick_gelu"}, "unsupported_architecture", "quick_gelu"),
    ({"num_channels": 1}, "unsupported_architecture", "1 colour"),
    ({"image_size": [32, 64]}, "unsupported_architecture", "32x64"),
    ({"num_attention_heads": 5}, "unreadable", "5 heads"),
    ({"hidden_size": "many"}, "unreadable", "config"),
    ({"num_hidden_layers": 2.5}, "unreadable", "n_layers takes a whole number, not 2.5"),
    ({"layer_norm_eps": "1e-3"}, "unreadable", "eps takes a number from 0"),
    ({"image_size": float("inf")}, "unreadable", "infinity"),
    ({"hidden_size": 96}, "wrong_shape", "needs [7, 96]"),
    ({"intermediate_size": 48}, "wrong_shape", "intermediate.dense"),
    ({"num_hidden_layers": 1}, "unexpected_tensor", "layer.1."),
    ({"num_hidden_layers": 3}, "missing_tensor", "layer.2."),
    ({"qkv_bias": False}, "unexpected_tensor", "bias"),
    ({"id2label": {"0": "a", "1": "b"}}, "wrong_shape", "classifier"),
    ({"id2label": {"0": "a"}}, "unsupported_architecture", "one score"),
]


@pytest.mark.parametrize(("changes", "code", "words"), BAD_CONFIGS, ids=lambda value: str(value)[:40])
def test_a_config_that_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, Any], code: str, words: str) -> None:
    error = failure(hf_folder(tmp_path, **changes))
    assert error.code == code
    assert words in str(error)


def test_a_single_number_as_size_means_what_the_family_means_by_it(tmp_path: Path) -> None:
    """Older files say "size": 40, which ViT's processor squashes to and DINOv2's brings the shorter side to."""
    raw = {**PREPROCESSOR, "size": 40, "do_center_crop": True, "crop_size": 32}
    for kind, fit in (("vit", "squash"), ("dinov2", "shortest")):
        found, _ = read_processor({**raw, "image_processor_type": None}, kind, "x")
        assert (found.resize, found.crop, found.fit) == (40, 32, fit)


BAD_PREPROCESSORS = [
    ({"do_rescale": False}, "unsupported_preprocess"),
    ({"rescale_factor": 1 / 127.5}, "unsupported_preprocess"),
    ({"do_resize": False}, "unsupported_preprocess"),
    ({"resample": 6}, "unreadable"),
    ({"image_mean": [0.5]}, "unreadable"),
    ({"size": {"longest_edge": 32}}, "unreadable"),
]


@pytest.mark.parametrize(("changes", "code"), BAD_PREPROCESSORS, ids=str)
def test_a_treatment_that_cannot_be_reproduced_is_refused(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    file = hf_folder(tmp_path) / "preprocessor_config.json"
    file.write_text(json.dumps({**PREPROCESSOR, **changes}))
    assert failure(tmp_path).code == code


@pytest.mark.parametrize(
    "content", ["", "{", "[1, 2]", "\x00", "[" * 100_000, '{"a":' * 50_000, '{"a": 1e999}', '{"a": NaN}']
)
def test_a_config_that_is_no_object_is_refused(tmp_path: Path, content: str) -> None:
    (hf_folder(tmp_path) / "config.json").write_text(content)
    assert failure(tmp_path).code == "unreadable"


def test_an_incomplete_folder_names_what_is_missing(tmp_path: Path) -> None:
    folder = hf_folder(tmp_path)
    (folder / "config.json").unlink()
    assert "config.json" in str(failure(folder))
    (folder / "model.safetensors").unlink()
    assert failure(folder).code == "no_checkpoint"
    assert "model.safetensors or pytorch_model.bin" in str(failure(folder))


# ---- bare files


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_a_bare_file_needs_to_be_told_its_shape(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    file = to_dialect(weights(), DIALECTS["timm"])
    torch.save(file, path) if suffix == ".pt" else safetensors.torch.save_file(file, path)
    error = failure(path)
    assert error.code == "needs_like"
    assert BUNDLED in str(error)
    loaded = vit_core.load(path, like=TINY)
    assert loaded.spec.dialect == "timm"
    assert [note.code for note in loaded.notes] == ["default_preprocess", "no_labels"]
    assert loaded.preprocess.crop == 32


def test_a_registered_name_lends_shape_dialect_pictures_and_labels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = replace(registry.REGISTRY["vit_b_16"], config=replace(TINY, n_classes=1000))
    monkeypatch.setattr(loading, "REGISTRY", {"vit_b_16": spec})
    path = tmp_path / "mine.pth"
    torch.save(to_dialect(weights(spec.config), DIALECTS["torchvision"]), path)
    loaded = vit_core.load(path, like="vit_b_16")
    assert (loaded.name, loaded.spec.config, loaded.preprocess) == (str(path), spec.config, spec.preprocess)
    assert loaded.labels == label_set("imagenet1k")["en"]
    # Another family's file of the very same shape is not what the name stands for.
    torch.save(to_dialect(weights(spec.config), DIALECTS["timm"]), path)
    assert failure(path, like="vit_b_16").code == "unknown_dialect"


def test_like_is_for_bare_files(tmp_path: Path) -> None:
    assert failure(BUNDLED, like=TINY).code == "like_needs_file"
    assert failure(hf_folder(tmp_path / "folder"), like=TINY).code == "like_needs_file"
    assert failure("nothing", like=TINY).code == "unknown_name"
    assert failure(timm_file(tmp_path / "model.pt"), like="vit_c_17").code == "unknown_name"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"model": state, "epoch": 3},
        lambda state: {"state_dict": {f"module.{key}": value for key, value in state.items()}},
        lambda state: {
            "student": {},
            "teacher": {
                **{f"backbone.{key}": value for key, value in state.items()},
                "head.mlp.0.bias": torch.zeros(2),
            },
        },
        lambda state: {"module": state, "ds_version": "0.14"},
        lambda state: {
            "state_dict": {"n_averaged": torch.tensor(3)} | {f"module.{key}": x for key, x in state.items()}
        },
        lambda state: {"target_encoder": {**state, "fc.fc1.weight": torch.zeros(2), "fc.bn1.bias": torch.zeros(2)}},
    ],
    ids=["model", "state_dict", "dino", "deepspeed", "averaged", "msn"],
)
def test_the_wrappers_of_training_code_come_off(tmp_path: Path, wrap: Callable[[Any], Any]) -> None:
    torch.save(wrap(to_dialect(weights(), DIALECTS["timm"])), tmp_path / "checkpoint.pth")
    loaded = vit_core.load(tmp_path / "checkpoint.pth", like=TINY)
    assert all(torch.equal(p, weights()[name]) for name, p in loaded.model.named_parameters())


@pytest.mark.parametrize(
    ("mean", "last"), [("model_ema", "model"), ("state_dict_ema", "state_dict"), ("teacher", "student")]
)
def test_of_two_states_the_mean_is_read_and_it_is_told(mean: str, last: str, tmp_path: Path) -> None:
    state = to_dialect(weights(), DIALECTS["timm"])
    twin = {f"module.{key}": x + 1 for key, x in state.items()}
    for content in ({last: twin, mean: state}, {mean: state, last: twin}):
        torch.save({**content, "optimizer": {"state": {}}}, tmp_path / "checkpoint.pth")
        loaded = vit_core.load(tmp_path / "checkpoint.pth", like=TINY)
        assert all(torch.equal(p, weights()[name]) for name, p in loaded.model.named_parameters())
        assert [n.params for n in loaded.notes if n.code == "beside"] == [{"read": mean, "others": last}]
    torch.save({mean: state, "epoch": 3}, tmp_path / "checkpoint.pth")
    assert "beside" not in [n.code for n in vit_core.load(tmp_path / "checkpoint.pth", like=TINY).notes]


PREFIXED = ("module.", "_orig_mod.", "model.", "model._orig_mod.", "_orig_mod.module.", "module.model.")


@pytest.mark.parametrize("prefix", PREFIXED)
@pytest.mark.parametrize("kind", ["safetensors", "bare", "model_state_dict", "state_dict"])
def test_what_training_code_puts_before_every_name_comes_off(tmp_path: Path, prefix: str, kind: str) -> None:
    file = {prefix + key: value for key, value in to_dialect(weights(), DIALECTS["hf_vit"]).items()}
    folder = hf_folder(tmp_path, tensors=file)
    if kind != "safetensors":
        (folder / "model.safetensors").unlink()
        torch.save(file if kind == "bare" else {kind: file, "epoch": 3}, folder / "pytorch_model.bin")
    loaded = vit_core.load(folder)
    assert all(torch.equal(p, weights()[name]) for name, p in loaded.model.named_parameters())
    assert vit_core.checkpoints.peek(folder, "it").config == loaded.spec.config == TINY


@pytest.mark.parametrize("prefix", PREFIXED)
def test_a_tensor_beside_the_prefixed_ones_is_never_dropped(tmp_path: Path, prefix: str) -> None:
    file = {prefix + key: value for key, value in to_dialect(weights(), DIALECTS["hf_vit"]).items()}
    for more in ("adapter.weight", "classifier.bias"):
        folder = hf_folder(tmp_path / more, tensors={**file, more: torch.zeros(7)})
        assert failure(folder).code in ("unexpected_tensor", "unknown_dialect")


# ---- files that are damaged or worse


class Evil:
    """Unpickled carelessly, it creates a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize("where", ["bare", "inside"])
def test_code_in_a_file_is_not_run(tmp_path: Path, where: str) -> None:
    marker, path = tmp_path / "marker", tmp_path / "evil.pt"
    content: Any = Evil(marker) if where == "bare" else {**to_dialect(weights(), DIALECTS["timm"]), "x": Evil(marker)}
    torch.save(content, path)
    error = failure(path, like=TINY)
    assert error.code == "unsafe_pickle"
    assert "evil.pt" in str(error) and "safetensors" in str(error)
    assert not marker.exists()
    torch.load(path, weights_only=False)  # the trap was live
    assert marker.exists()


def test_code_in_a_plain_pickle_is_not_run(tmp_path: Path) -> None:
    marker, path = tmp_path / "marker", tmp_path / "evil.bin"
    path.write_bytes(pickle.dumps(Evil(marker), protocol=2))
    assert failure(path, like=TINY).code == "unsafe_pickle"
    assert not marker.exists()


@pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".bin", ".jpg"])
@pytest.mark.parametrize("content", [b"", b"not tensors at all", b"PK\x03\x04 cut off", b"\xff\xd8\xff\xe0 a photo"])
def test_what_is_no_file_of_tensors_is_called_that(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes(content)
    assert failure(path, like=TINY).code == "unreadable"


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_a_truncated_file_is_unreadable(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    file = to_dialect(weights(), DIALECTS["timm"])
    torch.save(file, path) if suffix == ".pt" else safetensors.torch.save_file(file, path)
    path.write_bytes(path.read_bytes()[:-1000])
    assert failure(path, like=TINY).code == "unreadable"


@pytest.mark.parametrize("content", [[1, 2], {}, {"a": 1}, torch.zeros(3)], ids=["list", "empty", "number", "tensor"])
def test_a_file_without_named_tensors_is_unreadable(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "model.pt")
    assert failure(tmp_path / "model.pt", like=TINY).code == "unreadable"


def test_a_file_that_was_replaced_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same shipped name, another file behind it, valid in itself."""
    folder = hf_folder(tmp_path / "checkpoints" / BUNDLED)
    monkeypatch.setattr(spec, "ASSETS", tmp_path)
    error = failure(BUNDLED)
    assert error.code == "wrong_sha256"
    assert registry.REGISTRY[BUNDLED].sha256 is not None
    assert registry.REGISTRY[BUNDLED].sha256[:12] in str(error)  # type: ignore[index]
    assert vit_core.load(folder).spec.config == TINY


# ---- torchvision's files and the hub


def test_a_file_that_torchvision_downloaded_is_found_and_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    spec = replace(registry.REGISTRY["vit_b_16"], config=replace(TINY, n_classes=1000), sha256=None)
    (tmp_path / "checkpoints").mkdir()
    assert spec.local_file is not None
    torch.save(to_dialect(weights(spec.config), DIALECTS["torchvision"]), spec.local_file)
    assert spec.where == "local"
    monkeypatch.setattr(loading, "REGISTRY", {"vit_b_16": spec})
    assert vit_core.load("vit_b_16").labels[0] == "tench"
    monkeypatch.setattr(loading, "REGISTRY", {"vit_b_16": replace(spec, sha256="c867db91")})
    assert failure("vit_b_16").code == "wrong_sha256"


def test_without_a_network_there_is_a_sentence_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    for name in ("facebook/dinov2-small", "owner/repository"):
        error = failure(name)
        assert error.code == "no_network"
        assert name in str(error) and "network" in str(error)


class FakeHub:
    """Stands for the hub: what it holds, and what was asked of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.error: Exception | None = None
        monkeypatch.setattr(hub, "HfApi", lambda: self)
        monkeypatch.setattr(hub, "hf_hub_download", self.download)
        monkeypatch.setattr(hub, "try_to_load_from_cache", lambda _repo, _name: None)

    def model_info(self, repo: str, timeout: float) -> Any:
        if self.error:
            raise self.error
        assert timeout < 60
        return type("Info", (), {"siblings": [type("File", (), {"rfilename": f.name}) for f in self.folder.iterdir()]})

    def download(self, repo: str, name: str, tqdm_class: type[tqdm]) -> str:
        self.asked.append(name)
        size = (self.folder / name).stat().st_size
        with tqdm_class(total=size, initial=5, unit="B", desc=name, name="x") as bar:  # 5 bytes from an earlier try
            bar.update(size - 12)
            bar.update(7)
        return str(self.folder / name)


@pytest.fixture
def fake_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeHub:
    return FakeHub(hf_folder(tmp_path / "hub"), monkeypatch)


def test_only_what_is_needed_is_downloaded_and_progress_is_reported(fake_hub: FakeHub) -> None:
    (fake_hub.folder / "pytorch_model.bin").write_bytes(b"the same once more")
    (fake_hub.folder / "flax_model.msgpack").write_bytes(b"not for us")
    seen: list[tuple[int, int]] = []
    loaded = vit_core.load("owner/repository", progress=lambda done, whole: seen.append((done, whole)))
    assert fake_hub.asked == ["config.json", "preprocessor_config.json", "model.safetensors"]
    size = (fake_hub.folder / "model.safetensors").stat().st_size
    assert seen == [(size - 7, size), (size, size)]
    assert loaded.spec.config == TINY


def test_a_repository_without_weights_is_refused(fake_hub: FakeHub) -> None:
    (fake_hub.folder / "model.safetensors").unlink()
    assert failure("owner/repository").code == "not_found"
    assert fake_hub.asked == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionError("refused"), "no_network"),
        (TimeoutError("slow"), "no_network"),
        (RepositoryNotFoundError, "not_found"),
        (HfHubHTTPError, "download_failed"),
    ],
    ids=str,
)
def test_each_trouble_with_the_hub_has_its_sentence(fake_hub: FakeHub, error: Any, code: str) -> None:
    if isinstance(error, type):
        response = type("Response", (), {"headers": {}, "request": None, "status_code": 500})()
        error = error("trouble", response=response)
    fake_hub.error = error
    found = failure("owner/repository")
    assert found.code == code
    assert "owner/repository" in str(found)


def test_a_download_that_breaks_off_is_reported(fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(hub, "hf_hub_download", broken)
    error = failure("owner/repository")
    assert error.code == "download_failed"
    assert "No space left" in str(error)


def test_a_cached_repository_needs_no_network(fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fake_hub.folder

    def cached(_repo: str, name: str) -> Any:
        return str(folder / name) if name == "model.safetensors" else None

    fake_hub.error = AssertionError("the hub was asked")
    monkeypatch.setattr(hub, "try_to_load_from_cache", cached)
    assert vit_core.load("owner/repository").spec.config == TINY
    assert registry.REGISTRY["facebook/dinov2-small"].where == "cached"
    assert fake_hub.asked == []


# ---- sentences


def test_every_sentence_can_be_told() -> None:
    """An error names the file or the checkpoint it is about, and carries what its sentence needs."""

    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return f"<{key}>"

    for template in {**ERRORS, **NOTES}.values():
        sentence = template.format_map(Anything())
        assert "{" not in sentence
        assert ("<name>" in sentence) is (template in ERRORS.values())
    error = CheckpointError("not_found", name="here", what="weights")
    assert (str(error), error.code, error.params) == (
        "here has no weights.",
        "not_found",
        {"name": "here", "what": "weights"},
    )
    assert isinstance(error, ValueError)
