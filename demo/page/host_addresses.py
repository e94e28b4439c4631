"""Where others in the room find this computer."""

from __future__ import annotations

import socket
import struct


def room_pages(port: int) -> list[str]:
    """Where others in the room find the page of this port."""
    return [f"http://{address}:{port}/" for address in addresses_in_the_room()]


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
