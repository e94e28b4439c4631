"""The README says the same in both languages: same commands, links and structure; whatever is linked to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
ENGLISH, KOREAN = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md"))
DOCS = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
LINK = re.compile(r"\]\(([^)\s]+)\)|<(https?://[^>]+)>")


def links(text: str) -> list[str]:
    return ["".join(found) for found in LINK.findall(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))]


def test_both_have_the_same_commands_in_the_same_order() -> None:
    commands = [re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL) for text in (ENGLISH, KOREAN)]
    assert commands[0] == commands[1] and len(commands[0]) == 2
    # What .ci/run takes them by.
    assert [
        len(re.findall(rf"^python3 -m venv .*{end}$", ENGLISH, re.MULTILINE)) for end in (r"app\.py", "pytest")
    ] == [1, 1]


def test_both_lead_to_the_same_places() -> None:
    each = [[link for link in links(text) if not link.startswith("README")] for text in (ENGLISH, KOREAN)]
    assert each[0] == each[1]
    assert "README.ko.md" in links(ENGLISH) and "README.md" in links(KOREAN)


def test_both_have_the_same_structure() -> None:
    def shape(text: str) -> list[str]:
        body = text.partition("\n# ")[2] or text.removeprefix("# ")
        return [line.split(" ")[0] for line in body.splitlines() if re.match(r"(#+|-|\||```\w+|!\[)", line)]

    english, korean = ([mark[:2] for mark in shape(text)] for text in (ENGLISH, KOREAN))
    assert english == korean and english.count("##") == 3


def test_the_korean_one_is_polite_and_warm_as_the_page_is() -> None:
    prose = re.sub(r"^```.*?^```", "", KOREAN, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^[|#!].*$|`[^`]*`|\([^)]*\)|\[[^]]*\]", "", prose, flags=re.MULTILINE)
    ends = re.findall(r"(\w+)[.](?=\s|$)", prose)
    assert len(ends) > 10 and all(end.endswith("요") for end in ends if re.search("[가-힣]$", end)), ends
    assert not re.search(r"니다|한다[.\s]|이다[.\s]", prose)


@pytest.mark.parametrize("name", DOCS)
def test_what_is_linked_to_is_there(name: str) -> None:
    path = ROOT / name
    for link in links(path.read_text(encoding="utf-8")):
        if re.match(r"https?:|#", link):
            continue
        file, _, heading = link.partition("#")
        target = (path.parent / file).resolve()
        assert target.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles], link


def test_whatever_can_be_run_stands_where_a_test_runs_it() -> None:
    """test_python_docs.py, test_endpoints_doc.py, test_wild.py, test_contributing.py."""
    shown = {
        name for name in DOCS if re.search(r"^```python$|^\s*curl ", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    }
    assert shown == {
        "README.md",
        "README.ko.md",
        "docs/python.md",
        "docs/endpoints.md",
        "docs/checkpoints.md",
        "CONTRIBUTING.md",
    }


def test_the_moving_picture_moves_and_is_no_larger_than_it_may_be() -> None:
    """python -m tests.moving_picture makes it of the real page."""
    [picture] = re.findall(r"^!\[[^\]]+\]\(([^)]+)\)", ENGLISH, re.MULTILINE)
    path = ROOT / picture
    assert path.stat().st_size <= 3_000_000
    with Image.open(path) as moving:
        seconds = 0
        for frame in range(moving.n_frames):
            moving.seek(frame)
            moving.load()
            seconds += moving.info["duration"] / 1000
        assert moving.n_frames > 20 and 8 <= seconds <= 20 and moving.width >= 800
