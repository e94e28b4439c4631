"""120 different photos through the whole server: the stores keep their budgets, and memory stays flat."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.compute import heap
from demo.compute.bounds import MemoryLimits
from demo.compute.store import ByteStore
from demo.routes import data_plane
from demo.services import Services
from tests.support.pictures import as_file

PHOTOS, MARK = 120, 40
TRACES, PICTURES, PAYLOADS = 2_000_000, 3_000_000, 500_000
# 80 photos that stayed would be 29 MB and 80 traces 13 MB; what is measured is a few MB, of which the allocator's
# own disorder is most.
BOUND = 12_000_000


def resident() -> int:
    """Bytes of this process in memory that are in use: what the allocator keeps for later is given back first."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
    return heap.resident()


def visit(client: TestClient, seed: int) -> None:
    """One visitor: a photo of 360 KB once decoded, its facts, and what a screen fetches."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    photo = Image.fromarray(coarse).resize((400, 300), Image.Resampling.BICUBIC)
    photo_query = client.post("/microscope/photo", content=as_file(photo, "JPEG")).json() | {
        "model": "tiny",
        "size": 56,
    }
    for path, asked in (("view/layer", {"layer": 1}), ("view/decision", {}), ("picture/thumb", {})):
        assert client.get(f"/microscope/{path}", params={**photo_query, **asked}).status_code == 200


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> list[ByteStore[Any]]:
    """Every store that is made from here on."""
    made: list[ByteStore[Any]] = []
    create = ByteStore.__init__

    def noted(self: ByteStore[Any], budget: int) -> None:
        create(self, budget)
        made.append(self)

    monkeypatch.setattr(ByteStore, "__init__", noted)
    return made


def growth(models_dir: Path, stores: list[ByteStore[Any]], *, photos: int, bounded: bool) -> int:
    """How many bytes the process grows from the 40th photo to the last."""
    times = 1 if bounded else 1000
    pictures = PICTURES * times
    limits = MemoryLimits(traces=TRACES * times, photos=pictures, examples=pictures, payloads=PAYLOADS * times)
    services = Services(models_dir=models_dir, limits=limits)
    client = TestClient(Starlette(routes=[data_plane(services)]))
    before = 0
    for number in range(1, photos + 1):
        visit(client, number)
        assert all(store.nbytes <= store.budget for store in stores)
        if number == MARK:
            before = resident()
    return resident() - before


@pytest.mark.slow
def test_memory_stays_flat(models_dir: Path, stores: list[ByteStore[Any]]) -> None:
    grown = growth(models_dir, stores, photos=PHOTOS, bounded=True)
    full = {store.budget for store in stores if store.nbytes > 0.8 * store.budget}
    assert full == {TRACES, PICTURES, PAYLOADS}, "nothing had to leave, so nothing is shown"
    assert grown < BOUND, f"{grown / 1e6:.1f} MB"


@pytest.mark.slow
def test_the_measurement_would_see_photos_that_stay(models_dir: Path, stores: list[ByteStore[Any]]) -> None:
    assert growth(models_dir, stores, photos=PHOTOS // 2 + 30, bounded=False) > BOUND
