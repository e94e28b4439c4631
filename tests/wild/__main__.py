"""Write published forms of checkpoints on random weights and read them: python -m tests.wild [--only WORD …] [--write]

Ends with 1 where a form loads with other numbers than its library reads, loads and should not, is refused and should
not be, is refused in words that do not name it, or does not tell what it should.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import torch

from tests.wild.catalogue import FORMS
from tests.wild.forms import Row, judged
from tests.wild.table import DOCUMENT, line, summary, with_table


def kept_rows(file: Path | None) -> dict[str, Row]:
    """What was judged before, by the form's name."""
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines()) if file and file.exists() else ()
    by_name = {form.name: form for form in FORMS}
    return {row["name"]: Row(by_name[row.pop("name")], **row) for row in rows if row["name"] in by_name}


def keep(row: Row, file: Path) -> None:
    """Put a row behind those of before."""
    said = {key: value for key, value in vars(row).items() if key != "form"}
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps({"name": row.form.name, **said}) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.wild", description=__doc__)
    parser.add_argument("--only", metavar="WORD", nargs="*", default=[""], help="forms with such a word in their name")
    parser.add_argument("--write", action="store_true", help=f"the table into {DOCUMENT.name}, where there is no fault")
    parser.add_argument(
        "--resume", type=Path, metavar="FILE", help="rows of a run that was broken off, and of this one"
    )
    chosen = parser.parse_args()
    torch.set_num_threads(min(2, torch.get_num_threads()))
    kept = kept_rows(chosen.resume)
    rows = []
    for form in (form for form in FORMS if any(word in form.name for word in chosen.only)):
        if form.name in kept:
            rows.append(kept[form.name])
            continue
        with tempfile.TemporaryDirectory(prefix="wild") as folder:
            rows.append(judged(form, Path(folder) / "checkpoint"))
        sys.stdout.write(f"{line(rows[-1])}\n")
        sys.stdout.flush()
        if chosen.resume and rows[-1].verdict != "FAULT":
            keep(rows[-1], chosen.resume)
    faults = [row for row in rows if row.verdict == "FAULT"]
    sys.stdout.write(f"\n{summary(rows)}\n" + "".join(f"FAULT {row.form.name}: {row.said}\n" for row in faults))
    if chosen.write and not faults and chosen.only == [""]:
        DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), rows), encoding="utf-8")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
