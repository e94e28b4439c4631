"""What the Models screen asks for."""

from __future__ import annotations

from demo.registry import photo_view
from demo.services import Look, Services
from demo.views import checks


@photo_view("checks", on_demand=True)
def measured(services: Services, look: Look) -> bytes:
    return checks.checks(*services.checks(look))
