"""What the Decision screen asks for."""

from __future__ import annotations

from demo.registry import photo_view
from demo.services import Look, Services
from demo.views import decision


@photo_view("decision")
def scores(services: Services, look: Look) -> bytes:
    return decision.decision(services.trace(look))


@photo_view("logit_terms")
def logit_terms(services: Services, look: Look, *, class_: int) -> bytes:
    return decision.terms(services.trace(look), services.check(look), class_)


@photo_view("class_by_layer")
def class_by_layer(services: Services, look: Look) -> bytes:
    return decision.layers(services.trace(look), services.check(look))
