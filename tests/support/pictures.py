"""Pictures nobody prepared, and picture files."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image


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


def picture_file(kind: str = "JPEG", size: tuple[int, int] = (300, 200), seed: int = 0) -> bytes:
    """A picture as a visitor would drop it on the page."""
    return as_file(picture(seed, size), kind)
