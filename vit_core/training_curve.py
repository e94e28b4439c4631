"""Read the training curve of a bundled model: the loss that was measured while it was trained."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from vit_core.bundled import ASSETS

TABLE = ASSETS / "data" / "training-curve.tsv"
COLUMNS = ("model", "step", "loss", "sentences")


@dataclass(frozen=True)
class TrainingCurve:
    """The training curve of one model.

    Attributes:
        model: name of the model.
        steps: updates made when the loss was measured, rising.
        losses: in nats per token, of held-out sentences fed with the answer.
        sentences: number of these sentences.
    """

    model: str
    steps: tuple[int, ...]
    losses: tuple[float, ...]
    sentences: int


def read_curve(path: Path = TABLE) -> TrainingCurve:
    """Read a training curve from a table.

    Raises:
        OSError: there is no such file.
        ValueError: its columns are not `COLUMNS`, or its lines are not of one model on as many sentences, with rising
            steps.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name} has the columns {rows.fieldnames}, not {', '.join(COLUMNS)}")
        read = [((row["model"], int(row["sentences"])), int(row["step"]), float(row["loss"])) for row in rows]
    measured, steps = {of for of, _, _ in read}, tuple(step for _, step, _ in read)
    if len(measured) != 1 or any(a >= b for a, b in pairwise(steps)):
        raise ValueError(f"{path.name} is not the curve of one model, step after step")
    ((model, sentences),) = measured
    return TrainingCurve(model, steps, tuple(loss for _, _, loss in read), sentences)
