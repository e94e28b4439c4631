"""Metrics for an operator's Prometheus: requests, passes, and the memory of every store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
# Who may read them by default: this computer only. Visitors behind a proxy on it have addresses of their own.
THIS_COMPUTER = ("127.0.0.0/8", "::1/128")

Amounts = Callable[[], Mapping[str, float]]


class Metrics:
    """The counters of one app.

    Args:
        held: bytes held now by each store.
        bounds: the most bytes each may hold.
        work: how many pieces of work are running and waiting.
        devices: models in memory by the device on which their passes run.
        memory: what the whole process takes, and what it is promised to take at most.
        rooms: rooms now and since the start, browsers in them, votes since the start.
    """

    def __init__(
        self, held: Amounts, bounds: Amounts, work: Amounts, devices: Amounts, memory: Amounts, rooms: Amounts
    ) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        labels = ("route", "method")
        self._answers = Counter(
            "microscope_answers",
            "Answers by route, method and class of status.",
            (*labels, "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "microscope_answer_seconds",
            "Seconds until an answer was sent.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter("microscope_sent_bytes", "Bytes of bodies sent.", ("route",), registry=self._registry)
        self._refused = Counter(
            "microscope_limited", "Requests refused by a limit.", ("limit",), registry=self._registry
        )
        self._registry.register(_Gauges("microscope_store_bytes", "Bytes a store holds now.", "store", held))
        self._registry.register(_Gauges("microscope_store_bound_bytes", "Bytes a store may hold.", "store", bounds))
        self._registry.register(
            _Gauges("microscope_models", "Models in memory by where their passes run.", "device", devices)
        )
        self._registry.register(
            _Gauges("microscope_memory_bytes", "Resident memory, and the most it is to be.", "what", memory)
        )
        self._registry.register(
            _Gauges("microscope_rooms", "Rooms now and since the start, browsers in them, votes.", "what", rooms)
        )
        self._registry.register(_Gauges("microscope_work", "Forward passes and loads.", "state", work))

    def answered(self, route: str, method: str, status: int, seconds: float, sent: int) -> None:
        """Count one answer."""
        self._answers.labels(route, method if method in METHODS else "other", f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)
        self._bytes.labels(route).inc(sent)

    def limited(self, limit: str) -> None:
        """Count one refusal."""
        self._refused.labels(limit).inc()

    def route(self, readers: Iterable[str] = THIS_COMPUTER) -> Route:
        """The route /metrics, for readers from these networks only; anybody else gets 404."""
        networks = [ip_network(one) for one in readers]

        def read(request: Request) -> Response:
            try:
                address = ip_address(request.client.host if request.client else "")
            except ValueError:
                address = None
            if address is None or not any(address in network for network in networks):
                return PlainTextResponse("Not Found", status_code=404)
            return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

        return Route("/metrics", read)


class _Gauges:
    """Gauges whose values are read on request."""

    def __init__(self, name: str, about: str, label: str, read: Amounts) -> None:
        self._name, self._about, self._label, self._read = name, about, label, read

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(self._name, self._about, labels=[self._label])
        for name, amount in self._read().items():
            family.add_metric([name], amount)
        yield family

    def describe(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(self._name, self._about, labels=[self._label])
