"""Another host in the same room: a network namespace joined to this one by a cable of its own, and a browser in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.browser import CHROMIUM

# Kept for examples: no network outside has these addresses, only this computer's own may.
NETS = ("198.51.100", "203.0.113", "192.0.2")
IP = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin")


@contextmanager
def other_host(folder: Path) -> Iterator[tuple[str, str]]:
    """A chromium that reaches nothing but this computer, as a program to start, and this computer's address there.

    Skips the test with a reason where namespaces may not be made.
    """
    if IP is None:
        pytest.skip("no ip on this machine: apt-get install iproute2")
    taken = _ip("-4 addr show")
    net = next((net for net in NETS if net not in taken), None)
    if net is None:
        pytest.skip(f"this computer has addresses in {', '.join(NETS)}")
    here, there = f"{net}.1", f"{net}.2"
    name = f"microscope-{os.getpid()}"
    ends = [f"ms{os.getpid() % 10**9}{end}" for end in "ab"]
    with ExitStack() as made:
        _ip(f"netns add {name}")
        made.callback(_ip, f"netns del {name}")  # and with it its end of the cable, and so the cable
        _ip(f"link add {ends[0]} type veth peer name {ends[1]} netns {name}")
        for end, address, where in ((ends[0], here, ""), (ends[1], there, f"-n {name} ")):
            _ip(f"{where}addr add {address}/30 dev {end}")
            _ip(f"{where}link set {end} up")
        _ip(f"-n {name} link set lo up")
        program = folder / "chromium"
        program.write_text(f'#!/bin/sh\nexec {IP} netns exec {name} {CHROMIUM} "$@"\n')
        program.chmod(0o755)
        yield str(program), here


def _ip(arguments: str) -> str:
    done = subprocess.run([str(IP), *arguments.split()], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"ip {arguments}: {done.stderr.strip()}")
    return done.stdout
