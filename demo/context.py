"""The context that every tab is built with."""

from __future__ import annotations

from dataclasses import dataclass

from demo.services import Services


@dataclass(frozen=True)
class AppContext:
    """Objects that all tabs of one app share."""

    services: Services
