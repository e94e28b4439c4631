"""The calculator, a sheet over every screen: see assets/js/calculator/calculator.js."""

from __future__ import annotations

from demo.components.scope import Scope
from demo.context import AppContext


def build(ctx: AppContext) -> None:
    """Add the sheet."""
    Scope("calculator/calculator", elem_id="calculator")
