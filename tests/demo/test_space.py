"""What a hosted Space is made of: a card the hub understands, the files the page needs, large ones kept apart."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml
from huggingface_hub.errors import LocalTokenNotFoundError
from PIL import Image

from demo import space
from demo.space import KEPT_APART, LARGEST_PLAIN, ROOT, THUMBNAIL, files, main, stage, upload

COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def card(folder: Path) -> dict:
    _, front, _ = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front)


def test_the_card_says_what_the_hub_needs() -> None:
    said = card(ROOT)
    [pinned] = re.findall(r"^gradio==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert (said["sdk"], str(said["sdk_version"])) == ("gradio", pinned)
    assert (ROOT / said["app_file"]).is_file()
    assert said["python_version"] in ("3.10", "3.12"), "what hosted GPUs know"
    assert {said["colorFrom"], said["colorTo"]} <= COLOURS
    assert len(said["short_description"]) <= 60
    assert said["suggested_hardware"] == "cpu-basic"


def test_the_card_of_a_link_is_a_picture_that_networks_show() -> None:
    """python -m tests.thumbnail makes it of the real page."""
    with Image.open(ROOT / THUMBNAIL) as picture:
        assert picture.size == (1200, 630)
    assert (ROOT / THUMBNAIL).stat().st_size < 400_000
    others = [path for path in (ROOT / THUMBNAIL).parent.iterdir() if path.name != Path(THUMBNAIL).name]
    assert all(path.read_bytes() != (ROOT / THUMBNAIL).read_bytes() for path in others), "a copy of another picture"


def test_a_space_gets_what_the_page_needs_and_nothing_else(tmp_path: Path) -> None:
    stage(tmp_path, "us/it")
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"app.py", "README.md", "requirements.txt", "demo/main.py", "vit_core/trace.py", THUMBNAIL} <= there
    assert not [name for name in there if name.startswith(("tests/", "vit_core/training/")) or "__pycache__" in name]
    assert card(tmp_path)["thumbnail"] == f"https://huggingface.co/spaces/us/it/resolve/main/{THUMBNAIL}"


def test_every_file_that_the_hub_refuses_as_a_plain_one_is_kept_apart(tmp_path: Path) -> None:
    large = [path for path in files() if (ROOT / path).stat().st_size > LARGEST_PLAIN]
    assert large and all(path.suffix in KEPT_APART for path in large), large
    stage(tmp_path, "us/it")
    told = (tmp_path / ".gitattributes").read_text().splitlines()
    assert all(f"*{suffix} filter=lfs diff=lfs merge=lfs -text" in told for suffix in KEPT_APART)


def test_the_upload_sends_the_staged_files(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, dict] = {}

    class Hub:
        def create_repo(self, repo: str, **options: object) -> None:
            asked["create"] = {"repo": repo, **options}

        def upload_folder(self, *, folder_path: str, **options: object) -> None:
            asked["upload"] = {"files": {path.name for path in Path(folder_path).iterdir()}, **options}

    monkeypatch.setattr(space, "HfApi", Hub)
    assert upload("us/it") == "https://huggingface.co/spaces/us/it"
    assert asked["create"] == {"repo": "us/it", "repo_type": "space", "space_sdk": "gradio", "exist_ok": True}
    assert asked["upload"]["files"] == {*space.WANTED, ".gitattributes"}
    assert asked["upload"]["repo_type"] == "space"


@pytest.mark.parametrize(
    ("problem", "words"),
    [(LocalTokenNotFoundError("no token"), "hf auth login"), (ConnectionError("no such name"), "not reached")],
)
def test_an_upload_that_fails_is_told_in_a_sentence(
    problem: Exception, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Hub:
        def create_repo(self, repo: str, **options: object) -> None:
            raise problem

    monkeypatch.setattr(space, "HfApi", Hub)
    monkeypatch.setattr(sys, "argv", ["space", "us/it"])
    assert main() == 1
    told = capsys.readouterr().err
    assert words in told and str(problem) in told and "Traceback" not in told
