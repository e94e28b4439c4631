"""The ramp of attention weights: even in lightness, and readable without colour vision."""

from __future__ import annotations

import numpy as np
import pytest

from demo.views.palette import STOPS, ramp

# How colours look without one kind of cone (Viénot 1999), linear sRGB.
BLINDNESS = {
    "protanopia": [[0.1124, 0.8876, 0.0], [0.1124, 0.8876, 0.0], [0.0040, -0.0040, 1.0]],
    "deuteranopia": [[0.2928, 0.7072, 0.0], [0.2928, 0.7072, 0.0], [-0.0223, 0.0223, 1.0]],
    "no colour at all": [[0.2126, 0.7152, 0.0722]] * 3,
}


def linear(colours: np.ndarray) -> np.ndarray:
    """sRGB bytes as light (IEC 61966-2-1)."""
    share = colours / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lightness(light: np.ndarray) -> np.ndarray:
    """L of OKLab (Ottosson 2020) of linear sRGB, 0..1: equal steps look equal."""
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    return np.cbrt(light @ np.array(cones).T) @ [0.2104542553, 0.7936177850, -0.0040720468]


def test_the_ramp_is_a_table_of_colours() -> None:
    assert (ramp().shape, ramp().dtype) == ((256, 3), np.uint8)
    assert ramp(2).shape == (2, 3)
    np.testing.assert_array_equal(ramp(2), ramp()[[0, -1]])


def test_more_weight_is_more_light_in_even_steps() -> None:
    steps = np.diff(lightness(linear(ramp(64))))
    assert np.abs(steps / steps.mean() - 1).max() < 0.35  # most of it is the rounding to bytes
    assert (np.diff(lightness(linear(ramp()))) > 0).all()


def test_it_runs_from_nearly_black_to_nearly_white() -> None:
    luminance = linear(ramp()) @ [0.2126, 0.7152, 0.0722]
    assert (luminance[-1] + 0.05) / (luminance[0] + 0.05) > 15  # WCAG contrast of the ends


@pytest.mark.parametrize("kind", list(BLINDNESS))
def test_it_can_be_read_without_colour_vision(kind: str) -> None:
    seen = (linear(ramp(32)) @ np.array(BLINDNESS[kind]).T).clip(0, 1)
    steps = np.diff(lightness(seen))
    assert (steps > 0.01).all(), "two neighbours of 32 look alike"


def test_no_two_of_its_colours_are_the_same() -> None:
    assert len(np.unique(ramp(), axis=0)) == 256


def test_what_a_screen_cannot_show_of_its_colours_is_no_lightness() -> None:
    """Its teal lies outside sRGB and is cut off: that may cost colour, but must not bend the scale."""
    at = np.linspace(0, 1, 256)
    meant = np.interp(at, np.linspace(0, 1, len(STOPS)), [stop[0] for stop in STOPS])
    assert np.abs(lightness(linear(ramp())) - meant).max() < 0.02
