"""What the Patches screen asks for."""

from __future__ import annotations

from demo.registry import photo_view
from demo.services import Look, Services
from demo.views import patches


@photo_view("embedding")
def embedding(services: Services, look: Look) -> bytes:
    trace, size = services.trace(look), services.photo(look.photo).size
    return patches.embedding(trace, services.check(look), size, services.intervention(look, trace))


@photo_view("filters")
def filters(services: Services, look: Look) -> bytes:
    return patches.filters(services.check(look))


@photo_view("products")
def products(services: Services, look: Look, *, patch: int, unit: int) -> bytes:
    trace = services.trace(look)
    return patches.products(trace, services.check(look), patch, unit, services.intervention(look, trace))
