"""The error of a figure that cannot be drawn."""

from __future__ import annotations


class FigureError(ValueError):
    """A figure that cannot be drawn, and why, in one sentence."""
