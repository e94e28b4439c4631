"""CREDITS.md: each file under the licence that it came with."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOPS = ("app.py", "demo", "vit_core", "assets", "tests/support")
BINARY = {".safetensors", ".spm", ".jpg", ".png", ".webp", ".ttf"}


def rows() -> list[list[str]]:
    lines = [line for line in (ROOT / "CREDITS.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def files() -> list[str]:
    found = [path for top in TOPS for path in ([ROOT / top] if (ROOT / top).is_file() else (ROOT / top).rglob("*"))]
    return [path.relative_to(ROOT).as_posix() for path in found if path.is_file() and "__pycache__" not in path.parts]


def licence_of(file: str) -> str:
    """The licence in the last row that matches."""
    return [row[2] for row in rows() if file == row[0].strip("`") or fnmatch(file, row[0].strip("`"))][-1]


def test_every_row_is_of_something_that_lies_here() -> None:
    of = [{file for file in files() if fnmatch(file, row[0].strip("`"))} for row in rows()]
    assert len(of) > 8 and all(of), [row[0] for row, found in zip(rows(), of, strict=True) if not found]


def test_nothing_that_is_no_text_is_taken_for_the_projects_own() -> None:
    everything = [file for file in files() if Path(file).suffix in BINARY]
    assert len(everything) > 40
    own = [file for file in everything if [row[0] for row in rows() if fnmatch(file, row[0].strip("`"))] == ["`**`"]]
    assert own == []


def test_photos_and_sentences_keep_their_licences() -> None:
    assert licence_of("demo/app.py") == licence_of("assets/images/gallery.tsv") == "Apache-2.0"
    assert "CC BY 2.0 FR" in licence_of("assets/data/tatoeba-de-en/test.tsv")
    assert "OFL" in licence_of("vit_core/figures/AttentionMicroscopeSans.ttf")
    photos = (ROOT / "assets/images/CREDITS.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| (\S+\.jpg) \|", photos, re.MULTILINE))
    assert named == {path.name for path in (ROOT / "assets/images").glob("*.jpg")}


def test_every_document_that_is_linked_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "CREDITS.md").read_text(encoding="utf-8"))
    missing = [link for link in links if not link.startswith("http") and not (ROOT / link).exists()]
    assert len(links) > 5 and not missing, missing
