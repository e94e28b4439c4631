"""The three walks of CONTRIBUTING.md, done literally in a copy of the checkout, whose tests then run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What each walk may touch, tests included.
MOST_FILES = {"A new view": 6, "A new change": 6, "A new checkpoint dialect": 4}
# A paragraph that may begin with the name of a file, and the block below it.
BLOCK = re.compile(r"^(?:`([\w./]+)`((?:(?!```|\n\n).)*)\n\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a program sees of the new view: it answers, refuses what it does not take, and is in the document.
SEEN = """
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.programs.openapi import document
from demo.routes import data_plane
from tests.support.payload import unpacked
from tests.support.pictures import as_file, picture


def test_the_new_view_answers_and_is_told(services):
    own = data_plane(services)
    with TestClient(Starlette(routes=[own])) as client:
        photo = client.post("/microscope/photo", content=as_file(picture())).json()["photo"]
        asked = {"photo": photo, "model": "tiny", "size": 32}
        answer = client.get("/microscope/view/itself", params={**asked, "layer": 1})
        assert answer.status_code == 200
        arrays, facts = unpacked(answer.content)
        assert arrays["itself"].shape == (3, 17) and facts == {"layer": 1}
        assert 0 < arrays["itself"].min() and arrays["itself"].max() < 1
        for wrong in ({}, {"layer": 2}, {"layer": 1, "head": 0}):
            assert client.get("/microscope/view/itself", params={**asked, **wrong}).status_code == 400
    [told] = document(own, {})["paths"]["/microscope/view/itself"].values()
    assert "layer" in [one["name"] for one in told["parameters"]]
"""


def walks() -> dict[str, str]:
    """The chapters of CONTRIBUTING.md by their headings."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, *parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def blocks(walk: str) -> list[tuple[str, str, str, str]]:
    """Of each block: the file it is for, "" for a command; what stands behind that name; its language; itself."""
    return BLOCK.findall(walks()[walk])


def changed(text: str, diff: str, file: str) -> str:
    """A text with every part of a change made: what it leaves and takes away has to stand there once, as it is."""
    for part in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = part.splitlines(keepends=True)
        before = "".join(line[1:] or "\n" for line in lines if line[0] != "+")
        after = "".join(line[1:] or "\n" for line in lines if line[0] != "-")
        assert text.count(before) == 1, f"{file} has {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    return text


def write(copy: Path, file: str, said: str, language: str, block: str) -> None:
    path = copy / file
    if language == "diff":
        path.write_text(changed(path.read_text(encoding="utf-8"), block, file), encoding="utf-8")
    elif "new" in said:
        assert not path.exists()
        path.write_text(block, encoding="utf-8")
    else:
        assert "at the end" in said
        path.write_text(path.read_text(encoding="utf-8") + block, encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout, what is large in it by links, with all three walks walked."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("demo", "vit_core", "tests", "assets/js", "assets/data", "assets/labels"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("assets/checkpoints", "assets/images", "assets/css", "assets/shell"):
        (copy / name).symlink_to(ROOT / name)
    shutil.copyfile(ROOT / "pyproject.toml", copy / "pyproject.toml")
    for walk in MOST_FILES:
        for file, said, language, block in blocks(walk):
            if file:
                write(copy, file, said, language, block)
    return copy


@pytest.mark.parametrize("walk", MOST_FILES)
def test_a_walk_touches_few_files(walk: str) -> None:
    touched = {file for file, *_ in blocks(walk) if file}
    assert 1 < len(touched) <= MOST_FILES[walk], touched


def test_the_tests_of_the_walks_pass_in_a_copy_that_has_walked_them(copy: Path) -> None:
    (copy / "tests" / "demo" / "test_seen.py").write_text(SEEN, encoding="utf-8")
    wanted = ["tests/demo/test_seen.py"]
    for walk in MOST_FILES:
        [command] = [block for file, _, _, block in blocks(walk) if not file]
        program, *rest = shlex.split(command)
        assert (program, rest[:4]) == (".venv/bin/python", ["-m", "pytest", "-n", "0"])
        wanted += rest[4:]
    run = [sys.executable, "-m", "pytest", "-n", "0", "-q", *wanted]
    ran = subprocess.run(run, cwd=copy, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-2000:]
    [passed] = re.findall(r"(\d+) passed", ran.stdout)
    assert int(passed) > len(wanted)
    assert "skipped" not in ran.stdout or shutil.which("node") is None, ran.stdout  # the page's codec asks node


def test_what_the_walks_add_is_written_as_the_rest_is(copy: Path) -> None:
    touched = sorted({file for walk in MOST_FILES for file, *_ in blocks(walk) if file.endswith(".py")})
    for command in (["check"], ["format", "--check"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *touched], cwd=copy, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout
