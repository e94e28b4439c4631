"""Compare a device's numbers with the CPU's: python -m tests.device --device cuda [--models NAME ...]

Ends with 1 where a quantity differs by more than 1e-4, where another text was written, or where the passes did not run
on the device.
"""

from __future__ import annotations

import argparse
import sys

from tests.support.devices import bundled, compare
from vit_core.device import DEVICES


def main() -> int:
    """Compare, and tell what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--device", required=True, choices=DEVICES)
    parser.add_argument("--models", nargs="+", choices=bundled(), default=list(bundled()))
    asked = parser.parse_args()
    return int(not compare(asked.device, asked.models, lambda line: print(line, flush=True)))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
