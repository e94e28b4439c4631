"""Photos as files for the page."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from vit_core.preprocess import Box

# Sharp enough for the largest photo on a projector, small enough for a phone.
SHOWN_SIDE = 720
THUMB_SIDE = 160


def cropped(image: Image.Image, box: Box, order: Sequence[int] = ()) -> bytes:
    """The part of a photo that the model sees, as sharp as the original allows, as a square JPEG.

    Args:
        order: which patch lies at each place, where they do not lie in order.
    """
    side = min(SHOWN_SIDE, max(64, round(max(box[2] - box[0], box[3] - box[1]))))
    n = math.isqrt(len(order)) or 1
    tile = math.ceil(side / n)  # of whole pixels, so that every patch is moved as it is
    return _jpeg(_laid(image.resize((n * tile, n * tile), Image.Resampling.BICUBIC, box=box), order))


def pixels(square: Image.Image, order: Sequence[int] = ()) -> bytes:
    """The pixels that the model reads, each as a square of several, so that nothing smooths them: a PNG.

    Args:
        square: what `Preprocess.square` made of the photo.
        order: as for `cropped`.
    """
    laid = _laid(square, order)
    times = max(1, round(SHOWN_SIDE / laid.width))
    file = io.BytesIO()
    laid.resize((times * laid.width, times * laid.height), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def _laid(square: Image.Image, order: Sequence[int]) -> Image.Image:
    """A square picture with its patches at the places where they lie."""
    if not order:
        return square
    n = math.isqrt(len(order))
    tile = square.width // n
    tiles = np.asarray(square).reshape(n, tile, n, tile, 3).swapaxes(1, 2).reshape(n * n, tile, tile, 3)
    return Image.fromarray(
        tiles[list(order)].reshape(n, n, tile, tile, 3).swapaxes(1, 2).reshape(n * tile, n * tile, 3)
    )


def whole(image: Image.Image, side: int = SHOWN_SIDE) -> bytes:
    """The whole photo, at most `side` pixels long, as JPEG."""
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return _jpeg(small)


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return file.getvalue()
