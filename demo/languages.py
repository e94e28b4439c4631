"""Whether a text looks like the language a translator reads: told when it clearly does not, and nothing otherwise.

Two signs, both simple enough to be checked by eye: how many of its pieces the translator's vocabulary lacks (another
script), and which language's very common short words it holds. A text with too few of them says nothing about its
language, and nothing is said about it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from unicodedata import category

TABLE = Path(__file__).resolve().parent.parent / "assets" / "data" / "function_words.tsv"
# From this share of unknown pieces on the text is made of signs the translator does not know.
MANY_UNKNOWN = 0.25
# Another language is named when it has this many words more than the translator's own, and at least twice as many.
LEAD, TIMES = 2, 2


@cache
def function_words() -> Mapping[str, frozenset[str]]:
    """Very common short words, by language."""
    with TABLE.open(encoding="utf-8", newline="") as rows:
        found = {row["language"]: frozenset(row["words"].split()) for row in csv.DictReader(rows, delimiter="\t")}
    return MappingProxyType(found)


def counts(text: str) -> dict[str, int]:
    """How many of a text's words are among each language's common ones."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {language: sum(word in known for word in words) for language, known in function_words().items()}


def looks_like(text: str, source: str) -> str:
    """The language a text clearly looks like when that is not `source`; "" where nothing is clear.

    Args:
        source: the language the translator reads; "" or one without a table: nothing can be said.
    """
    found = counts(text)
    if source not in found:
        return ""
    own = found.pop(source)
    best = max(found, key=lambda language: found[language])
    return best if found[best] >= own + LEAD and found[best] >= TIMES * own else ""


def notes(text: str, source: str, n_tokens: int, n_unknown: int) -> list[str]:
    """Codes of what a visitor should know about a sentence before reading its translation."""
    # The end token is no piece of the text.
    if source and n_unknown and n_unknown >= MANY_UNKNOWN * (n_tokens - 1):
        return ["sentence_unknown_script"]
    told = {
        "sentence_other_language": bool(looks_like(text, source)),
        "sentence_control": any(category(sign) == "Cc" and not sign.isspace() for sign in text),
        "sentence_some_unknown": n_unknown > 0,
    }
    return [code for code, holds in told.items() if holds]
