"""Middleware, stores and operator routes of one app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from demo.compute.payloads import Payloads
from demo.compute.store import ByteStore
from demo.room.rooms import Rooms
from demo.room.routes import Waiting
from demo.services import Services
from demo.serving.bodies import Bodies
from demo.serving.headers import Headers
from demo.serving.limits import Limited, VisitorLimits
from demo.serving.memory import Memory
from demo.serving.metrics import THIS_COMPUTER, Metrics
from demo.serving.observed import Observed
from demo.serving.open_routes import OpenRoutes
from demo.serving.state import ServingState


class Public:
    """The routes and the middleware that every app has besides its page.

    Attributes:
        state: whether it is ready for visitors.
        payloads: the finished payloads of the page's views.
        stores: all stores, by their content.
        rooms: the rooms of lecturers, and the requests that wait there for a change.
        memory: the memory of the process.
    """

    def __init__(
        self,
        services: Services,
        *,
        limits: VisitorLimits | None = None,
        metrics_from: Sequence[str] = THIS_COMPUTER,
    ) -> None:
        """`limits`: the limits of one visitor, None for none; `metrics_from`: networks that may read /metrics."""
        self.state = ServingState()
        self.payloads = Payloads(services.limits.payloads)
        self.rooms, self.waiting = Rooms(), Waiting()
        self._limits = limits
        self._metrics_from = metrics_from
        self.stores: Mapping[str, ByteStore] = {**services.stores(), "payloads": self.payloads.store}

        def held() -> dict[str, float]:
            return {name: store.nbytes for name, store in self.stores.items()}

        def bounds() -> dict[str, float]:
            return {name: store.budget for name, store in self.stores.items()}

        self.memory = Memory(self.stores)
        self._metrics = Metrics(
            held, bounds, services.progress.counts, services.passes_on, self.memory.amounts, self.rooms.counts
        )

    def routes(self) -> list[Route]:
        return [*self.state.routes(), self._metrics.route(self._metrics_from)]

    def middleware(self, own: Mount) -> list[Middleware]:
        """All middleware from the outside in: refused requests are counted, too, and get the header fields of every
        response.

        Args:
            own: the page's own routes.
        """
        limited = [Middleware(Limited, self._metrics, self._limits)] if self._limits else []
        return [
            Middleware(Observed, own, self._metrics),
            Middleware(Headers),
            Middleware(OpenRoutes),
            Middleware(Bodies),
            *limited,
        ]
