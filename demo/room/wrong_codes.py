"""Limit how often wrong codes of rooms can be tried from one network, so that no code can be guessed."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

from demo.errors import VisitorError

# The limit of wrong codes from one address, at once and per second: a class that mistypes stays below it.
WRONG_AT_ONCE, WRONG_A_SECOND = 120, 2.0
MOST_ADDRESSES = 2_000


class WrongCodes:
    """A token bucket of wrong codes for each network; not safe for threads by itself.

    Args:
        now: the time in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """The number of networks that are remembered."""
        return len(self._left)

    def check(self, address: str, *, wrong: bool) -> None:
        """Count a code that was sent from an address, and whether it was wrong.

        Raises:
            VisitorError: too_many, after too many wrong codes from the network of this address.
        """
        now, address = self._now(), network_of(address)
        left, then = self._left.pop(address, (float(WRONG_AT_ONCE), now))
        left = min(float(WRONG_AT_ONCE), left + (now - then) * WRONG_A_SECOND)
        if left >= 1 and wrong:
            self._left[address] = left - 1, now
        elif left < WRONG_AT_ONCE:
            self._left[address] = left, now
        while len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)
        if left < 1:
            raise VisitorError("too_many", seconds=1)


def network_of(address: str) -> str:
    """The network of an address: of IPv6 its /64, which one connection owns; any other as it is."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((int(ip), 64), strict=False))
