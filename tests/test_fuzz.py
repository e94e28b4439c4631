"""A short run of python -m tests.fuzz, and what it breaks files with."""

from __future__ import annotations

import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from demo.page.host_addresses import addresses_in_the_room
from demo.photo.picture_file import FORMATS, MAX_PIXELS_JPEG
from tests.fuzz import mutator
from tests.fuzz.guarded import is_here

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("schemathesis") is None, reason="schemathesis is not installed: requirements-dev.txt")
def test_a_short_run_finds_nothing() -> None:
    from tests.fuzz.__main__ import run  # schemathesis is imported by whoever asks it for cases

    found, faults = run(36, seed=7)
    assert not faults, found
    assert "0 tracebacks in the log, 0 answers 5xx, 0 dead processes, 0 other hosts asked" in found


def test_the_same_seed_breaks_the_same() -> None:
    good = mutator.pictures()
    assert set(good) == set(FORMATS)
    first, again = ([mutator.damaged(good["PNG"], random.Random(s)) for s in range(40)] for _ in range(2))
    assert first == again
    assert sum(one != good["PNG"] for one in first) > 35


def test_there_is_a_bomb_of_every_kind_and_each_is_small() -> None:
    bombs = mutator.bombs()
    assert {name.split()[0] for name, _ in bombs} == set(FORMATS)
    assert all(len(data) < 5_000_000 for _, data in bombs), [(name, len(data)) for name, data in bombs]
    assert mutator.SIDE**2 > 10 * MAX_PIXELS_JPEG


def guarded(tmp_path: Path, code: str) -> tuple[list[str], list[str]]:
    """What code prints that is guarded, and what the guard writes down."""
    first = (
        "import socket, sys; from pathlib import Path; from tests.fuzz.guarded import guard; guard(Path(sys.argv[1]))\n"
    )
    command = [sys.executable, "-c", first + code, str(tmp_path / "hosts")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines(), (tmp_path / "hosts").read_text().splitlines()


def test_another_host_is_refused_and_written_down(tmp_path: Path) -> None:
    said, written = guarded(
        tmp_path,
        "asked = [lambda: socket.getaddrinfo('example.com', 80), lambda: socket.create_connection(('192.0.2.1', 9))]\n"
        "for ask in asked:\n"
        "    try: ask()\n"
        "    except OSError as error: print(error)\n"
        "here = socket.create_server(('127.0.0.1', 0)); socket.create_connection(here.getsockname()); print('here')\n",
    )
    assert said == ["no other host is asked: example.com", "no other host is asked: 192.0.2.1", "here"]
    assert [line.split()[1] for line in written][:1] == ["example.com"] and "192.0.2.1" in written[-1]


def test_a_datagram_socket_may_learn_its_own_address_and_send_nothing(tmp_path: Path) -> None:
    said, written = guarded(
        tmp_path,
        "way = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "try: way.connect(('192.0.2.1', 9))\n"
        "except OSError as error: assert 'no other host' not in str(error), error\n"
        "for ask in [lambda: way.connect(('192.0.2.1', 53)), lambda: way.sendto(b'x', ('192.0.2.1', 9)),\n"
        "            lambda: way.sendmsg([b'x'], [], 0, ('192.0.2.1', 9))]:\n"
        "    try: ask(); print('sent')\n"
        "    except OSError as error: print(error)\n",
    )
    assert said == ["no other host is asked: 192.0.2.1"] * 3
    assert len(written) == 3


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", b"localhost", None, "127.3.2.1", "", "::1%lo"])
def test_this_computer_is_no_other_host(host: object) -> None:
    assert is_here(host)


def test_nor_is_it_by_its_address_in_the_room() -> None:
    assert all(is_here(address) for address in addresses_in_the_room())


@pytest.mark.parametrize("host", ["example.com", "192.0.2.1", "2001:db8::1", "127.0.0.1.example.com", "proxy.invalid"])
def test_any_other_host_is(host: object) -> None:
    assert not is_here(host)
