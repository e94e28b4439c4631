"""Simulate another computer on the network: a network namespace with a browser, and one route to the app.

This computer's own network is not changed: when an interface comes or goes, its other browsers would abort their
requests.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.browser import CHROMIUM

HERE = "198.51.100.1"  # kept for examples (RFC 5737); known inside the namespace only
IP = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin")
CLONE_NEWNET = 0x40000000


@contextmanager
def other_host(folder: Path, port: int) -> Iterator[tuple[str, str]]:
    """A chromium that reaches nothing but this port of this computer, as a program to start, and its host there.

    Skips the test with a reason where namespaces may not be made.
    """
    if IP is None:
        pytest.skip("no ip on this machine: apt-get install iproute2")
    name = f"microscope-{os.getpid()}"
    with ExitStack() as made:
        _ip(f"netns add {name}")
        made.callback(_ip, f"netns del {name}")
        # Everything stands before the browser looks: a network that changes under it makes it begin anew.
        _ip(f"-n {name} addr add {HERE}/32 dev lo")
        _ip(f"-n {name} link set lo up")
        listening = made.enter_context(_listening_in(name, port))
        threading.Thread(target=_relay, args=(listening, port), daemon=True).start()
        program = folder / "chromium"
        program.write_text(f'#!/bin/sh\nexec {IP} netns exec {name} {CHROMIUM} "$@"\n')
        program.chmod(0o755)
        yield str(program), HERE


def _listening_in(name: str, port: int) -> socket.socket:
    """A socket that listens inside the namespace: it belongs to the network its thread is in when it is made."""
    made: list[socket.socket] = []

    def make() -> None:
        with open(f"/run/netns/{name}") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                return
        made.append(socket.create_server((HERE, port)))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if not made:
        pytest.skip("a thread may not enter the namespace")
    return made[0]


def _relay(listening: socket.socket, port: int) -> None:
    """Carry every connection made there to the app's port here, byte for byte, until the socket is closed."""
    with suppress(OSError):
        while True:
            there, _ = listening.accept()
            here = socket.create_connection(("127.0.0.1", port))
            for source, target in ((there, here), (here, there)):
                threading.Thread(target=_pour, args=(source, target), daemon=True).start()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(1 << 16):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _ip(arguments: str) -> str:
    done = subprocess.run([str(IP), *arguments.split()], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"ip {arguments}: {done.stderr.strip()}")
    return done.stdout
