"""The example sentences: theirs whose credit they bear, labelled in both languages, from short to forty words."""

from __future__ import annotations

import csv

import pytest

from demo.page.texts import LANGUAGES, texts
from demo.sentence.service import EXAMPLES, load_examples


def test_examples_are_the_sentences_their_credit_names() -> None:
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    held_out = (EXAMPLES.parent / "tatoeba-de-en" / "test.tsv").read_text(encoding="utf-8").splitlines()
    versions = {line.split("\t")[0]: line.split("\t")[1:] for line in held_out}
    assert len(rows) == len({row["de"] for row in rows}) == 15
    for row in rows:
        assert (row["en"] in versions.get(row["de"], ())) is (row["credit"] == "Tatoeba"), row
        assert row["credit"] in ("Tatoeba", "written for this page")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_is_labelled_in_every_language(language: str) -> None:
    assert {f"sentence.example_{example.note}" for example in load_examples()} <= set(texts(language))


def test_the_gallery_goes_from_a_moved_verb_to_forty_words() -> None:
    examples = load_examples()
    words = [len(example.text.split()) for example in examples]
    assert examples[0].note == "order" and words[0] < 10 and ", dass " in examples[0].text
    assert min(words) <= 5 and 27 in words and max(words) == 40
    assert {"order", "everyday", "long", "formal"} == {example.note for example in examples}
