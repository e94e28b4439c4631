"""The training curve on the page is the one that the model's card has noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.sentence.views.words import training_curve
from tests.support.payload import unpack
from vit_core.checkpoints.labels import ASSETS
from vit_core.training_curve import TrainingCurve, read_curve


def test_the_curve_is_the_row_of_the_models_card() -> None:
    curve = read_curve()
    card = (ASSETS / "checkpoints" / curve.model / "README.md").read_text(encoding="utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in card.splitlines() if line.startswith("|")
    ]
    (steps,) = (row[1:] for row in cells if row[0] == "step")
    (losses,) = (row[1:] for row in cells if row[0] == "with mask" and len(row) == len(steps) + 1)
    assert [str(step) for step in curve.steps] == steps
    assert [f"{loss:.2f}" for loss in curve.losses] == losses
    assert f"Loss on {curve.sentences} held-out sentences, fed with the answer" in card


def test_what_arrives_on_the_page_is_what_was_read() -> None:
    arrays, facts = unpack(training_curve(TrainingCurve("a", (1, 20), (3.5, 0.25), 9)))
    assert (arrays["steps"].tolist(), arrays["losses"].tolist()) == ([1, 20], [3.5, 0.25])
    assert facts == {"model": "a", "sentences": 9}


@pytest.mark.parametrize(
    "lines",
    [
        "model\tstep\tloss\na\t2\t1\n",
        "model\tstep\tloss\tsentences\na\t2\t1\t9\na\t1\t1\t9\n",
        "model\tstep\tloss\tsentences\na\t1\t1\t9\nb\t2\t1\t9\n",
        "model\tstep\tloss\tsentences\na\t1\t1\t9\na\t2\t1\t8\n",
    ],
)
def test_another_table_is_refused(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "curve.tsv"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(ValueError, match=r"curve\.tsv"):
        read_curve(path)
