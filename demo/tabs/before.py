"""The screen Before attention: see assets/js/screens/before.js for what it draws and demo/views for what it is sent."""

from __future__ import annotations

from demo.components.scope import Scope
from demo.context import AppContext


def build(ctx: AppContext) -> None:
    """Add the screen."""
    Scope("screens/before", elem_id="screen-before")
