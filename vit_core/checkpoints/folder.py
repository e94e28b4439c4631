"""Read the description that comes with a checkpoint's folder, in transformers' or timm's form.

The family is what config.json says it is (model_type or architecture), never a guess from the folder's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from vit_core.checkpoints.description import Description, read_json
from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.hf_folder import FAMILIES, describe_hf
from vit_core.checkpoints.timm_architectures import TIMM_ARCHITECTURES
from vit_core.checkpoints.timm_folder import architecture_of, describe_timm
from vit_core.reasons import Reason, reason_of

# Why relatives of the plain Vision Transformer are not supported: by a part of their names, the code of the reason. The
# first that matches counts.
APART = {
    "dinov3": "rotary",
    "eva02": "rotary_gated",
    "siglip": "attention_pooling",
    "clip": "early_norm",
    "beit3": "inner_norms",
    "beit": "score_positions",
    "data2vec-vision": "score_positions",
    "aimv2": "gated_without_cls",
    "_gap_": "without_cls",
    "relpos": "score_positions",
    "_r50_": "convolutions_first",
    "_r26_": "convolutions_first",
    "swin": "windows",
    "convnext": "convolutions_alone",
    "resnet": "convolutions",
}
# Models for other tasks, recognised by the end of the saved class or by the model_type: the code of the error for each.
TRANSLATORS = ("m2m_100", "mbart", "t5", "mt5", "fsmt", "nllb-moe", "umt5", "plbart", "bart", "pegasus")
HEARING = ("whisper", "wav2vec2", "hubert", "wavlm", "speech_to_text", "seamless_m4t", "audio-spectrogram-transformer")
TASKS = {
    "reads_text": ("ForMaskedLM", "ForSequenceClassification", "ForTokenClassification",
                   "ForQuestionAnswering", "ForMultipleChoice", "ForNextSentencePrediction"),
    "writes_text": ("ForCausalLM", "LMHeadModel"),
    "hears": ("ForCTC", "ForSpeechSeq2Seq", "ForAudioClassification"),
    "finds_places": ("ForObjectDetection", "ForSemanticSegmentation", "ForInstanceSegmentation", "ForSegmentation",
                     "ForUniversalSegmentation", "ForDepthEstimation", "ForZeroShotObjectDetection"),
}  # fmt: skip
# A folder of these may hold the body alone, or a model in pretraining, a class name that video models share: neither
# tells a task.
BODIES = ("bert", "roberta", "distilbert", "electra", "albert", "deberta", "deberta-v2", "xlm-roberta", "mpnet")


def task_of(raw: Mapping[str, Any]) -> str:
    """The code of the error for a config.json of a model with another task; "" for none."""
    kind, made = str(raw.get("model_type", "")), raw.get("architectures")
    saved = str(made[0]) if isinstance(made, list) and made else ""
    if kind in HEARING:
        return "hears"
    if kind in TRANSLATORS:
        return "other_translator"
    found = next((code for code, ends in TASKS.items() if saved.endswith(ends)), "")
    return found or ("reads_text" if kind in BODIES else "")


def describe(folder: Path, tensors: Mapping[str, Tensor], *, name: str) -> Description:
    """Describe a folder by its config.json and preprocessor_config.json.

    Args:
        tensors: of the weight file; they tell whether there is a head, or a gate in its MLP, when config.json does not.

    Raises:
        CheckpointError: not_found, unreadable, unsupported_architecture, a code of another task (`task_of`),
            unsupported_setting or unsupported_preprocess.
    """
    raw = read_json(folder / "config.json", name)
    try:
        if str(raw.get("model_type")) in FAMILIES:
            return describe_hf(raw, folder, list(tensors), name)
        if architecture_of(raw) in TIMM_ARCHITECTURES:
            return describe_timm(raw, tensors, name)
    except CheckpointError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise CheckpointError("unreadable", name=name, kind=Reason("kind_config"), reason=reason_of(error)) from error
    # For transformers' wrapper of timm's models, the wrapped architecture is named.
    said = str(raw.get("architecture") or raw.get("model_type") or "nameless")
    if code := task_of(raw):
        raise CheckpointError(code, name=name, architecture=said)
    what = next((apart for part, apart in APART.items() if part in said), "own_structure")
    raise CheckpointError("unsupported_architecture", name=name, architecture=said, what=Reason(what))
