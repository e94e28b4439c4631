"""A sentence that is not in the translator's language is told so; one that is, never without a reason."""

from __future__ import annotations

import pytest

from demo.languages import counts, function_words, looks_like, notes
from demo.page import sentence_facts
from demo.sentences import Ask, load_examples
from demo.services import Services

FOREIGN = {
    "en": "I am sure that he will come tomorrow.",
    "fr": "Je ne sais pas où il est.",
    "es": "No sé dónde está mi perro.",
    "it": "Non so dove è il mio cane.",
    "nl": "Ik weet niet waar hij is.",
    "pt": "Eu não sei onde ele está.",
    "pl": "Nie wiem, gdzie jest mój pies.",
    "tr": "Bu benim için çok önemli.",
}


def test_every_language_of_the_table_is_known_by_a_sentence() -> None:
    assert set(function_words()) == {"de", *FOREIGN}


@pytest.mark.parametrize(("language", "text"), FOREIGN.items())
def test_a_sentence_of_another_language(language: str, text: str) -> None:
    assert looks_like(text, "de") == language
    assert notes(text, "de", 10, 0) == ["sentence_other_language"]
    # The same sentence to a translator of that language, and to one whose language nobody knows.
    assert looks_like(text, language) == looks_like(text, "") == looks_like(text, "ko") == ""


@pytest.mark.parametrize(
    "text",
    [
        *(example.text for example in load_examples()),
        "Hallo!",
        "Nie!",
        "der die das of the and is to",
        "Berlin",
        "Die Band war in Wien.",
        "",
        "12 + 3 = 15",
        "Was war das?",
    ],
)
def test_german_and_what_says_nothing(text: str) -> None:
    assert notes(text, "de", 10, 0) == []


def test_words_are_counted_whatever_their_case_and_only_whole() -> None:
    assert counts("DER Derby, der. (das)")["de"] == 3


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("안녕하세요 세계", ["sentence_unknown_script"], ""),
        ("Der Hund 🙂 schläft im Garten, und ich bin hier.", ["sentence_some_unknown"], ""),
        ("Der\x00 Hund schläft im Garten.\n", ["sentence_control", "sentence_some_unknown"], ""),
        ("Der Hund\x07 schläft im Garten.", ["sentence_control"], ""),
        (FOREIGN["en"], ["sentence_other_language"], "en"),
    ],
)
def test_the_page_is_told(bundled: Services, text: str, said: list[str], found: str) -> None:
    facts = sentence_facts(bundled.sentences, Ask(text, how="greedy"))
    assert (facts["notes"], facts["looks_like"], facts["reads"]) == (said, found, "de")


def test_what_the_vocabulary_lacks_is_told_as_it_was_typed(bundled: Services) -> None:
    facts = sentence_facts(bundled.sentences, Ask("Der 🙂 안녕 Hund.", how="greedy"))
    assert [facts["source"][i] for i in facts["unknown"]] == ["<unk>", "<unk>"]
    assert [facts["surfaces"][str(i)] for i in facts["unknown"]] == ["🙂", "안녕"]


def test_what_nobody_can_see_keeps_the_name_of_its_token(bundled: Services) -> None:
    facts = sentence_facts(bundled.sentences, Ask("Der Hund\x00 schläft 🙂.", how="greedy"))
    assert list(facts["surfaces"].values()) == ["🙂"] and len(facts["unknown"]) == 2
