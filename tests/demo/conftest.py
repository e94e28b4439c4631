"""A checkpoint folder small enough to load and run in milliseconds, services that offer it, and pictures as files."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file

from demo.services import Services
from tests.conftest import LABELS, TINY
from tests.support.server import RunningApp, running_app
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
# Longer than anything here takes, on the busiest machine.
SECONDS = 20
TINY_SIZES = [24, 32, 48, 56]  # 3, 4 (its own), 6 and 7 patches a side


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
    """A folder as --models-dir expects it, with two good checkpoints: one that names classes and one without a head."""
    root = tmp_path_factory.mktemp("models")
    write_folder(root / "tiny")

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


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def picture(seed: int = 0, size: tuple[int, int] = (60, 47)) -> Image.Image:
    """A picture unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def as_file(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a picture file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
