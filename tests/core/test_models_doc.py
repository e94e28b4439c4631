"""The tables of docs/models.md are those that were measured: the registry's metrics, and the table by length."""

from __future__ import annotations

import re
from pathlib import Path

from vit_core.bundled import ASSETS
from vit_core.checkpoints.registry import REGISTRY
from vit_core.quality_by_length import Measured, read_quality

DOC = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
# The columns of the table by length, as they are called there.
COLUMNS = {
    "rnn": "rnn-de-en", "lstm": "lstm-de-en", "gru": "gru-de-en", "gru-attention": "gru-attention-de-en",
    "Transformer": "twin-masked-de-en", "marian-s, larger, trained longer": "marian-s-de-en",
}  # fmt: skip
WORDS = {"GRU": "gru", "LSTM": "lstm", "GRU with attention": "gru-attention", "Transformer": "Transformer"}


def rows(*first: str) -> list[list[str]]:
    """The cells of the table whose heading begins so."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in DOC.splitlines() if line.startswith("|")]
    [at] = [i for i, cells in enumerate(lines) if tuple(cells[: len(first)]) == first]
    # The line of dashes below a heading tells one table from the next.
    ends = [i - 1 for i, cells in enumerate(lines) if set(cells[0]) == {"-"} and i > at + 1] or [len(lines)]
    return [lines[at], *lines[at + 2 : ends[0]]]


def measured() -> dict[tuple[str, tuple[int, int], str], Measured]:
    return {(row.kind, row.bucket, row.model): row for row in read_quality() if row.metric == "chrf"}


def test_the_table_by_length_is_the_measured_one() -> None:
    table = measured()
    heading, *found = rows("text", "words", "n")
    assert [COLUMNS[name] for name in heading[3:]] == list(COLUMNS.values())
    seen = set()
    for kind, words, n, *cells in found:
        low, _, high = words.partition("–")
        for name, cell in zip(heading[3:], cells, strict=True):
            key = kind, (int(low), int(high)), COLUMNS[name]
            row = table[key]
            assert cell == f"{row.value:.1f} ({row.low:.1f}–{row.high:.1f})", key
            assert n == str(row.n), key
            seen.add(key)
    assert seen == table.keys()


def test_how_far_they_fall_is_worked_out_from_it() -> None:
    table = measured()
    [told] = re.findall(r"\(joined, from 6–10 to 26–30 words: ([^)]+)\)", DOC)
    falls = dict(re.findall(r"([A-Z][\w ]+?) −(\d+) %", told))
    assert falls.keys() == WORDS.keys()
    for name, percent in falls.items():
        first, last = (table["joined", bucket, COLUMNS[WORDS[name]]].value for bucket in ((6, 10), (26, 30)))
        assert round(100 * (1 - last / first)) == int(percent), name


def test_what_they_score_is_what_the_registry_says() -> None:
    tables = [rows("on 649 held-out sentences of Tatoeba"), rows("", "alone: BLEU")]
    told = {cells[0].split("`")[1]: cells[1:] for _, *table in tables for cells in table}
    assert {*COLUMNS.values(), "twin-unmasked-de-en", "marian-m-de-en"} == told.keys()
    for name, (bleu, chrf, fed) in told.items():
        said = " ".join(REGISTRY[name].metrics.values())
        assert f"BLEU {bleu}, chrF {chrf}" in said, name
        card = (ASSETS / "checkpoints" / name / "README.md").read_text(encoding="utf-8")
        assert fed in said or fed in card, name


def test_the_image_models_are_as_good_as_the_registry_says() -> None:
    for name in ("vit-s14-everyday", "vit-course-48"):
        for figure in re.findall(r"top-1 [\d.]+ %", " ".join(REGISTRY[name].metrics.values())):
            assert figure.removeprefix("top-1 ") in DOC, (name, figure)
