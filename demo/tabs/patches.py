"""The Patches screen: see assets/js/screens/patches.js for what it draws and demo/views for what it is sent."""

from __future__ import annotations

from demo.components.scope import Scope
from demo.context import AppContext


def build(ctx: AppContext) -> None:
    """Add the screen."""
    Scope("screens/patches", elem_id="screen-patches")
