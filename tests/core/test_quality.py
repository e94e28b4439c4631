"""The figures of the cards: what is counted, and against what."""

from __future__ import annotations

from pathlib import Path

import pytest
import sacrebleu

from tests.support.translators import as_translator, tiny_network
from vit_core.decoding import Beam, Greedy
from vit_core.training import quality
from vit_core.training.data import read_texts
from vit_core.translation import translate

ROWS = [
    ("Ich werde es versuchen.", "I'll try it today.", "I will give it a go today."),
    ("Der Hund schläft im Garten.", "The dog is sleeping in the garden."),
    ("Sie geht morgen heim.", "She goes home tomorrow.", "Tomorrow she is going home.", "She'll go home tomorrow."),
]  # fmt: skip


def test_every_version_of_a_sentence_counts() -> None:
    """Rows of different lengths: any version earns the full score, and one of another row earns none."""
    for chosen in ((1, 1, 1), (2, 1, 3), (1, 1, 2)):
        exact = quality.compare([row[i] for row, i in zip(ROWS, chosen, strict=True)], ROWS)
        assert (exact.bleu, exact.chrf, exact.empty) == (pytest.approx(100), pytest.approx(100), 0)
    shifted = quality.compare([ROWS[1][1], ROWS[2][1], ROWS[0][1]], ROWS)
    assert shifted.bleu < 10 and shifted.chrf < 50


def test_scores_are_those_of_sacrebleu_for_a_single_version() -> None:
    rows, written = [row[:2] for row in ROWS], ["I'll try.", "The dog sleeps in the garden.", ""]
    found = quality.compare(written, rows)
    references = [[row[1] for row in rows]]
    assert found.bleu == pytest.approx(sacrebleu.corpus_bleu(written, references).score)
    assert found.chrf == pytest.approx(sacrebleu.corpus_chrf(written, references).score)
    assert found.empty == 1
    assert "version:" in found.signatures[0]


def test_the_measured_texts_are_what_translate_gives() -> None:
    model = as_translator(tiny_network(end_bias=1.0))
    rows = [("5 6 7", "1"), ("20 9", "1"), ("31 32 33 8", "1")]
    done = []
    for beam, strategy in ((1, Greedy()), (3, Beam(3, 0.6))):
        texts = quality.write_alone(
            model, rows, beam=beam, length_penalty=0.6, progress=lambda i, of: done.append((i, of))
        )
        assert texts == [translate(model, row[0], strategy=strategy).text for row in rows]
    assert done == [(1, 3), (2, 3), (3, 3)] * 2


def test_the_shipped_test_sentences_are_whole_and_apart() -> None:
    test, dev = (read_texts(quality.TEST.with_name(name)) for name in ("test.tsv", "dev.tsv"))
    assert (len(test), len(dev)) == (649, 689)
    assert not {row[0] for row in test} & {row[0] for row in dev}
    assert quality.TEST.with_name("CREDITS.md").exists()


def test_the_command_measures_the_bundled_translator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "written.tsv"
    assert quality.main(["marian-s-de-en", "--limit", "4", "--beam", "1", "--threads", "1", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "on test.tsv, 4 sentences" in said and "alone (greedy): BLEU" in said
    assert [row[0] for row in read_texts(out)] == [row[0] for row in read_texts(quality.TEST)[:4]]
    with pytest.raises(SystemExit, match="does not translate"):
        quality.main(["vit-s14-everyday", "--limit", "1"])
