"""The Python of the READMEs and of docs/python.md, run as it stands there: a line prints what it says to print."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAYS = re.compile(r"# → (.*)$", re.MULTILINE)


def blocks(file: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / file).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder, with their photo in it."""
    shutil.copy(ROOT / "assets" / "images" / "cc0_cat_tabby.jpg", tmp_path / "cat.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_docs_python_says_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made: dict[str, Any] = {}
    found = blocks("docs/python.md", "python")
    for block in found:
        exec(block, made)
        assert capsys.readouterr().out.splitlines() == SAYS.findall(block), block
    assert sum(len(SAYS.findall(block)) for block in found) > 15
    assert (folder / "fig7.svg").read_text().startswith("<?xml")


def test_the_lines_of_both_readmes_do_what_they_say(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [english], [korean] = blocks("README.md", "python"), blocks("README.ko.md", "python")
    assert len(english.strip().splitlines()) == 6, "five lines of Python and an empty one"

    def code(block: str) -> list[str]:
        return [line.partition("#")[0].rstrip() for line in block.splitlines()]

    assert code(english) == code(korean)
    exec(english, {})
    told = capsys.readouterr().out
    assert told.startswith("[('cat', 0.") and "The dog is sleeping." in told


def test_the_commands_draw_what_they_name(folder: Path) -> None:
    from vit_core.figures.__main__ import main

    [block] = blocks("docs/python.md", "sh")
    commands = re.findall(r"^python -m vit_core\.figures (.+)$", block, re.MULTILINE)
    for command in commands:
        assert main(shlex.split(command)) == 0
    assert {"fig7.pdf", "fig3.svg"} <= {path.name for path in folder.iterdir()}
