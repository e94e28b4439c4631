"""The query about a photo: it names everything that the answer depends on and holds no data."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_MODEL = "vit-s14-everyday"


@dataclass(frozen=True)
class PhotoQuery:
    """A photo, read by a model at a picture size, with a change.

    Attributes:
        photo: token of an uploaded photo, or "example:<file>" for the gallery.
        model: name of a model the page offers.
        size: side in pixels of the square the model reads.
        change: what is switched off or moved in the forward pass (demo.query.interventions); "" for nothing.
    """

    photo: str
    model: str
    size: int
    change: str = ""


FIRST = PhotoQuery("example:cc0_cat_tabby.jpg", DEFAULT_MODEL, 224)
