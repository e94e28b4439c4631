"""What a program is told: never a sentence of the page, which says what to press there."""

from __future__ import annotations

import re

import pytest

from demo.errors import VisitorError
from demo.page.texts import texts
from demo.programs.answers import answer_for
from demo.query.parameters import ParameterError
from vit_core.checkpoints.errors import ERRORS, NOTES

CODES = [
    key.removeprefix("error.") for key in texts("en") if re.match(r"error\.(photo|sentence|checkpoint|model)_", key)
]
FACTS = {name: name for code in CODES for name in re.findall(r"{(\w+)}", texts("en")[f"error.{code}"])}


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_of_a_value_has_words_that_begin_with_its_parameter(code: str) -> None:
    told = answer_for(VisitorError(code, **FACTS))
    assert re.match(r"(image|text|model)\b", told), told
    assert not re.search(r"page|[Rr]eload|[Cc]hoose|Upload|{|}", told), told


def test_numbers_stand_in_an_answer_as_a_program_reads_them() -> None:
    """Nothing parts their thousands, as on the page a space that is no break does."""
    told = answer_for(VisitorError("sentence_too_long", found=1080, limit=600))
    assert told == "text takes a sentence of at most 600 characters; this one has 1080"
    assert not [words for words in {**ERRORS, **NOTES}.values() if re.search(r"\d[,\u202f]\d{3}", words)]


def test_a_refused_parameter_is_told_with_what_it_takes() -> None:
    assert (
        answer_for(ParameterError("beam", "a whole number from 1 to 8", 9))
        == "beam takes a whole number from 1 to 8, not 9"
    )
    assert answer_for(ParameterError("text", "a text")) == "text takes a text, and is missing"
    assert answer_for(ParameterError("text", "a text", None)) == "text takes a text, not null"


def test_what_nobody_expected_is_told_by_its_code() -> None:
    assert answer_for(VisitorError("cancelled")) == "cancelled: the server could not answer"
