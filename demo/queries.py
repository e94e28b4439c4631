"""What an address says, as the types it should be: anything may arrive, so everything is checked."""

from __future__ import annotations

from collections.abc import Mapping

from demo.errors import VisitorError

Query = Mapping[str, str]


def number(query: Query, name: str) -> int:
    """A whole number of up to six digits.

    Raises:
        VisitorError: bad_request.
    """
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise VisitorError("bad_request")
    return int(text)


def numbers(query: Query, name: str, most: int) -> tuple[int, ...]:
    """Whole numbers with commas between them; none when the address does not name them.

    Raises:
        VisitorError: bad_request, also for more than `most`.
    """
    text = query.get(name, "")
    places = text.split(",") if text else []
    if len(places) > most:
        raise VisitorError("bad_request")
    return tuple(number({name: place}, name) for place in places)
