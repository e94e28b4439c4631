"""Colour profiles made by hand (ICC.1:2010), and what they mean: an RGB working space of three colours and a gamma."""

from __future__ import annotations

import struct

import numpy as np

# XYZ of red, green and blue as ICC profiles have them, adapted to D50 (Bradford), and the gamma of their values.
ADOBE_RGB = (((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)), 2 + 51 / 256)
SRGB_XYZ = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
Space = tuple[tuple[tuple[float, float, float], ...], float]


def profile(space: Space) -> bytes:
    """The smallest profile of a working space: three colours, three curves."""

    def xyz(values: tuple[float, ...]) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    colours, gamma = space
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    text = b"test\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78 + 3 - len(text) % 4),
        b"cprt": b"text\0\0\0\0CC0\0",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        **{name: xyz(colour) for name, colour in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colours, strict=True)},
        **{name: curve for name in (b"rTRC", b"gTRC", b"bTRC")},
    }
    table, body, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ") + bytes(12) + b"acsp"
    header += bytes(68 - len(header)) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def in_srgb(values: np.ndarray, space: Space) -> np.ndarray:
    """What 8-bit values of a working space are in sRGB, 0..255, by the formulas of both."""
    colours, gamma = space
    light = (values / 255) ** gamma @ np.array(colours)
    linear = np.clip(light @ np.linalg.inv(np.array(SRGB_XYZ)), 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
