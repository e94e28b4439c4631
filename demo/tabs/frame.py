"""The frame around every screen: title bar, input strips, rail; below the screens the way on."""

from __future__ import annotations

from demo.components.scope import Scope


def build() -> None:
    """Add what stands over the screens."""
    for part in ("title_bar", "sentence_strip", "input_strip", "rail"):
        Scope(f"frame/{part}", elem_id=part.replace("_", "-"))


def build_end() -> None:
    """Add what stands below them."""
    Scope("frame/way_on", elem_id="way-on")
