"""Checks of the arguments that public functions take, each with an error of one sentence."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any

from vit_core.config import RecurrentConfig, Seq2SeqConfig, ViTConfig

# By the class of a configuration: what a checkpoint of it is, the name of a shipped one, and the function that runs it.
KINDS = {
    ViTConfig: ("a model that reads pictures", "vit-s14-everyday", "trace_image"),
    Seq2SeqConfig: ("a Transformer translator", "marian-s-de-en", "translate"),
    RecurrentConfig: ("a recurrent translator", "gru-de-en", "translate_recurrent"),
}

# Characters that count as letters or symbols and yet show nothing: Hangul's fillers and the empty Braille cell.
BLANK = frozenset("\u3164\uffa0\u2800")


def described(value: Any) -> str:
    """A value as it stands at the end of an error message: itself where that is short, else its type."""
    shown = repr(value)
    return shown if re.fullmatch(r"[^<\n].{0,40}", shown) else f"a value of the type {type(value).__name__}"


def require_model(function: str, model: Any, config: type) -> None:
    """Check that an argument is a loaded checkpoint whose network has such a configuration.

    Raises:
        TypeError: it is given anything else.
    """
    found = getattr(getattr(model, "model", None), "config", None)
    if isinstance(found, config):
        return
    what, example, _ = KINDS[config]
    takes = f'{function} takes {what}, such as vit_core.load("{example}")'
    if type(found) not in KINDS:
        raise TypeError(f"{takes}, not {described(model)}")
    other, _, runs = KINDS[type(found)]
    raise TypeError(f"{takes}; {model.name} is {other}, which vit_core.{runs} runs")


def is_legible(text: str) -> bool:
    """Whether a text has any visible character: no control character and no space of any kind."""
    return any(unicodedata.category(sign)[0] not in "CZ" and sign not in BLANK for sign in text)


def require_text(function: str, text: Any) -> None:
    """Check that an argument is a text with something in it.

    Raises:
        TypeError: it is given anything else.
        ValueError: there is nothing in it to read, or half a surrogate pair, which is no sign.
    """
    if not isinstance(text, str):
        raise TypeError(f"{function} takes one text (str), not {described(text)}")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError(f"{function} takes a text that can be written in UTF-8, without half a surrogate pair")
    if not is_legible(text):
        raise ValueError(f"{function} takes a sentence: in this text there is nothing to translate")


def require_several(function: str, name: str, given: Any, of: str) -> tuple[Any, ...]:
    """Check that an argument holds several of something: a list, a tuple, a set, a row of an array or tensor.

    A text is one thing, and never taken letter by letter.

    Raises:
        TypeError: it is given anything else.
    """
    found = given.tolist() if hasattr(given, "tolist") else given
    if not isinstance(found, Iterable) or isinstance(found, (str, bytes, bytearray, Mapping)):
        raise TypeError(f"{function}: {name} takes {of}, not {described(given)}")
    return tuple(found)


def require_ids(function: str, name: str, ids: Any, vocabulary: int | None = None) -> tuple[int, ...]:
    """Check that an argument holds ids of tokens, of a vocabulary where one is named.

    Raises:
        TypeError: it is given anything else, a text for one.
        ValueError: one of them is no token of the vocabulary.
    """
    found = require_several(function, name, ids, "ids of tokens, as the model's tokenizer.encode gives")
    return tuple(require_index(function, f"each of {name}", one, vocabulary) for one in found)


def require_target(function: str, ids: Any, *, vocabulary: int, most: int, model: str) -> tuple[int, ...]:
    """Check that `target_ids` holds the ids of a target that a translator may be given.

    Args:
        most: the longest target of the checkpoint, in tokens.
        model: name of the checkpoint, for the message.

    Raises:
        TypeError: it is given anything else, a text for one.
        ValueError: the target is empty or too long, or an id is no token of the vocabulary.
    """
    target = require_ids(function, "target_ids", ids, vocabulary)
    if not 1 <= len(target) <= most:
        raise ValueError(f"the target has {len(target)} tokens; {model} writes 1 to {most}")
    return target


def require_places(function: str, name: str, places: Any) -> tuple[int, ...]:
    """Check that an argument holds numbers of layers or patches, which count from 0.

    Raises:
        TypeError: it is given anything else, a text for one.
        ValueError: one of them is negative.
    """
    found = require_several(function, name, places, "whole numbers, which count from 0, as a list or a set")
    return tuple(require_index(function, f"each of {name}", one) for one in found)


def require_texts(function: str, name: str, texts: Any, count: int) -> tuple[str, ...]:
    """Check that an argument holds so many texts.

    Raises:
        TypeError: it is given anything else, a single text for one.
        ValueError: there are more or less of them.
    """
    found = require_several(function, name, texts, f"{count} texts (str), as a list")
    for one in found:
        if not isinstance(one, str):
            raise TypeError(f"{function}: each of {name} takes a text (str), not {described(one)}")
    if len(found) != count:
        raise ValueError(f"{function}: {name} takes {count} texts, not {len(found)}")
    return found


def require_flag(function: str, name: str, flag: Any) -> None:
    """Check that an argument is True or False: a text such as "no" counts as true in Python.

    Raises:
        TypeError: it is given anything else.
    """
    if not isinstance(flag, bool):
        raise TypeError(f"{function}: {name} takes True or False, not {described(flag)}")


def require_index(function: str, name: str, index: Any, count: int | None = None) -> int:
    """Check that an argument is a whole number that is not negative, and below a count where one is named.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is out of this range.
    """
    takes = f"{function}: {name} takes a whole number from 0" + ("" if count is None else f" to {count - 1}")
    if isinstance(index, bool) or not isinstance(index, Integral):
        raise TypeError(f"{takes}, not {described(index)}")
    if int(index) < 0 or (count is not None and int(index) >= count):
        raise ValueError(f"{takes}, not {index}")
    return int(index)


def require_whole(function: str, name: str, number: Any) -> None:
    """Check that an argument is a whole number, or None, which leaves the choice to the function.

    Raises:
        TypeError: it is given anything else.
    """
    if number is not None and (isinstance(number, bool) or not isinstance(number, Integral)):
        raise TypeError(f"{function}: {name} takes a whole number, not {described(number)}")


def require_functions(function: str, edit: Any = None, **functions: Any) -> None:
    """Check that arguments are functions, and that `edit` maps names of quantities to functions.

    Raises:
        TypeError: one of them is anything else.
    """
    for name, given in functions.items():
        if not callable(given):
            raise TypeError(f"{function}: {name} takes a function, not {described(given)}")
    if edit is None:
        return
    if not isinstance(edit, Mapping):
        raise TypeError(f"{function}: edit takes functions by the names of quantities, not {described(edit)}")
    for quantity, given in edit.items():
        if not callable(given):
            raise TypeError(f"{function}: edit of {quantity} takes a function of a tensor, not {described(given)}")


def require_place(name: str, place: Any, count: int, *, from_end: bool = False) -> int:
    """Check the index of a layer, head or token: it counts from 0, and with `from_end` also back from the end.

    Raises:
        TypeError: it is no whole number.
        IndexError: there is none of that number.
    """
    least = -count if from_end else 0
    takes = f"{name} takes a whole number from {least} to {count - 1}"
    if isinstance(place, bool) or not isinstance(place, Integral):
        raise TypeError(f"{takes}, not {described(place)}")
    index = int(place)
    if not least <= index < count:
        raise IndexError(f"{takes}, not {index}")
    return index % count


def require_path(function: str, path: Any) -> None:
    """Check that an argument is the path of a file.

    Raises:
        TypeError: it is given anything else.
        IsADirectoryError: a folder lies there.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{function} takes the path of a file (str or Path), not {described(path)}")
    if os.path.isdir(path):
        raise IsADirectoryError(f"{function} takes the path of a file; {os.fspath(path)} is a folder")
