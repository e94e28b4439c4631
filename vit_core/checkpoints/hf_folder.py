"""Read a folder in transformers' form: config.json with a model_type, preprocessor_config.json of its processor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vit_core.checkpoints.description import Description, read_json, refuse_if, refuse_unless_softmax, side, triple
from vit_core.checkpoints.dialects import family
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.checkpoints.labels import NO_LABELS, class_names, with_translations
from vit_core.checkpoints.unfollowed import notes_on
from vit_core.config import Activation, ViTConfig
from vit_core.preprocess import Preprocess

ACTIVATIONS: dict[str, Activation] = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
}
HALF = (0.5, 0.5, 0.5)
# By model_type: what the image processor of the family does when the folder does not say.
FAMILIES = {
    "vit": Preprocess(fit="squash", interpolation="bilinear", mean=HALF, std=HALF),
    "deit": Preprocess(fit="squash", resize=256),
    "dinov2": Preprocess(resize=256),
    "dinov2_with_registers": Preprocess(resize=256),
}
# transformers' defaults for what a config.json leaves out.
EPS = {"vit": 1e-12, "deit": 1e-12, "dinov2": 1e-6, "dinov2_with_registers": 1e-6}
# What a preprocessor_config.json says that is followed, or that changes no pixel (colours are always made RGB).
KNOWN = frozenset({
    "size", "do_resize", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize",
    "image_mean", "image_std", "image_processor_type", "feature_extractor_type", "processor_class", "auto_map",
    "do_convert_rgb", "default_to_square", "return_tensors", "data_format", "input_data_format", "device",
    "disable_grouping", "_valid_processor_keys"
})  # fmt: skip
PIL_FILTERS = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}


def describe_hf(raw: Mapping[str, Any], folder: Path, keys: list[str], name: str) -> Description:
    """The description of a folder in transformers' form.

    Args:
        raw: its config.json.
        keys: the tensor names of its weight file.

    Raises:
        CheckpointError: unsupported_architecture or unsupported_preprocess.
    """
    kind = raw["model_type"]
    config = _config(raw, keys, name)
    notes: list[Note] = []
    preprocess = FAMILIES[kind]
    if (folder / "preprocessor_config.json").exists():
        said = read_json(folder / "preprocessor_config.json", name)
        preprocess = read_preprocess(said, preprocess, name)
        notes.extend(notes_on(said, known=KNOWN))
    else:
        preprocess = _unsaid(kind, config.image_size)
        notes.append(Note("default_preprocess", {"family": kind}))
    names = class_names(raw.get("id2label"), [f"LABEL_{i}" for i in range(config.n_classes)])
    labels = with_translations(names) if names else NO_LABELS
    return Description(config, f"hf_{kind}", preprocess, labels, tuple(notes))


def _unsaid(kind: str, image_size: int) -> Preprocess:
    """What a folder without a processor gets: its family's, at the size whose positions the model learned.

    DINOv2 is the exception: its positions were learned at 518 pixels last, and its processors make 224 of a picture.
    """
    usual = FAMILIES[kind]
    return usual if "dinov2" in kind and image_size > usual.crop else usual.at(image_size)


def _config(raw: Mapping[str, Any], keys: list[str], name: str) -> ViTConfig:
    kind = raw["model_type"]
    refuse_if(bool(raw.get("use_swiglu_ffn")), name, kind, "a SwiGLU MLP")
    refuse_if(raw.get("num_channels", 3) != 3, name, kind, f"{raw.get('num_channels')} colour channels")
    act = raw.get("hidden_act", "gelu")
    refuse_if(act not in ACTIVATIONS, name, kind, f"the activation {act}")
    # The class that was saved tells which heads there must be; only where the config does not name it, the file does.
    saved = (raw.get("architectures") or [""])[0]
    has_head = "ImageClassification" in saved if saved else any("classifier." in key for key in keys)
    two_heads = "WithTeacher" in saved if saved else "distillation_classifier.weight" in keys
    n_classes = _n_classes(raw) if has_head else 0
    refuse_unless_softmax(n_classes, raw.get("problem_type"), name, kind)
    d_model = raw.get("hidden_size", 768)
    is_dinov2 = "dinov2" in kind
    return ViTConfig(
        image_size=side(raw.get("image_size", 224), name, kind),
        patch_size=side(raw.get("patch_size", 14 if kind == "dinov2" else 16), name, kind),
        d_model=d_model,
        n_layers=raw.get("num_hidden_layers", 12),
        n_heads=raw.get("num_attention_heads", 12),
        d_mlp=int(d_model * raw.get("mlp_ratio", 4)) if is_dinov2 else raw.get("intermediate_size", 3072),
        n_classes=n_classes,
        eps=raw.get("layer_norm_eps", EPS[kind]),
        act=ACTIVATIONS[act],
        n_registers=raw.get("num_register_tokens", 4) if kind == "dinov2_with_registers" else 0,
        distilled=kind == "deit",
        distilled_head=two_heads,
        layer_scale=is_dinov2,
        qkv_bias=raw.get("qkv_bias", True),
        pool="cls+mean" if is_dinov2 else "cls",
        position_resample=family(f"hf_{kind}")[0].position_resample,
    )


def read_preprocess(raw: Mapping[str, Any], default: Preprocess, name: str) -> Preprocess:
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
        fit, resize = "squash", side(size, name, "picture")
    crop = resize
    if raw.get("do_center_crop", default.crop != default.resize):
        crop = side(raw.get("crop_size") or default.crop, name, "picture")
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
        mean=triple(raw.get("image_mean") or default.mean) if normalised else (0.0, 0.0, 0.0),
        std=triple(raw.get("image_std") or default.std) if normalised else (1.0, 1.0, 1.0),
    )


def _n_classes(raw: Mapping[str, Any]) -> int:
    return len(raw["id2label"]) if raw.get("id2label") else raw.get("num_labels", 2)
