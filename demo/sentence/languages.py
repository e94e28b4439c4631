"""Detect a text that is clearly not in the language a translator reads.

Three signs: how many of its pieces the translator's vocabulary lacks (another script), what py3langid makes of it, a
naive Bayes classifier of byte sequences for 139 languages, and small words. The classifier is asked how much likelier
another language is than the translator's own, and only a clear answer is passed on. Of three or four words it seldom
is one: there it is enough that the other language is likelier and the text has small words of it and none of the
translator's ("Tom isn't here."). How often that is wrong, and how often right, is measured by
`python -m tests.support.language_guess` (tests/demo/test_languages.py holds it to the committed sample).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# From this share of unknown pieces on, the text counts as written in a script that the translator does not know.
MANY_UNKNOWN = 0.25
# Another language is reported if it is this many times as likely as the translator's own.
TIMES = 100
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Small words that are in almost every sentence of a language and in none of the other, by ISO 639 code.
SMALL_WORDS = {
    "en": frozenset(
        WORD.findall(
            """
            about after again always and any are aren't as at be because been before being but by came can't come
            comes could couldn't did didn't does doesn't don't done every felt for from gave get gets give gives go
            goes going gone got had hadn't has hasn't have haven't having he he's help here's him his how i i'd i'll
            i'm i've if into is isn't it it's its just keep know knows let's like likes look looked looks love loved
            loves make makes many may might much my need needs never nor not now of often only or our over said saw
            say says seemed seems sees shall she she's should shouldn't some stayed still stop take takes tell than
            that that's the their them then there there's these they they're think thinks this those to told too took
            under us very want wanted wants wasn't we we'll we're we've went were weren't what what's when where
            which who who's why with without won't would wouldn't yes you you'll you're you've your yours
            """
        )
    ),
    "de": frozenset(
        WORD.findall(
            """
            aber auch auf aus bei bist darf das dass daß dein dem der dich dir doch du durch ein eine einem einen
            einer eines er es euch für habe haben hatte hier ich ihm ihn ihr ihre im ist kann kein keine keinen mein
            meine mich mir mit muss nach nein nicht noch nur oder schon sehr sein sie sind soll um und uns unser
            unter vom von vor wann waren warum weil wenn wer werden wie wir wird wo wurde zu zum zur über
            """
        )
    ),
}


def load() -> None:
    """Load the classifier, so that no visitor waits for it: half a second and 80 MB."""
    _identifier()


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def looks_like(text: str, source: str) -> str:
    """The language that a text is clearly in if that is not `source`; "" if it is not clear.

    Args:
        source: the language the translator reads, by its ISO 639 code; the result is "" if it is "" or unknown.
    """
    # Normalised as for the translator: full-width letters are not Chinese.
    text = unicodedata.normalize("NFKC", text)
    likely = dict(_identifier().rank(text))
    if source not in likely:
        return ""
    best = max(likely, key=lambda language: likely[language])
    if likely[best] > TIMES * likely[source]:
        return best
    likelier = (language for language in SMALL_WORDS if likely[language] > likely[source])
    return next((language for language in likelier if _only_words_of(language, source, text)), "")


def _only_words_of(language: str, other: str, text: str) -> bool:
    """Whether a text has small words of the one language and none of the other."""
    words = {word.lower().replace("’", "'") for word in WORD.findall(text)}
    return other in SMALL_WORDS and bool(words & SMALL_WORDS[language]) and not words & SMALL_WORDS[other]


def notes(found: str, source: str, n_tokens: int, n_unknown: int) -> list[str]:
    """Codes of what a visitor should know about a sentence before reading its translation.

    Args:
        found: the other language it seems to be in, from `looks_like`.
        n_tokens, n_unknown: the sentence's tokens with its end, and those that the vocabulary lacks.
    """
    # The end token is no piece of the text.
    if source and n_unknown and n_unknown >= MANY_UNKNOWN * (n_tokens - 1):
        return ["sentence_unknown_script"]
    told = {"sentence_other_language": bool(found), "sentence_some_unknown": n_unknown > 0}
    return [code for code, holds in told.items() if holds]
