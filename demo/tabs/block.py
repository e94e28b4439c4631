"""The Block screen: see assets/js/screens/block.js for what it draws and demo/views for what it is sent."""

from __future__ import annotations

from demo.components.scope import Scope
from demo.context import AppContext


def build(ctx: AppContext) -> None:
    """Add the screen."""
    Scope("screens/block", elem_id="screen-block")
