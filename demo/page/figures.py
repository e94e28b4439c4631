"""Which screen shows the numbers of which of the papers' figures."""

from __future__ import annotations

from typing import Any

from demo.page.screens import SCREENS

# The screens, or chapters of one, that show a figure's numbers: there it can be downloaded
# (assets/js/core/paper_figures.js). Its title is figures.<name> of the page's texts.
SCREENS_OF = {
    "fig6": ("attention",),
    "fig7": ("patches", "position", "attention"),
    "fig7-left": ("patches",),
    "fig7-centre": ("position",),
    "fig7-right": ("attention",),
    "fig11": ("models",),
    "bahdanau2": ("before:bottleneck",),
    "bahdanau3": ("before:chain", "decoder"),
    "vaswani3": ("decoder", "encoder"),
    "vaswani4": ("decoder",),
    "vaswani5": ("decoder",),
    "beam": ("translation",),
    "length": ("translation",),
    "gradient": ("before:gradient",),
}


def on_screens() -> dict[str, dict[str, Any]]:
    """The journey and the screens of each figure, for the page."""
    return {name: {"journey": journey_of(name), "screens": screens} for name, screens in SCREENS_OF.items()}


def journey_of(name: str) -> str:
    """The journey whose input a figure shows; the photo's for a screen of both journeys."""
    journeys = {screen.name: screen.journey for screen in SCREENS}
    return journeys[SCREENS_OF[name][0].partition(":")[0]] or "photo"
