"""The program as a wheel, in an environment that has never seen the checkout, started from an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import yaml

from demo import __version__, selftest
from tests.support.server import app_process
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[1]
TOPS = ("demo", "vit_core", "assets")
PARTS = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "CREDITS.md", "requirements.txt", *TOPS)
INSTALLED = {"assets/": "attention_microscope_assets/"}  # what a folder is called in a wheel


def files() -> Iterator[str]:
    """What of the project belongs into a wheel, by its name there."""
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and not name.startswith("assets/readme/"):
                for folder, other in INSTALLED.items():
                    name = name.replace(folder, other, 1) if name.startswith(folder) else name
                yield name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: building leaves folders behind."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            source.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / part, source / part)
    # Packed as it is: most of it are weights, which take three times as long to squeeze and hardly shrink.
    stored = "--config-settings=--build-option=--compression=stored"
    build = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", stored, "--wheel-dir", str(folder), str(source))
    subprocess.run([sys.executable, "-m", "pip", *build], check=True, capture_output=True, text=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.mark.slow
def test_a_wheel_has_the_program_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        there = {name for name in content.namelist() if ".dist-info/" not in name}
        (facts,) = (name for name in content.namelist() if name.endswith(".dist-info/METADATA"))
        told = content.read(facts).decode()
    assert there == set(files())
    assert f"Version: {__version__}\n" in told and "License-Expression: Apache-2.0\n" in told
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            assert f"Requires-Dist: {line.partition('=')[0].rstrip('><')}" in told, line


@pytest.mark.slow
def test_it_starts_from_an_empty_folder_and_ends_when_it_has_answered(wheel: Path, tmp_path: Path) -> None:
    place, empty = tmp_path / "environment", tmp_path / "empty"
    empty.mkdir()
    venv.create(place, symlinks=True)
    python = place / "bin" / "python"
    install = ("--python", str(python), "install", "--quiet", "--no-deps", "--no-compile", str(wheel))
    subprocess.run([sys.executable, "-m", "pip", *install], check=True, capture_output=True, text=True)
    # The libraries are those of the tests, of which this project is none: to fetch them again would take minutes.
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    bare = {"env": {"PATH": os.environ["PATH"], "HOME": str(empty)}, "cwd": empty, "capture_output": True, "text": True}
    # Where it lies is told without running it, which is done below: every process that imports torch takes seconds.
    ask = (
        "import demo, runpy; from importlib.util import find_spec; core = find_spec('vit_core').origin\n"
        "print(demo.__file__, core, runpy.run_path(core.replace('__init__', 'bundled'))['ASSETS'], sep='\\n')"
    )
    asked = subprocess.run([python, "-c", ask], check=True, **bare).stdout.splitlines()
    assert len(asked) == 3 and all(line.startswith(str(packages)) for line in asked), asked
    command = str(place / "bin" / "attention-microscope")
    # Asked to end it answers whom it is answering: here, since each process that is started takes seconds.
    question = {"photo": "example:cc0_pizza.jpg", "model": "vit-s14-everyday", "size": 336, "request": "one"}
    with ThreadPoolExecutor(1) as elsewhere:
        with app_process(empty, tmp_path / "log", start=[command]) as url:
            assert selftest.run(url) == 0
            answer = elsewhere.submit(httpx.get, f"{url}microscope/facts", params=question, timeout=60)
            under_way = {"params": {"request": "one"}, "timeout": 60}
            until(lambda: httpx.get(f"{url}microscope/progress", **under_way).json() != {} or answer.done())
        assert answer.result().json()["tokens"] == 24 * 24 + 1
    assert f" {__version__} (page " in (tmp_path / "log").read_text()
    assert not any(empty.iterdir()), "it wrote into the folder that it was started from"


def test_a_citation_names_the_present_version() -> None:
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (said["version"], said["license"]) == (__version__, "Apache-2.0")
