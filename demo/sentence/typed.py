"""Find invisible characters, decomposed letters, and text in capitals or small letters only, and offer a corrected
text.

Copied text may contain invisible characters (soft hyphens, zero-width spaces), which change the pieces of words. A text
in capitals only, or German in small letters only, consists of pieces that a translator has hardly ever seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from vit_core.arguments import BLANK

Encode = Callable[[str], Sequence[int]]

SPACE_UNSEEN = "\u200b"

# The smallest numbers of words and letters in capitals that count as a text and not as an abbreviation.
MIN_WORDS, MIN_LETTERS = 2, 8
WORD = re.compile(r"[^\W\d_]+")
# Abbreviations are not changed. A word counts as one if it has no vowel, if it is short and not a single piece of the
# vocabulary when written with small letters, or if it is in this list of longer ones and of pieces of other words ("Eu"
# of Europa). The short words below are not abbreviations.
MAX_ABBREVIATION = 3
VOWELS = frozenset("AEIOUYÄÖÜ")
ABBREVIATIONS = frozenset(
    WORD.findall(
        "ADAC AG AIDS ARD CD CIA DVD EG EM EU FIFA IC ICE IKEA IT KI NASA NATO PC TV UEFA UFO UN UNESCO UNICEF UNO US"
        " USA WM"
    )
)
SHORT_WORDS = frozenset(
    WORD.findall(
        "AMT ANS BZW CM DAR DR EH HM HOF INS KG KM KUH MIO MM MR MRD MRS NAH NIL NR OH OST RÄT ST TOT TUN UMS WEN WUT"
        " ZEH ZOG"
    )
)
# A word gets a capital only if that form is this many times more common: words like "ich" also begin sentences.
CAPITAL_TIMES = 5
# Text from the beginning up to the first word of a sentence.
BEFORE_SENTENCE = re.compile(r"(.*[.!?…])?\W*", re.DOTALL)


@dataclass(frozen=True)
class Offer:
    """A corrected text that is offered in place of the typed one.

    Attributes:
        code: what is unusual in the typed text: "invisible" characters, "decomposed" letters, "capitals" only, "small"
            letters only.
        text: the offered text.
        signs: the characters that it leaves out, by name and number: "U+00AD SOFT HYPHEN × 4".
        tokens: number of tokens of the typed text, and of the offered one.
        same: whether both have the same tokens.
    """

    code: str
    text: str
    signs: tuple[str, ...]
    tokens: tuple[int, int]
    same: bool

    def facts(self) -> dict[str, Any]:
        """The offer as JSON, for the page and for programs."""
        return {**asdict(self), "signs": [*self.signs], "tokens": [*self.tokens]}


def offers(text: str, encode: Encode) -> list[Offer]:
    """The texts to offer in place of a typed one; usually none.

    Args:
        encode: gives the ids of a text, its end token among them.
    """
    found = []
    clean, signs = without_invisible(text)
    ids, clean_ids = list(encode(text)), list(encode(clean))
    if SPACE_UNSEEN in text and len(clean_ids) > len(ids):
        # Between words it is replaced by a space: else the words would be joined.
        clean, _ = without_invisible(text.replace(SPACE_UNSEEN, " "))
        clean = " ".join(filter(None, clean.split(" ")))
        clean_ids = list(encode(clean))
    if clean.strip() and (signs or ids != clean_ids):
        code = "invisible" if signs else "decomposed"
        found.append(Offer(code, clean, signs, (len(ids), len(clean_ids)), ids == clean_ids))
    if in_capitals(clean):
        lower = sentence_case(clean, encode)
        lower_ids = list(encode(lower))
        if lower != clean:  # abbreviations only are left as they are
            found.append(Offer("capitals", lower, (), (len(ids), len(lower_ids)), ids == lower_ids))
    elif in_small_letters(clean):
        cased = sentence_case(clean, encode)
        cased_ids = list(encode(cased))
        if cased[1:] != clean[1:]:  # a change of a name or noun: a capital at the beginning alone is no reason
            found.append(Offer("small", cased, (), (len(ids), len(cased_ids)), ids == cased_ids))
    return found


def without_unseen(text: str, encode: Encode) -> list[dict[str, Any]]:
    """What may be taken in place of a text beside the sentence (a word to be written, a sentence of a batch) because it
    holds signs that nobody sees: one offer as JSON, or none.
    """
    return [offer.facts() for offer in offers(text, encode) if offer.code == "invisible"]


def without_invisible(text: str) -> tuple[str, tuple[str, ...]]:
    """A text with composed letters and without invisible characters, and the names of these."""
    kept, left = [], Counter[str]()
    base = ""  # the character to which a combining one belongs
    for sign in unicodedata.normalize("NFC", text):
        category = unicodedata.category(sign)
        attached = category in ("Cf", "Mn", "Me")
        unseen = sign in BLANK or (category == "Cc" and not sign.isspace())
        if unseen or (category in ("Cf", "Mn") and not _takes_marks(base)):
            left[sign] += 1
        else:
            kept.append(sign)
        if not attached:
            base = sign
    return "".join(kept), tuple(f"{_name(sign)} × {count}" for sign, count in left.items())


def _takes_marks(base: str) -> bool:
    """Whether marks and joiners after this character belong to its script or to an emoji.

    Marks on Latin letters have been composed before this.
    """
    if not base:
        return False
    category = unicodedata.category(base)
    return category[0] == "S" or (category[0] in "LM" and not unicodedata.name(base, "").startswith("LATIN"))


def _name(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()


def in_capitals(text: str) -> bool:
    """Whether a text of some words has no small letter."""
    return text.isupper() and _is_text(text)


def in_small_letters(text: str) -> bool:
    """Whether a text of some words has no capital."""
    return text.islower() and _is_text(text)


def _is_text(text: str) -> bool:
    words = [word for word in WORD.findall(text) if len(word) > 1]
    return len(words) >= MIN_WORDS and sum(map(len, words)) >= MIN_LETTERS


def sentence_case(text: str, encode: Encode) -> str:
    """Restore the case of a text in capitals or small letters only: each word in small letters, with a capital, or, for
    capitals, with "ß"; abbreviations stay.

    For each word the form with the fewest pieces is taken, and among these the most common, which Marian's vocabularies
    list first. A sentence begins with a capital.
    """

    def cost(way: str) -> tuple[int, int]:
        ids = encode(way)[:-1]
        return len(ids), sum(ids) * (CAPITAL_TIMES if len(ids) == 1 and way[0].isupper() else 1)

    def written(match: re.Match[str]) -> str:
        small = match[0].lower()
        spelled = (small,) if match[0] == small else (small, small.replace("ss", "ß"))
        ways = [way for plain in spelled for way in (plain, plain.capitalize())]
        best = min(ways, key=cost)
        if match[0] != small and _abbreviated(match[0], n_pieces=cost(best)[0]):
            return match[0]
        begins = BEFORE_SENTENCE.fullmatch(text, 0, match.start())
        return best[0].upper() + best[1:] if begins else best

    return WORD.sub(written, text)


def _abbreviated(word: str, n_pieces: int) -> bool:
    """Whether a word in capitals is an abbreviation; `n_pieces`: its number of pieces in small letters."""
    if len(word) == 1 or word in SHORT_WORDS:
        return False
    return word in ABBREVIATIONS or not VOWELS & {*word} or (len(word) <= MAX_ABBREVIATION and n_pieces > 1)
