"""What the file of a picture may cost beside its pixels, whose number is known before they are unpacked.

Pillow reads what stands around the pixels in Python and believes it. A value of EXIF or TIFF names its place in the
file: a thousand values that all name the same 20 MB are 20 GB. A comment of a GIF is put together piece by piece, each
time from the beginning; a JPEG may bring its pixels in as many scans as it likes; a TIFF's one tile may be larger than
the picture that is cut out of it. Files of a few hundred kilobytes so took hours, or all memory.
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

# Of a thread's own time, whatever else the computer does: the slowest honest file, with 24 million pixels, takes 2 s.
SECONDS = 10.0
# Progressive files of cameras and programs have ten or so; libtiff stops at as many for a JPEG in a TIFF.
MOST_SCANS = 100
SOS, EOI = 0xDA, 0xD9
# Markers of a JPEG behind which a length stands, which decoders believe, and the last one.
WITH_LENGTH = bytes([*range(0xC0, 0xD0), SOS, 0xDB, 0xDC, 0xDD, *range(0xE0, 0xF0), 0xFE])
MARKER = re.compile(b"\xff([" + re.escape(WITH_LENGTH + bytes([EOI])) + b"])")
# How a TIFF writes whole numbers, by its own number for the kind.
NUMBERS = {1: "B", 3: "H", 4: "L", 16: "Q"}


class TooMuchWorkError(Exception):
    """A file that takes more than any honest one does."""


class BoundedFile(io.BytesIO):
    """The bytes of a picture, read no more once the thread that reads them has worked for SECONDS."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._until = time.thread_time() + SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file.

        Raises:
            TooMuchWorkError: it has taken too long.
        """
        if time.thread_time() > self._until:
            raise TooMuchWorkError(f"not read within {SECONDS:.0f} s")
        return super().read(size)


def has_too_many_scans(jpeg: bytes) -> bool:
    """Whether the pixels of a JPEG come in more than MOST_SCANS pieces, each of which is a walk over all of them."""
    scans, at = 0, 0
    while scans <= MOST_SCANS and (marker := MARKER.search(jpeg, at)) and marker[1][0] != EOI:
        scans += marker[1][0] == SOS
        at = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")
    return scans > MOST_SCANS


def tile_of(tiff: Image.Image) -> int:
    """The pixels of a TIFF's tile, 0 where it has none: it is unpacked whole, however little of it is in the picture.

    Of two tags that say it libtiff believes the first and Pillow the last: the largest counts.
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
    except struct.error:  # it ends before it has said how many entries it has
        pass
    file.seek(here)
    return sides[TiffImagePlugin.TILEWIDTH] * sides[TiffImagePlugin.TILELENGTH]


def _unpack(tags: Any, form: str, file: IO[bytes]) -> tuple[Any, ...]:
    return tuple(tags._unpack(form, file.read(struct.calcsize("=" + form))))


def _number(tags: Any, kind: int, value: bytes) -> int:
    """What an entry says; without end where it does not say it in place, as programs do."""
    form = NUMBERS.get(kind, "")
    size = struct.calcsize("=" + form)
    return int(tags._unpack(form, value[:size])[0]) if form and size <= len(value) else sys.maxsize


def bound_directories() -> None:
    """From now on Pillow stops reading a directory of EXIF or TIFF whose values are together longer than the file."""
    directory = TiffImagePlugin.ImageFileDirectory_v2
    if not hasattr(directory.load, "__wrapped__"):
        directory.load = _bounded(directory.load)  # type: ignore[method-assign, assignment]


def _bounded(load: Callable[[Any, Any], None]) -> Callable[[Any, IO[bytes]], None]:
    @wraps(load)
    def bounded(self: Any, file: IO[bytes]) -> None:
        load(self, _Once(file))

    return bounded


class _Once(io.RawIOBase):
    """A file that ends once as many bytes have been read as it has, wherever they lie."""

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
