"""Where others in the room find this computer."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

# The page's address in the room, where an operator knows it better: a container's own leads nowhere.
ROOM_PAGE = "MICROSCOPE_ROOM_PAGE"
# What Docker and podman put into every container.
MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


def room_pages(port: int) -> list[str]:
    """Where others in the room find the page of this port."""
    named = named_page()
    return [named] if named else [f"http://{address}:{port}/" for address in addresses_in_the_room()]


def named_page() -> str:
    """The address that the operator has named, "" for none."""
    return os.environ.get(ROOM_PAGE, "")


def asked_directly(*hosts: str) -> None:
    """From now on no proxy that the environment names is asked for this computer, of which it knows nothing."""
    named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
    names = ",".join(filter(None, (named, "localhost", "127.0.0.1", "::1", *hosts)))
    os.environ |= {"no_proxy": names, "NO_PROXY": names}


def in_container() -> bool:
    """Whether the addresses found here may be those of a container, which nobody in the room can reach."""
    return any(mark.exists() for mark in MARKS)


def addresses_in_the_room() -> list[str]:
    """This computer's address as others on its network see it; all of them where no network leads anywhere else."""
    ways = [_source("192.0.2.1")]
    if not ways[0]:  # a switch or a phone's hotspot, without internet
        ways = [_source("224.0.0.251", index) for index, _ in socket.if_nameindex()]
    return list(dict.fromkeys(way for way in ways if way and not way.startswith("127.")))


def _source(target: str, interface: int | None = None) -> str | None:
    """The address from which something would be sent, by an interface; None where there is no way. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            if interface is not None:  # struct ip_mreqn: of a group, it is the interface alone that counts
                probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("8xi", interface))
            probe.connect((target, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
