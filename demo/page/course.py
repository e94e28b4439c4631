"""Where each line of the course's notes is on the page (assets/data/course.tsv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from demo.page.gallery import ASSETS

TABLE = ASSETS / "data" / "course.tsv"
COLUMNS = ["line", "address", "words"]


@dataclass(frozen=True)
class Place:
    """A place on the page where a line of the notes is shown.

    Attributes:
        line: its number in the notes.
        address: query of the page without the input, which stays the learner's own.
        words: keys of the texts that state it there, or correct it.
    """

    line: int
    address: str
    words: tuple[str, ...]

    @property
    def screen(self) -> str:
        return parse_qs(self.address)["screen"][0]


def read_course(path: Path = TABLE) -> list[Place]:
    """Every place of every line, in the order of the notes."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        assert rows.fieldnames == COLUMNS, rows.fieldnames
        return [Place(int(row["line"]), row["address"], tuple(row["words"].split())) for row in rows]
