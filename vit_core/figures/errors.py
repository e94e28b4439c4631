"""What is wrong with a figure that was asked for."""

from __future__ import annotations


class FigureError(ValueError):
    """A figure that cannot be drawn, and why, in one sentence."""
