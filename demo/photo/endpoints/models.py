"""The views of the Models screen."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import checks


@photo_view("checks", on_demand=True)
def measured(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    return checks.checks(*photos.checks(photo_query))
