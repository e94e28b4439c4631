"""From the bytes a visitor sends to a picture that is safe to work with, or a code that says what is wrong with them."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from demo.errors import VisitorError
from vit_core.preprocess import to_rgb

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
# No model here reads more than 518 pixels and no screen shows more than this: a larger original would only fill the store.
MAX_SIDE = 1024
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "MPO", "PPM")


@dataclass(frozen=True)
class Photo:
    """One picture, upright, RGB, as sharp as any view needs.

    Attributes:
        image: at most MAX_SIDE pixels on its shorter side.
        width, height: of the original, upright.
        notes: codes of things worth telling (demo/text/*/errors.md).
    """

    image: Image.Image
    width: int
    height: int
    notes: tuple[str, ...] = field(default=())

    @property
    def nbytes(self) -> int:
        return self.image.width * self.image.height * 3


def decode(data: bytes) -> Photo:
    """Read a picture from untrusted bytes.

    Raises:
        VisitorError: photo_empty, photo_too_large, photo_svg, photo_not_a_picture, photo_too_many_pixels, photo_damaged.
    """
    if not data:
        raise VisitorError("photo_empty")
    if len(data) > MAX_BYTES:
        raise VisitorError("photo_too_large", limit=MAX_BYTES // 1_000_000)
    image = _open(data)
    if image.width * image.height > MAX_PIXELS:
        raise VisitorError(
            "photo_too_many_pixels", width=image.width, height=image.height, limit=MAX_PIXELS // 1_000_000
        )
    animated = getattr(image, "n_frames", 1) > 1 and image.format in ("GIF", "WEBP", "PNG")
    try:
        width, height = _upright_size(image)
        # A JPEG can be decoded at half, a quarter or an eighth of its size for a fraction of the memory.
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        rgb = to_rgb(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise VisitorError("photo_damaged") from error
    notes = [code for code, holds in (("note_first_frame", animated), ("note_tiny", min(width, height) < 32)) if holds]
    if max(width, height) > 4 * min(width, height):
        notes.append("note_long")
    return Photo(_shrink(rgb), width, height, tuple(notes))


def read(path: Path) -> Photo:
    """A picture of the gallery, from our own disk."""
    return decode(path.read_bytes())


def _open(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Our own limit decides; Pillow's only warns between one and two times its own.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise VisitorError("photo_too_many_pixels", width="?", height="?", limit=MAX_PIXELS // 1_000_000) from error
    except UnidentifiedImageError as error:
        head = data[:1024].lstrip().lower()
        raise VisitorError("photo_svg" if b"<svg" in head else "photo_not_a_picture") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise VisitorError("photo_damaged") from error


def _upright_size(image: Image.Image) -> tuple[int, int]:
    lies_on_its_side = image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if lies_on_its_side else image.size


def _shrink(image: Image.Image) -> Image.Image:
    shorter = min(image.size)
    if shorter <= MAX_SIDE and max(image.size) <= 4 * MAX_SIDE:
        return image
    factor = min(MAX_SIDE / shorter, 4 * MAX_SIDE / max(image.size))
    size = tuple(max(1, round(side * factor)) for side in image.size)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
