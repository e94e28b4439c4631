"""Write published forms of checkpoints on random weights and read them: python -m tests.wild [--only WORD] [--write]

Ends with 1 where a form loads with other numbers than its library reads, loads and should not, is refused and should not
be, is refused in words that do not name it, or is not told what it should tell.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import torch

from tests.wild.catalogue import FORMS
from tests.wild.forms import judged
from tests.wild.table import DOCUMENT, line, summary, with_table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.wild", description=__doc__)
    parser.add_argument("--only", metavar="WORD", nargs="*", default=[""], help="those with one of these words in their name")
    parser.add_argument("--write", action="store_true", help=f"the table into {DOCUMENT.name}, where there is no fault")
    chosen = parser.parse_args()
    torch.set_num_threads(min(2, torch.get_num_threads()))
    rows = []
    for form in (form for form in FORMS if any(word in form.name for word in chosen.only)):
        with tempfile.TemporaryDirectory(prefix="wild") as folder:
            rows.append(judged(form, Path(folder) / "checkpoint"))
        sys.stdout.write(f"{line(rows[-1])}\n")
        sys.stdout.flush()
    faults = [row for row in rows if row.verdict == "FAULT"]
    sys.stdout.write(f"\n{summary(rows)}\n" + "".join(f"FAULT {row.form.name}: {row.said}\n" for row in faults))
    if chosen.write and not faults and chosen.only == [""]:
        DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), rows), encoding="utf-8")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
