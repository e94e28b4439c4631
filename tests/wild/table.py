"""The table of docs/checkpoints.md: a row for each form and what became of it."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import timm
import torch
import transformers

from tests.wild.forms import Row

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "checkpoints.md"
BEGIN, END = "<!-- python -m tests.wild --write: from here -->\n", "<!-- to here -->\n"
HEAD = "| form | published by | layers | verdict | greatest difference | seconds |\n|---|---|---|---|---:|---:|\n"


def line(row: Row) -> str:
    """A row of the table."""
    between = "; told: " if row.verdict == "same" else ": "
    verdict = f"{row.verdict}{between}{row.said}" if row.said else row.verdict
    layers = "{} of {}".format(*row.form.layers) if row.form.layers else "all"
    difference = "" if row.difference is None else f"{row.difference:.1e} ({', '.join(row.compared)})"
    layers = "" if row.difference is None and row.form.layers is None else layers
    cells = (row.form.name, row.form.where, layers, verdict, difference, f"{row.seconds:.1f}")
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def verdicts(document: str) -> dict[str, str]:
    """What a document's table says of each form."""
    table = document.partition(BEGIN)[2].partition(END)[0]
    rows = [row.removeprefix("| ").split(" | ") for row in table.splitlines() if row.startswith("| ")][1:]
    return {row[0]: row[3].replace(";", ":").partition(":")[0] for row in rows}


def summary(rows: Sequence[Row]) -> str:
    """How many forms there are of each verdict."""
    counted = Counter("same, and told something" if row.verdict == "same" and row.said else row.verdict for row in rows)
    greatest = max((row.difference or 0.0 for row in rows), default=0.0)
    told = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counted.items(), key=lambda pair: -pair[1]))
    return (
        f"{len(rows)} forms: {told}; greatest difference {greatest:.1e}. {sum(row.seconds for row in rows):.0f} s, "
        f"torch {torch.__version__.partition('+')[0]}, transformers {transformers.__version__}, "
        f"timm {timm.__version__}, Python {platform.python_version()}."
    )


def with_table(document: str, rows: Sequence[Row]) -> str:
    """A document with the table of a run in the place of the one it has."""
    before, _, rest = document.partition(BEGIN)
    table = "".join(f"{line(row)}\n" for row in rows)
    return f"{before}{BEGIN}\n{summary(rows)}\n\n{HEAD}{table}\n{END}{rest.partition(END)[2]}"
