"""A picture as a screen shows it: its first page, upright, in sRGB, laid on a ground where it is transparent."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms, ImageOps

# Backgrounds for transparent pictures, the usual one first. The first one that hides little is taken, or else the one
# that hides least.
GROUNDS = {"white": 255, "black": 0, "grey": 128}
HIDES_LITTLE = 0.1
# A grey that differs from its background by no more than this, of 255, can hardly be seen.
HARDLY_SEEN = 40
# The picture is reduced to this side, in pixels, to judge that.
ENOUGH = 1000
# A profile whose colours all differ from sRGB's by no more than this, of 255, is treated as sRGB.
ALIKE = 2
# The colour space that a profile must have for the pixels of each mode.
SPACES = {"RGB": "RGB", "CMYK": "CMYK", "L": "GRAY"}


@dataclass(frozen=True)
class Shown:
    """What became of a picture.

    Attributes:
        image: upright RGB.
        from_profile: whether its colours were converted to sRGB from another colour profile.
        ground: the name of what its transparent parts were laid on (GROUNDS); "" where nothing is transparent.
    """

    image: Image.Image
    from_profile: bool
    ground: str


def as_shown(image: Image.Image) -> Shown:
    """Convert any picture to upright 8-bit sRGB; a colour profile that cannot be read is ignored."""
    if image.tell():
        with suppress(EOFError):  # a layered PSD counts its frames from 1 and opens as the merged picture
            image.seek(0)
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    alpha = None
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _eight_bits(image)
    elif "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        grey = image.mode in ("LA", "La")
        image = image.convert("LA").convert("RGBA") if image.mode == "La" else image.convert("RGBA")
        alpha, image = image.getchannel("A"), image.convert("L" if grey else "RGB")
    if image.mode not in SPACES:
        image = image.convert("RGB")
    converted = _to_srgb(image, profile) if profile else None
    rgb = (converted or image).convert("RGB")
    if alpha is None or alpha.getextrema()[0] == 255:
        return Shown(rgb, converted is not None, "")
    ground = _contrasting(rgb, alpha)
    laid = Image.new("RGB", rgb.size, ground)
    laid.paste(rgb, mask=alpha)
    return Shown(laid, converted is not None, ground)


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture converted to sRGB; None if its profile is sRGB already or does not fit its pixels."""
    try:
        read = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if read.profile.xcolor_space.strip() != SPACES[image.mode]:
            return None
        transform = ImageCms.buildTransform(read, ImageCms.createProfile("sRGB"), image.mode, "RGB")
        probe = _probe(image.mode)
        moved = np.asarray(ImageCms.applyTransform(probe, transform), int) - np.asarray(probe.convert("RGB"), int)
        if np.abs(moved).max() <= ALIKE:
            return None
        return ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):  # whatever somebody wrote in place of a profile
        return None


def _probe(mode: str) -> Image.Image:
    """A picture of sample colours over the whole range of a mode."""
    bands = len(mode) if mode != "L" else 1
    levels = np.linspace(0, 255, 9 if bands < 4 else 5).round().astype(np.uint8)
    colours = np.stack(np.meshgrid(*[levels] * bands), axis=-1).reshape(1, -1, bands)
    return Image.frombytes(mode, (colours.shape[1], 1), colours.tobytes())


def _contrasting(rgb: Image.Image, alpha: Image.Image) -> str:
    """The background on which the visible parts of a picture stand out."""
    step = 1 + max(rgb.size) // ENOUGH
    grey = np.asarray(rgb.convert("L"))[::step, ::step].astype(np.int16)
    weight = np.asarray(alpha)[::step, ::step].astype(np.float32)
    seen = weight.sum() or 1.0
    hidden = {name: float(weight[np.abs(grey - level) < HARDLY_SEEN].sum() / seen) for name, level in GROUNDS.items()}
    little = [name for name in GROUNDS if hidden[name] <= HIDES_LITTLE]
    return little[0] if little else min(hidden, key=lambda name: hidden[name])


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and floating-point greys to 8 bits by the range their kind of file uses."""
    grey = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = grey.max(initial=0.0)
    white = 65535.0 if image.mode != "F" else 1.0
    if top > white or (image.mode == "I" and top <= 255):
        white = max(255.0, top)
    return Image.fromarray((grey.clip(0, white) / white * 255).round().astype(np.uint8))
