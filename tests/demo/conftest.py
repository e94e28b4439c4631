"""A checkpoint folder small enough to load and run in milliseconds, and services that offer it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from demo.compute.local import Surveys
from demo.services import Services
from tests.support.tiny import HF_CONFIG, write_tiny
from vit_core.vit import VisionTransformer

if TYPE_CHECKING:
    from tests.support.server import RunningApp


@pytest.fixture(scope="session")
def write_folder(tiny_vit: VisionTransformer) -> Callable[..., Path]:
    """Writes the tiny model as a transformers folder; `config` and `tensors` may be changed or left out on the way."""

    def write(folder: Path, *, weights: bool = True, config: dict[str, Any] | None = None, change: Any = None) -> Path:
        return write_tiny(folder, tiny_vit, weights=weights, config=config, change=change)

    return write


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory, write_folder: Callable[..., Path]) -> Path:
    """A folder as --models-dir expects it, with good checkpoints: one that names classes, one that calls two of
    its classes by the same name, one that answers with numbers, and one without a head."""
    root = tmp_path_factory.mktemp("models")
    write_folder(root / "tiny")
    namesakes = {**HF_CONFIG["id2label"], "1": "crane", "4": "crane"}
    write_folder(root / "namesakes", config={"id2label": namesakes})
    write_folder(root / "numbers", config={"problem_type": "regression"})

    def behead(tensors: dict[str, Any]) -> None:
        for name in [name for name in tensors if name.startswith("classifier")]:
            del tensors[name]

    write_folder(root / "headless", config={"architectures": ["ViTModel"]}, change=behead)
    return root


@pytest.fixture(scope="session")
def surveyed(models_dir: Path) -> Surveys:
    """What is known of the tiny models without loading them, as the program keeps it until a file of theirs changes."""
    surveys = Surveys()
    for path in models_dir.iterdir():
        surveys.of(path, path.name)
    return surveys


@pytest.fixture
def services(models_dir: Path, surveyed: Surveys) -> Services:
    """Services of one test alone, with the tiny models."""
    own = Surveys()
    own._known |= surveyed._known
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("demo.services.Surveys", lambda: own)
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
    from tests.support.server import running_app  # Gradio takes seconds to import, and most tests here need none

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        with running_app(bundled) as app:
            yield app


@pytest.fixture(scope="session")
def http(served: RunningApp) -> Iterator[httpx.Client]:
    """One connection to the served app; its addresses begin at the page."""
    with httpx.Client(base_url=served.url, verify=False, timeout=60) as client:
        yield client
