"""Threads that run passes compute with several processors, others with one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

import vit_core
from demo.compute import pass_threads
from demo.services import Services

ASKED = """
import json, os, threading, time
from demo.compute import processors
processors.reserve()
import torch
from demo.compute import pass_threads

def of(number):
    torch.randn(300, 300) @ torch.randn(300, 300)  # enough for several threads
    torch.randn(500_000).exp()
    return torch.get_num_threads()

def threads():
    return len(os.listdir("/proc/self/task"))

def in_a_thread(task):
    found = []
    thread = threading.Thread(target=lambda: found.extend([task(), threads()]))
    before = threads()
    thread.start()
    thread.join()
    # A thread that is joined may not have ended yet (before Python 3.13), nor may those that computed with it.
    until = time.monotonic() + 10
    while threads() > before and time.monotonic() < until:
        time.sleep(0.001)
    return found

of(0)
before = in_a_thread(lambda: of(0))
passes = in_a_thread(lambda: [pass_threads.with_processors(number, lambda: of(0)) for number in (3, 1, 3)])
after = [in_a_thread(lambda: of(0)), in_a_thread(lambda: of(0))]
print(json.dumps({"count": pass_threads.count(), "before": before, "passes": passes, "after": after}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="another OpenMP is left as it is")
@pytest.mark.parametrize("chosen", [None, "3"])
def test_one_thread_alone_has_a_team(chosen: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    if chosen:
        environment["OMP_NUM_THREADS"] = chosen
    ran = subprocess.run([sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)
    assert told["count"] == (3 if chosen else len(os.sched_getaffinity(0))) or not chosen
    threads, tasks = told["before"]
    assert threads == 1
    # Two more threads for the pass, which end with it, and none for whoever computes elsewhere.
    assert told["passes"][0] == [3, 1, 3] and told["passes"][1] == tasks + 2
    assert [threads for threads, _ in told["after"]] == [1, 1]
    assert [now for _, now in told["after"]] == [tasks, tasks]


def test_a_warm_program_has_had_as_many_passes_at_once_as_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """What such passes need is then part of what the program is said to take."""
    for name, number in {"side_by_side": 2, "count": 2}.items():
        monkeypatch.setattr(pass_threads, name, lambda number=number: number)
    at_once: list[int] = []
    photos = Services().photos
    trace_image = vit_core.trace_image

    def passing(*given: Any, **named: Any) -> Any:
        at_once.append(len(photos._queue.running._shares))
        return trace_image(*given, **named)

    monkeypatch.setattr(vit_core, "trace_image", passing)
    photos.warm()
    assert max(at_once) == 2
