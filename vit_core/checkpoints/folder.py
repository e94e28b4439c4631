"""Read the description that comes with a checkpoint's folder, in transformers' or timm's form.

The family is what config.json says it is (model_type or architecture), never a guess from the folder's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vit_core.checkpoints.description import Description, read_json
from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.hf_folder import FAMILIES, describe_hf
from vit_core.checkpoints.timm_architectures import TIMM_ARCHITECTURES
from vit_core.checkpoints.timm_folder import architecture_of, describe_timm

# What sets relatives of the plain Vision Transformer apart, by a part of their names; the first that fits counts.
APART = {
    "dinov3": "positions that turn its queries and keys (rotary)",
    "eva02": "positions that turn its queries and keys (rotary), and a gated MLP",
    "siglip": "attention pooling in front of its head, or no CLS token",
    "clip": "a norm before its first layer",
    "beit3": "norms within its attention and its MLP",
    "beit": "positions that are added to its scores",
    "data2vec-vision": "positions that are added to its scores",
    "giant_patch14_dinov2": "a SwiGLU MLP",
    "giant_patch14_reg4_dinov2": "a SwiGLU MLP",
    "aimv2": "a gated MLP and no CLS token",
    "_gap_": "no CLS token",
    "relpos": "positions that are added to its scores",
    "_r50_": "convolutions before its attention",
    "_r26_": "convolutions before its attention",
    "swin": "attention within windows",
    "convnext": "convolutions in place of attention",
    "resnet": "convolutions before its attention, or in place of it",
}


def describe(folder: Path, keys: Iterable[str], *, name: str) -> Description:
    """Read config.json and preprocessor_config.json.

    Args:
        keys: the tensor names of the weight file; they tell whether there is a head when config.json does not.

    Raises:
        CheckpointError: not_found, unreadable, unsupported_architecture or unsupported_preprocess.
    """
    raw = read_json(folder / "config.json", name)
    try:
        if raw.get("model_type") in FAMILIES:
            return describe_hf(raw, folder, list(keys), name)
        if architecture_of(raw) in TIMM_ARCHITECTURES:
            return describe_timm(raw, set(keys), name)
    except CheckpointError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise CheckpointError("unreadable", name=name, kind="config", reason=error) from error
    # transformers' wrapper of timm's models is no family: what it wraps is.
    said = str(raw.get("architecture") or raw.get("model_type") or "nameless")
    what = next((apart for part, apart in APART.items() if part in said), "a structure of its own")
    raise CheckpointError("unsupported_architecture", name=name, architecture=said, what=what)
