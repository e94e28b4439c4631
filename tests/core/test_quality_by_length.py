"""The table of quality by length is read as it stands, and differences carry their intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vit_core.quality_by_length import COLUMNS, Measured, change, n_words, read_quality

LINE = ("joined", "11-15", "gru-de-en", "39", "chrf", "41.25", "38.5", "44")


def table(folder: Path, *lines: tuple[str, ...]) -> Path:
    path = folder / "table.tsv"
    path.write_text("".join("\t".join(line) + "\n" for line in lines), "utf-8")
    return path


def test_a_line_is_read_as_it_stands(tmp_path: Path) -> None:
    (row,) = read_quality(table(tmp_path, COLUMNS, LINE))
    assert row == Measured("joined", (11, 15), "gru-de-en", 39, "chrf", 41.25, 38.5, 44.0)


@pytest.mark.parametrize("lines", [(COLUMNS[:-1], LINE[:-1]), (COLUMNS, (*LINE[:4], "", *LINE[5:7], "")), ()])
def test_another_table_is_refused(tmp_path: Path, lines: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(ValueError):
        read_quality(table(tmp_path, *lines))


def test_words_are_what_stands_between_spaces() -> None:
    assert n_words(" Der  Hund,\nder  bellt – \U0001f436 ") == 6


def test_the_interval_of_a_change_covers_that_of_a_simulation() -> None:
    rng = np.random.default_rng(5)
    # Skew on purpose: each estimate's own interval is wider above than below.
    a, b = 50 + 2 * (rng.gamma(4, 1, 400_000) - 4), 40 + 3 * (rng.gamma(9, 1, 400_000) - 9)
    found = change(*(tuple(np.quantile(x, (0.5, 0.025, 0.975))) for x in (a, b)))
    assert found.value == pytest.approx(np.median(b) - np.median(a))
    low, high = np.quantile(b - a, (0.025, 0.975))
    assert found.low == pytest.approx(low, abs=1.0) and found.high == pytest.approx(high, abs=1.0)
    # With equal, even intervals it is Pythagoras.
    assert change((50, 47, 53), (40, 36, 44)) == (-10, -15, -5)
