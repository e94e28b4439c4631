"""Whether a text looks like the language a translator reads: told when it clearly does not, and nothing otherwise.

Two signs: how many of its pieces the translator's vocabulary lacks (another script), and what py3langid makes of it, a
naive Bayes classifier of byte sequences for 139 languages. It is asked how much likelier another language is than the
translator's own, and only a clear answer is passed on; how often that is wrong, and how often right, is measured by
`python -m tests.support.language_guess` (tests/demo/test_languages.py holds it to the committed sample).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# From this share of unknown pieces on the text is made of signs the translator does not know.
MANY_UNKNOWN = 0.25
# Another language is named when it is so many times as likely as the translator's own.
TIMES = 100


@cache
def _identifier() -> LanguageIdentifier:
    """Loaded for the first text that somebody types: it takes a second and 80 MB that no start has to wait for."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def looks_like(text: str, source: str) -> str:
    """The language a text clearly looks like when that is not `source`; "" where nothing is clear.

    Args:
        source: the language the translator reads, by its ISO 639 code; "" or one nobody knows: nothing can be said.
    """
    likely = dict(_identifier().rank(text))
    if source not in likely:
        return ""
    best = max(likely, key=lambda language: likely[language])
    return best if likely[best] > TIMES * likely[source] else ""


def notes(found: str, source: str, n_tokens: int, n_unknown: int) -> list[str]:
    """Codes of what a visitor should know about a sentence before reading its translation.

    Args:
        found: the other language it looks like, as `looks_like` says.
        n_tokens, n_unknown: the sentence's tokens with its end, and those that the vocabulary lacks.
    """
    # The end token is no piece of the text.
    if source and n_unknown and n_unknown >= MANY_UNKNOWN * (n_tokens - 1):
        return ["sentence_unknown_script"]
    told = {"sentence_other_language": bool(found), "sentence_some_unknown": n_unknown > 0}
    return [code for code, holds in told.items() if holds]
