"""The objects that every tab is built with."""

from __future__ import annotations

from dataclasses import dataclass

from demo.services import Services


@dataclass(frozen=True)
class AppContext:
    """Shared by all tabs of one app."""

    services: Services
