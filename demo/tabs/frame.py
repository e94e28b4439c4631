"""The frame around every screen: title bar, input strips, rail."""

from __future__ import annotations

from demo.components.scope import Scope


def build() -> None:
    """Add the frame."""
    for part in ("title_bar", "input_strip", "sentence_strip", "rail"):
        Scope(f"frame/{part}", elem_id=part.replace("_", "-"))
