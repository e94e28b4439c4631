"""The program, with every connection to another host written down and refused: python -m tests.fuzz.guarded FILE ..."""

from __future__ import annotations

import ipaddress
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Any

HERE = ("localhost", "", "0.0.0.0", "::")
SENT = ("socket.connect", "socket.sendto", "socket.sendmsg")  # whose second argument is an address
ASKED = (*SENT, "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
DISCARD = 9


def is_here(host: Any) -> bool:
    """Whether a host is this computer itself."""
    name = host.decode("latin-1") if isinstance(host, bytes) else "" if host is None else str(host)
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name in HERE
    return name in HERE or address.is_loopback or _is_own(str(address), address.version)


def _is_own(address: str, version: int) -> bool:
    """Whether an address is one of this computer's own: at no other can a socket wait."""
    with socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_DGRAM) as here:
        try:
            here.bind((address, 0))
        except OSError:
            return False
        return True


def only_chooses_a_way(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether a datagram socket is told a target (RFC 863) to learn its own address, with no packet leaving."""
    return event == "socket.connect" and arguments[0].type == socket.SOCK_DGRAM and arguments[1][1] == DISCARD


def guard(log: Path) -> None:
    """From now on no socket of this process reaches another host, nor asks for its name."""
    with_log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ASKED:
            return
        address = arguments[1] if event in SENT else arguments[0]
        host = address[0] if isinstance(address, tuple) else address
        if event in SENT and not isinstance(address, tuple):
            return  # a socket of this computer's own file system
        if not is_here(host) and not only_chooses_a_way(event, arguments):
            os.write(with_log, f"{event} {host}\n".encode("utf-8", "replace"))
            raise OSError(f"no other host is asked: {host}")

    sys.addaudithook(hook)


if __name__ == "__main__":
    guard(Path(sys.argv[1]))
    app = Path(__file__).resolve().parents[2] / "app.py"
    sys.path.insert(0, str(app.parent))
    sys.argv = [str(app), *sys.argv[2:]]
    runpy.run_path(str(app), run_name="__main__")
