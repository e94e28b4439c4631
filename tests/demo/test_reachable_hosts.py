"""Which servers answer: asked side by side, not often, never for long, and not at all where that is forbidden."""

from __future__ import annotations

import threading
import time

import pytest

from demo.page import reachable_hosts
from demo.page.reachable_hosts import KEPT_SECONDS, ReachableHosts
from vit_core.checkpoints import hub

HUB, FILES = "https://huggingface.co", "https://download.pytorch.org/models/x.pth"


def test_every_host_is_asked_once_a_minute() -> None:
    asked: list[str] = []
    now = [100.0]

    def ask(address: str) -> bool:
        asked.append(address)
        return "pytorch" in address

    hosts = ReachableHosts(ask, clock=lambda: now[0])
    answer = {"huggingface.co": "no", "download.pytorch.org": "yes"}
    for _ in range(3):
        assert hosts.of([HUB, HUB, FILES, FILES.replace("x", "y"), ""]) == answer
    assert sorted(asked) == sorted([HUB, FILES.replace("x", "y")])
    now[0] += KEPT_SECONDS + 1
    assert hosts.of([HUB]) == {"huggingface.co": "no"}
    assert len(asked) == 3


def test_a_host_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachable_hosts, "PATIENCE", 0.1)
    free = threading.Event()

    def ask(address: str) -> bool:
        return "pytorch" in address or free.wait(20)

    hosts = ReachableHosts(ask)
    before = time.monotonic()
    assert hosts.of([HUB, FILES]) == {"huggingface.co": "no", "download.pytorch.org": "yes"}
    assert time.monotonic() - before < 5
    free.set()
    deadline = time.monotonic() + 20
    while hosts._known.get("huggingface.co", (0, "no"))[1] == "no":  # the late answer counts for the next question
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert hosts.of([HUB]) == {"huggingface.co": "yes"}


def test_the_hub_is_not_asked_where_the_operator_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    hosts = ReachableHosts(lambda address: bool(asked.append(address)) or True)
    assert hosts.of([HUB, FILES]) == {"huggingface.co": "offline", "download.pytorch.org": "yes"}
    assert asked == [FILES]
