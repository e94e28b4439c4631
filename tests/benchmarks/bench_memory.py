"""Resident memory over 200 different photos: the stores are bounded, so it has to stay flat once they are full."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from demo.compute import heap
from demo.compute.bounds import MemoryLimits
from demo.photo.query import DEFAULT_MODEL, PhotoQuery
from demo.photo.views import attention
from demo.services import Services
from tests.benchmarks.timing import Row

PHOTOS = 200
# Small enough that the stores are full long before the first reading is taken.
LIMITS = MemoryLimits(traces=300_000_000, photos=20_000_000, examples=20_000_000)
MARKS = (1, 50, 100, 150, 200)
MAX_GROWTH_MB = 60


def run() -> list[Row]:
    """Rows of the process's resident memory after some of the photos, and its growth once the stores are full."""
    services = Services(limits=LIMITS)
    random = np.random.default_rng(0)
    resident = {}
    for number in range(1, PHOTOS + 1):
        file = io.BytesIO()
        Image.fromarray(random.integers(0, 256, (480, 640, 3), dtype=np.uint8)).save(file, "JPEG", quality=85)
        photo_query = PhotoQuery(services.photos.add_photo(file.getvalue()), DEFAULT_MODEL, 224)
        attention.layer(services.photos.trace(photo_query), number % 12)
        if number in MARKS:
            resident[number] = heap.resident() / 1e6
    held = {"traces": services.photos._traces, "photos": services.photos.store.uploaded}
    assert all(store.nbytes <= store.budget for store in held.values())
    return [
        *(Row(f"resident memory after {number} different photos", mb, "MB") for number, mb in resident.items()),
        *(
            Row(f"{name} held, budget {store.budget / 1e6:.0f} MB", store.nbytes / 1e6, "MB")
            for name, store in held.items()
        ),
        Row("resident memory: growth from photo 50 to photo 200", resident[200] - resident[50], "MB", MAX_GROWTH_MB),
    ]
