"""Real nginx and real HAProxy in front of an app: child processes on loopback ports, configured for one test."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.support.server import free_port

Server = Literal["nginx", "haproxy"]
PACKAGES: dict[Server, str] = {"nginx": "nginx-light", "haproxy": "haproxy"}
# Debian puts servers in folders that only root's PATH has.
WHERE = f"{Path('/usr/sbin')}:{Path('/usr/local/sbin')}"
SECONDS = 20
# The host that a proxy sends to the app instead of the visitor's.
INNER_HOST = "inner.example:8080"


@dataclass(frozen=True)
class Front:
    """A proxy in front of the app.

    Attributes:
        prefix: where it puts the page, "" for the top.
        strips: whether the app is asked without the prefix.
        names: what it says of the address the visitor used: "host" passes Host on, "forwarded" sends X-Forwarded-Host
            and -Proto besides a Host of its own, "nothing" only a Host of its own.
        tls: whether visitors come by https; the app is always asked by http.
        read_timeout: seconds after which it gives up an answer of which nothing came.
        body_limit: the largest body that nginx takes; HAProxy knows no limit.
        location: nginx's whole block for the prefix, for an app at 127.0.0.1:7860, in the place of all that.
    """

    server: Server
    prefix: str = ""
    strips: bool = False
    names: Literal["host", "forwarded", "nothing"] = "nothing"
    tls: bool = False
    read_timeout: int = 60
    body_limit: str = "25m"
    location: str = ""


def path_of(server: Server) -> str:
    """Where a proxy's program is; skips the test with a reason where it is not installed."""
    found = shutil.which(server) or shutil.which(server, path=WHERE)
    if found is None:
        pytest.skip(f"no {server} on this machine: apt-get install {PACKAGES[server]}")
    return found


@contextmanager
def running_fronts(folder: Path, fronts: Sequence[tuple[Front, int]]) -> Iterator[list[str]]:
    """Run proxies, each before the app on a port, and yield the addresses of their pages. One process per kind of
    server.
    """
    ports = [free_port() for _ in fronts]
    secret = _certificate(folder) if any(front.tls for front, _ in fronts) else None
    with ExitStack() as running:
        for server, configure in (("nginx", _nginx), ("haproxy", _haproxy)):
            all_ = zip(fronts, ports, strict=True)
            mine = [(front, port, app) for (front, app), port in all_ if front.server == server]
            if mine:
                (folder / f"{server}.conf").write_text(configure(folder, mine, secret))
                running.enter_context(_process(server, folder, [port for _, port, _ in mine]))
        yield [
            f"http{'s' if front.tls else ''}://127.0.0.1:{port}{front.prefix}/"
            for (front, _), port in zip(fronts, ports, strict=True)
        ]


@contextmanager
def _process(server: Server, folder: Path, ports: list[int]) -> Iterator[None]:
    configuration, log = folder / f"{server}.conf", folder / f"{server}.log"
    options = {"nginx": ["-p", str(folder), "-c", str(configuration)], "haproxy": ["-db", "-f", str(configuration)]}
    with log.open("w") as file:
        process = subprocess.Popen([path_of(server), *options[server]], stdout=file, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + SECONDS
        while not all(_listens(port) for port in ports):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"{server} does not answer:\n{log.read_text()}")
            time.sleep(0.02)  # it has no other way to signal that it is ready
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _certificate(folder: Path) -> Path:
    """A key and a certificate that nobody signed, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine: apt-get install openssl")
    key, certificate, both = (folder / name for name in ("key.pem", "certificate.pem", "both.pem"))
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=127.0.0.1"
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    both.write_text(certificate.read_text() + key.read_text())
    return both


def _nginx(folder: Path, fronts: list[tuple[Front, int, int]], secret: Path | None) -> str:
    """A configuration as operators write it; all else has nginx's defaults, such as buffering."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    servers = "".join(_nginx_server(front, port, app, secret) for front, port, app in fronts)
    return (
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ access_log off; {scratch}\n{servers}}}\n"
    )


def _nginx_server(front: Front, port: int, app: int, secret: Path | None) -> str:
    listens = f"{port} ssl; ssl_certificate {secret}; ssl_certificate_key {secret}" if front.tls else str(port)
    if front.location:
        [location] = re.findall(rf"^location {front.prefix}/ {{[^}}]*}}$", front.location, re.MULTILINE)
        return f"server {{ listen 127.0.0.1:{listens};\n{location.replace('127.0.0.1:7860', f'127.0.0.1:{app}')} }}\n"
    host = {"host": "$http_host"}.get(front.names, INNER_HOST)
    told = {"forwarded": "proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;"}
    return (
        f"server {{ listen 127.0.0.1:{listens}; location {front.prefix}{'/' if front.strips else ''} {{\n"
        f"  proxy_pass http://127.0.0.1:{app}{'/' if front.strips else ''}; proxy_read_timeout {front.read_timeout}s;\n"
        f"  client_max_body_size {front.body_limit};\n"
        f"  proxy_set_header Host {host}; {told.get(front.names, '')} }} }}\n"
    ).replace("location  {", "location / {")


def _haproxy(folder: Path, fronts: list[tuple[Front, int, int]], secret: Path | None) -> str:
    # A worker of its own would outlive a master that is killed.
    parts = ["defaults\n  mode http\n  timeout connect 5s\n  timeout client 50s\n"]
    for front, port, app in fronts:
        parts.append(f"listen front-{port}\n  bind 127.0.0.1:{port}{f' ssl crt {secret}' if front.tls else ''}\n")
        parts.append(f"  timeout server {front.read_timeout}s\n  server app 127.0.0.1:{app}\n")
        if front.names == "forwarded":
            parts.append("  http-request set-header X-Forwarded-Host %[req.hdr(Host)]\n")
            parts.append(f"  http-request set-header X-Forwarded-Proto http{'s' if front.tls else ''}\n")
        if front.names != "host":
            parts.append(f"  http-request set-header Host {INNER_HOST}\n")
        if front.strips:
            parts.append(f"  http-request replace-path {front.prefix}(/)?(.*) /\\2\n")
    return "".join(parts)
