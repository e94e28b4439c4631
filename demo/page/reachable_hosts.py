"""Find out which servers of checkpoints can be reached, on demand and at most once a minute for each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Literal
from urllib.parse import urlsplit

from vit_core.checkpoints.hub import SECONDS_TO_BE_THERE, hub_address, offline, reachable

Answer = Literal["yes", "no", "offline"]
KEPT_SECONDS = 60.0
# Waiting for a name server is not part of a connection's own timeout.
PATIENCE = SECONDS_TO_BE_THERE + 0.5


class ReachableHosts:
    """Reachability by host, kept for a minute; hosts are tried in parallel, in threads of their own."""

    def __init__(self, ask: Callable[[str], bool] = reachable, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._known: dict[str, tuple[float, Answer]] = {}
        self._lock = threading.Lock()

    def of(self, addresses: Iterable[str]) -> dict[str, Answer]:
        """Whether the host of each address answers: "yes", "no", or "offline" if the operator forbids requests."""
        by_host = {str(urlsplit(address).hostname): address for address in addresses if address}
        asking = [
            threading.Thread(target=self._find_out, args=(host, address), daemon=True)
            for host, address in by_host.items()
            if not self._is_fresh(host)
        ]
        for thread in asking:
            thread.start()
        deadline = time.monotonic() + PATIENCE
        for thread in asking:
            thread.join(max(0.0, deadline - time.monotonic()))
        with self._lock:
            # A host that has not answered by now counts as unreachable; if it answers later, the next request will see
            # that.
            return {host: self._known.get(host, (0.0, "no"))[1] for host in by_host}

    def _is_fresh(self, host: str) -> bool:
        with self._lock:
            return host in self._known and self._clock() - self._known[host][0] < KEPT_SECONDS

    def _find_out(self, host: str, address: str) -> None:
        forbidden = offline() and host == urlsplit(hub_address()).hostname
        answer: Answer = "offline" if forbidden else "yes" if self._ask(address) else "no"
        with self._lock:
            self._known[host] = (self._clock(), answer)
