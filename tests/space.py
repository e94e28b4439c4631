"""Play a hosted Space here: python -m tests.space [--python PATH ...]

Only the files and the variables that a Space has, an interpreter of its own, no network. For each interpreter, with the
requirements installed: cold start against `import torch, gradio`, a photo looked at and a link shared through a page of
another origin, the Space asleep and awake again under an open page, and the self-test. Where the package `spaces` is
installed, also a Space that is lent a GPU: with that package, a stand-in for what lends, and no GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit
from urllib.request import urlopen

import numpy as np
from gradio_client import Client
from playwright.sync_api import expect

from demo import selftest
from demo.space import stage
from tests.support.browser import chromium
from tests.support.framing import link_in, outer_page
from tests.support.pictures import picture_file
from tests.support.server import answers, free_port

SPACE = "us/it"
LIMIT = 1.6  # cold start to the first numbers, as a multiple of the two imports that cannot be spared
ROUNDS = 3
# A Space that is lent a GPU, to which the bundled model is large. There is none: what a worker does with it first is
# left out, and its passes run on the CPU.
LENT = """
import sys
sys.path.insert(0, "")
import demo.main
import spaces.zero.torch as gpu
from demo.compute import lending
gpu.init = gpu.move = lambda *_, **__: None
lending.LARGE_BYTES = 50_000_000
demo.main.main()
"""
SHARE = "a.e30.c"  # by which a Space knows whose share of GPU time it is
# What the reloading that a Space's own package brings leaves open, and Python says of it at the end.
LEFT_OPEN = r"Exception ignored in: <function BaseEventLoop.__del__.*?(?:Invalid file descriptor: -1\n|\Z)"


def variables(folder: Path, home: Path, port: int, outer: str = "") -> dict[str, str]:
    """What the hub sets for a Space, and an empty home; the outer page stands in for huggingface.co."""
    names = {
        "SYSTEM": "spaces",
        "SPACE_ID": SPACE,
        "SPACE_AUTHOR_NAME": "us",
        "SPACE_REPO_NAME": "it",
        "SPACE_HOST": "us-it.hf.space",
        "SPACE_CREATOR_USER_ID": "0",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_ALLOW_FLAGGING": "never",
        "GRADIO_NUM_PORTS": "1",
        "CPU_CORES": "2",
        "MEMORY": "16Gi",
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        # Nothing outside can be reached: whatever tries fails at once.
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    return names | ({"MICROSCOPE_OUTER_PAGE": outer} if outer else {})


@contextmanager
def awake(
    python: str, folder: Path, port: int, outer: str = "", *, program: Sequence[str] = ("app.py",), **more: str
) -> Iterator[tuple[str, float]]:
    """The Space at work, with more variables: where, and the seconds from its start to the first numbers."""
    log = folder.parent / f"{port}.log"
    began = time.monotonic()
    with log.open("a") as file:
        environment = variables(folder, folder.parent, port, outer) | more
        process = subprocess.Popen([python, *program], cwd=folder, env=environment, stdout=file, stderr=file)
    try:
        url = f"http://127.0.0.1:{port}/"
        while not answers(f"{url}microscope/boot", seconds=60):
            if process.poll() is not None or time.monotonic() - began > 300:
                raise AssertionError(f"the Space does not start:\n{log.read_text()}")
            time.sleep(0.02)
        seconds = time.monotonic() - began
        with urlopen(f"{url}microscope/boot", timeout=60) as answer:
            assert "first" in json.load(answer)
        yield url, seconds
    finally:
        process.terminate()
        process.wait(60)
    told = re.sub(LEFT_OPEN, "", log.read_text(), flags=re.DOTALL)
    assert "Traceback" not in told, told


def start(python: str, folder: Path) -> float:
    """Cold start to first numbers, as a multiple of the imports: the median of some rounds of one after the other."""
    ratios = []
    for _ in range(ROUNDS + 1):
        began = time.monotonic()
        subprocess.run([python, "-c", "import torch, gradio"], check=True)
        imports = time.monotonic() - began
        with awake(python, folder, free_port()) as (_, seconds):
            ratios.append(seconds / imports)
            sys.stdout.write(f"  imports {imports:5.2f} s   first numbers {seconds:5.2f} s   {ratios[-1]:.2f}\n")
    return statistics.median(ratios[1:])  # the first one warmed the disk


def visit(python: str, folder: Path, browser) -> None:
    """A visitor at the outer page: own photo, link, the Space asleep and awake under the open page."""
    port = free_port()
    with outer_page(f"http://127.0.0.1:{port}/") as outer:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(120_000)
        frame = page.frame_locator("iframe")
        with awake(python, folder, port, outer):
            page.goto(f"{outer}?v=2&lang=en&screen=attention")
            photo = {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": picture_file(size=(310, 200), seed=5)}
            expect(frame.locator("#screen-attention [data-complete]")).to_be_attached()
            frame.locator("input[type=file]").first.set_input_files(photo)
            expect(frame.locator(".photo-name")).to_contain_text("Your photo, 310 × 200")
            link = link_in(frame)
            assert link.startswith(f"{outer}?") and "photo=" in link, link
            page.keyboard.press("Escape")  # what offers the link lies on the rail
        with awake(python, folder, port, outer):  # it has slept, and remembers nothing
            frame.locator(".station[data-to=decision]").click()
            expect(frame.locator("#screen-decision .verdict")).to_be_visible()
            frame.locator(".strip .sizes button").first.click()
            expect(frame.locator(".rail-row .status")).to_contain_text("9 patches + CLS")
            expect(frame.locator(".photo-name")).to_contain_text("Your photo, 310 × 200")
        page.close()


class Lends(BaseHTTPRequestHandler):
    """What a Space asks for a GPU, which lends one to everybody who shows a share."""

    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_POST(self) -> None:
        where = urlsplit(self.path)
        self.asked.append((where.path, dict(parse_qsl(where.query))))
        device = {"idle": False, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "yes"}
        body = json.dumps(device if where.path == "/schedule" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def borrow(python: str, folder: Path) -> None:
    """A program's call, computed in the process that a lent GPU's package forks, for the share of who asks."""
    Lends.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Lends) as lends:
        Thread(target=lends.serve_forever, daemon=True).start()
        api = f"http://127.0.0.1:{lends.server_port}"
        told = {"SPACES_ZERO_GPU": "true", "SPACES_ZERO_DEVICE_API_URL": api}
        with awake(python, folder, free_port(), program=("-c", LENT), **told) as (url, _):
            client = Client(url, verbose=False, headers={"X-IP-Token": SHARE})
            weights = np.load(client.predict({"path": "example:cc0_pizza.jpg"}, 3, api_name="/attention"))
        lends.shutdown()
    assert weights.shape == (6, 257, 257), weights.shape
    assert [path for path, _ in Lends.asked] == ["/startup-report", "/schedule", "/allow", "/release"], Lends.asked
    assert Lends.asked[1][1]["token"] == SHARE and Lends.asked[3][1]["fail"] == "false", Lends.asked


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--python", nargs="+", default=[sys.executable], help="interpreters with the requirements")
    failed = 0
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        folder = Path(scratch) / "space"
        stage(folder, SPACE)
        for python in parser.parse_args().python:
            sys.stdout.write(subprocess.run([python, "-VV"], capture_output=True, text=True, check=True).stdout)
            ratio = start(python, folder)
            failed += ratio > LIMIT
            verdict = "ok" if ratio <= LIMIT else "OVER"
            sys.stdout.write(f"  cold start / imports  {ratio:.2f}  limit {LIMIT}  {verdict}\n")
            visit(python, folder, browser)
            sys.stdout.write("  a photo and a link through another origin's page, asleep and awake: ok\n")
            with awake(python, folder, free_port()) as (url, _):
                failed += selftest.run(url, lambda line: sys.stdout.write(f"  {line}"))
            if subprocess.run([python, "-c", "import spaces"], check=False, capture_output=True).returncode == 0:
                borrow(python, folder)
                sys.stdout.write("  a large model's numbers from a process with a lent GPU: ok\n")
            sys.stdout.flush()
    return min(1, failed)


if __name__ == "__main__":
    sys.exit(main())
