"""The real app on a free port, in this process: a test can compare what the page shows with what the services hold."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from demo.app import build_app, launch_kwargs
from demo.services import Services


@dataclass(frozen=True)
class RunningApp:
    """A served app: where it answers and what stands behind it."""

    url: str
    services: Services


@contextmanager
def running_app(services: Services | None = None) -> Iterator[RunningApp]:
    """Serve the app as app.py does, with the first example warm."""
    services = services or Services()
    services.warm()
    app = build_app(services)
    port = free_port()
    app.launch(
        server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True, **launch_kwargs(services)
    )
    try:
        yield RunningApp(f"http://127.0.0.1:{port}/", services)
    finally:
        app.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
