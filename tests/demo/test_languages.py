"""A sentence that is not in the translator's language is told so; one that is, never without a reason."""

from __future__ import annotations

import pytest

from demo.boot import boot
from demo.sentence import languages
from demo.sentence.facts import sentence_facts
from demo.sentence.languages import looks_like, notes
from demo.sentence.query import TranslationQuery
from demo.sentence.service import load_examples
from demo.services import Services
from tests.support.language_guess import measure, sample

FOREIGN = {
    "en": "I am sure that he will come tomorrow.",
    "fr": "Je ne sais pas où il est.",
    "es": "No sé dónde está mi perro.",
    "it": "Non so dove è il mio cane.",
    "nl": "Ik weet niet waar hij is.",
    "pt": "Eu não sei onde ele está.",
    "pl": "Nie wiem, gdzie jest mój pies.",
    "tr": "Bu benim için çok önemli.",
    "ko": "안녕하세요 세계",
}


def test_german_is_taken_for_german_and_other_languages_are_told() -> None:
    """At most one false alarm in a thousand; of sentences with more than a few words most are told, by their name."""
    told = measure(sample())
    german = told.pop("de")
    assert german.n > 2000 and german.other <= german.n / 1000
    assert len(told) >= 14 and sum(guesses.n for guesses in told.values()) >= german.n
    for language, guesses in told.items():
        # Of Tatoeba's English many sentences have three or four words.
        assert guesses.other >= (0.975 if language == "en" else 0.95) * guesses.n, language
        assert guesses.right >= 0.95 * guesses.other, language


@pytest.mark.parametrize("text", ["Tom isn't here.", "I am a tourist.", "The church bell is ringing."])
def test_three_english_words_are_told_by_the_smallest_of_them(text: str) -> None:
    assert (looks_like(text, "de"), looks_like(text, "en")) == ("en", "")


def test_a_translator_of_english_is_told_of_german() -> None:
    german, english = (measure(sample(), "en")[language] for language in ("de", "en"))
    assert german.other >= 0.975 * german.n and english.other <= english.n / 1000


@pytest.mark.parametrize(("language", "text"), FOREIGN.items())
def test_a_sentence_of_another_language(language: str, text: str) -> None:
    assert looks_like(text, "de") == language
    # The same sentence to a translator of that language, and to one whose language nobody knows.
    assert looks_like(text, language) == looks_like(text, "") == looks_like(text, "ROMANCE") == ""


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
        "Um zehn waren alle da.",
        "ICH GEHE HEUTE NACH HAUSE.",
        "Moin moin",
        "Ｄｅｒ Ｈｕｎｄ ｓｃｈｌäｆｔ.",
        "Der ﬁnk ﬂiegt.",
    ],
)
def test_german_and_what_says_nothing(text: str) -> None:
    assert looks_like(text, "de") == "" and notes("", "de", 10, 0) == []


def test_the_start_loads_the_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes half a second and 80 MB, for which whoever typed the first sentence waited."""
    loaded: list[bool] = []
    monkeypatch.setattr("demo.services.load_languages", lambda: loaded.append(True))
    Services().warm()
    assert loaded == [True]


def test_the_pages_own_sentences_need_no_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known to be German."""

    class WaitedError(Exception):
        """Somebody waits for the identifier."""

    def wait() -> None:
        raise WaitedError

    monkeypatch.setattr(languages, "_identifier", wait)
    services = Services()
    boot(services)
    with pytest.raises(WaitedError):
        sentence_facts(services.sentences, TranslationQuery("Ein anderer Satz.", how="greedy"))


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("안녕하세요 세계", ["sentence_unknown_script"], "ko"),
        ("Der Hund 🙂 schläft im Garten, und ich bin hier.", ["sentence_some_unknown"], ""),
        # What nobody sees is told by an offer, not called unknown.
        ("Der\x00 Hund schläft im Garten.\n", [], ""),
        ("Das Kran\u00adken\u00adhaus ist ge\u00adschlos\u00adsen.", [], ""),
        (FOREIGN["en"], ["sentence_other_language"], "en"),
    ],
)
def test_the_page_is_told(bundled: Services, text: str, said: list[str], found: str) -> None:
    facts = sentence_facts(bundled.sentences, TranslationQuery(text, how="greedy"))
    assert (facts["notes"], facts["looks_like"], facts["reads"]) == (said, found, "de")


def test_what_the_vocabulary_lacks_is_told_as_it_was_typed(bundled: Services) -> None:
    facts = sentence_facts(bundled.sentences, TranslationQuery("Der 🙂 안녕 Hund.", how="greedy"))
    assert [facts["source"][i] for i in facts["unknown"]] == ["<unk>", "<unk>"]
    assert [facts["surfaces"][str(i)] for i in facts["unknown"]] == ["🙂", "안녕"]


def test_what_nobody_can_see_keeps_the_name_of_its_token(bundled: Services) -> None:
    facts = sentence_facts(bundled.sentences, TranslationQuery("Der Hund\x00 schläft 🙂.", how="greedy"))
    assert list(facts["surfaces"].values()) == ["🙂"] and len(facts["unknown"]) == 2
