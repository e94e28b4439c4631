"""Class names in the languages of the page, kept once per label set under assets/labels."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from unicodedata import category

from vit_core.bundled import ASSETS

LANGUAGES = ("en", "ko")

Labels = Mapping[str, tuple[str, ...]]
# Direction marks, whose effect reaches beyond the name that they are in, and zero-width spaces. The joiners U+200C and
# U+200D are kept: scripts and emoji need them.
UNSEEN = frozenset("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
NO_LABELS: Labels = MappingProxyType({"en": ()})


@cache
def label_set(key: str) -> Labels:
    """The class names of a label set ("everyday", "imagenet1k"), by language, in class order."""
    with (ASSETS / "labels" / f"{key}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return MappingProxyType({language: tuple(row[language] for row in rows) for language in LANGUAGES})


def with_translations(names: Sequence[str]) -> Labels:
    """Add the other languages to a checkpoint's own English names, if these are the names of a label set in its order.

    Checkpoints spell ImageNet's names in several ways ("tench", "tench, Tinca tinca"): the sets are taken to be the
    same when most of the names agree. Under any other order of the classes next to none would.
    """
    english = tuple(names)
    for file in sorted((ASSETS / "labels").glob("*.tsv")):
        known = label_set(file.stem)
        if len(known["en"]) == len(english):
            agreeing = sum(_same(a, b) for a, b in zip(english, known["en"], strict=True))
            if 2 * agreeing > len(english):
                return MappingProxyType({**known, "en": english})
    return MappingProxyType({"en": english})


def class_names(said: object, nameless: Sequence[str]) -> tuple[str, ...]:
    """A checkpoint's names for its classes, made readable and unique; () if it gives none.

    Args:
        said: a list in class order, or a mapping by class number, which JSON writes as text. Names may be numbers or
        missing.
        nameless: for each class, the name to use if it has none.
    """
    if isinstance(said, Mapping):
        given = [said.get(str(i)) for i in range(len(nameless))]
    else:
        given = list(said)[: len(nameless)] if isinstance(said, (list, tuple)) else []
        given += [None] * (len(nameless) - len(given))
    words = ["" if name is None else _readable(str(name)) for name in given]
    names = [word or other for word, other in zip(words, nameless, strict=True)]
    if names == list(nameless):
        return ()
    # Equal names get the class number behind them, unless a third class already has that name.
    while max((often := Counter(names)).values()) > 1:
        names = [f"{name} ({i})" if often[name] > 1 else name for i, name in enumerate(names)]
    return tuple(names)


def _readable(name: str) -> str:
    """A name without invisible characters: control characters, lone surrogates, and marks that reverse the text around
    them.
    """
    spaced = " ".join(name.split())
    return "".join(sign for sign in spaced if category(sign) not in ("Cc", "Cs") and sign not in UNSEEN).strip()


def among(labels: Iterable[str], names: Iterable[str]) -> bool:
    """Whether one of the names is a class of a model, however its labels are spelled."""
    known = _names_of(tuple(labels))
    return any(not known.isdisjoint(_synonyms(name)) for name in names)


@lru_cache(maxsize=16)  # every visitor asks it of the few models in use
def _names_of(labels: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*map(_synonyms, labels))


def _same(a: str, b: str) -> bool:
    return not _synonyms(a).isdisjoint(_synonyms(b))


def _synonyms(name: str) -> set[str]:
    return {part.strip().lower() for part in name.replace("_", " ").split(",")}
