"""The Words screen: see assets/js/screens/words.js for what it draws and demo/views for what it is sent."""

from __future__ import annotations

from demo.components.scope import Scope
from demo.context import AppContext


def build(ctx: AppContext) -> None:
    """Add the screen."""
    Scope("screens/words", elem_id="screen-words")
