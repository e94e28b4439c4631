"""Damaged pictures and checkpoints, the same for the same seed."""

from __future__ import annotations

import io
import json
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save

from demo.photo.picture_file import FORMATS

# Pixels of a bomb: a plain picture this large packs into some kilobytes, and would take gigabytes to unpack.
SIDE = 30_000


def pictures() -> dict[str, bytes]:
    """A good small picture of every kind that is offered, by Pillow's name of the kind."""
    waves = np.add.outer(np.arange(40) * 5, np.arange(56) * 3) % 256
    image = Image.fromarray(np.stack([waves, waves[::-1], waves[:, ::-1]], -1).astype(np.uint8))
    files = {}
    for kind in FORMATS:
        file = io.BytesIO()
        image.save(file, kind)
        files[kind] = file.getvalue()
    return files


def damaged(data: bytes, rng: random.Random) -> bytes:
    """One of the ways in which a file breaks: cut off, bytes changed, a piece twice, lost or grown, another's head."""
    ways: list[Callable[[bytes, random.Random], bytes]] = [_cut, _flip, _flip, _numbers, _twice, _lose, _grow, _head]
    return rng.choice(ways)(data, rng)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _numbers(data: bytes, rng: random.Random) -> bytes:
    """A number somewhere near the beginning, where sizes stand, becomes an extreme one."""
    changed, at = bytearray(data), rng.randrange(min(len(data), 200))
    extreme = rng.choice(
        (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80\x00")
    )
    changed[at : at + len(extreme)] = extreme
    return bytes(changed)


def _piece(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.randrange(1, 400))


def _twice(data: bytes, rng: random.Random) -> bytes:
    start, end = _piece(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 50)) + data[end:]


def _lose(data: bytes, rng: random.Random) -> bytes:
    start, end = _piece(data, rng)
    return data[:start] + data[end:]


def _grow(data: bytes, rng: random.Random) -> bytes:
    return data + rng.randbytes(rng.choice((1, 1000, 200_000)))


def _head(data: bytes, rng: random.Random) -> bytes:
    other = rng.choice(
        [*pictures().values(), b"<svg xmlns='http://www.w3.org/2000/svg'>", b"%PDF-1.7\n", b"PK\x03\x04"]
    )
    return other[:24] + data[24:]


@cache
def bombs() -> tuple[tuple[str, bytes], ...]:
    """Small files that say to be, or unpack to, far more than anybody may send: of every kind that is offered."""
    oversized = [(f"{kind} {name}", data) for kind, good in pictures().items() for name, data in _oversized(kind, good)]
    frame = Image.new("P", (2000, 2000))
    animation = io.BytesIO()
    frame.save(animation, "GIF", save_all=True, append_images=[frame] * 40)
    return (*oversized, ("GIF of 40 frames", animation.getvalue()))


def _oversized(kind: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if kind in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF"):
        yield "values all name the same place", same_place(kind)
    wide, narrow, big = struct.pack(">I", SIDE), struct.pack("<I", SIDE), struct.pack("<H", SIDE)
    if kind == "PNG":
        yield "unpacks", _png(SIDE, SIDE)
        yield "notes unpack", _png(8, 8, text=bytes(80_000_000))
        yield "profile unpacks", _png(8, 8, profile=bytes(80_000_000))
        yield "says to be large", data[:16] + wide * 2 + data[24:]
    elif kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        yield "says to be large", data[:at] + struct.pack(">HH", 65_500, 65_500) + data[at + 4 :]
        yield "has many scans", data[:-2] + data[data.index(b"\xff\xda") : -2] * 200 + data[-2:]
        yield "has large scans of nothing", empty_scans(2000)
    elif kind == "GIF":
        yield "says to be large", data[:6] + big * 2 + data[10:]
        yield "has a comment in pieces", commented(400_000)
    elif kind == "BMP":
        yield "says to be large", data[:18] + narrow * 2 + data[26:]
    elif kind == "PPM":
        yield "says to be large", f"P6 {SIDE} {SIDE} 255\n".encode() + data[15:]
        yield "has a number without end", b"P6 " + b"9" * 100_000 + b" 2 255\n"
    elif kind == "WEBP":
        at = data.index(b"VP8")
        yield "says to be large", data[: at + 14] + struct.pack("<HH", 0x3FFF, 0x3FFF) + data[at + 18 :]
        file = io.BytesIO()
        Image.new("L", (7000, 7000)).save(file, "WEBP", lossless=True, method=0)
        yield "unpacks", file.getvalue()
    elif kind == "TIFF":
        yield "says to be large", _tiff(data)
        yield "has a large tile", tiled(8, SIDE // 2)
        file = io.BytesIO()
        Image.new("1", (SIDE, SIDE)).save(file, "TIFF", compression="group4")
        yield "unpacks", file.getvalue()
    elif kind == "AVIF":
        at = data.index(b"ispe") + 8
        yield "says to be large", data[:at] + wide * 2 + data[at + 8 :]
    else:
        raise NotImplementedError(f"no bomb of the kind {kind}")


def _png(width: int, height: int, *, text: bytes = b"", profile: bytes = b"") -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer = zlib.compressobj(9)
    row = bytes(width // 8 + 1)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    extra = chunk(b"zTXt", b"note\x00\x00" + zlib.compress(text, 9)) if text else b""
    extra += chunk(b"iCCP", b"profile\x00\x00" + zlib.compress(profile, 9)) if profile else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


VALUES = 200


def same_place(kind: str, size: int = 1_000_000) -> bytes:
    """A picture with a directory of EXIF, or of TIFF itself, of which 200 values are the same bytes: nearly all."""
    if kind == "TIFF":
        plain = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 273: 0, 277: 1, 278: 8, 279: 64}
        return _directory({tag: (4, 1, value) for tag, value in plain.items()}, size)
    exif, file, image = _directory({}, size), io.BytesIO(), Image.new("RGB", (8, 8))
    if kind == "JPEG":  # it takes 64 KB a piece, which are put together again
        image.save(file, kind)
        good, begin = file.getvalue(), b"Exif\0\0"
        pieces = [begin + exif[at : at + 65_000] for at in range(0, len(exif), 65_000)]
        segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(piece) + 2) + piece for piece in pieces)
        return good[:2] + segments + good[2:]
    image.save(file, kind, exif=exif)
    return file.getvalue()


def _directory(plain: dict[int, tuple[int, int, int]], size: int) -> bytes:
    entries = plain | {40_000 + i: (7, size - 8, 8) for i in range(VALUES)}
    written = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in entries.items())
    return (struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + written).ljust(size, b"\0")


def empty_scans(count: int, side: int = 4000) -> bytes:
    """A progressive JPEG of one colour whose last scan, some bytes that walk over every pixel, is there many times."""
    file = io.BytesIO()
    Image.new("L", (side, side), 90).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * count + data[-2:]


def commented(size: int) -> bytes:
    """A GIF with a comment in pieces of one sign."""
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "GIF")
    data = file.getvalue()
    at = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    return data[:at] + b"!\xfe" + b"\x01a" * (size // 2) + b"\0" + data[at:]


def tiled(side: int, tile: int, twice: bool = False) -> bytes:
    """A TIFF of one tile, larger than its picture; `twice`: of two sizes of a tile the last is the picture's."""
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(bytes(tile)) for _ in range(tile)) + packer.flush()
    sizes = [(322, tile), (322, side), (323, tile), (323, side)] if twice else [(322, tile), (323, tile)]
    entries = [(256, side), (257, side), (258, 8), (259, 8), (262, 1), (277, 1), *sizes, (324, 0), (325, len(pixels))]
    place = 8 + 2 + 12 * len(entries) + 4
    written = [struct.pack("<HHII", tag, 4, 1, place if tag == 324 else value) for tag, value in entries]
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + b"".join(written) + bytes(4) + pixels


def _tiff(data: bytes) -> bytes:
    """The same file with the tags of width and height, which are numbers of 16 or 32 bits, set to SIDE."""
    changed = bytearray(data)
    start = struct.unpack_from("<I", data, 4)[0]
    for i in range(struct.unpack_from("<H", data, start)[0]):
        at = start + 2 + 12 * i
        if struct.unpack_from("<H", data, at)[0] in (256, 257):
            struct.pack_into("<HII", changed, at + 2, 4, 1, SIDE)
    return bytes(changed)


def checkpoints(good: Path, folder: Path, rng: random.Random, count: int) -> list[str]:
    """Write `count` damaged copies of a good checkpoint folder; their names."""
    names = []
    for i in range(count):
        there = folder / f"damaged-{i}"
        there.mkdir()
        files = {path.name: path.read_bytes() for path in good.iterdir()}
        name = rng.choice(sorted(files))
        way = i % 5
        if way == 0:
            files[name] = damaged(files[name], rng)
        elif way == 1:
            files["model.safetensors"] = _header_trick(files["model.safetensors"], rng)
        elif way == 2:
            files["config.json"] = _config_trick(files["config.json"], rng)
        elif way == 3:
            files["config.json"] = rng.choice((b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"", b"null", b"1e999"))
        else:  # a pickle that would run a command
            del files["model.safetensors"]
            files["pytorch_model.bin"] = b"cposix\nsystem\n(S'touch ran-a-pickle'\ntR."
        for one, data in files.items():
            (there / one).write_bytes(data)
        names.append(there.name)
    return names


def _header_trick(data: bytes, rng: random.Random) -> bytes:
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    tensor = header[rng.choice([name for name in header if name != "__metadata__"])]
    trick = rng.randrange(6)
    if trick == 0:
        return struct.pack("<Q", rng.choice((0, 1, 2**31, 2**63, 2**64 - 1))) + data[8:]
    if trick == 1:
        tensor["shape"] = [2**31, 2**31]
    elif trick == 2:
        tensor["data_offsets"] = [0, 2**62]
    elif trick == 3:
        tensor["dtype"] = "Q7"
    elif trick == 4:
        tensor["shape"] = [-1] * 3
    else:
        return save({"classifier.weight": np.zeros((2, 2), np.float32)})
    written = json.dumps(header).encode()
    return struct.pack("<Q", len(written)) + written + data[8 + size :]


def _config_trick(data: bytes, rng: random.Random) -> bytes:
    config = json.loads(data)
    values = (0, -1, 10**12, 10**400, 1.5, "7", None, [], {}, True, float("nan"), "../../etc/passwd", "\ud800")
    for name in rng.sample(sorted(config), 2):
        config[name] = rng.choice(values)
    return json.dumps(config).encode()
