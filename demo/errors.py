"""Errors that a visitor can do something about, by code: the page has a sentence for each in every language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vit_core.reasons import Reason


def as_json(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a sentence as JSON; a reason becomes its code, which the page translates."""
    return {
        key: {"code": value.code, "params": as_json(value.params)} if isinstance(value, Reason) else value
        for key, value in params.items()
    }


class VisitorError(Exception):
    """An error that the visitor can do something about.

    Attributes:
        code: key of the sentence in demo/text/*/errors.md.
        params: values the sentence names.
    """

    def __init__(self, code: str, **params: str | int | float) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code = code
        self.params = params
