"""From the bytes a visitor sends to a picture that is safe to work with, or a code that says what is wrong."""

from __future__ import annotations

import hashlib
import io
import math
from dataclasses import dataclass, field

from PIL import ExifTags, Image, UnidentifiedImageError

from demo.errors import VisitorError
from vit_core.preprocess import to_rgb

MAX_BYTES = 20_000_000
# A large JPEG is decoded at a half, a quarter or an eighth of its size; everything else whole, which takes up to 28
# bytes a pixel for a moment.
MAX_PIXELS_JPEG = 50_000_000
MAX_PIXELS = 24_000_000
# No model here reads more than 518 pixels and no screen shows more than this: a larger one would only fill the store.
MAX_SIDE = 1024
# Pictures decoded at the same time.
AT_ONCE = 2
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM")  # JPEG reads MPO as well


@dataclass(frozen=True)
class Photo:
    """One picture, upright, RGB, as sharp as any view needs.

    Attributes:
        image: at most MAX_SIDE pixels on its shorter side.
        width, height: of the original, upright.
        fingerprint: the same pixels have the same one, whoever uploaded them.
        notes: codes of things worth telling (demo/text/*/errors.md).
    """

    image: Image.Image
    width: int
    height: int
    fingerprint: str
    notes: tuple[str, ...] = field(default=())

    @property
    def nbytes(self) -> int:
        return self.image.width * self.image.height * 3


def decode(data: bytes) -> Photo:
    """Read a picture from untrusted bytes.

    Raises:
        VisitorError: photo_empty, photo_too_large, photo_svg, photo_not_a_picture, photo_too_many_pixels or
            photo_damaged.
    """
    if not data:
        raise VisitorError("photo_empty")
    if len(data) > MAX_BYTES:
        raise VisitorError("photo_too_large", limit=MAX_BYTES // 1_000_000)
    image = _open(data)
    limit = MAX_PIXELS_JPEG if image.format in ("JPEG", "MPO") else MAX_PIXELS
    if image.width * image.height > limit:
        raise VisitorError("photo_too_many_pixels", limit=limit // 1_000_000)
    try:
        animated = image.format in ("GIF", "WEBP", "PNG") and getattr(image, "is_animated", False)
        width, height = _upright_size(image)
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        rgb = _shrink(to_rgb(image))
    except Exception as error:  # whatever a decoder trips over in bytes that anybody may have made
        raise VisitorError("photo_damaged") from error
    # Profiles and comments of the file can be many times larger than its pixels.
    rgb.info.clear()
    notes = [code for code, holds in (("note_first_frame", animated), ("note_tiny", min(width, height) < 32)) if holds]
    if max(width, height) > 4 * min(width, height):
        notes.append("note_long")
    fingerprint = hashlib.sha256(repr(rgb.size).encode() + rgb.tobytes()).hexdigest()
    return Photo(rgb, width, height, fingerprint, tuple(notes))


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise VisitorError("photo_too_many_pixels", limit=MAX_PIXELS // 1_000_000) from error
    except UnidentifiedImageError as error:
        head = data[:1024].lstrip().lower()
        raise VisitorError("photo_svg" if b"<svg" in head else "photo_not_a_picture") from error
    except Exception as error:
        raise VisitorError("photo_damaged") from error


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """The size after EXIF's rotation. Whatever else EXIF says is let go: a slip in it does not damage the picture."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:
        orientation = None
    image.info.pop("exif", None)  # Pillow would write it anew for the turned picture, and stumble over the slip
    # A TIFF gives its size as if it were upright already.
    lies_on_its_side = orientation in (5, 6, 7, 8) and image.format != "TIFF"
    return (image.height, image.width) if lies_on_its_side else image.size


def _shrink(image: Image.Image) -> Image.Image:
    """At most MAX_SIDE on the shorter side, and no more pixels than a 4:1 picture of that side has."""
    width, height = image.size
    factor = min(MAX_SIDE / min(width, height), 2 * MAX_SIDE / math.sqrt(width * height))
    if factor >= 1:
        return image
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
