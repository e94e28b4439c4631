"""How much memory the program takes: as an operator says, with a heap that is bounded and given back."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from demo.compute import heap
from demo.compute.bounds import BESIDE, PARTS, PROGRAM, USUAL, MemoryLimits, read
from demo.main import options
from demo.services import Services
from demo.serving.memory import Memory
from demo.serving.public import Public

ROOT = Path(__file__).resolve().parents[2]
GLIBC = pytest.mark.skipif(not heap.is_bounded(), reason="only glibc can be asked")


@pytest.mark.parametrize(("said", "amount"), [("2G", 2 << 30), ("1536M", 1536 << 20), ("2.5gb", 5 << 29)])
def test_an_amount_is_read_as_containers_read_it(said: str, amount: int) -> None:
    assert read(said) == amount


@pytest.mark.parametrize("said", ["", "2", "G", "-2G", "2T", "500M", "2G2", "1e3G"])
def test_any_other_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"is no amount of memory|is too little"):
        read(said)


def test_one_amount_bounds_everything_that_is_kept(models_dir: Path) -> None:
    stores = Public(Services(models_dir=models_dir, limits=MemoryLimits.within(2 << 30))).stores
    budgets = [store.budget for store in stores.values()]
    assert (2 << 30) - 2000 < (PROGRAM + sum(budgets)) * (1 + BESIDE) <= 2 << 30
    assert min(budgets) > 0 and stores["traces"].budget == max(budgets)


def test_every_store_has_its_own_limit(models_dir: Path) -> None:
    limits = MemoryLimits(*range(1, 1 + len(PARTS)))
    stores = Public(Services(models_dir=models_dir, limits=limits)).stores
    assert {name.replace(" ", "_"): store.budget for name, store in stores.items()} == asdict(limits)
    assert sum(PARTS.values()) == 100 and PARTS.keys() == asdict(USUAL).keys()


def test_the_amount_is_an_option_and_a_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MICROSCOPE_MEMORY", raising=False)
    assert options([]).memory is None
    monkeypatch.setenv("MICROSCOPE_MEMORY", "3G")
    assert options([]).memory == 3 << 30
    assert options(["--memory", "2G"]).memory == 2 << 30
    with pytest.raises(SystemExit):
        options(["--memory", "much"])
    assert "much is no amount of memory" in capsys.readouterr().err


def test_what_is_promised_follows_what_is_kept(models_dir: Path) -> None:
    public = Public(Services(models_dir=models_dir))
    memory = Memory(public.stores)
    assert memory.amounts() == {}, "nothing is promised before the program is warm"
    memory.begin()
    before = memory.amounts()
    public.payloads.answer("key", lambda: bytes(1000))
    after = memory.amounts()
    assert after["promised now"] == pytest.approx(before["promised now"] + 1000 * (1 + BESIDE))
    assert after["promised ever"] == before["promised ever"] > after["promised now"] >= after["when warm"]


HEAPS = """
import sys, threading
from demo.compute import heap
if sys.argv[1] == "bound":
    heap.bound()
def grow():
    kept.append([bytes([i]) * 60_000 for i in range(100)])
    before.wait()
kept, before = [], threading.Barrier(8)
threads = [threading.Thread(target=grow) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
full = heap.resident()
kept.clear()
tidy = heap.HeapTrimmer()
print(tidy.look(), tidy.look())
after, maps = heap.resident(), open("/proc/self/maps").read().splitlines()
others = [one for one in maps if " rw-p " in one and int(one.split("-")[0], 16) % (64 << 20) == 0]
print(full, after, 1 + len(others))
"""


@GLIBC
@pytest.mark.parametrize(("way", "most"), [("bound", heap.HEAPS), ("not", 99)])
def test_there_are_few_heaps_and_what_is_free_in_them_is_given_back(way: str, most: int) -> None:
    done = subprocess.run([sys.executable, "-c", HEAPS, way], cwd=ROOT, capture_output=True, text=True, check=True)
    first, again, *numbers = done.stdout.split()
    assert (first, again) == ("True", "False") or way == "not", "by itself glibc may have given it back before"
    full, after, heaps = map(int, numbers)
    # Of the second heap malloc_trim leaves what lies at its end (mtrim of glibc's malloc.c): it may be all of it.
    assert after < full - 15_000_000, "nothing was given back"
    assert heaps <= most and (way == "bound" or heaps > heap.HEAPS)


THREADS = """
import sys, threading
from demo.compute import heap
if sys.argv[1] == "bound":
    heap.bound()
import torch
def multiply():
    torch.ones(257, 384) @ torch.ones(384, 1536)
    multiplied.wait()
    measured.wait()
multiplied, measured = threading.Barrier(25), threading.Barrier(25)
torch.ones(257, 384) @ torch.ones(384, 1536)
tidy, before = heap.HeapTrimmer(), heap.resident()
for _ in range(24): threading.Thread(target=multiply).start()
multiplied.wait()
tidy.look()
print(heap.resident() - before)
measured.wait()
"""


@GLIBC
@pytest.mark.slow
@pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="this torch multiplies without MKL")
@pytest.mark.parametrize("way", ["bound", "not"])
def test_no_thread_keeps_buffers_of_its_products(way: str) -> None:
    # The process of the tests is bounded itself, and hands that on.
    env = {name: value for name, value in os.environ.items() if name != "MKL_DISABLE_FAST_MM"}
    command = [sys.executable, "-c", THREADS, way]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    # What is measured is 3 and 80 MB.
    assert (int(done.stdout) < 20_000_000) is (way == "bound"), done.stdout


def test_what_the_operator_says_of_the_heap_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in heap.os.environ if name.startswith(("MALLOC_", "GLIBC_"))]:
        monkeypatch.delenv(name)
    assert not heap.is_chosen()
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    assert heap.is_chosen()
    monkeypatch.delenv("MALLOC_ARENA_MAX")
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=8")
    assert heap.is_chosen()
