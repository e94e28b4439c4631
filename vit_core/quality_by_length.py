"""Quality of translation by length of the source: what vit_core.training.lengths measured, read and compared."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from vit_core.bundled import ASSETS

TABLE = ASSETS / "data" / "quality-by-length.tsv"
COLUMNS = ("kind", "bucket", "model", "n", "metric", "value", "low", "high")
# Half a unit of the table's last digit: a value printed as 0 may have been as large as this.
LEAST = 0.005
# A corpus score of fewer sentences says little: such a bucket is shown, but no statement is made from it.
FEW = 20


def n_words(text: str) -> int:
    """Words of a sentence, as the table counts them: what stands between spaces."""
    return len(text.split())


@dataclass(frozen=True)
class Measured:
    """One line of the table.

    Attributes:
        kind: of text: "single" test sentences, "captions", or "joined" from 2 to 6 test sentences.
        bucket: fewest and most words of its sentences.
        model: whose translations.
        n: number of sentences.
        metric: "chrf" or "bleu" of what the model writes alone, or "next_token", the share of the next tokens that it
            gets right when it is fed the answer; 0..100.
        value, low, high: of all the bucket's sentences together, and the 95 % interval.
    """

    kind: str
    bucket: tuple[int, int]
    model: str
    n: int
    metric: str
    value: float
    low: float
    high: float


class Change(NamedTuple):
    """How one estimate differs from another, as a difference or as a ratio; `low` to `high` is its 95 % interval."""

    value: float
    low: float
    high: float


def read_quality(path: Path = TABLE) -> tuple[Measured, ...]:
    """The lines of a table, in its order.

    Raises:
        OSError: there is no such file.
        ValueError: its columns are not `COLUMNS`, or a line is not complete.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name} has the columns {rows.fieldnames}, not {', '.join(COLUMNS)}")
        return tuple(_measured(row) for row in rows)


def _measured(row: dict[str, str]) -> Measured:
    low, high = row["bucket"].split("-")
    numbers = (float(row[name]) for name in ("value", "low", "high"))
    return Measured(row["kind"], (int(low), int(high)), row["model"], int(row["n"]), row["metric"], *numbers)


def change(before: Sequence[float], after: Sequence[float]) -> Change:
    """The difference of two independent estimates, each given as value, low and high, with its own interval.

    Source: MOVER, the method of variance estimates recovery: Zou and Donner, "Construction of confidence limits about
        effect measures" (Statistics in Medicine 27, 2008), equation 7. It takes skew intervals as they are.
    """
    (a, a_low, a_high), (b, b_low, b_high) = before, after
    value = b - a
    return Change(value, value - math.hypot(b - b_low, a_high - a), value + math.hypot(b_high - b, a - a_low))


def ratio(before: Sequence[float], after: Sequence[float]) -> Change:
    """The ratio of one estimate to another, computed as `change` of their logarithms.

    A low score can only fall by little: a ratio compares it fairly with a high one, a difference does not.
    """
    logs = ([math.log(max(x, LEAST)) for x in three] for three in (before, after))
    return Change(*map(math.exp, change(*logs)))
