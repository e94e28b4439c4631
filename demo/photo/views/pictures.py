"""Write photos as files for the page."""

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
        order: the patch at each place, if they are not in order.
    """
    side = min(SHOWN_SIDE, max(64, round(max(box[2] - box[0], box[3] - box[1]))))
    n = math.isqrt(len(order)) or 1
    tile = math.ceil(side / n)  # whole pixels, so that moved patches are not resampled
    return _jpeg(_laid(image.resize((n * tile, n * tile), Image.Resampling.BICUBIC, box=box), order))


def pixels(square: Image.Image, order: Sequence[int] = ()) -> bytes:
    """The pixels that the model reads as a PNG, each enlarged to a square so that nothing smooths them.

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
    """A square picture with its patches in the given order."""
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
