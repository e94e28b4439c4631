"""Guided tours: what a file says, in both languages, and what is told of one that cannot be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from demo.errors import VisitorError
from demo.main import options
from demo.page.course import read_course
from demo.page.gallery import ASSETS
from demo.page.texts import LANGUAGES, sentence, texts
from demo.page.tours import Tours, own_tours, question_names, read_tour

WHOLE = """# My lesson
Two lines
about it.

<!-- a note
to myself -->
## http://127.0.0.1:7860/?v=5&lang=ko&screen=position&layer=3&tour=vit#terms
look: What the model says of the board
try: press “Shuffle all”.

Where does <b>each</b> patch
stand?

Nobody knows: not even $√d_k$.

## screen=decision

What is it?
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lesson.md").write_text(WHOLE, encoding="utf-8")
    return tmp_path


def test_a_file_is_read_as_it_stands(folder: Path) -> None:
    tour = read_tour(folder / "lesson.md", "en")
    assert (tour.name, tour.title, tour.about) == ("lesson", "My lesson", "Two lines about it.")
    first, second = tour.steps
    assert parse_qs(first.address) == {"v": ["5"], "screen": ["position"], "layer": ["3"]}, "no language, no other tour"
    assert (first.look, first.tries) == ("position.answer", "press “Shuffle all”.")
    assert first.says == ["Where does <b>each</b> patch stand?", "Nobody knows: not even $√d_k$."]
    assert (second.address, second.look, second.says) == ("v=5&screen=decision", None, ["What is it?"])


@pytest.mark.parametrize(
    ("line", "instead", "code", "at"),
    [
        ("# My lesson", "My lesson", "tour_title", 1),
        ("## screen=decision", "## screen=nowhere", "tour_address", 16),
        ("## screen=decision", "## http://127.0.0.1:7860/", "tour_address", 16),
        ("## screen=decision", "## line 35", "tour_line", 16),
        ("try: press", "tries: press", "tour_word", 9),
        ("try: press", "press", "tour_word", 9),
        ("What the model says of the board", "What the modell says", "tour_look", 8),
        ("try: press", "ask: what_else", "tour_ask", 9),
        ("What is it?", "", "tour_says_nothing", 16),
        ("What is it?", "What is it? " * 100, "tour_long", 18),
        ("## ", "### ", "tour_no_step", 18),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence_with_its_line(
    folder: Path, line: str, instead: str, code: str, at: int
) -> None:
    path = folder / "lesson.md"
    text = WHOLE.replace(line, instead)
    assert text != WHOLE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VisitorError) as error:
        read_tour(path, "en")
    assert (error.value.code, error.value.params["file"], error.value.params["line"]) == (code, "lesson.md", at)
    for language in LANGUAGES:
        told = sentence(language, error.value)
        assert "lesson.md" in told and re.search(rf"\b{at}", told) and "{" not in told and "\n" not in told


def test_a_file_of_other_bytes_or_of_very_many_is_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.md"
    for body, code in ((b"# \xff\xfe", "tour_encoding"), (b"# a\n" + b"x" * 300_000, "tour_long")):
        path.write_bytes(body)
        with pytest.raises(VisitorError) as error:
            read_tour(path, "en")
        assert error.value.code == code


def test_files_of_a_folder_join_those_of_the_page_and_a_wrong_one_keeps_none_away(folder: Path) -> None:
    tours = Tours(folder)
    ours = [tour.name for tour in own_tours("en")]
    assert [tour.name for tour in tours.of("en")[0]] == [*ours, "lesson"]
    korean = WHOLE.replace("What the model says of the board", "position.answer").replace("My lesson", "나의 수업")
    assert tours.of("ko")[1][0].code == "tour_look", "the words are those of the other language"
    (folder / "lesson.md").rename(folder / "lesson.en.md")
    (folder / "lesson.ko.md").write_text(korean, encoding="utf-8")
    titles = {language: tours.of(language)[0][-1].title for language in LANGUAGES}
    assert titles == {"en": "My lesson", "ko": "나의 수업"} and not tours.wrong()
    (folder / "1-vit.md").write_text(WHOLE.replace("look: What the model says of the board\n", ""), encoding="utf-8")
    assert [tour.title for tour in tours.of("ko")[0] if tour.name == "vit"] == ["My lesson"]
    (folder / "broken.md").write_text("nothing", encoding="utf-8")
    assert len(tours.of("en")[0]) == len(ours) + 1 and [error.code for error in tours.wrong()] == ["tour_title"]


def test_the_command_takes_a_folder_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert options(["--tours", str(tmp_path)]).tours == tmp_path
    with pytest.raises(SystemExit):
        options(["--tours", str(tmp_path / "nowhere")])
    assert "nowhere is not a folder" in capsys.readouterr().err


def test_both_languages_go_the_same_way() -> None:
    def way(language: str) -> list[Any]:
        return [
            (tour.name, [(s.address, s.look, s.ask, s.then, bool(s.tries), len(s.says)) for s in tour.steps])
            for tour in own_tours(language)
        ]

    assert way("en") == way("ko")
    lengths = {tour.name: len(tour.steps) for tour in own_tours("en")}
    assert lengths.items() >= {"vit": 10, "translator": 10, "rnn-to-attention": 8, "notes": 34}.items()


# What is said where a model answers one way or another: of these one alone is on screen.
OF_A_MODEL = re.compile(r"\{\{one: ([^{}|]*)\|each: ([^{}|]*)(?:\|number: ([^{}|]*))?\}\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_fits_into_a_narrow_bar_and_links_to_terms_that_are_explained(language: str) -> None:
    for tour in own_tours(language):
        for step in tour.steps:
            said = OF_A_MODEL.sub(
                lambda found: max((words or "" for words in found.groups()), key=len),
                " ".join([*step.says, step.tries]),
            )
            assert len(said) < 420, (tour.name, step.line)
            for term in re.findall(r"\]\(#([^)]+)\)", said):
                assert f"glossary.{term}" in texts(language), (tour.name, step.line, term)


def test_the_notes_are_gone_through_line_by_line_as_the_table_has_them() -> None:
    notes = next(tour for tour in own_tours("en") if tour.name == "notes")
    first = {place.line: place for place in reversed(read_course())}
    assert list(first)[::-1] == [int(step.says[0].partition(".")[0]) for step in notes.steps]
    for step, line in zip(notes.steps, sorted(first), strict=True):
        assert (step.address, step.look) == (f"v=5&{first[line].address}", first[line].words[0])


def test_every_question_is_asked_by_the_page_itself() -> None:
    predict = next(tour for tour in own_tours("en") if tour.name == "predict")
    assert sorted(step.ask or "" for step in predict.steps) == sorted(question_names()) and len(question_names()) >= 15
    files = [ASSETS / "js" / "tours" / f"{journey}_questions.js" for journey in ("photo", "sentence")]
    asked = [found for file in files for found in re.findall(r"^  (\w+): \{$", file.read_text("utf-8"), re.MULTILINE)]
    assert sorted(asked) == sorted(question_names())
    for tour in own_tours("en"):
        assert all(step.then and step.look for step in tour.steps if step.ask), tour.name


def test_the_template_for_lecturers_can_be_read(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "tours.md").read_text(encoding="utf-8")
    templates = re.findall(r"```text\n(# .*?)```", guide, flags=re.DOTALL)
    assert len(templates) == len(LANGUAGES)
    assert all(f"`{name}`" in guide for name in (*question_names(), *(tour.name for tour in own_tours("en"))))
    for language, template in zip(LANGUAGES, templates, strict=True):
        path = tmp_path / f"template.{language}.md"
        path.write_text(template, encoding="utf-8")
        assert len(read_tour(path, language).steps) >= 3


def test_the_page_is_sent_every_tour(http: httpx.Client) -> None:
    told = http.get("microscope/tours", params={"lang": "ko"}).json()
    assert [tour["title"] for tour in told["tours"]] == [tour.title for tour in own_tours("ko")] and not told["wrong"]
    assert http.get("microscope/tours", params={"lang": "xx"}).status_code == 400
