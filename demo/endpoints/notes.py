"""What the notes' cards ask for."""

from __future__ import annotations

from demo.registry import photo_view
from demo.services import Look, Services
from demo.views import notes


@photo_view("notes")
def around(services: Services, look: Look) -> bytes:
    trace = services.trace(look)
    return notes.around(trace, services.check(look), services.intervention(look, trace))


@photo_view("notes_layer")
def of_layer(services: Services, look: Look, *, layer: int) -> bytes:
    return notes.of_layer(services.block(look, layer), layer)
