"""Read a folder in transformers' form: config.json with a model_type, preprocessor_config.json of its processor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vit_core.checkpoints.description import Description, answer_of, read_json, refuse_if, saved_as, side
from vit_core.checkpoints.dialects import family
from vit_core.checkpoints.errors import Note
from vit_core.checkpoints.image_processors import HALF, read_processor
from vit_core.checkpoints.labels import NO_LABELS, class_names, with_translations
from vit_core.checkpoints.settings_tables import IMAGE_CONFIG
from vit_core.checkpoints.unfollowed import adapter_beside, unfollowed_note, unfollowed_settings
from vit_core.config import Activation, ViTConfig
from vit_core.preprocess import Preprocess

ACTIVATIONS: dict[str, Activation] = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_fast": "gelu_tanh",
    "gelu_accurate": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "gelu_python_tanh": "gelu_tanh",
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
}
# By model_type: the preprocessing of the family's published checkpoints, for a folder that does not name its own.
FAMILIES = {
    "vit": Preprocess(fit="squash", interpolation="bilinear", mean=HALF, std=HALF, halves="down"),
    "deit": Preprocess(fit="squash", resize=256, halves="down"),
    "dinov2": Preprocess(resize=256, halves="down"),
    "dinov2_with_registers": Preprocess(resize=256, halves="down"),
    "vit_mae": Preprocess(fit="squash", interpolation="bilinear", halves="down"),
    "vit_msn": Preprocess(fit="squash", interpolation="bilinear", halves="down"),
}
# Families whose tensors are named like another family's.
DIALECT = {"vit_msn": "hf_vit", "vit_mae": "hf_vit"}
# transformers' defaults for what a config.json leaves out.
EPS = {"vit": 1e-12, "deit": 1e-12, "dinov2": 1e-6, "dinov2_with_registers": 1e-6, "vit_mae": 1e-12, "vit_msn": 1e-6}


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
    left = unfollowed_settings(raw, IMAGE_CONFIG, name)
    told: dict[str, Any] = {}
    if (said := _of_processor(folder, name)) is not None:
        preprocess, told = read_processor(said, kind, name)
    else:
        preprocess = _unsaid(kind, config.image_size)
        notes.append(Note("default_preprocess", {"family": kind}))
    if kind == "vit_mae":
        notes.append(Note("fixed_positions"))
    if any(key.startswith("decoder.") for key in keys):
        notes.append(Note("decoder_left_out"))
    notes.extend([*unfollowed_note(left, told), *adapter_beside(folder)])
    names = class_names(raw.get("id2label"), [f"LABEL_{i}" for i in range(config.n_classes)])
    labels = with_translations(names) if names else NO_LABELS
    return Description(config, DIALECT.get(kind, f"hf_{kind}"), preprocess, labels, tuple(notes))


def _of_processor(folder: Path, name: str) -> Mapping[str, Any] | None:
    """The settings of a folder's image processor: from processor_config.json, where transformers 5 looks first, or from
    preprocessor_config.json.
    """
    nested, alone = folder / "processor_config.json", folder / "preprocessor_config.json"
    inside = read_json(nested, name).get("image_processor") if nested.exists() else None
    if isinstance(inside, Mapping):
        return inside
    return read_json(alone, name) if alone.exists() else None


def _unsaid(kind: str, image_size: int) -> Preprocess:
    """The preprocessing of a folder without a processor: its family's, at the picture size of the learned positions.

    DINOv2 is the exception: its positions were last trained at 518 pixels, but its processors resize pictures to 224.
    """
    usual = FAMILIES[kind]
    return usual if "dinov2" in kind and image_size > usual.crop else usual.at(image_size)


def _config(raw: Mapping[str, Any], keys: list[str], name: str) -> ViTConfig:
    kind = raw["model_type"]
    channels = raw.get("num_channels", 3)
    refuse_if(channels != 3, name, kind, "channels", count=channels)
    is_dinov2 = "dinov2" in kind
    gated = is_dinov2 and bool(raw.get("use_swiglu_ffn"))
    act = "silu" if gated else raw.get("hidden_act", "gelu")  # DINOv2's gate uses SiLU whatever hidden_act says
    refuse_if(act not in ACTIVATIONS, name, kind, "activation", act=act)
    has_head = saved_as("ImageClassification", raw, in_file=any("classifier." in key for key in keys))
    two_heads = saved_as("WithTeacher", raw, in_file="distillation_classifier.weight" in keys)
    n_classes = _n_classes(raw) if has_head else 0
    d_model = raw.get("hidden_size", 768)
    d_mlp = int(d_model * raw.get("mlp_ratio", 4)) if is_dinov2 else raw.get("intermediate_size", 3072)
    return ViTConfig(
        image_size=side(raw.get("image_size", 224), name, kind),
        patch_size=side(raw.get("patch_size", 14 if kind == "dinov2" else 16), name, kind),
        d_model=d_model,
        n_layers=raw.get("num_hidden_layers", 12),
        n_heads=raw.get("num_attention_heads", 12),
        # With three matrices instead of two, each has two thirds of the hidden units, rounded up to a multiple of 8.
        d_mlp=(int(d_mlp * 2 / 3) + 7) // 8 * 8 if gated else d_mlp,
        n_classes=n_classes,
        eps=raw.get("layer_norm_eps", EPS[kind]),
        act=ACTIVATIONS[act],
        gated=gated,
        n_registers=raw.get("num_register_tokens", 4) if kind == "dinov2_with_registers" else 0,
        distilled=kind == "deit",
        distilled_head=two_heads,
        layer_scale=is_dinov2,
        qkv_bias=raw.get("qkv_bias", True),
        pool="cls+mean" if is_dinov2 else "cls",
        answer=answer_of(n_classes, raw.get("problem_type"), name, kind),
        position_resample=family(DIALECT.get(kind, f"hf_{kind}"))[0].position_resample,
    )


def _n_classes(raw: Mapping[str, Any]) -> int:
    return len(raw["id2label"]) if raw.get("id2label") else raw.get("num_labels", 2)
