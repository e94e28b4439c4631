"""The tiny model most tests share: no two of its dimensions are equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from vit_core.vit import VisionTransformer

TINY: dict[str, Any] = {
    "image_size": 32, "patch_size": 8, "d_model": 48, "n_layers": 2, "n_heads": 3, "d_mlp": 96, "n_classes": 7,
}  # fmt: skip
LABELS = ("red", "orange", "yellow", "green", "blue", "indigo", "violet")
# transformers' names for the sizes of the tiny model.
HF_CONFIG: dict[str, Any] = {
    "architectures": ["ViTForImageClassification"],
    "model_type": "vit",
    "image_size": TINY["image_size"],
    "patch_size": TINY["patch_size"],
    "hidden_size": TINY["d_model"],
    "num_hidden_layers": TINY["n_layers"],
    "num_attention_heads": TINY["n_heads"],
    "intermediate_size": TINY["d_mlp"],
    "layer_norm_eps": 1e-6,
    "id2label": {str(i): label for i, label in enumerate(LABELS)},
}
HF_PREPROCESSOR: dict[str, Any] = {
    "size": {"shortest_edge": 36},
    "do_center_crop": True,
    "crop_size": {"height": 32, "width": 32},
    "resample": 3,
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}


def write_tiny(
    folder: Path,
    model: VisionTransformer,
    *,
    weights: bool = True,
    config: dict[str, Any] | None = None,
    change: Callable[[dict[str, Tensor]], object] | None = None,
) -> Path:
    """Write a tiny model as a transformers folder; `config` and `tensors` may be changed or left out on the way."""
    from safetensors.torch import save_file

    from vit_core.checkpoints.convert import to_dialect
    from vit_core.checkpoints.dialects import DIALECTS

    folder.mkdir(parents=True)
    tensors = {name: t.contiguous() for name, t in to_dialect(model.state_dict(), DIALECTS["hf_vit"]).items()}
    if change is not None:
        change(tensors)
    (folder / "config.json").write_text(json.dumps({**HF_CONFIG, **(config or {})}))
    (folder / "preprocessor_config.json").write_text(json.dumps(HF_PREPROCESSOR))
    if weights:
        save_file(tensors, folder / "model.safetensors")
    return folder
