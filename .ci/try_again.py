"""What failed in a browser, tried once more, alone.

A page that is driven beside two others on two cores may miss a moment. At most three such tests, each of them named, so
that whoever reads the run mends them: a race stays a fault. Whatever fails twice fails, and any test that drives no
page fails at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MOST = 3
FAILED = Path(".pytest_cache/v/cache/lastfailed")


def main() -> int:
    """0 if every test that failed in the last run may be tried again and passes then."""
    failed = list(json.loads(FAILED.read_text(encoding="utf-8"))) if FAILED.exists() else []
    if not failed or len(failed) > MOST or not all(name.startswith("tests/browser/") for name in failed):
        return 1
    sys.stdout.write("\n".join(["== failed; tried again, alone:", *failed, ""]))
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", "pytest", "-n", "0", *failed], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
