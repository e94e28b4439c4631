"""The command: read the options, warm the first examples, serve until asked to end."""

from __future__ import annotations

import argparse
import io
import logging
import os
import signal
import socket
import sys
from contextlib import redirect_stdout
from ipaddress import ip_network
from pathlib import Path

from uvicorn.config import LOGGING_CONFIG

from demo import __version__
from demo.app import OFFERS_TOOLS, build_app, launch_kwargs
from demo.compute import bounds, heap
from demo.compute.lending import lender
from demo.page.head import ASSETS_VERSION
from demo.page.host_addresses import asked_directly
from demo.page.texts import sentence
from demo.page.tours import Tours
from demo.services import Services
from demo.serving.banner import banner
from demo.serving.limits import VisitorLimits
from demo.serving.metrics import THIS_COMPUTER
from demo.serving.observed import JsonLines
from demo.serving.public import Public
from vit_core.device import DEVICES

log = logging.getLogger(__name__)
# Seconds that running requests get to finish when the program is asked to end.
SECONDS_TO_END = 20.0


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the options of the command line and the environment."""
    parser = argparse.ArgumentParser(
        prog="attention-microscope",
        description="See how Transformers read photos and sentences, with their real numbers.",
    )
    said = os.environ.get
    parser.add_argument("--host", default=said("GRADIO_SERVER_NAME", "127.0.0.1"), help="address to listen on")
    parser.add_argument("--port", type=int, default=said("GRADIO_SERVER_PORT", "7860"), help="to listen on")
    parser.add_argument(
        "--models-dir", type=Path, help="folder of checkpoint folders to offer beside the registered ones"
    )
    parser.add_argument(
        "--tours", type=Path, metavar="FOLDER", help="folder of guided tours of your own (docs/tours.md)"
    )
    parser.add_argument(
        "--device",
        choices=DEVICES,
        default=said("MICROSCOPE_DEVICE", "cpu"),
        help="where passes run (cpu, by itself); on the CPU all the same where it is missing or full",
    )
    parser.add_argument(
        "--log",
        choices=("quiet", "json"),
        default="quiet",
        help="json: a line for every answer, without what was in it",
    )
    parser.add_argument(
        "--memory",
        default=said("MICROSCOPE_MEMORY"),
        metavar="AMOUNT",
        help="what the whole program may take, as 2G: bounds everything that it keeps (8 GB, by itself)",
    )
    parser.add_argument("--no-limits", action="store_true", help="let one visitor ask as much as they like")
    parser.add_argument(
        "--metrics-from",
        nargs="+",
        metavar="NETWORK",
        default=list(THIS_COMPUTER),
        help="networks that may read /metrics (this computer, by itself)",
    )
    parser.add_argument("--version", action="version", version=version())
    chosen = parser.parse_args(arguments)
    for network in chosen.metrics_from:
        try:
            ip_network(network)
        except ValueError as error:
            parser.error(f"--metrics-from: {error}")
    if chosen.models_dir is not None and not chosen.models_dir.is_dir():
        parser.error(f"--models-dir {chosen.models_dir} is not a folder")
    if chosen.tours is not None and not chosen.tours.is_dir():
        parser.error(f"--tours {chosen.tours} is not a folder")
    if chosen.device not in DEVICES:  # argparse does not check a default
        parser.error(f"MICROSCOPE_DEVICE={chosen.device} is none of {', '.join(DEVICES)}")
    if chosen.memory:
        try:
            chosen.memory = bounds.read(chosen.memory)
        except ValueError as error:
            parser.error(f"--memory: {error}")
    return chosen


def require_free_port(host: str, port: int) -> None:
    """Exit with a sentence if the port cannot be used, before anything large is loaded.

    Raises:
        SystemExit: another program listens there, or it is no address of this computer.
    """
    try:
        family, *_, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]  # drop the attempted address
        sys.exit(f"{host}, port {port}: {why}. --port and --host name another place to listen at.")


def version() -> str:
    """The release, and the version of the page's own files."""
    return f"{__version__} (page {ASSETS_VERSION})"


def main(arguments: list[str] | None = None) -> None:
    """Serve until the process is asked to end (Ctrl+C, SIGTERM)."""
    chosen = options(arguments)
    require_free_port(chosen.host, chosen.port)
    asked_directly(chosen.host)  # Gradio requests its own server once
    if chosen.log == "json":
        _log_lines()
    limits = bounds.MemoryLimits.within(chosen.memory) if chosen.memory else bounds.USUAL
    services = Services(models_dir=chosen.models_dir, device=chosen.device, lender=lender(), limits=limits)
    tours = Tours(chosen.tours)
    public = Public(services, limits=None if chosen.no_limits else VisitorLimits(), metrics_from=chosen.metrics_from)
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: public.state.ending.set())
    app = build_app(services)
    services.warm()
    public.memory.begin()
    heap.HeapTrimmer().start()
    public.state.warm.set()
    with redirect_stdout(io.StringIO()):  # Gradio prints about tools even when quiet; the banner says the same
        app.launch(
            server_name=chosen.host,
            server_port=chosen.port,
            prevent_thread_lock=True,
            quiet=True,
            **launch_kwargs(services, public, tours),
        )
    found = {"version": version(), "host": chosen.host, "port": app.server_port, "tools": OFFERS_TOOLS}
    fallbacks = sorted({model.fallback.sentence for model in services.loaded() if model.fallback})
    told = banner(
        **found, models=services.counts(), stores=public.stores, devices=services.passes_on(), fallbacks=fallbacks
    )
    told += "".join(f"{sentence('en', error)}\n" for error in tours.wrong())
    if chosen.log == "json":  # nothing but lines of JSON may be printed
        log.info({"event": "started", "told": told.splitlines()})
    else:
        sys.stdout.write(told)
        sys.stdout.flush()
    public.state.ending.wait()
    public.waiting.end()
    app.server.should_exit = True  # no new requests; running ones are finished
    app.server.thread.join(SECONDS_TO_END)
    logging.shutdown()
    os._exit(0)  # Gradio's threads never end and would only log errors during a normal exit


def _log_lines() -> None:
    """Write the whole log as lines of JSON to the standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.captureWarnings(True)
    LOGGING_CONFIG["loggers"].clear()  # uvicorn's own handlers write another format
