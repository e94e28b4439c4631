"""ARCHITECTURE.md is a map: every file it names is there, and every module of the first floor is on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENDINGS = r"(?:py|js|css|md|tsv|json|yaml|toml|html)"
FLOORS = ("vit_core/*.py", "demo/*.py", "demo/*/")


def named(text: str) -> set[str]:
    """The files that a text names between backticks, as `core/state.js` or `tests/walks.py: walk`."""
    quoted = re.findall(r"`([^`\n]+)`", text)
    found = (re.match(rf"([\w./-]+\.{ENDINGS})(?=$|[\s:,])", one) for one in quoted)
    return {one[1] for one in found if one and not one[1].startswith("/")}


def missing(text: str) -> set[str]:
    """Those that no file of the checkout ends with."""
    there = [
        f"/{path.relative_to(ROOT)}"
        for top in ("demo", "vit_core", "assets", "tests", "docs")
        for path in (ROOT / top).rglob("*")
    ]
    there += [f"/{path.name}" for path in ROOT.iterdir()]
    return {name for name in named(text) if not any(path.endswith(f"/{name}") for path in there)}


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    new = set(re.findall(r"^`([\w./]+)`, new", text, flags=re.MULTILINE))  # what a walk of CONTRIBUTING.md makes
    assert len(named(text)) > 15
    assert missing(text) <= new, missing(text) - new
    assert missing(f"{text}\n`core/nowhere.js`") - new == {"core/nowhere.js"}


def test_every_module_of_the_first_floor_is_on_the_map() -> None:
    house = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    modules = {path.stem for floor in FLOORS for path in ROOT.glob(floor) if not path.stem.startswith("_")}
    assert len(modules) > 40
    assert {name for name in modules if not re.search(rf"\b{name}\b", house)} == set()
