"""Long walks over the whole page: python -m tests.walks [--walks 30] [--steps 40] [--seed 0]"""

from __future__ import annotations

import argparse
import sys

from tests.support.browser import chromium
from tests.support.server import running_app
from tests.support.walking import Pair


def main() -> int:
    """Walk, and tell every difference that was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=30)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="of the first walk; the others count on from it")
    asked = parser.parse_args()
    failed = 0
    with running_app() as app, chromium() as browser:
        pair = Pair(browser, app.url)
        for seed in range(asked.seed, asked.seed + asked.walks):
            try:
                found = pair.walk(seed=seed, steps=asked.steps)
            except Exception as error:  # the other walks are still worth their while
                found = [f"walk {seed}: {error}"]
                pair.close()
                pair = Pair(browser, app.url)
            failed += bool(found)
            sys.stdout.write("\n".join(found or [f"walk {seed}: the same"]) + "\n")
            sys.stdout.flush()
    sys.stdout.write(f"{asked.walks} walks of {asked.steps} steps, {failed} with differences\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
