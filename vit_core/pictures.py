"""Convert what a user may pass as a picture: a PIL image, the path of a file, an array or a tensor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias, Union

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from vit_core.arguments import described

Picture: TypeAlias = Union[Image.Image, str, "os.PathLike[str]", np.ndarray, Tensor]
TAKES = (
    "a picture is a PIL image, the path of a file, an array [H, W], [H, W, 3] or [H, W, 4], or a tensor [H, W], "
    "[3, H, W] or [4, H, W], whose numbers are uint8 or floats from 0 to 1"
)


def as_image(picture: Picture) -> Image.Image:
    """Convert a picture to a PIL image. Floats are rounded to 8 bits, like the pixels of a file.

    Raises:
        TypeError: it is none of these, or its numbers have another type.
        ValueError: its shape or its numbers are out of range.
        OSError: there is no such file, or it is no picture.
    """
    if isinstance(picture, Image.Image):
        return picture
    if isinstance(picture, (str, os.PathLike)):
        path = Path(picture)
        if path.is_dir():
            raise IsADirectoryError(f"{TAKES}; {picture} is a folder")
        if not path.exists():
            hint = "; an address is downloaded first" if "://" in str(picture) else ""
            raise FileNotFoundError(f"{TAKES}; there is no file {picture}{hint}")
        image = Image.open(picture)
        image.load()
        return image
    if isinstance(picture, Tensor):
        shape = list(picture.shape)
        if len(shape) not in (2, 3) or (len(shape) == 3 and shape[0] not in (1, 3, 4)):
            raise ValueError(f"{TAKES}; not a tensor {shape}")
        plain = picture.detach().cpu()
        pixels = (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()
        return _of_array(pixels if pixels.ndim == 2 else pixels.transpose(1, 2, 0))
    if isinstance(picture, np.ndarray):
        return _of_array(picture)
    raise TypeError(f"{TAKES}; not {described(picture)}")


def _of_array(pixels: np.ndarray) -> Image.Image:
    """Shapes: [H, W] or [H, W, 1, 3 or 4]."""
    shape = list(pixels.shape)
    if len(shape) == 3 and shape[2] == 1:
        pixels = pixels[:, :, 0]
    if not pixels.size or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and shape[2] not in (3, 4)):
        raise ValueError(f"{TAKES}; not an array {shape}")
    if np.issubdtype(pixels.dtype, np.floating):
        least, most = pixels.min(), pixels.max()
        if not (least >= 0 and most <= 1):  # also where one is no number
            raise ValueError(
                f"{TAKES}; these reach from {least:g} to {most:g} (vit_core.trace.trace_pixels is for normalised ones)"
            )
        pixels = (pixels.astype(np.float64) * 255).round().astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise TypeError(f"{TAKES}; not {pixels.dtype}")
    return Image.fromarray(np.ascontiguousarray(pixels))
