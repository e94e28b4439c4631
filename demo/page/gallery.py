"""The example photos that come with the program."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from vit_core import LoadedModel
from vit_core.bundled import ASSETS
from vit_core.checkpoints.labels import among


@dataclass(frozen=True)
class GalleryItem:
    """One example photo.

    Attributes:
        file: name under assets/images.
        shows: its ImageNet classes in English, in all common spellings; empty if it shows none of them.
        names: what it shows, by language.
    """

    file: str
    shows: tuple[str, ...]
    names: dict[str, str]

    @property
    def path(self) -> Path:
        return ASSETS / "images" / self.file


def load_gallery() -> list[GalleryItem]:
    """Load the examples; the page offers those first whose class the chosen model knows."""
    with (ASSETS / "images" / "gallery.tsv").open(encoding="utf-8", newline="") as rows:
        return [
            GalleryItem(
                file=row["file"],
                shows=tuple(row["class"].split("|")) if row["class"] else (),
                names={"en": row["en"], "ko": row["ko"]},
            )
            for row in csv.DictReader(rows, delimiter="\t")
        ]


def known_files(gallery: list[GalleryItem], model: LoadedModel) -> list[str] | None:
    """The examples of which a model has a class; None if it has no classes, or classes without names."""
    named = model.labels and model.model.config.names_classes
    return [item.file for item in gallery if among(model.labels, item.shows)] if named else None
