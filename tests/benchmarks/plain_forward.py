"""Run a forward pass of the page's first model for every line that comes, and answer with its milliseconds: alone in a
process, whose threads wait for nobody else's.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def plain_forward() -> Iterator[Callable[[], float]]:
    """A function that runs one and returns its milliseconds."""
    command = [sys.executable, "-m", "tests.benchmarks.plain_forward"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        ask, answers = process.stdin, process.stdout

        def run() -> float:
            print(file=ask, flush=True)
            return float(answers.readline())

        run()  # what is loaded once
        yield run
        ask.close()


def main() -> None:
    import torch

    import vit_core
    from demo.photo.query import FIRST

    net = vit_core.load(FIRST.model).model
    pixels = torch.zeros(1, 3, FIRST.size, FIRST.size)
    with torch.inference_mode():
        for _ in sys.stdin:
            started = time.perf_counter()
            net(pixels)
            print((time.perf_counter() - started) * 1000, flush=True)


if __name__ == "__main__":
    main()
