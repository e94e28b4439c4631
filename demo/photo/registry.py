"""The views, figures and notebooks that answer a query about a photo, by name: endpoints/ fills them."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.service import PhotoService
from demo.query.registry import Views


def _look(*, photo: str = "", model: str = "", size: int, change: str = "") -> PhotoQuery:
    return PhotoQuery(photo, model, size, change)


photo_view: Views[PhotoService, PhotoQuery] = Views(_look)
# What the page draws, as the papers draw it: files for whoever takes a figure away.
photo_figure: Views[PhotoService, PhotoQuery] = Views(_look, "figure")
# The same as code that computes it.
photo_notebook: Views[PhotoService, PhotoQuery] = Views(_look, "notebook")
