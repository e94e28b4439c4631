"""Find the addresses by which others on the same network reach this computer."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

# The page's address on the network, as set by the operator: a container's own address cannot be reached.
ROOM_PAGE = "MICROSCOPE_ROOM_PAGE"
# Files that Docker and podman put into every container.
MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


def room_pages(port: int) -> list[str]:
    """The addresses by which others on the network reach the page on this port."""
    named = named_page()
    return [named] if named else [f"http://{address}:{port}/" for address in addresses_in_the_room()]


def named_page() -> str:
    """The address that the operator has set, "" for none."""
    return os.environ.get(ROOM_PAGE, "")


def asked_directly(*hosts: str) -> None:
    """From now on, request these hosts without the proxies that the environment names."""
    named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
    names = ",".join(filter(None, (named, "localhost", "127.0.0.1", "::1", *hosts)))
    os.environ |= {"no_proxy": names, "NO_PROXY": names}


def in_container() -> bool:
    """Whether this program may run in a container, whose addresses cannot be reached from outside."""
    return any(mark.exists() for mark in MARKS)


def addresses_in_the_room() -> list[str]:
    """This computer's address on its network; all of its addresses if there is no default route."""
    ways = [_source("192.0.2.1")]
    if not ways[0]:  # without internet: a switch or a phone's hotspot
        ways = [_source("224.0.0.251", index) for index, _ in socket.if_nameindex()]
    return list(dict.fromkeys(way for way in ways if way and not way.startswith("127.")))


def _source(target: str, interface: int | None = None) -> str | None:
    """The source address of packets to a target, by an interface; None if there is no route. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            if interface is not None:  # struct ip_mreqn, of which only the interface matters
                probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("8xi", interface))
            probe.connect((target, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
