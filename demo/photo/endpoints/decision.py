"""The views of the Decision screen."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import decision


@photo_view("decision")
def scores(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    return decision.decision(photos.trace(photo_query))


@photo_view("logit_terms")
def logit_terms(photos: PhotoService, photo_query: PhotoQuery, *, class_: int) -> bytes:
    return decision.terms(photos.trace(photo_query), photos.model_of(photo_query), class_)


@photo_view("class_by_layer")
def class_by_layer(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    return decision.layers(photos.trace(photo_query), photos.model_of(photo_query))
