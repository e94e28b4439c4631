"""What the Attention screen asks for."""

from __future__ import annotations

from demo.registry import photo_view
from demo.services import Look, Services
from demo.views import attention


@photo_view("layer")
def layer(services: Services, look: Look, *, layer: int) -> bytes:
    return attention.layer(services.trace(look), layer)


@photo_view("glance")
def glance(services: Services, look: Look, *, layer: int, query: int) -> bytes:
    return attention.glance(services.trace(look), layer, query)


@photo_view("atlas")
def atlas(services: Services, look: Look, *, query: int | None = None) -> bytes:
    return attention.atlas(services.trace(look), query)


@photo_view("depth")
def depth(services: Services, look: Look) -> bytes:
    return attention.depth(services.trace(look))
