"""Run every benchmark and print one table; exit status 1 when a limit is exceeded."""

from __future__ import annotations

import argparse
import os
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import torch

from tests.benchmarks import (
    bench_changes,
    bench_decoding,
    bench_forward,
    bench_incremental,
    bench_load,
    bench_memory,
    bench_page,
    bench_recurrent,
    bench_sentence,
    bench_soak,
)

SUITES = {
    "forward": bench_forward.run,
    "changes": bench_changes.run,
    "decoding": bench_decoding.run,
    "incremental": bench_incremental.run,
    "page": bench_page.run,
    "sentence": bench_sentence.run,
    "recurrent": bench_recurrent.run,
    "memory": bench_memory.run,
    "load": bench_load.run,
    "soak": bench_soak.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], help="all when none is named")
    chosen = parser.parse_args().suites or list(SUITES)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    rows = [row for name in chosen for row in SUITES[name]()]
    print("\n".join(map(str, rows)))
    return int(any(row.limit is not None and row.figure > row.limit for row in rows))


if __name__ == "__main__":
    sys.exit(main())
