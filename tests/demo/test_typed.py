"""What was typed and what was meant (invisible signs, letters in parts, capitals alone): offered and never changed."""

from __future__ import annotations

import unicodedata

import pytest

from demo.page.texts import LANGUAGES, texts
from demo.sentence.facts import sentence_facts
from demo.sentence.query import TranslationQuery
from demo.sentence.service import load_examples
from demo.sentence.typed import Offer, in_capitals, in_small_letters, offers, sentence_case, without_invisible
from demo.services import Services
from tests.support.language_guess import TATOEBA

HYPHENATED = "Das Kran\u00adken\u00adhaus ist ge\u00adschlos\u00adsen."
PLAIN = "Das Krankenhaus ist geschlossen."


def letters(text: str) -> list[int]:
    """A tokenizer that reads letter by letter."""
    return [*map(ord, text), 0]


@pytest.fixture
def encode(bundled: Services):
    return bundled.sentences.model_of(TranslationQuery("")).tokenizer.encode


def test_soft_hyphens_are_named_and_what_their_removal_changes_is_told(bundled: Services, encode) -> None:
    facts = sentence_facts(bundled.sentences, TranslationQuery(HYPHENATED, how="greedy"))
    (offer,) = facts["offers"]
    assert (offer["code"], offer["text"], offer["signs"]) == ("invisible", PLAIN, ["U+00AD SOFT HYPHEN × 4"])
    assert offer["tokens"] == [len(encode(HYPHENATED)), len(encode(PLAIN))] and not offer["same"]
    # It is an offer: what was typed is what was translated.
    assert facts["text"] == HYPHENATED
    assert sentence_facts(bundled.sentences, TranslationQuery(PLAIN, how="greedy"))["offers"] == []


def test_words_between_spaces_that_nobody_sees_stay_apart(encode) -> None:
    text = "Der\u200bHund\u200bschläft im\u200b Garten."
    (offer,) = offers(text, encode)
    assert (offer.text, offer.signs) == ("Der Hund schläft im Garten.", ("U+200B ZERO WIDTH SPACE × 3",))
    assert offer.tokens[0] == offer.tokens[1] and offer.same
    (within,) = offers("Das Kranken\u200bhaus.", encode)  # in a word it cuts as a soft hyphen does
    assert within.text == "Das Krankenhaus."


@pytest.mark.parametrize(
    ("text", "clean", "n_signs"),
    [
        ("\ufeffHallo\u200b Welt\u200d\u2060!", "Hallo Welt!", 4),
        ("Der Hund\u3164bellt\u2800.", "Der Hundbellt.", 2),
        ("Der Hund\x07 schläft.\u200f", "Der Hund schläft.", 2),
        ("a\u0337b \u0301c", "ab c", 2),  # marks that no Latin letter has, and one on nothing
        ("zwei\u00a0Wörter\tund\nZeilen", "zwei\u00a0Wörter\tund\nZeilen", 0),
        # What a script or an emoji is written with belongs to it.
        ("שָׁלוֹם \u200fא", "שָׁלוֹם א", 1),
        ("हिन्दी क्\u200dष 👩\u200d👩\u200d👧 ❤\ufe0f", "हिन्दी क्\u200dष 👩\u200d👩\u200d👧 ❤\ufe0f", 0),
    ],
)
def test_what_nobody_sees_is_left_out_and_nothing_else(text: str, clean: str, n_signs: int) -> None:
    found, signs = without_invisible(text)
    assert (found, len(signs)) == (unicodedata.normalize("NFC", clean), n_signs)
    assert without_invisible(found) == (found, ())


def test_letters_in_parts_are_read_as_whole_ones(encode) -> None:
    """The bundled tokenizer composes them itself; for one that does not, the composed text is offered."""
    composed = "Die Bäcker müssen früh aufstehen."
    parts = unicodedata.normalize("NFD", composed)
    assert encode(parts) == encode(composed) and offers(parts, encode) == []
    (offer,) = offers(parts, letters)
    assert (offer.code, offer.text, offer.signs, offer.same) == ("decomposed", composed, (), False)


def alone_is_offered(kind: str, typed: str, meant: str, encode) -> None:
    """A text in one kind of letters alone is offered as it would be written, and nothing else is."""
    (offer,) = offers(typed, encode)
    assert offer == Offer(kind, meant, (), (len(encode(typed)), len(encode(meant))), False)


@pytest.mark.parametrize(
    ("capitals", "meant"),
    [
        ("ICH GEHE HEUTE NACH HAUSE.", "Ich gehe heute nach Hause."),
        ("DIE STRASSE IST NASS. ICH GEHE! UND DU?", "Die Straße ist nass. Ich gehe! Und du?"),
        # What is written in capitals anyway: by its letters, or by name where a piece has the same letters.
        ("NATO UND EU", "NATO und EU"),
        ("DIE SPD WILL ES, DAS ZDF NICHT. ICH BIN IN DEN USA!", "Die SPD will es, das ZDF nicht. Ich bin in den USA!"),
        ("HEUTE GEHE ICH, DENN WIR HABEN ZEIT.", "Heute gehe ich, denn wir haben Zeit."),
        ("ER GEHT INS HAUS. DIE KUH IST TOT.", "Er geht ins Haus. Die Kuh ist tot."),
    ],
)
def test_capitals_alone_are_offered_as_they_would_be_written(encode, capitals: str, meant: str) -> None:
    alone_is_offered("capitals", capitals, meant, encode)


@pytest.mark.parametrize(
    ("small", "meant"),
    [
        ("der hund schläft.", "Der Hund schläft."),
        ("wir fahren nach berlin, weil peter geburtstag hat.", "Wir fahren nach Berlin, weil Peter Geburtstag hat."),
        ("warum liegt hier das buch? ich weiß es nicht.", "Warum liegt hier das Buch? Ich weiß es nicht."),
    ],
)
def test_small_letters_alone_are_offered_with_their_nouns(encode, small: str, meant: str) -> None:
    alone_is_offered("small", small, meant, encode)


def test_where_only_the_beginning_is_small_nothing_is_offered(encode) -> None:
    for text in ("das ist nicht gut.", "warum hast du mir gestern nicht geholfen?"):
        assert in_small_letters(text) and offers(text, encode) == []
    assert not in_small_letters("kino") and not in_small_letters("한국어 문장이에요")


def test_of_a_thousand_sentences_in_small_letters_most_words_come_back_as_they_were(encode) -> None:
    """With all small, 68 of 100 words are as they were; 95 after this. What has a capital is offered nothing."""
    lines = (TATOEBA / "dev.tsv").read_text("utf-8").splitlines()
    written = [text for text in (line.split("\t")[0] for line in lines) if in_small_letters(text.lower())]
    assert len(written) > 500 and not any(offer.code == "small" for text in written for offer in offers(text, encode))
    again = [
        (word, cased)
        for text in written
        for word, cased in zip(text.split(), sentence_case(text.lower(), encode).split(), strict=True)
    ]
    assert sum(word == cased for word, cased in again) / len(again) > 0.94


def test_abbreviations_alone_are_offered_nothing(encode) -> None:
    assert in_capitals("NATO, ADAC, USA") and offers("NATO, ADAC, USA", encode) == []


def test_an_abbreviation_and_ordinary_text_are_no_text_in_capitals(encode) -> None:
    for text in ("USA", "ADAC!", "Der ADAC hilft.", "A B C D E F G H I", "12 + 3", "", "한국어 문장"):
        assert not in_capitals(text)
    assert [offers(example.text, encode) for example in load_examples()] == [[]] * len(load_examples())


def test_both_can_be_wrong_and_every_offer_has_its_words(encode) -> None:
    found = offers("ICH\u200b GEHE NACH HAUSE.", encode)
    assert [(offer.code, offer.text) for offer in found] == [
        ("invisible", "ICH GEHE NACH HAUSE."),
        ("capitals", "Ich gehe nach Hause."),
    ]
    for code in ("invisible", "invisible_same", "decomposed", "capitals", "small"):
        assert all(f"offer.{code}" in texts(language) for language in LANGUAGES)
