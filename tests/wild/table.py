"""The table of docs/checkpoints.md: a row for each form and what became of it."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import timm
import torch
import transformers

from tests.wild.forms import Row

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "checkpoints.md"
BEGIN, END = "<!-- python -m tests.wild --write: from here -->\n", "<!-- to here -->\n"
HEAD = "| form | published by | verdict | greatest difference | seconds |\n|---|---|---|---:|---:|\n"


def line(row: Row) -> str:
    """A row of the table."""
    cut = f" ({row.form.layers[0]} of {row.form.layers[1]} layers)" if row.form.layers else ""
    verdict = row.verdict if not row.said else f"{row.verdict}{':' if row.verdict == 'refused' else '; told:'} {row.said}"
    difference = "" if row.difference is None else f"{row.difference:.1e} ({', '.join(row.compared)})"
    cells = (row.form.name + cut, row.form.where, verdict, difference, f"{row.seconds:.1f}")
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def names(document: str) -> list[str]:
    """The forms that a document's table has rows of."""
    table = document.partition(BEGIN)[2].partition(END)[0]
    rows = [row for row in table.splitlines() if row.startswith("| ")][1:]
    return [row.split(" | ")[0].removeprefix("| ").partition(" layers)")[0].rpartition(" (")[0]
            if " layers) | " in row else row.split(" | ")[0].removeprefix("| ") for row in rows]  # fmt: skip


def summary(rows: Sequence[Row]) -> str:
    """How many forms there are of each verdict."""
    counted = Counter("same, and told something" if row.verdict == "same" and row.said else row.verdict for row in rows)
    greatest = max((row.difference or 0.0 for row in rows), default=0.0)
    told = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counted.items(), key=lambda pair: -pair[1]))
    return (
        f"{len(rows)} forms: {told}; greatest difference {greatest:.1e}. {sum(row.seconds for row in rows):.0f} s, "
        f"torch {torch.__version__.partition('+')[0]}, transformers {transformers.__version__}, timm {timm.__version__}, "
        f"Python {platform.python_version()}."
    )


def with_table(document: str, rows: Sequence[Row]) -> str:
    """A document with the table of a run in the place of the one it has."""
    before, _, rest = document.partition(BEGIN)
    return before + BEGIN + "\n" + summary(rows) + "\n\n" + HEAD + _lines(map(line, rows)) + "\n" + END + rest.partition(END)[2]


def _lines(rows: Iterable[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
