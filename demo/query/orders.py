"""Parse and write orders of patches or words: place i shows what belongs at place order[i].

BACD    of up to 64: a letter each
5fQ...  of more: the place of the order among all of them, sorted, as a number of base 64; addresses once gave each two
        letters, which is still read
~...    if that is shorter: five letters for a shuffle, or none, then four letters for each two places that are swapped.
        A number takes 2,050 letters for 37 x 37 patches, and an address has room for 2,000; what somebody lays out, by
        a shuffle and by hand, is told by few

assets/js/core/order.js does the same in the page; tests compare the two.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from functools import cache, reduce
from math import factorial

from demo.query.parameters import ParameterError

LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
PLACE = 2  # letters
MADE = re.compile(r"~([\w-]{5})?((?:[\w-]{4})*)", re.ASCII)
TEXT = re.compile(r"~[\w-]*|[\w-]+", re.ASCII)


def write_order(order: Sequence[int], before: str = "") -> str:
    """Write an order as text; "" if everything is at its place.

    Args:
        before: the text of an order that it may have been made of.
    """
    n = len(order)
    if list(order) == list(range(n)):
        return ""
    if n <= len(LETTERS):
        return "".join(LETTERS[one] for one in order)
    texts = [_number_of(order)]
    if n <= len(LETTERS) ** PLACE:
        made = MADE.fullmatch(before)
        texts += [f"~{s}{_swaps_between(_shuffled(s, n), order)}" for s in ((made and made[1]) or "", "")]
    return min(texts, key=len)


def read_order(text: str, n: int) -> tuple[int, ...]:
    """Parse an order of so many.

    Raises:
        ParameterError: it does not contain every one of them once.
    """
    if made := MADE.fullmatch(text):
        order = _with_swaps(_shuffled(made[1] or "", n), made[2])
    else:
        order = _spelled([LETTERS.find(letter) for letter in text], n)
    if sorted(order) != list(range(n)):
        raise ParameterError("change", f"an order with each of {n} patches once", text)
    return tuple(order)


def _shuffled(letters: str, n: int) -> list[int]:
    """Fisher and Yates's shuffle with the numbers of Marsaglia's xorshift ("Xorshift RNGs", 2003; 13, 17, 5) after one
    that letters name.
    """
    order = list(range(n))
    if not letters:
        return order
    number = 2 * _from_letters(letters) + 1  # of 0, only 0 would follow
    for last in range(n - 1, 0, -1):
        number ^= number << 13 & 0xFFFFFFFF
        number ^= number >> 17
        number ^= number << 5 & 0xFFFFFFFF
        place = number % (last + 1)
        order[last], order[place] = order[place], order[last]
    return order


def _swaps_between(start: Sequence[int], order: Sequence[int]) -> str:
    """The fewest swaps that lead from one order to another, two places each."""
    now = list(start)
    place_of = {one: place for place, one in enumerate(now)}
    swaps = ""
    for place, one in enumerate(order):
        other = place_of[one]
        if other != place:
            swaps += _in_letters(place, PLACE) + _in_letters(other, PLACE)
            place_of[now[place]], now[other] = other, now[place]
    return swaps


def _with_swaps(order: list[int], swaps: str) -> list[int]:
    """The order after those swaps; [] if one is of a place that there is not."""
    places = [_from_letters(swaps[i : i + PLACE]) for i in range(0, len(swaps), PLACE)]
    if max(places, default=0) >= len(order):
        return []
    for one, other in zip(places[::2], places[1::2], strict=True):
        order[one], order[other] = order[other], order[one]
    return order


def _spelled(digits: list[int], n: int) -> list[int]:
    """The order that digits of base 64 spell: one each, of many their number among all orders, or two each."""
    if n <= len(LETTERS) or -1 in digits or len(digits) not in (2 * n, _length_of_number(n)):
        return digits
    if len(digits) == 2 * n:
        return [64 * high + low for high, low in zip(digits[::2], digits[1::2], strict=True)]
    return _numbered(digits, n)


def _number_of(order: Sequence[int]) -> str:
    """The place of an order among all of them, sorted, in letters."""
    left, number = list(range(len(order))), 0
    for one in order:
        place = left.index(one)
        number = number * len(left) + place
        left.pop(place)
    return _in_letters(number, _length_of_number(len(order)))


def _numbered(digits: Sequence[int], n: int) -> list[int]:
    """The order of a number, given its digits of base 64; [] if there is none."""
    number = reduce(lambda so_far, digit: 64 * so_far + digit, digits)
    if number >= factorial(n):
        return []
    places = []
    for size in range(1, n + 1):
        number, place = divmod(number, size)
        places.append(place)
    left = list(range(n))
    return [left.pop(place) for place in reversed(places)]


@cache
def _length_of_number(n: int) -> int:
    """The letters of a number that tells all orders of so many apart."""
    return -(-(factorial(n) - 1).bit_length() // 6)


def _in_letters(number: int, many: int) -> str:
    return "".join(LETTERS[number >> 6 * digit & 63] for digit in reversed(range(many)))


def _from_letters(letters: str) -> int:
    return reduce(lambda so_far, letter: 64 * so_far + LETTERS.index(letter), letters, 0)
