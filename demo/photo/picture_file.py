"""Decode the untrusted bytes of a picture file into an upright RGB picture, or refuse them with a code."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError, features

from demo.errors import VisitorError
from demo.photo.bounded_file import BoundedFile, bound_directories, has_too_many_scans, tile_of
from vit_core.as_shown import as_shown
from vit_core.lasting import room

MAX_BYTES = 20_000_000
# A large JPEG is decoded at a half, a quarter or an eighth of its size; any other file at full size, which temporarily
# takes up to 28 bytes per pixel.
MAX_PIXELS_JPEG = 50_000_000
MAX_PIXELS = 24_000_000
JPEG = b"\xff\xd8\xff"
# No model here reads more than 518 pixels and no screen shows more than this: larger pictures would only fill the
# store.
MAX_SIDE = 1024
# Pictures decoded at the same time.
AT_ONCE = 2
# Accepted formats, by Pillow's name and by the common one: those whose decoders handle pixels only. EPS would run
# Ghostscript; Pillow has no decoder for HEIC. JPEG includes MPO.
FORMATS = {
    "JPEG": "JPEG",
    "PNG": "PNG",
    "WEBP": "WebP",
    "GIF": "GIF",
    "BMP": "BMP",
    "TIFF": "TIFF",
    "PPM": "PPM",
    **({"AVIF": "AVIF"} if features.check("avif") else {}),  # Pillow 11.3 on
}
# Formats of which a file may hold several frames or pages. (The second picture of an MPO is a camera's preview.)
SEVERAL = ("GIF", "WEBP", "PNG", "AVIF", "TIFF")
bound_directories()


@dataclass(frozen=True)
class Photo:
    """A decoded picture: upright, RGB, as sharp as any view needs.

    Attributes:
        pixels: red, green and blue of each pixel, row by row: Pillow would use a fourth byte per pixel.
        size: width and height of the stored picture, at most MAX_SIDE on the shorter side.
        width, height: of the original, upright.
        fingerprint: a digest of the pixels, the same for equal pictures.
        notes: codes of remarks for the visitor (demo/text/*/errors.md).
    """

    pixels: np.ndarray
    size: tuple[int, int]
    width: int
    height: int
    fingerprint: str
    notes: tuple[str, ...] = field(default=())

    @property
    def image(self) -> Image.Image:
        """The picture as a new PIL image."""
        return Image.frombuffer("RGB", self.size, self.pixels, "raw", "RGB", 0, 1)

    @property
    def nbytes(self) -> int:
        return self.pixels.nbytes


def too_large() -> VisitorError:
    """The error for a file of more than MAX_BYTES."""
    return VisitorError("photo_too_large", limit=MAX_BYTES // 1_000_000)


def accepted() -> str:
    """The `accept` attribute of a file dialog: media types and endings of FORMATS."""
    Image.init()
    endings = sorted(ending for ending, kind in Image.registered_extensions().items() if kind in FORMATS)
    return ",".join([*(Image.MIME[kind] for kind in FORMATS), *endings])


def decode(data: bytes) -> Photo:
    """Decode a picture from untrusted bytes.

    Raises:
        VisitorError: photo_empty, photo_too_large, photo_svg, photo_not_a_picture, photo_too_many_pixels or
            photo_damaged.
    """
    if not data:
        raise VisitorError("photo_empty")
    if len(data) > MAX_BYTES:
        raise too_large()
    image = _open(data)
    tile = tile_of(image) if image.format == "TIFF" else 0
    if max(image.width * image.height, tile) > most_pixels(data):
        raise too_many_pixels(data)
    try:
        several = image.format in SEVERAL and getattr(image, "is_animated", False)
        width, height = _upright_size(image)
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        shown = as_shown(image)
        rgb = _shrink(shown.image)
    except Exception as error:  # a decoder may raise anything on untrusted bytes
        raise VisitorError("photo_damaged") from error
    # Colour profiles and comments of a file can be many times larger than its pixels.
    rgb.info.clear()
    told = {
        "note_first_frame": several,
        "note_profile": shown.from_profile,
        f"note_on_{shown.ground}": bool(shown.ground),
        "note_tiny": min(width, height) < 32,
        "note_long": max(width, height) > 4 * min(width, height),
    }
    notes = [code for code, holds in told.items() if holds]
    pixels = room(3 * rgb.width * rgb.height)
    pixels[:] = np.frombuffer(rgb.tobytes(), np.uint8)
    fingerprint = hashlib.sha256(repr(rgb.size).encode())
    fingerprint.update(pixels.data)
    return Photo(pixels, rgb.size, width, height, fingerprint.hexdigest(), tuple(notes))


def most_pixels(data: bytes) -> int:
    """The largest number of pixels a file may have, by its first bytes: Pillow refuses large files before it tells
    their format.
    """
    return MAX_PIXELS_JPEG if data.startswith(JPEG) else MAX_PIXELS


def too_many_pixels(data: bytes) -> VisitorError:
    """The error for a file with more pixels than `most_pixels`."""
    return VisitorError("photo_too_many_pixels", limit=most_pixels(data) // 1_000_000)


def _open(data: bytes) -> Image.Image:
    if data.startswith(JPEG) and has_too_many_scans(data):
        raise VisitorError("photo_damaged")
    try:
        return Image.open(BoundedFile(data), formats=tuple(FORMATS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels(data) from error
    except UnidentifiedImageError as error:
        head = data[:1024].lstrip().lower()
        if b"<svg" in head:
            raise VisitorError("photo_svg") from error
        if _begins_well(data):
            raise VisitorError("photo_damaged") from error
        raise VisitorError("photo_not_a_picture", kinds=", ".join(FORMATS.values())) from error
    except Exception as error:
        raise VisitorError("photo_damaged") from error


def _begins_well(data: bytes) -> bool:
    """Whether the first bytes are those of an accepted format: then the file is damaged, not of another kind."""
    accepts = (Image.OPEN[kind][1] for kind in FORMATS)
    return any(accept is not None and accept(data[:16]) for accept in accepts)


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """The size after EXIF's rotation. The rest of EXIF is dropped, so that an error in it does no harm."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:
        orientation = None
    image.info.pop("exif", None)  # Pillow would rewrite it for the rotated picture, and fail on an error in it
    # Pillow gives a TIFF's size after rotation.
    lies_on_its_side = orientation in (5, 6, 7, 8) and image.format != "TIFF"
    return (image.height, image.width) if lies_on_its_side else image.size


def _shrink(image: Image.Image) -> Image.Image:
    """Shrink a picture to at most MAX_SIDE on the shorter side, and to no more pixels than a 4:1 picture of that
    side.
    """
    width, height = image.size
    factor = min(MAX_SIDE / min(width, height), 2 * MAX_SIDE / math.sqrt(width * height))
    if factor >= 1:
        return image
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
