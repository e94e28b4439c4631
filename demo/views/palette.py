"""The colour ramp of attention weights: dark to light, in even steps of lightness, readable without colour vision.

Built in OKLab (Ottosson 2020), so that equal steps along it look like equal steps of light. Blue is the colour of keys
on every screen: the ramp runs from night blue over teal to a pale mint.
"""

from __future__ import annotations

import numpy as np

# (lightness, chroma, hue in degrees) along the ramp.
STOPS = ((0.13, 0.03, 275.0), (0.35, 0.10, 262.0), (0.58, 0.12, 225.0), (0.78, 0.12, 180.0), (0.97, 0.06, 130.0))


def ramp(n: int = 256) -> np.ndarray:
    """The ramp as n colours.

    Shapes: returns [n, 3] of uint8, sRGB.
    """
    at = np.linspace(0, 1, n)
    stops = np.linspace(0, 1, len(STOPS))
    lightness, chroma, hue = (np.interp(at, stops, [stop[i] for stop in STOPS]) for i in range(3))
    a, b = chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))
    return np.round(_oklab_to_srgb(np.stack([lightness, a, b], axis=-1)) * 255).astype(np.uint8)


def _oklab_to_srgb(lab: np.ndarray) -> np.ndarray:
    to_lms = np.array(
        [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip((lab @ to_lms.T) ** 3 @ to_rgb.T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
