"""Which threads compute with several processors at once: those that run passes, and no others.

GNU's OpenMP keeps a team of threads for every thread that ever computed in parallel. Once the teams together have more
threads than there are processors, they sleep between any two products: on two cores a pass then takes 85 ms in place
of 66. So every thread computes with one processor, but for the one that asks for more (pass_threads).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHOSEN = "OMP_NUM_THREADS"
SIBLINGS = Path("/sys/devices/system/cpu")
_reserved = 0  # the processors of passes; 0: nothing was reserved


def reserve() -> None:
    """Leave all processors but one a thread to passes; to be called before torch is loaded. An operator's own
    OMP_NUM_THREADS is the number for passes. Other systems than Linux have another OpenMP, and keep it as it is.
    """
    global _reserved  # noqa: PLW0603  one number of the process, as the variable of the environment is
    if not sys.platform.startswith("linux"):
        return
    chosen = os.environ.get(CHOSEN, "")
    _reserved = int(chosen) if chosen.isdecimal() and int(chosen) else _cores()
    os.environ[CHOSEN] = "1"


def _cores() -> int:
    """The processors that this process may use, of those that share a core one, as torch counts them."""
    mine = os.sched_getaffinity(0)
    cores = set()
    for cpu in mine:
        siblings = SIBLINGS / f"cpu{cpu}" / "topology" / "thread_siblings_list"
        try:
            cores.add(siblings.read_text(encoding="ascii").strip())
        except OSError:  # not told
            cores.add(str(cpu))
    return len(cores)


def reserved() -> int:
    """The processors that are left to passes; 0 where none were reserved."""
    return _reserved
