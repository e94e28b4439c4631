"""What the Decision screen asks for."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import decision


@photo_view("decision")
def scores(photos: PhotoService, look: PhotoQuery) -> bytes:
    return decision.decision(photos.trace(look))


@photo_view("logit_terms")
def logit_terms(photos: PhotoService, look: PhotoQuery, *, class_: int) -> bytes:
    return decision.terms(photos.trace(look), photos.check(look), class_)


@photo_view("class_by_layer")
def class_by_layer(photos: PhotoService, look: PhotoQuery) -> bytes:
    return decision.layers(photos.trace(look), photos.check(look))
