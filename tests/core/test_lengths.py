"""Quality by length: which text goes where, and what the intervals are intervals of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.translators import as_translator, tiny_network
from vit_core.quality_by_length import Measured, read_quality
from vit_core.training import lengths, quality
from vit_core.training.lengths import by_bucket, joined_rows, markdown, measure, write_table

ROWS = [
    ("eins zwei", "one two"),
    ("drei", "three", "a three"),
    ("vier fünf sechs", "four five six", "4 5 6", "iv v vi"),
    ("sieben", "seven"),
    ("acht neun", "eight nine", "8 9"),
    ("zehn", "ten"),
]


def test_a_text_goes_by_its_words_and_what_is_too_long_is_left_out() -> None:
    rows = [("Wort, " * n, "x") for n in (31, 12, 30, 5, 26, 11, 6, 1)]
    assert {bucket: [len(row[0].split()) for row in some] for bucket, some in by_bucket(rows).items()} == {
        (1, 5): [5, 1],
        (6, 10): [6],
        (11, 15): [12, 11],
        (26, 30): [30, 26],
    }
    assert list(by_bucket(rows)) == sorted(by_bucket(rows))


def test_joined_texts_are_whole_sentences_with_versions_that_belong_together() -> None:
    texts = joined_rows(ROWS, per_size=3, seed=1)
    assert len(texts) == 15 and texts == joined_rows(ROWS, per_size=3, seed=1) != joined_rows(ROWS, per_size=3, seed=2)
    versions = {row[0]: row[1:] for row in ROWS}
    for i, text in enumerate(texts):
        parts, rest = [], text[0]
        while rest:
            part = max((source for source in versions if rest.startswith(source)), key=len)
            parts.append(part)
            rest = rest[len(part) :].lstrip()
        assert len(set(parts)) == len(parts) == 2 + i // 3
        assert len(text) - 1 == max(len(versions[part]) for part in parts)
        for k, version in enumerate(text[1:]):
            assert version == " ".join(versions[part][k % len(versions[part])] for part in parts)


def test_a_perfect_translator_scores_100_and_an_empty_one_0(monkeypatch: pytest.MonkeyPatch) -> None:
    model = as_translator(tiny_network(end_bias=1.0))
    rows = [(f"{n} 6 7 8 9", f"{n} 21 22 23 24 25") for n in range(3, 9)]
    for writes, expected in ((lambda row: row[1], 100), (lambda row: "", 0)):
        monkeypatch.setattr(lengths, "write_alone", lambda model, some, w=writes, **_: [w(row) for row in some])
        found = {line.metric: line for line in measure(model, "single", rows) if line.metric != "next_token"}
        for line in found.values():
            assert (line.bucket, line.n) == ((1, 5), 6)
            assert [line.value, line.low, line.high] == pytest.approx([expected] * 3, abs=0.01)


def test_what_is_measured_is_what_the_commands_functions_say() -> None:
    model = as_translator(tiny_network(end_bias=1.0))
    sources = [(f"{n} 9 11", "") for n in range(5, 17)]
    answers = quality.write_alone(model, sources, beam=1, length_penalty=0.0)
    # Some of the answers are the model's own, so that it is right now and then.
    rows = [
        (source, answer if i % 2 else f"{answer} {i + 20} 5 8 3")
        for i, ((source, _), answer) in enumerate(zip(sources, answers, strict=True))
    ]
    lines = {line.metric: line for line in measure(model, "joined", rows)}
    texts = quality.write_alone(model, rows, beam=1, length_penalty=0.0)
    written, told = quality.compare(texts, rows), quality.next_word_quality(model, rows)
    assert lines["chrf"].value == pytest.approx(written.chrf, abs=0.01)
    assert lines["bleu"].value == pytest.approx(written.bleu, abs=0.01)
    assert lines["next_token"].value == pytest.approx(100 * told.accuracy, abs=0.01)
    for line in (lines["chrf"], lines["next_token"]):
        assert line.low < line.value < line.high
    assert list(lines) == ["chrf", "bleu", "next_token"]
    assert list(lines.values()) == measure(model, "joined", rows), "the resamples are seeded"


def test_the_table_is_read_as_it_was_written_and_printed_by_row(tmp_path: Path) -> None:
    lines = [
        Measured("joined", (11, 15), "gru-de-en", 7, "chrf", 20.0, 15.0, 25.5),
        Measured("single", (6, 10), "twin-masked-de-en", 9, "chrf", 40.0, 35.25, 45.0),
        Measured("single", (6, 10), "rnn-de-en", 9, "chrf", 30.0, 25.0, 35.0),
        Measured("single", (6, 10), "rnn-de-en", 9, "bleu", 1.0, 0.0, 3.0),
    ]
    write_table(tmp_path / "deep" / "table.tsv", lines)
    assert read_quality(tmp_path / "deep" / "table.tsv") == (lines[2], lines[3], lines[1], lines[0])
    assert markdown(read_quality(tmp_path / "deep" / "table.tsv"), "chrf").splitlines() == [
        "| text | words | n | rnn-de-en | gru-de-en | twin-masked-de-en |",
        "|---|---|---|---|---|---|",
        "| single | 6–10 | 9 | 30.0 (25.0–35.0) |  | 40.0 (35.2–45.0) |",
        "| joined | 11–15 | 7 |  | 20.0 (15.0–25.5) |  |",
    ]


def test_the_command_keeps_what_it_does_not_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.tsv"
    other = Measured("single", (1, 5), "rnn-de-en", 5, "chrf", 10.0, 5.0, 15.0)
    captions = Measured("captions", (1, 5), "twin-masked-de-en", 5, "chrf", 20.0, 15.0, 25.0)
    write_table(table, [other, captions, Measured("single", (1, 5), "twin-masked-de-en", 5, "chrf", 0.0, 0.0, 0.0)])
    asked = ["--models", "twin-masked-de-en", "--limit", "3", "--threads", "1"]
    assert lengths.main(["--out", str(table), *asked]) == 0
    lines = read_quality(table)
    assert other in lines and captions in lines
    own = [line for line in lines if line.model == "twin-masked-de-en"]
    own.remove(captions)
    assert {line.kind for line in own} == {"single", "joined"}
    assert sum(line.n for line in own if line.metric == "chrf") == 6 and all(line.high > 0 for line in own)
    assert "| joined |" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="does not translate"):
        lengths.main(["--out", str(table), "--models", "vit-s14-everyday"])
