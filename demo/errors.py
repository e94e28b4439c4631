"""What can go wrong on a visitor's side, as codes: the page has a sentence for each in every language."""

from __future__ import annotations


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
