"""Prepare a picture as a model reads it (a normalised square), and undo it for display.

Checked pixel by pixel against torchvision's presets by tests/core/test_preprocess.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Real
from typing import Literal, get_args

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from vit_core.arguments import described, require_several
from vit_core.as_shown import as_shown
from vit_core.pictures import Picture, as_image
from vit_core.reasons import Reason, none_of

Box = tuple[float, float, float, float]
Fit = Literal["shortest", "squash"]
Halves = Literal["even", "down"]
INTERPOLATION = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "nearest": Image.Resampling.NEAREST,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
    "hamming": Image.Resampling.HAMMING,
}
# Pictures with a larger ratio of their sides are first cropped to this ratio around their centre: enlarging all of a
# 10000x20 strip would need 25 megapixels for the 224x224 that are kept.
MAX_RATIO = 4


@dataclass(frozen=True)
class Preprocess:
    """How one checkpoint wants its pictures.

    Attributes:
        crop: side in pixels of the square the model reads.
        resize: length in pixels to which the shorter side is brought before the centre crop.
        fit: "shortest" keeps the proportions, "squash" brings both sides to `resize` (DeiT then crops all the same).
        interpolation: of the resizing, always with antialias (Pillow's).
        mean, std: per channel (R, G, B) of pixels scaled to 0..1.
        halves: where an odd number of pixels is cropped, the half before the square is rounded to an even number, as
            torchvision and timm do, or down, as transformers does.
    """

    crop: int = 224
    resize: int = 224
    fit: Fit = "shortest"
    interpolation: str = "bicubic"
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    halves: Halves = "even"

    def __post_init__(self) -> None:
        if self.interpolation not in INTERPOLATION:
            raise ValueError(none_of("interpolation", self.interpolation, INTERPOLATION))
        if self.fit not in get_args(Fit):
            raise ValueError(none_of("fit", self.fit, get_args(Fit)))
        if self.halves not in get_args(Halves):
            raise ValueError(none_of("halves", self.halves, get_args(Halves)))
        if self.crop < 1:
            raise ValueError(Reason("too_small", field="crop", least=1, found=self.crop))
        for field in ("mean", "std"):
            values = require_several("Preprocess", field, getattr(self, field), "three numbers, one for each channel")
            if len(values) != 3 or not all(isinstance(value, Real) for value in values):
                raise TypeError(f"Preprocess: {field} takes three numbers, not {described(values)}")
        if min(self.std) <= 0:
            raise ValueError(Reason("flat_channel"))
        if self.resize < self.crop:
            raise ValueError(Reason("small_resize", crop=self.crop, resize=self.resize))

    def at(self, size: int) -> Preprocess:
        """The same treatment for another picture size, with the same share of the picture cropped away."""
        return replace(self, crop=size, resize=max(size, round(self.resize * size / self.crop)))

    def square(self, picture: Picture) -> Image.Image:
        """The upright RGB square that the model sees, before normalisation."""
        image = to_rgb(as_image(picture))
        strip = image if self.fit == "squash" else image.crop(_centre_strip(image.size))
        resized = strip.resize(self.resized(*image.size), INTERPOLATION[self.interpolation])
        left, top = (self._before(side) for side in resized.size)
        return resized.crop((left, top, left + self.crop, top + self.crop))

    def resized(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) a picture is brought to before the centre crop; a very long one is first cut to a strip."""
        if self.fit == "squash":
            return self.resize, self.resize
        x0, y0, x1, y1 = _centre_strip((width, height))
        shorter = min(x1 - x0, y1 - y0)
        return self.resize * (x1 - x0) // shorter, self.resize * (y1 - y0) // shorter

    def _before(self, side: int) -> int:
        """Pixels of a side that are cropped before the square."""
        cropped = side - self.crop
        return round(cropped / 2) if self.halves == "even" else cropped // 2

    def normalise(self, square: Image.Image) -> Tensor:
        """Shapes: RGB square -> [3, crop, crop] of float32."""
        pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1) / 255  # H W 3 -> 3 H W
        return (pixels - _channel(self.mean)) / _channel(self.std)

    def undo(self, pixels: Tensor) -> Tensor:
        """Normalised values back to 0..255.

        Shapes: [3, H, W] of float -> [3, H, W] of uint8.
        """
        scaled = (pixels * _channel(self.std) + _channel(self.mean)) * 255
        return scaled.round().clamp(0, 255).to(torch.uint8)

    def __call__(self, picture: Picture) -> Tensor:
        """Shapes: any picture -> [3, crop, crop] of float32."""
        return self.normalise(self.square(picture))

    def seen(self, width: int, height: int) -> Box:
        """The part (x0, y0, x1, y1) of a width x height picture, in its own pixels, that the model gets to see."""
        sides = (width, height) if self.fit == "squash" else (min(width, height),) * 2
        seen_w, seen_h = (side * self.crop / self.resize for side in sides)
        x0, y0 = (width - seen_w) / 2, (height - seen_h) / 2
        return x0, y0, x0 + seen_w, y0 + seen_h


def to_rgb(image: Image.Image) -> Image.Image:
    """Any picture as upright 8-bit sRGB: first frame, EXIF rotation applied, nothing transparent (`as_shown`)."""
    return as_shown(image).image


def _centre_strip(size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    keep_w, keep_h = min(width, height * MAX_RATIO), min(height, width * MAX_RATIO)
    # As many pixels are cut off on one side as on the other: half a pixel of the strip may be many of the square.
    keep_w, keep_h = keep_w + (width - keep_w) % 2, keep_h + (height - keep_h) % 2
    x0, y0 = (width - keep_w) // 2, (height - keep_h) // 2
    return x0, y0, x0 + keep_w, y0 + keep_h


def _channel(values: tuple[float, float, float]) -> Tensor:
    return torch.tensor(values)[:, None, None]
