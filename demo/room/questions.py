"""Check the questions of rooms as pages send them: their size, their form and their choices."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from demo.errors import VisitorError
from demo.page.texts import LANGUAGES

MOST_CHOICES = 8
# The largest numbers of characters of a question and of its explanation, as JSON.
LONGEST_QUESTION, LONGEST_TOLD = 9_000, 4_000


def is_choice(value: Any, choices: int) -> bool:
    """Whether a value is the index of one of so many choices."""
    return type(value) is int and 0 <= value < choices


def checked(question: Any) -> dict[str, Any]:
    """Check a question, and add an id that is derived from its content.

    Raises:
        VisitorError: bad_request, if it is no question of at most LONGEST_QUESTION characters.
    """
    text = json.dumps(question, sort_keys=True)
    if len(text) > LONGEST_QUESTION or not isinstance(question, dict) or not isinstance(question.get("called"), str):
        raise VisitorError("bad_request")
    choices = question.get("choices")
    if not isinstance(choices, list) or not 2 <= len(choices) <= MOST_CHOICES:
        raise VisitorError("bad_request")
    if not all(map(_is_offered, choices)):
        raise VisitorError("bad_request")
    return {**question, "id": hashlib.sha256(text.encode()).hexdigest()[:24]}


def _is_offered(choice: Any) -> bool:
    """Whether a value is a choice as pages write it: its texts, `en` at least, and its `patch` if it is a place."""
    if not isinstance(choice, dict) or "en" not in choice or not choice.keys() <= {*LANGUAGES, "patch"}:
        return False
    patch = choice.get("patch", 0)
    return type(patch) is int and patch >= 0 and all(isinstance(choice.get(lang, ""), str) for lang in LANGUAGES)
