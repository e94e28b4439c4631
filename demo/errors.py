"""Errors that a visitor can do something about, as codes: the page has a sentence for each in every language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vit_core.reasons import Reason


def as_json(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence names, as JSON: a reason by its code, since the page says it in its own language."""
    return {
        key: {"code": value.code, "params": as_json(value.params)} if isinstance(value, Reason) else value
        for key, value in params.items()
    }


class VisitorError(Exception):
    """A problem the visitor can do something about.

    Attributes:
        code: key of the sentence in demo/text/*/errors.md.
        params: values the sentence names.
    """

    def __init__(self, code: str, **params: str | int | float) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code = code
        self.params = params
