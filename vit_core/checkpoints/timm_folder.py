"""Read a folder in timm's form: config.json with an architecture, its arguments and a pretrained_cfg."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from vit_core.checkpoints.description import Description, answer_of, refuse_if, saved_as, side, triple
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.checkpoints.labels import NO_LABELS, class_names, label_set, with_translations
from vit_core.checkpoints.settings_tables import TIMM_CONFIG, TIMM_PRETRAINED
from vit_core.checkpoints.timm_architectures import TIMM_ARCHITECTURES
from vit_core.checkpoints.unfollowed import unfollowed_note, unfollowed_settings
from vit_core.config import Activation, ViTConfig
from vit_core.preprocess import Preprocess
from vit_core.reasons import Reason

IMAGENET = Preprocess()
BEHIND = "fc_norm.weight"
INTO, OUT_OF = "blocks.0.mlp.fc1.weight", "blocks.0.mlp.fc2.weight"
WRAPPER = "timm_wrapper"  # the model_type under which transformers keeps timm's models
# timm's arguments that are fields of ours under another name.
ARGUMENTS = {
    "embed_dim": "d_model",
    "depth": "n_layers",
    "num_heads": "n_heads",
    "num_classes": "n_classes",
    "reg_tokens": "n_registers",
    "qkv_bias": "qkv_bias",
}
# timm's arguments that change nothing here: they are about training, about how weights begin, or about sizes, all of
# which ours reads.
WITHOUT_EFFECT = frozenset({
    "drop_rate", "pos_drop_rate", "patch_drop_rate", "proj_drop_rate", "attn_drop_rate", "drop_path_rate",
    "weight_init", "fix_init", "dynamic_img_size", "dynamic_img_pad", "strict_img_size"
})  # fmt: skip
# Structures that the models here lack, each where it is left out, as it usually is.
LEFT_OUT = {
    "qk_norm": False, "scale_attn_norm": False, "scale_mlp_norm": False, "proj_bias": True, "class_token": True,
    "pos_embed": "learn", "pre_norm": False, "final_norm": True, "pool_include_prefix": False,
    "embed_norm_layer": None, "norm_layer": None, "mlp_layer": None
}  # fmt: skip
# timm's names of activations.
ACTIVATIONS: Mapping[str, Activation] = {
    "gelu": "gelu", "gelu_tanh": "gelu_tanh", "relu": "relu", "silu": "silu", "swish": "silu"
}  # fmt: skip


def architecture_of(raw: Mapping[str, Any]) -> str:
    """timm's name of the architecture that a config.json names, without the tag of its weights; "" for none."""
    return str(raw.get("architecture") or "").partition(".")[0]


def describe_timm(raw: Mapping[str, Any], tensors: Mapping[str, Tensor], name: str) -> Description:
    """The description of a folder in timm's form.

    Args:
        raw: its config.json.
        tensors: of its weight file.

    Raises:
        CheckpointError: unsupported_architecture, unsupported_preprocess, or, where the last norm of the file does not
            stand where config.json says, missing_tensor or unexpected_tensor.
    """
    given = dict(raw.get("pretrained_cfg") or {})
    given |= {key: raw[key] for key in ("num_classes", "label_names") if key in raw}
    # transformers' wrapper gives a number of classes even without a head.
    if raw.get("architectures") and not saved_as("ImageClassification", raw, in_file="head.weight" in tensors):
        given["num_classes"] = 0
    config = _config(raw, tensors, given, name)
    notes = []
    if config.gated and not TIMM_ARCHITECTURES[architecture_of(raw)].gated:
        notes.append(Note("gate_seen"))
    labels = NO_LABELS
    wrapped = raw.get("model_type") == WRAPPER
    nameless = [f"LABEL_{i}" if wrapped else str(i) for i in range(config.n_classes)]
    if names := class_names(given.get("label_names"), nameless):
        labels = with_translations(names)
    elif config.n_classes == len(label_set("imagenet1k")["en"]):
        labels = label_set("imagenet1k")
        notes.append(Note("labels_assumed"))
    if not given.get("mean"):
        notes.append(Note("default_preprocess", {"family": "timm"}))
    notes.extend(
        unfollowed_note(unfollowed_settings(raw, TIMM_CONFIG, name), unfollowed_settings(given, TIMM_PRETRAINED, name))
    )
    # As in timm, pictures have the size of the positions, unless the positions are resized to the pictures
    # (dynamic_img_size).
    follows = wrapped or (raw.get("model_args") or {}).get("dynamic_img_size")
    side_read = (
        side(given["input_size"][-2:], name, "picture") if follows and "input_size" in given else config.image_size
    )
    return Description(config, "timm", read_preprocess(given, side_read, name), labels, tuple(notes))


def require_norm(keys: Collection[str], behind: bool, name: str) -> None:
    """Raise missing_tensor or unexpected_tensor unless a file's last norm stands where it was said to."""
    if behind != has_norm_behind(keys):
        raise CheckpointError("missing_tensor" if behind else "unexpected_tensor", name=name, count=2, tensor=BEHIND)


def has_norm_behind(keys: Collection[str]) -> bool:
    """Whether the last norm stands behind the pooling (timm's fc_norm, which MAE's fine-tuned models have too)."""
    return BEHIND in keys


def has_gate(tensors: Mapping[str, Tensor]) -> bool:
    """Whether the MLP has a gate, which timm's config.json cannot say: fc1 then has twice as many outputs as fc2 has
    inputs.
    """
    into, out_of = tensors.get(INTO), tensors.get(OUT_OF)
    if into is None or out_of is None or into.ndim != 2 or out_of.ndim != 2:
        return False
    return into.shape[0] == 2 * out_of.shape[1]


def _config(raw: Mapping[str, Any], tensors: Mapping[str, Tensor], given: Mapping[str, Any], name: str) -> ViTConfig:
    architecture = architecture_of(raw)
    config = TIMM_ARCHITECTURES[architecture]
    arguments = {
        "global_pool": raw.get("global_pool", "token"),
        "img_size": given.get("input_size", [config.image_size])[-1],
        "num_classes": given.get("num_classes", config.n_classes),
        **(raw.get("model_args") or {}),
    }
    if raw.get("model_type") == WRAPPER:  # transformers passes them as settings, and timm drops empty ones
        arguments = {key: value for key, value in arguments.items() if value is not None}
    pool, channels = arguments.pop("global_pool", "token"), arguments.pop("in_chans", 3)
    refuse_if(pool not in ("token", "avg", ""), name, architecture, "pooling", kind=pool)
    # As in timm, a mean is normalised after pooling unless the arguments say otherwise. For CLS it makes no difference
    # whether it is normalised before or after it is picked.
    said = arguments.pop("fc_norm", None)
    behind = pool == "avg" if said is None else bool(said)
    require_norm(tensors, behind, name)
    refuse_if(channels != 3, name, architecture, "channels", count=channels)
    arguments = {
        key: value
        for key, value in arguments.items()
        if key not in WITHOUT_EFFECT and not (key in LEFT_OUT and value == LEFT_OUT[key])
    }
    fields = {ours: arguments.pop(theirs) for theirs, ours in ARGUMENTS.items() if theirs in arguments}
    for theirs, ours in (("img_size", "image_size"), ("patch_size", "patch_size")):
        if theirs in arguments:
            fields[ours] = side(arguments.pop(theirs), name, architecture)
    if "init_values" in arguments:
        fields["layer_scale"] = bool(arguments.pop("init_values"))
    if "no_embed_class" in arguments:
        fields["prefix_positions"] = not arguments.pop("no_embed_class")
    fields["answer"] = answer_of(fields["n_classes"], raw.get("problem_type"), name, architecture)
    seen = has_gate(tensors) and not config.gated
    fields["gated"] = config.gated or seen
    # A gate that only the file shows was configured in code, and so was its activation: no JSON can name it.
    usual: Activation = "silu" if seen else "gelu"
    said = arguments.pop("act_layer", usual if seen else config.act) or usual
    refuse_if(str(said).lower() not in ACTIVATIONS, name, architecture, "activation", act=said)
    fields["act"] = ACTIVATIONS[str(said).lower()]
    d_model, ratio = fields.get("d_model", config.d_model), arguments.pop("mlp_ratio", None)
    hidden = d_model * config.d_mlp // config.d_model if ratio is None else int(d_model * ratio)
    # timm counts the hidden units of both matrices.
    fields["d_mlp"] = hidden // 2 if seen or (config.gated and ratio is not None) else hidden
    refuse_if(bool(arguments), name, architecture, "own_arguments", names=", ".join(arguments))
    if pool == "avg":
        refuse_if(config.distilled, name, architecture, "mean_beside_distillation")
        fields["pool"] = "mean+norm" if behind else "mean"
    return replace(config, **fields, distilled_head=config.distilled and fields["n_classes"] > 0)


def read_preprocess(given: Mapping[str, Any], image_size: int, name: str) -> Preprocess:
    """The data part of a pretrained_cfg as `Preprocess`.

    Raises:
        CheckpointError: unsupported_preprocess, for timm's crop mode "border".
    """
    mode = given.get("crop_mode") or "center"
    if mode not in ("center", "squash"):
        raise CheckpointError("unsupported_preprocess", name=name, what=Reason("crop_mode", mode=mode))
    return Preprocess(
        crop=image_size,
        resize=math.floor(image_size / (given.get("crop_pct") or 0.875)),
        fit="squash" if mode == "squash" else "shortest",
        interpolation=given.get("interpolation") or "bicubic",
        mean=triple(given.get("mean") or IMAGENET.mean),
        std=triple(given.get("std") or IMAGENET.std),
    )
