"""What may be asked about a photo: names everything its answer depends on, holds nothing."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_MODEL = "vit-s14-everyday"


@dataclass(frozen=True)
class PhotoQuery:
    """What a visitor looks at: one photo through one model at one picture size. Names everything, holds nothing.

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
