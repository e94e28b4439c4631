"""The table of quality by length is read as it stands, and differences carry their intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vit_core.quality_by_length import COLUMNS, LEAST, Measured, change, n_words, ratio, read_quality

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


def test_the_interval_of_a_ratio_covers_that_of_a_simulation() -> None:
    rng = np.random.default_rng(6)
    a, b = 25 + 1.2 * rng.standard_normal(400_000), 12 + 0.8 * rng.standard_normal(400_000)
    found = ratio(*(tuple(np.quantile(x, (0.5, 0.025, 0.975))) for x in (a, b)))
    for seen, expected in zip(found, np.quantile(b / a, (0.5, 0.025, 0.975)), strict=True):
        assert seen == pytest.approx(expected, rel=0.01)
    # Twice as much and half as much are the same distance from 1, and 0 is no logarithm.
    assert ratio((10, 8, 12.5), (20, 16, 25))[1:] == pytest.approx(
        [1 / x * 4 for x in ratio((10, 8, 12.5), (20, 16, 25))[:0:-1]]
    )
    assert ratio((50, 40, 60), (0, 0, 0)).value == pytest.approx(LEAST / 50)
