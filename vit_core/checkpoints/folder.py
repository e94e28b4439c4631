"""Read the description that comes with a checkpoint's folder: config.json, in transformers' or timm's form.

The family is what the config says it is (model_type or architecture), never a guess from the folder's name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vit_core.checkpoints.dialects import family
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.checkpoints.labels import NO_LABELS, Labels, label_set, with_translations
from vit_core.checkpoints.timm_architectures import TIMM_ARCHITECTURES
from vit_core.config import Activation, ViTConfig
from vit_core.preprocess import Preprocess

ACTIVATIONS: dict[str, Activation] = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
}
IMAGENET = Preprocess()
HALF = (0.5, 0.5, 0.5)
# What transformers' image processor of the family does when the folder does not say.
HF_PREPROCESS = {
    "vit": Preprocess(fit="squash", interpolation="bilinear", mean=HALF, std=HALF),
    "deit": Preprocess(fit="squash", resize=256),
    "dinov2": Preprocess(resize=256),
    "dinov2_with_registers": Preprocess(resize=256),
}
# transformers' defaults for what a config.json leaves out.
HF_EPS = {"vit": 1e-12, "deit": 1e-12, "dinov2": 1e-6, "dinov2_with_registers": 1e-6}
PIL_FILTERS = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}


@dataclass(frozen=True)
class Description:
    """What a folder says about its weights.

    Attributes:
        family: dialect family of the weight file.
        labels: class names by language.
    """

    config: ViTConfig
    family: str
    preprocess: Preprocess
    labels: Labels
    notes: tuple[Note, ...]


def describe(folder: Path, keys: Iterable[str], *, name: str) -> Description:
    """Read config.json and preprocessor_config.json.

    Args:
        keys: the tensor names of the weight file; they tell whether there is a head when config.json does not.

    Raises:
        CheckpointError: not_found, unreadable, unsupported_architecture or unsupported_preprocess.
    """
    raw = _json(folder / "config.json", name)
    try:
        if raw.get("model_type") in HF_PREPROCESS:
            return _describe_hf(raw, folder, list(keys), name)
        if raw.get("architecture") in TIMM_ARCHITECTURES:
            return _describe_timm(raw, name)
    except CheckpointError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CheckpointError("unreadable", name=name, kind="config", reason=error) from error
    said = raw.get("model_type") or raw.get("architecture") or "nameless"
    raise CheckpointError("unsupported_architecture", name=name, architecture=said, what="a structure of its own")


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError("not_found", name=name, what=path.name) from None
    except ValueError as error:
        raise CheckpointError("unreadable", name=f"{name}/{path.name}", kind="JSON", reason=error) from None
    if not isinstance(content, dict):
        raise CheckpointError("unreadable", name=f"{name}/{path.name}", kind="JSON", reason="it is not an object")
    return content


def _describe_hf(raw: Mapping[str, Any], folder: Path, keys: list[str], name: str) -> Description:
    kind = raw["model_type"]
    _refuse_if(bool(raw.get("use_swiglu_ffn")), name, kind, "a SwiGLU MLP")
    _refuse_if(raw.get("num_channels", 3) != 3, name, kind, f"{raw.get('num_channels')} colour channels")
    act = raw.get("hidden_act", "gelu")
    _refuse_if(act not in ACTIVATIONS, name, kind, f"the activation {act}")
    architecture = (raw.get("architectures") or [""])[0]
    has_head = "ImageClassification" in architecture if architecture else any("classifier." in key for key in keys)
    d_model = raw.get("hidden_size", 768)
    dialect = family(f"hf_{kind}")[0]
    config = ViTConfig(
        image_size=_side(raw.get("image_size", 224), name, kind),
        patch_size=_side(raw.get("patch_size", 14 if kind == "dinov2" else 16), name, kind),
        d_model=d_model,
        n_layers=raw.get("num_hidden_layers", 12),
        n_heads=raw.get("num_attention_heads", 12),
        d_mlp=int(d_model * raw.get("mlp_ratio", 4)) if "dinov2" in kind else raw.get("intermediate_size", 3072),
        n_classes=_hf_n_classes(raw) if has_head else 0,
        eps=raw.get("layer_norm_eps", HF_EPS[kind]),
        act=ACTIVATIONS[act],
        n_registers=raw.get("num_register_tokens", 4) if kind == "dinov2_with_registers" else 0,
        distilled=kind == "deit",
        distilled_head=has_head and "distillation_classifier.weight" in keys,
        layer_scale="dinov2" in kind,
        qkv_bias=raw.get("qkv_bias", True),
        pool="cls+mean" if "dinov2" in kind else "cls",
        position_resample=dialect.position_resample,
    )
    notes = []
    preprocess = HF_PREPROCESS[kind]
    if (folder / "preprocessor_config.json").exists():
        preprocess = hf_preprocess(_json(folder / "preprocessor_config.json", name), preprocess, name)
    else:
        notes.append(Note("default_preprocess", {"family": kind}))
    labels = NO_LABELS
    if config.n_classes:
        names = [raw.get("id2label", {}).get(str(i), f"LABEL_{i}") for i in range(config.n_classes)]
        if not all(label == f"LABEL_{i}" for i, label in enumerate(names)):
            labels = with_translations(names)
    return Description(config, dialect.family, preprocess, labels, tuple(notes))


def hf_preprocess(raw: Mapping[str, Any], default: Preprocess, name: str) -> Preprocess:
    """A preprocessor_config.json as `Preprocess`; what it leaves out is the family's default.

    Raises:
        CheckpointError: unsupported_preprocess, for a treatment that `Preprocess` cannot describe.
    """
    size = raw.get("size")
    if size is None:
        fit, resize = default.fit, default.resize
    elif isinstance(size, Mapping) and "shortest_edge" in size:
        fit, resize = "shortest", int(size["shortest_edge"])
    elif isinstance(size, int):
        fit, resize = default.fit, size
    else:
        fit, resize = "squash", _side(size, name, "picture")
    crop = resize
    if raw.get("do_center_crop", default.crop != default.resize):
        crop = _side(raw.get("crop_size") or default.crop, name, "picture")
    scaled = raw.get("do_rescale", True) and math.isclose(raw.get("rescale_factor", 1 / 255), 1 / 255, rel_tol=1e-3)
    if not scaled or not raw.get("do_resize", True):
        what = "pixels that are not scaled to 0..1" if not scaled else "pictures that are not resized"
        raise CheckpointError("unsupported_preprocess", name=name, what=what)
    normalised = raw.get("do_normalize", True)
    filter_ = raw.get("resample")
    return Preprocess(
        crop=crop,
        resize=resize,
        fit=fit,
        interpolation=default.interpolation if filter_ is None else PIL_FILTERS.get(filter_, str(filter_)),
        mean=_triple(raw.get("image_mean") or default.mean) if normalised else (0.0, 0.0, 0.0),
        std=_triple(raw.get("image_std") or default.std) if normalised else (1.0, 1.0, 1.0),
    )


def _hf_n_classes(raw: Mapping[str, Any]) -> int:
    return len(raw["id2label"]) if "id2label" in raw else raw.get("num_labels", 2)


def _describe_timm(raw: Mapping[str, Any], name: str) -> Description:
    from_arch = TIMM_ARCHITECTURES[raw["architecture"]]
    given = {**raw.get("pretrained_cfg", {}), **{key: raw[key] for key in ("num_classes", "label_names") if key in raw}}
    pool = raw.get("global_pool", "token")
    _refuse_if(pool not in ("token", ""), name, raw["architecture"], f"{pool} pooling")
    arguments = dict(raw.get("model_args", {}))
    arguments.pop("dynamic_img_size", None)
    image_size = arguments.pop("img_size", given.get("input_size", [from_arch.image_size])[-1])
    _refuse_if(bool(arguments), name, raw["architecture"], f"its own {', '.join(arguments)}")
    n_classes = given.get("num_classes", from_arch.n_classes)
    config = replace(
        from_arch,
        image_size=_side(image_size, name, raw["architecture"]),
        n_classes=n_classes,
        distilled_head=from_arch.distilled and n_classes > 0,
    )
    notes = []
    labels = NO_LABELS
    if given.get("label_names") and n_classes:
        labels = with_translations(given["label_names"])
    elif n_classes == len(label_set("imagenet1k")["en"]):
        labels = label_set("imagenet1k")
        notes.append(Note("labels_assumed"))
    if not given.get("mean"):
        notes.append(Note("default_preprocess", {"family": "timm"}))
    return Description(config, "timm", timm_preprocess(given, config.image_size, name), labels, tuple(notes))


def timm_preprocess(given: Mapping[str, Any], image_size: int, name: str) -> Preprocess:
    """The data part of a timm pretrained_cfg as `Preprocess`.

    Raises:
        CheckpointError: unsupported_preprocess, for timm's crop mode "border".
    """
    mode = given.get("crop_mode") or "center"
    if mode not in ("center", "squash"):
        raise CheckpointError("unsupported_preprocess", name=name, what=f"the crop mode {mode}")
    return Preprocess(
        crop=image_size,
        resize=math.floor(image_size / (given.get("crop_pct") or 0.875)),
        fit="squash" if mode == "squash" else "shortest",
        interpolation=given.get("interpolation") or "bicubic",
        mean=_triple(given.get("mean") or IMAGENET.mean),
        std=_triple(given.get("std") or IMAGENET.std),
    )


def _side(size: Any, name: str, kind: str) -> int:
    """The side of a square given as 224, [224, 224] or {"height": 224, "width": 224}."""
    if isinstance(size, Mapping):
        size = [size["height"], size["width"]]
    if isinstance(size, (list, tuple)):
        _refuse_if(size[0] != size[-1], name, kind, f"{size[0]}x{size[-1]} pixels")
        size = size[0]
    return int(size)


def _triple(values: Iterable[float]) -> tuple[float, float, float]:
    r, g, b = values
    return float(r), float(g), float(b)


def _refuse_if(refused: bool, name: str, architecture: str, what: str) -> None:
    if refused:
        raise CheckpointError("unsupported_architecture", name=name, architecture=architecture, what=what)
