"""Guided tours: text files, one for each tour and language, the page's own and those of a folder that a lecturer fills.

A file begins with the title, `# The title`, and what the tour is about. A step begins with `## ` and an address of the
page, as a browser shows it, or a line of the course's notes (`## line 12`). Straight below may stand, a line each,

    look: words that stand on that screen, or the name of a text: what the step shows
    try: what to do there
    ask: name of a question, to be answered before
    then: the address that shows the answer

and, after an empty line, what is said. Nothing in a file becomes markup: docs/tours.md tells it to whoever writes one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from demo.errors import VisitorError
from demo.page.course import read_course
from demo.page.screens import SCREENS
from demo.page.texts import FOLDER, LANGUAGES, texts

# The version of addresses that name none: the one in which tours began (assets/js/core/address.js upgrades older ones).
WRITTEN_IN = "5"
# Parameters of an address that belong to the visitor or to the tour itself, not to a step.
NOT_OF_A_STEP = frozenset(
    {"lang", "theme", "keys", "embed", "s", "tour", "tourstep", "tourfold", "guess", "present", "slide", "speaker"}
)
WORDS = ("look", "try", "ask", "then")
MOST_FILES, MOST_BYTES, MOST_STEPS, MOST_CHARACTERS = 40, 200_000, 60, 900


@dataclass
class Step:
    """One step of a tour.

    Attributes:
        address: query of the page; if it names no input, the visitor's own stays.
        line: its line in the file.
        look: key of a text on that screen to point at, or None.
        tries: what to do there.
        ask: name of a question.
        then: the address that shows the answer to it.
        says: paragraphs.
    """

    address: str
    line: int
    look: str | None = None
    tries: str = ""
    ask: str | None = None
    then: str | None = None
    says: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the page is sent it."""
        named = {"address": self.address, "look": self.look, "tries": self.tries, "says": self.says}
        return {**named, "ask": self.ask, "then": self.then}


@dataclass
class Tour:
    """A tour in one language; `about` is a paragraph."""

    name: str
    title: str
    about: str = ""
    steps: list[Step] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the page is sent it."""
        steps = [step.as_json() for step in self.steps]
        return {"name": self.name, "title": self.title, "about": self.about, "steps": steps}


@dataclass(frozen=True)
class Tours:
    """The page's own tours and those of a folder, which is read again for every request.

    A file `name.ko.md` of the folder is for one language, `name.md` for both; a file named like a tour of the page
    replaces it.
    """

    folder: Path | None = None

    def of(self, language: str) -> tuple[list[Tour], list[VisitorError]]:
        """All tours of a language in the order of their files' names, and the errors of files in the folder."""
        found = {tour.name: tour for tour in own_tours(language)}
        wrong = []
        for path in self._files(language):
            try:
                tour = read_tour(path, language)
            except VisitorError as error:
                wrong.append(error)
            else:
                found[tour.name] = tour
        return list(found.values()), wrong

    def wrong(self) -> list[VisitorError]:
        """The errors of files in the folder, in any language, one for each file."""
        told = {str(error): error for language in LANGUAGES for error in self.of(language)[1]}
        return list(told.values())

    def _files(self, language: str) -> list[Path]:
        if self.folder is None:
            return []
        named = sorted(path for path in self.folder.glob("*.md") if path.is_file())
        return [path for path in named if _language_of(path) in (None, language)][:MOST_FILES]


@cache
def own_tours(language: str) -> tuple[Tour, ...]:
    """The tours that come with the page, in the order of their files' names."""
    return tuple(read_tour(path, language) for path in sorted((FOLDER / language / "tours").glob("*.md")))


def _language_of(path: Path) -> str | None:
    ending = path.name.removesuffix(".md").rpartition(".")[2]
    return ending if ending in LANGUAGES and ending != path.name.removesuffix(".md") else None


def read_tour(path: Path, language: str) -> Tour:
    """Parse a tour from its file.

    Raises:
        VisitorError: a line cannot be read; the error has its number.
    """
    reading = _Reading(path, language)
    if path.stat().st_size > MOST_BYTES:
        raise VisitorError("tour_long", **reading.here, most=MOST_BYTES)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise VisitorError("tour_encoding", **reading.here) from error
    # Tours are in the order of their files' names; a number in front of a name is only for this order.
    language_of = _language_of(path)
    stem = path.name.removesuffix(".md").removesuffix(f".{language_of}" if language_of else "")
    tour = Tour(re.sub(r"^\d+[-_ ]*(?=.)", "", stem)[:60], "")
    for reading.number, line in _lines_of(lines):
        reading.take(tour, line)
    reading.ends(tour)
    return tour


def _lines_of(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without comments (`<!-- ... -->`)."""
    inside = False
    for number, line in enumerate(lines, 1):
        if not inside and line.strip().startswith("<!--"):
            inside = True
        if not inside:
            yield number, line.strip()
        if inside and line.strip().endswith("-->"):
            inside = False


class _Reading:
    """The parser of one file."""

    def __init__(self, path: Path, language: str) -> None:
        self._file, self._language = path.name, language
        self.number = 1
        self._words = False  # whether settings of the step may still follow
        self._paragraph = False  # whether the paragraph goes on in the next line

    @property
    def here(self) -> dict[str, Any]:
        """The parameters of an error about this line."""
        return {"file": self._file, "line": self.number}

    def take(self, tour: Tour, line: str) -> None:
        """Parse one line."""
        if line.startswith("## "):
            self._begin(tour, line[3:].strip())
        elif not tour.title:
            if line and not line.startswith("# "):
                raise VisitorError("tour_title", **self.here)
            tour.title = line[2:].strip()[:MOST_CHARACTERS]
        elif not line:
            self._words = self._paragraph = False
        elif self._words:
            self._word(tour.steps[-1], line)
        elif tour.steps:
            self._say(tour.steps[-1].says, line)
        else:
            tour.about = f"{tour.about} {line}".strip()[:MOST_CHARACTERS]

    def ends(self, tour: Tour) -> None:
        """Finish the last step at the end of the file."""
        if not tour.steps:
            raise VisitorError("tour_title" if not tour.title else "tour_no_step", **self.here)
        self._complete(tour.steps[-1])

    def _begin(self, tour: Tour, said: str) -> None:
        if not tour.title:
            raise VisitorError("tour_title", **self.here)
        if tour.steps:
            self._complete(tour.steps[-1])
        if len(tour.steps) == MOST_STEPS:
            raise VisitorError("tour_steps", **self.here, most=MOST_STEPS)
        if of_notes := re.fullmatch(r"line (\d+)", said):
            places = [place for place in read_course() if place.line == int(of_notes[1])]
            if not places:
                raise VisitorError("tour_line", **self.here, found=said)
            tour.steps.append(Step(self._address(places[0].address), self.number, look=places[0].words[0]))
        else:
            tour.steps.append(Step(self._address(said), self.number))
        self._words, self._paragraph = True, False

    def _complete(self, step: Step) -> None:
        if not (step.says or step.ask):
            raise VisitorError("tour_says_nothing", file=self._file, line=step.line)

    def _address(self, said: str) -> str:
        query = said.partition("#")[0].rpartition("?")[2]
        words = [(word, text) for word, text in parse_qsl(query, keep_blank_values=True) if word not in NOT_OF_A_STEP]
        if dict(words).get("screen") not in {screen.name for screen in SCREENS}:
            raise VisitorError("tour_address", **self.here, found=said[:80])
        named = words if "v" in dict(words) else [("v", WRITTEN_IN), *words]
        return urlencode(named, safe=",:;@~/!")

    def _word(self, step: Step, line: str) -> None:
        word, colon, said = (part.strip() for part in line.partition(":"))
        if not colon or word not in WORDS:
            raise VisitorError("tour_word", **self.here, found=line[:40], words=", ".join(WORDS))
        if word == "look":
            step.look = self._look(said, step)
        elif word == "try":
            step.tries = self._fits(said)
        elif word == "ask":
            if f"question.{said}" not in texts("en"):
                raise VisitorError("tour_ask", **self.here, found=said[:40], names=", ".join(question_names()))
            step.ask = said
        else:
            step.then = self._address(said)

    def _say(self, says: list[str], line: str) -> None:
        if self._paragraph:
            says[-1] = self._fits(f"{says[-1]} {line}")
        else:
            says.append(self._fits(line))
        self._paragraph = True

    def _fits(self, said: str) -> str:
        if len(said) > MOST_CHARACTERS:
            raise VisitorError("tour_long", **self.here, most=MOST_CHARACTERS)
        return said

    def _look(self, said: str, step: Step) -> str:
        if said in texts(self._language):
            return said
        keys = _by_words(self._language).get(said, [])
        screen = dict(parse_qsl(step.then or step.address))["screen"]
        for key in keys:
            if key.startswith(f"{screen}."):
                return key
        if not keys:
            raise VisitorError("tour_look", **self.here, found=said[:80])
        return keys[0]


@cache
def _by_words(language: str) -> dict[str, list[str]]:
    """Keys of the texts without parameters, by their content."""
    found: dict[str, list[str]] = {}
    for key, text in texts(language).items():
        said = html.unescape(re.sub(r"<[^>]+>", "", text)).strip()
        if "{" not in said:
            found.setdefault(said, []).append(key)
    return found


@cache
def question_names() -> tuple[str, ...]:
    """The names of all questions."""
    return tuple(key.removeprefix("question.") for key in texts("en") if re.fullmatch(r"question\.[a-z_]+", key))
