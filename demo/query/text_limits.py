"""Limits on the texts that a model reads: empty and too long ones are refused, none is truncated."""

from __future__ import annotations

from collections.abc import Callable

from demo.errors import VisitorError
from vit_core.arguments import is_legible

MAX_CHARACTERS = 600


def read_ids(text: str, encode: Callable[[str], list[int]], most: int) -> list[int]:
    """Encode a text and check its length.

    Args:
        encode: the model's own tokenizer.
        most: the largest number of tokens.

    Raises:
        VisitorError: sentence_empty, sentence_too_long or sentence_too_many_tokens; nothing is truncated.
    """
    if not is_legible(text):
        raise VisitorError("sentence_empty")
    if len(text) > MAX_CHARACTERS:
        raise VisitorError("sentence_too_long", found=len(text), limit=MAX_CHARACTERS)
    ids = encode(text)
    if len(ids) > most:
        raise VisitorError("sentence_too_many_tokens", found=len(ids), limit=most)
    return ids
