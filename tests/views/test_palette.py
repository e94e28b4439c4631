"""The ramp of attention weights: even in lightness, readable without colour vision; colours that mean something."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from demo.views.palette import STOPS, ramp

# How colours look without one kind of cone (Viénot 1999), linear sRGB.
BLINDNESS = {
    "protanopia": [[0.1124, 0.8876, 0.0], [0.1124, 0.8876, 0.0], [0.0040, -0.0040, 1.0]],
    "deuteranopia": [[0.2928, 0.7072, 0.0], [0.2928, 0.7072, 0.0], [-0.0223, 0.0223, 1.0]],
    "no colour at all": [[0.2126, 0.7152, 0.0722]] * 3,
}

# Wholly without one of the three kinds of cone (Machado, Oliveira and Fernandes 2009, severity 1.0), linear sRGB.
MACHADO = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
SHEET = Path(__file__).resolve().parents[2] / "assets" / "css" / "microscope.css"
# Colours that say what something is, and how far apart any two of them are in OKLab: eyes just tell 0.02 apart.
MODELS = tuple(f"model-{name}" for name in ("rnn", "lstm", "gru", "attention", "transformer", "bundled"))
MEANING = {("query", "key", "value"): 0.04, ("minus", "zero", "plus"): 0.1, MODELS: 0.1}


def linear(colours: np.ndarray) -> np.ndarray:
    """sRGB bytes as light (IEC 61966-2-1)."""
    share = colours / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lightness(light: np.ndarray) -> np.ndarray:
    """L of OKLab of linear sRGB, 0..1: equal steps look equal."""
    return oklab(light)[..., 0]


def oklab(light: np.ndarray) -> np.ndarray:
    """L, a and b of OKLab (Ottosson 2020) of linear sRGB."""
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    axes = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.cbrt(light @ np.array(cones).T) @ np.array(axes).T


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


def colours(theme: str) -> dict[str, np.ndarray]:
    """The sheet's colours of a theme, by name, as sRGB bytes."""
    light, _, dark = SHEET.read_text(encoding="utf-8").partition(':root[data-theme="dark"]')
    block = {"light": light, "dark": dark.partition("}")[0]}[theme]
    return {name: np.array(list(bytes.fromhex(six))) for name, six in re.findall(r"--([\w-]+): #(\w{6})", block)}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", list(MACHADO))
def test_colours_that_mean_something_stay_apart(kind: str, theme: str) -> None:
    named = colours(theme)
    for group, least in MEANING.items():
        seen = {one: oklab((linear(named[one]) @ np.array(MACHADO[kind]).T).clip(0, 1)) for one in group}
        for one, other in combinations(group, 2):
            assert np.linalg.norm(seen[one] - seen[other]) > least, (one, other)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_names_of_models_can_be_read_in_their_colours(theme: str) -> None:
    named = colours(theme)
    luminance = {one: float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for one, colour in named.items()}
    for model in MODELS:
        for ground in ("paper", "surface"):
            dark, light = sorted((luminance[model], luminance[ground]))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (model, ground)  # WCAG AA, of text
