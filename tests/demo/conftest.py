"""A checkpoint folder small enough to load and run in milliseconds, and services that offer it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from safetensors.torch import save_file

from demo.services import Services
from tests.support.server import RunningApp, running_app
from tests.support.tiny import LABELS, TINY
from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.vit import VisionTransformer

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


@pytest.fixture(scope="session")
def write_folder(tiny_vit: VisionTransformer) -> Callable[..., Path]:
    """Writes the tiny model as a transformers folder; `config` and `tensors` may be changed or left out on the way."""

    def write(folder: Path, *, weights: bool = True, config: dict[str, Any] | None = None, change: Any = None) -> Path:
        folder.mkdir(parents=True)
        tensors = {name: t.contiguous() for name, t in to_dialect(tiny_vit.state_dict(), DIALECTS["hf_vit"]).items()}
        if change is not None:
            change(tensors)
        (folder / "config.json").write_text(json.dumps({**HF_CONFIG, **(config or {})}))
        (folder / "preprocessor_config.json").write_text(json.dumps(HF_PREPROCESSOR))
        if weights:
            save_file(tensors, folder / "model.safetensors")
        return folder

    return write


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory, write_folder: Callable[..., Path]) -> Path:
    """A folder as --models-dir expects it, with good checkpoints: one that names classes, one that calls two of
    its classes by the same name, and one without a head."""
    root = tmp_path_factory.mktemp("models")
    write_folder(root / "tiny")
    namesakes = {**HF_CONFIG["id2label"], "1": "crane", "4": "crane"}
    write_folder(root / "namesakes", config={"id2label": namesakes})

    def behead(tensors: dict[str, Any]) -> None:
        for name in [name for name in tensors if name.startswith("classifier")]:
            del tensors[name]

    write_folder(root / "headless", config={"architectures": ["ViTModel"]}, change=behead)
    return root


@pytest.fixture
def services(models_dir: Path) -> Services:
    """Services of one test alone, with the tiny models."""
    return Services(models_dir=models_dir)


@pytest.fixture(scope="session")
def bundled(models_dir: Path) -> Services:
    """Services that all tests share which need the shipped model; what they computed stays."""
    shared = Services(models_dir=models_dir)
    shared.warm()
    return shared


@pytest.fixture(scope="session")
def served(bundled: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The whole app behind a real socket, with Gradio's files in a folder of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        with running_app(bundled) as app:
            yield app


@pytest.fixture(scope="session")
def http(served: RunningApp) -> Iterator[httpx.Client]:
    """One connection to the served app; its addresses begin at the page."""
    with httpx.Client(base_url=served.url, verify=False, timeout=60) as client:
        yield client
