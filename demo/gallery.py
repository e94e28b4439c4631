"""The example photos that come with the program."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"


@dataclass(frozen=True)
class GalleryItem:
    """One example photo.

    Attributes:
        file: name under assets/images.
        shows: its ImageNet class in English, "" when ImageNet has none; a model knows it when it has that label.
        names: what it shows, by language.
    """

    file: str
    shows: str
    names: dict[str, str]

    @property
    def path(self) -> Path:
        return ASSETS / "images" / self.file


def load_gallery() -> list[GalleryItem]:
    """The examples; the page offers those first whose class the chosen model has."""
    with (ASSETS / "images" / "gallery.tsv").open(encoding="utf-8", newline="") as rows:
        return [
            GalleryItem(
                file=row["file"],
                shows=row["class"],
                names={"en": row["en"], "ko": row["ko"]},
            )
            for row in csv.DictReader(rows, delimiter="\t")
        ]
