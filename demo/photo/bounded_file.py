"""Bound the work that an untrusted picture file can cause besides its pixels, whose number is checked before they are
decoded.

Pillow parses metadata in Python and trusts it. A value of EXIF or TIFF names its place in the file: a thousand values
that all name the same 20 MB make 20 GB. A GIF's comment is joined in quadratic time; a JPEG may have any number of
scans; a TIFF's single tile may be larger than the picture that is cut out of it. Such files of a few hundred kilobytes
took hours or all memory.
"""

from __future__ import annotations

import io
import re
import struct
import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import IO, Any

from PIL import Image, TiffImagePlugin

# Processor seconds of the reading thread, independent of other load: the slowest valid file, with 24 million pixels,
# takes 2 s.
SECONDS = 10.0
# Progressive files have about ten scans; libtiff has the same limit for a JPEG in a TIFF.
MOST_SCANS = 100
SOS, EOI = 0xDA, 0xD9
# Markers of a JPEG that are followed by a length, and the pattern of a marker.
WITH_LENGTH = bytes([*range(0xC0, 0xD0), SOS, 0xDB, 0xDC, 0xDD, *range(0xE0, 0xF0), 0xFE])
MARKER = re.compile(b"\xff([" + re.escape(WITH_LENGTH + bytes([EOI])) + b"])")
# The formats of whole numbers in a TIFF, by its code for the type.
NUMBERS = {1: "B", 3: "H", 4: "L", 16: "Q"}


class TooMuchWorkError(Exception):
    """A file that takes more time or memory than any valid one."""


class BoundedFile(io.BytesIO):
    """The bytes of a picture, which can no longer be read once the reading thread has used SECONDS of processor
    time.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._until = time.thread_time() + SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        """Read like any file.

        Raises:
            TooMuchWorkError: reading took too long.
        """
        if time.thread_time() > self._until:
            raise TooMuchWorkError(f"not read within {SECONDS:.0f} s")
        return super().read(size)


def has_too_many_scans(jpeg: bytes) -> bool:
    """Whether a JPEG has more than MOST_SCANS scans, each of which goes over all of its pixels."""
    scans, at = 0, 0
    while scans <= MOST_SCANS and (marker := MARKER.search(jpeg, at)) and marker[1][0] != EOI:
        scans += marker[1][0] == SOS
        at = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")
    return scans > MOST_SCANS


def tile_of(tiff: Image.Image) -> int:
    """The pixels of a TIFF's tile, 0 without tiles: a tile is decoded whole, however little of it is in the picture.

    If a tag occurs twice, libtiff uses the first and Pillow the last; here the largest counts.
    """
    assert isinstance(tiff, TiffImagePlugin.TiffImageFile) and tiff.fp is not None
    tags, file, sides = tiff.tag_v2, tiff.fp, {TiffImagePlugin.TILEWIDTH: 0, TiffImagePlugin.TILELENGTH: 0}
    many, entry = ("Q", "HHQ8s") if tags._bigtiff else ("H", "HHL4s")
    here = file.tell()
    file.seek(tags.offset or 0)
    try:
        [entries] = _unpack(tags, many, file)
        for _ in range(entries):
            tag, kind, _, value = _unpack(tags, entry, file)
            if tag in sides:
                sides[tag] = max(sides[tag], _number(tags, kind, value))
    except struct.error:  # the file ends before its number of entries
        pass
    file.seek(here)
    return sides[TiffImagePlugin.TILEWIDTH] * sides[TiffImagePlugin.TILELENGTH]


def _unpack(tags: Any, form: str, file: IO[bytes]) -> tuple[Any, ...]:
    return tuple(tags._unpack(form, file.read(struct.calcsize("=" + form))))


def _number(tags: Any, kind: int, value: bytes) -> int:
    """The value of an entry; infinity if it is not stored in place, as programs do it."""
    form = NUMBERS.get(kind, "")
    size = struct.calcsize("=" + form)
    return int(tags._unpack(form, value[:size])[0]) if form and size <= len(value) else sys.maxsize


def bound_directories() -> None:
    """Make Pillow stop reading a directory of EXIF or TIFF whose values are together longer than the file."""
    directory = TiffImagePlugin.ImageFileDirectory_v2
    if not hasattr(directory.load, "__wrapped__"):
        directory.load = _bounded(directory.load)  # type: ignore[method-assign, assignment]


def _bounded(load: Callable[[Any, Any], None]) -> Callable[[Any, IO[bytes]], None]:
    @wraps(load)
    def bounded(self: Any, file: IO[bytes]) -> None:
        load(self, _Once(file))

    return bounded


class _Once(io.RawIOBase):
    """A file that ends once as many bytes were read as it has, wherever they were read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, here = file, file.tell()
        self._left = file.seek(0, io.SEEK_END)
        file.seek(here)

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(data)
        return data

    def seek(self, place: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()
