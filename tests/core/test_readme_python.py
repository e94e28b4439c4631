"""The lines of Python in the README, run as they stand there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lines_below(heading: str) -> str:
    """The first block of Python below a heading of the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {heading}$.*?^```python\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_lines_of_the_readme_do_what_their_comments_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import vit_core

    shutil.copy(ROOT / "assets" / "images" / "cc0_cat_tabby.jpg", tmp_path / "cat.jpg")
    monkeypatch.chdir(tmp_path)
    imports, photo, sentence, recurrent = lines_below("From Python").split("\n\n")
    made: dict[str, Any] = {}
    exec(imports, made)
    exec(photo, made)
    trace = made["trace"]
    label, p = trace.top(5)[0]
    assert f'[("{label}", {p:.2f}), ...]' in photo
    assert trace.pattern(8).sum(-1).sub(1).abs().max() < 1e-5
    assert vit_core.Trace.load("cat.safetensors", model=made["model"]).top() == trace.top()
    exec(sentence, made)
    said = made["said"]
    assert said.text and said.trace.pattern(2, head=0, part="cross").shape == (len(said.ids), len(said.source_ids))
    exec(recurrent, made)
    assert made["said"].trace["encoder.update_gate"].shape == (len(made["said"].source_ids), 324)
    exec(lines_below("The papers' figures as files"), made)
    assert (tmp_path / "fig7.svg").read_text().startswith("<?xml")


def test_the_readmes_commands_draw_what_they_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vit_core.figures.__main__ import main

    shutil.copy(ROOT / "assets" / "images" / "cc0_cat_tabby.jpg", tmp_path / "cat.jpg")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^python -m vit_core\.figures (.+)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    for command in commands:
        assert main(shlex.split(command)) == 0
    assert {"fig7.pdf", "fig3.svg"} <= {path.name for path in tmp_path.iterdir()}
