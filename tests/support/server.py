"""Serve the real app on a free port in this process, so that a test can compare the page with the services."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from random import SystemRandom
from urllib.request import ProxyHandler, build_opener

from demo.app import build_app, launch_kwargs
from demo.services import Services
from demo.serving.public import Public


@dataclass(frozen=True)
class RunningApp:
    """A served app: its address and its services."""

    url: str
    services: Services


@contextmanager
def running_app(services: Services | None = None, *, root_path: str | None = None) -> Iterator[RunningApp]:
    """Serve the app as app.py does, with the first example warm; GRADIO_ROOT_PATH may be named here."""
    services = services or Services()
    services.warm()
    public = Public(services)
    public.state.warm.set()
    app = build_app(services)
    port = free_port()
    options = {"server_name": "127.0.0.1", "server_port": port, "root_path": root_path}
    app.launch(prevent_thread_lock=True, quiet=True, **options, **launch_kwargs(services, public))
    try:
        yield RunningApp(f"http://127.0.0.1:{port}/", services)
    finally:
        app.close()


@contextmanager
def app_process(
    folder: Path, log: Path, *options: str, seconds: float = 90.0, start: Sequence[str] = (sys.executable, "app.py")
) -> Iterator[str]:
    """Run the program of a folder as a process of its own and yield its address; it has to exit cleanly at the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    with log.open("w") as file:
        command = [*start, "--port", str(port), *options]
        process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + seconds
        while not answers(url):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the app does not answer:\n{log.read_text()}")
            time.sleep(0.1)  # it has no other way to signal that it is ready
        yield url
    finally:
        process.terminate()
        ended = process.wait(40)
    assert (ended, "Traceback" in log.read_text()) == (0, False), log.read_text()


_without_proxy = build_opener(ProxyHandler({}))


def answers(url: str, seconds: float = 10.0) -> bool:
    """Whether this computer answers an address with success.

    Without httpx, which reads the certificates of all authorities for each question: asked again and again, that would
    take a fifth of a core from the program that is starting.
    """
    try:
        with _without_proxy.open(url, timeout=seconds) as answer:
            return answer.status == 200
    except (OSError, HTTPException):
        return False


# Below the ports that a system assigns to connections, so that the chosen port is still free seconds later. Each
# process of a run of tests has its own of them, and takes none twice.
PORTS = range(12_000, 32_000)
_chosen: set[int] = set()


def free_port() -> int:
    """A port nobody listens on."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = SystemRandom().choice(PORTS[worker % 16 :: 16])  # unseeded: there may be several runs
        if port in _chosen:
            continue
        _chosen.add(port)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
