"""Ask a server of its own thousands of odd things: python -m tests.fuzz [--requests N] [--seed S] [--write FILE]

Ends with 1 where an answer was 5xx or none came in a minute, the log has a traceback or a word of what was sent, the
process died, another host was asked, or memory stayed taken that no store says to hold.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import torch

from demo.main import version
from tests.fuzz import mutator
from tests.fuzz.kinds import SECONDS, SECRET, Count, Target, kinds
from tests.support.server import answers, free_port
from tests.support.tiny import TINY, write_tiny
from vit_core.config import ViTConfig
from vit_core.vit import VisionTransformer

ROOT = Path(__file__).resolve().parents[2]
# What may stay beside what the stores say to hold: threads' stacks, and what the C library does not give back.
MARGIN = 200_000_000
DAMAGED = 40
# A traceback's last lines, whether it stands alone or in a line of JSON.
TRACE = re.compile(
    r"Traceback \(most recent call last\):(?:\n[ +|].*)*?((?:\n[ +|].*){0,6}\n[^ ].*)|\"trace\".*(.{1500})$",
    re.MULTILINE,
)


@contextmanager
def guarded(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server in a process of its own, which can reach no other host; its log and what it tried lie in a folder."""
    port = free_port()
    log, hosts = folder / "log", folder / "hosts"
    command = [sys.executable, "-m", "tests.fuzz.guarded", str(hosts), "--port", str(port), "--log", "json"]
    # A proxy that nobody is behind: what goes by it is written down as well, since its name is another host's.
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://proxy.invalid:9")
    own = {"GRADIO_TEMP_DIR": str(folder / "gradio"), "HF_HOME": str(folder / "hub"), "no_proxy": "127.0.0.1,localhost"}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--models-dir", str(folder / "models")],
            cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env={**os.environ, **proxies, **own},
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 240
        while not answers(f"{url}/readyz"):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the server does not answer:\n{log.read_text()}")
            time.sleep(0.1)
        yield url, process
    finally:
        process.terminate()
        process.wait(60)


def taken(process: subprocess.Popen[bytes]) -> int:
    """Bytes of memory that a process has (Linux)."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def held(http: httpx.Client) -> float:
    """Bytes that the server's stores say to hold."""
    said = re.findall(r"^microscope_store_bytes\{[^}]*\} (\S+)$", http.get("/metrics").text, re.MULTILINE)
    return sum(map(float, said))


def settled(http: httpx.Client, process: subprocess.Popen[bytes]) -> int:
    """Memory once nothing is under way any more."""
    quiet = began = time.monotonic()
    least = taken(process)
    while time.monotonic() - quiet < 1 and time.monotonic() - began < 20 and process.poll() is None:
        http.get("/healthz")
        time.sleep(0.3)
        if taken(process) < least - 1_000_000:
            least, quiet = taken(process), time.monotonic()
    return taken(process)


def run(requests: int, seed: int) -> tuple[str, list[str]]:
    """Ask; the table, and everything that should not be."""
    rng, began = random.Random(seed), time.monotonic()
    counts: dict[str, Count] = {}
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        torch.manual_seed(seed)
        write_tiny(folder / "models" / "tiny", VisionTransformer(ViTConfig(**TINY)))
        broken = mutator.checkpoints(folder / "models" / "tiny", folder / "models", rng, DAMAGED)
        with guarded(folder) as (url, process), httpx.Client(base_url=url, timeout=SECONDS, trust_env=False) as http:
            target = Target(url, "tiny", broken, rng, http)
            for _, ask, share in kinds():  # what is loaded or grown once is there before memory is read
                ask(target, Count(), max(2, round(requests * share / 8)))
            before, held_before = settled(http, process), held(http)
            for kind, ask, share in kinds():
                count = counts[kind] = Count()
                ask(target, count, max(3, round(requests * share)))
                if process.poll() is not None:
                    count.faults.append(f"the process has ended with {process.returncode}")
                    break
            else:
                after, held_after = settled(http, process), held(http)
                grown = after - before - max(0.0, held_after - held_before)
                memory = (
                    f"Memory {before / 1e6:.0f} MB before (an eighth as many requests had been made to warm up), {after / 1e6:.0f} MB after; what the stores say to hold went from "
                    f"{held_before / 1e6:.0f} to {held_after / 1e6:.0f} MB. Beyond that: {grown / 1e6:+.0f} MB, at most {MARGIN / 1e6:.0f}."
                )
                if grown > MARGIN:
                    faults.append(memory)
        log = (folder / "log").read_text(encoding="utf-8", errors="replace")
        hosts = (folder / "hosts").read_text().split("\n") if (folder / "hosts").exists() else []
        ran_a_pickle = [str(path) for path in (ROOT / "ran-a-pickle", folder / "ran-a-pickle") if path.exists()]
    tracebacks = log.count("Traceback (most recent call last)")
    others = sorted({line for line in hosts if line})
    faults += [f"{kind}: {fault}" for kind, count in counts.items() for fault in count.faults]
    faults += [f"another host was asked: {line}" for line in others]
    faults += [f"a pickle was run: {path}" for path in ran_a_pickle]
    faults += [f"the log has: {found}" for found in sorted({"".join(one) for one in TRACE.findall(log)})[:10]]
    faults += [f"the log has: {line[:300]}" for line in log.splitlines() if SECRET in line][:10]
    if process.returncode != 0:
        faults.append(f"asked to end, the process ended with {process.returncode}")
    total = sum(count.requests for count in counts.values())
    summary = [
        f"{total:,} requests in {time.monotonic() - began:.0f} s, seed {seed}: {tracebacks} tracebacks in the log, "
        f"{sum(count.answers['5xx'] for count in counts.values())} answers 5xx, {int(process.returncode != 0)} dead processes, "
        f"{len(others)} other hosts asked, {log.count(SECRET)} words of a visitor's in the log.",
        memory if process.returncode == 0 else "",
    ]
    return "\n\n".join(["\n".join(table(counts)), *summary]), faults


def table(counts: dict[str, Count]) -> Iterator[str]:
    """What came of every kind, a row each."""
    classes = ("2xx", "3xx", "4xx", "5xx", "none")
    yield "| kind | requests | " + " | ".join((*classes[:-1], "connection closed")) + " | slowest, s |"
    yield "|---|" + "---:|" * (len(classes) + 2)
    for kind, count in counts.items():
        answers = " | ".join(f"{count.answers[one]:,}" for one in classes)
        yield f"| {kind} | {count.requests:,} | {answers} | {count.worst:.2f} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="where the table of a run without a fault is to stand"
    )
    chosen = parser.parse_args()
    found, faults = run(chosen.requests, chosen.seed)
    sys.stdout.write(found + "\n" + "".join(f"\nFAULT {fault}" for fault in faults) + ("\n" if faults else ""))
    if chosen.write and not faults:
        machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {version()}"
        command = f"python -m tests.fuzz --requests {chosen.requests} --seed {chosen.seed} --write {chosen.write}"
        chosen.write.write_text(HEAD.format(command=command, machine=machine) + found + "\n", encoding="utf-8")
    return 1 if faults else 0


HEAD = """# Thousands of odd requests

Written by `{command}` ({machine}). What is asked stands in `tests/fuzz/kinds.py`, what is
broken in `tests/fuzz/mutator.py`. The server is a process of its own on this computer; an audit hook writes down and refuses every connection to
another host and every question for its name (`tests/fuzz/guarded.py`). A short run is a test.

"""

if __name__ == "__main__":
    sys.exit(main())
