"""Shared by every test: fixed seeds, one thread, and tiny models in which no two dimensions are equal.

Every parameter carries noise. A freshly initialised model has zero biases, a zero position table and
unit norms, behind which rotated biases, shifted positions and swapped norms stay invisible.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

import demo  # noqa: F401  before any test imports Gradio: demo/stubs.py
from demo.compute import heap
from tests.support.tiny import LABELS, TINY

if TYPE_CHECKING:
    from torch import Tensor

    from vit_core.vit import VisionTransformer

# What a tester has set for libraries, language, clock, proxies, browser and number of threads changes no test. Most of
# these are read when a library is imported, and this file is imported before any of those.
TESTERS_OWN = {
    "ALL_PROXY", "DEBUG", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LANGUAGE", "MPLBACKEND", "NO_PROXY",
    "PWDEBUG", "PYTHONHASHSEED", "SYSTEM", "TZ",
}  # fmt: skip
OF_LIBRARIES = (
    "GRADIO_", "HF_", "HUGGINGFACE_", "HUGGING_FACE_", "KAGGLE_", "LC_", "MICROSCOPE_", "MKL_", "OMP_", "PLAYWRIGHT_",
    "SPACE_", "TORCH_", "TRANSFORMERS_",
)  # fmt: skip
for _name in list(os.environ):
    if _name.upper() in TESTERS_OWN or _name.upper().startswith(OF_LIBRARIES):
        del os.environ[_name]
if hasattr(time, "tzset"):
    time.tzset()
# Nor does what was once downloaded on this machine: here nothing has been.
_nothing_fetched = tempfile.TemporaryDirectory(prefix="nothing-fetched-")
os.environ |= {"HF_HOME": _nothing_fetched.name, "TORCH_HOME": _nothing_fetched.name}

settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, print_blob=True, max_examples=50
)
settings.load_profile("repeatable")

NOISE = 0.2


def pytest_configure(config: pytest.Config) -> None:
    """torch is for the processes that run tests; the one that hands them out starts them the sooner without it."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return
    heap.bound()  # as the program does: with a heap for every few threads a process of tests grew to six gigabytes
    import torch

    # The models are so small that a second thread costs more than it brings, above all on a busy machine.
    torch.set_num_threads(1)


@contextmanager
def _compiled_once() -> Iterator[None]:
    """Of several processes that begin in a fresh checkout, one compiles the tests and what they import; the others wait
    for what it leaves, since each of them would do all of it again."""
    files = sum(1 for _ in Path(__file__).parent.rglob("test_*.py"))
    compiled = sum(1 for _ in Path(__file__).parent.rglob("__pycache__/test_*pytest*.pyc"))
    if sys.dont_write_bytecode or compiled >= files or os.name != "posix":
        yield
        return
    import fcntl

    with open(__file__, encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lock, fcntl.LOCK_SH)
            fcntl.flock(lock, fcntl.LOCK_UN)  # those who have waited go on together
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Without the garbage collector while modules are imported and thousands of tests are listed: hardly any of it
    goes again, and it would be walked through many times. What is there afterwards stays until the end and is walked
    through no more: to look at all of it took a twentieth of the time of all tests."""
    gc.disable()
    try:
        with _compiled_once() if hasattr(session.config, "workerinput") else nullcontext():
            return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def _fixed_seeds() -> None:
    random.seed(0)
    np.random.seed(0)
    import torch

    # Of the CPU's numbers alone: torch.manual_seed formats a stack trace for every other kind of device.
    torch.default_generator.manual_seed(0)


@pytest.fixture(scope="session")
def make_vit() -> Callable[..., VisionTransformer]:
    """A tiny perturbed model; `make_vit(n_registers=2)` changes the configuration. Read-only: models are shared."""
    import torch

    from vit_core.config import ViTConfig
    from vit_core.vit import VisionTransformer

    @cache
    def make(**changes: Any) -> VisionTransformer:
        generator = torch.Generator().manual_seed(0)
        model = VisionTransformer(ViTConfig(**{**TINY, **changes}))
        with torch.no_grad():
            for p in model.parameters():
                # Drawn around 0 and not added to torch's own initialisation, which reads the global seed;
                # norms and layer scales keep their centre at 1.
                centre = 1.0 if p.ndim == 1 and bool((p == 1).all()) else 0.0
                p.copy_(centre + NOISE * torch.randn(p.shape, generator=generator))
        return model.eval()

    return make


@pytest.fixture(scope="session")
def tiny_vit(make_vit: Callable[..., VisionTransformer]) -> Any:
    """The tiny model most tests share. It fails the run if some test changed it."""
    import torch

    model = make_vit()
    before = {name: p.clone() for name, p in model.state_dict().items()}
    yield model
    for name, p in model.state_dict().items():
        assert torch.equal(p, before[name]), f"a test changed {name} of the shared model"


@pytest.fixture(scope="session")
def as_loaded() -> Callable[..., Any]:
    """Wraps a network into what `trace_pixels` and `trace_image` accept."""
    from tests.support.stand_in import StandIn
    from vit_core.preprocess import Preprocess

    def wrap(model: VisionTransformer, **changes: Any) -> Any:
        fields = {
            "model": model,
            "name": "tiny",
            "labels": LABELS if model.config.n_classes else (),
            "preprocess": Preprocess(crop=32, resize=36),
        }
        return StandIn(**{**fields, **changes})

    return wrap


@pytest.fixture(scope="session")
def pixels() -> Tensor:
    """A 32x40 picture: 4 rows, 5 columns, 20 patches, 21 tokens; none of them is another dimension of the model."""
    import torch

    return torch.randn(3, 32, 40, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="session")
def photo() -> Image.Image:
    """A colourful 150x97 picture without any symmetry: swapped channels, axes or corners show."""
    rng = np.random.default_rng(2)
    y, x = np.mgrid[0:97, 0:150]
    waves = np.stack([x * 1.7, y * 2.6, 128 + 90 * np.sin(x / 9) * np.cos(y / 5)], axis=-1)
    waves[10:40, 15:70] += (120, -40, -90)
    waves[60:90, 100:140] += (-60, 130, 20)
    return Image.fromarray((waves + rng.normal(0, 12, waves.shape)).clip(0, 255).astype(np.uint8))
