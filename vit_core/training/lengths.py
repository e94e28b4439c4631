"""Quality by length of the source: python -m vit_core.training.lengths --out FILE [--captions FILE] [--models NAME ...]

Measures how well each translator of the comparison does on short and on long sentences, with three kinds of text
outside the training data: single test sentences; captions, a file of your own in the form of the test file; and two to
six test sentences joined into one text. All models decode greedily. The table is written to FILE, one measurement per
line; lines of models and kinds that are not measured this time are kept.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import sacrebleu
import torch
from numpy.typing import NDArray

from vit_core.checkpoints.recurrent_entries import COMPARED
from vit_core.quality_by_length import COLUMNS, Measured, n_words, read_quality
from vit_core.training.data import read_texts
from vit_core.training.quality import TEST, Translator, next_word_quality, progress, references, translator, write_alone

Row = tuple[str, ...]
# The five models of the comparison, and the bundled translator, which is larger and was trained longer.
MODELS = (*COMPARED, "marian-s-de-en")
KINDS = ("single", "captions", "joined")
BUCKET, LONGEST = 5, 30
JOINED_TEXTS = 150  # of two sentences, of three, and so on
RESAMPLES = 1000
SEED = 2017

Bucket = tuple[int, int]  # fewest and most words
BUCKETS: tuple[Bucket, ...] = tuple((first, first + BUCKET - 1) for first in range(1, LONGEST, BUCKET))


def joined_rows(rows: Sequence[Row], *, per_size: int, seed: int) -> list[Row]:
    """Texts of two to six sentences each, `per_size` of each size, no sentence twice in one text.

    Version k of a text consists of version k of each sentence; a sentence with fewer versions repeats them.
    """
    rng, texts = random.Random(f"joined {seed}"), []
    for size in range(2, 7):
        for _ in range(per_size):
            parts = rng.sample(rows, size)
            versions = range(max(len(row) - 1 for row in parts))
            texts.append(
                (
                    " ".join(row[0] for row in parts),
                    *(" ".join(row[1 + k % (len(row) - 1)] for row in parts) for k in versions),
                )
            )
    return texts


def by_bucket(rows: Iterable[Row]) -> dict[Bucket, list[Row]]:
    """Sort rows into buckets by their number of words, shortest first; longer ones than the last bucket are left
    out.
    """
    rows = list(rows)
    found = {(low, high): [row for row in rows if low <= n_words(row[0]) <= high] for low, high in BUCKETS}
    return {bucket: some for bucket, some in found.items() if some}


def measure(
    model: Translator,
    kind: str,
    rows: Iterable[Row],
    *,
    seed: int = SEED,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> list[Measured]:
    """Measure one model on one kind of text, bucket by bucket: chrF and BLEU of its own translations, and the accuracy
    of its next token with teacher forcing, in %.
    """
    lines = []
    for bucket, some in by_bucket(rows).items():
        texts = write_alone(model, some, beam=1, length_penalty=0.0, progress=report)
        for metric, values in (
            ("chrf", _interval(sacrebleu.CHRF(), texts, some)),
            ("bleu", _interval(sacrebleu.BLEU(), texts, some)),
            ("next_token", _next_token(model, some, seed)),
        ):
            lines.append(Measured(kind, bucket, model.name, len(some), metric, *(round(value, 2) for value in values)))
    return lines


def _interval(
    metric: sacrebleu.BLEU | sacrebleu.CHRF, texts: Sequence[str], rows: Sequence[Row]
) -> tuple[float, float, float]:
    """A corpus score and sacrebleu's interval: its half width around the mean of the resamples.

    Source: Koehn, "Statistical Significance Tests for Machine Translation Evaluation" (EMNLP 2004), section 3.
    """
    score = metric.corpus_score(texts, references(rows), n_bootstrap=RESAMPLES)
    mean, half = max(0.0, score._mean), max(0.0, score._ci)  # -1 if nothing matches
    return score.score, max(0.0, mean - half), min(100.0, mean + half)


def _next_token(model: Translator, rows: Sequence[Row], seed: int) -> tuple[float, float, float]:
    """Next-token accuracy with teacher forcing, in %, with its interval over the texts."""
    each = [next_word_quality(model, [row]) for row in rows]
    counts = np.array([(told.accuracy * told.tokens, told.tokens) for told in each])
    picked = np.random.default_rng(seed).integers(len(counts), size=(RESAMPLES, len(counts)))

    def percent(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        return 100 * sums[..., 0] / sums[..., 1]

    low, high = np.quantile(percent(counts[picked].sum(axis=1)), (0.025, 0.975))
    return float(percent(counts.sum(axis=0))), float(low), float(high)


def write_table(path: Path, lines: Iterable[Measured]) -> None:
    """Write measurements as `vit_core.quality_by_length` reads them, in the order of kinds, buckets and models."""

    def place(line: Measured) -> tuple[int, Bucket, int]:
        return KINDS.index(line.kind), line.bucket, MODELS.index(line.model) if line.model in MODELS else len(MODELS)

    def cells(line: Measured) -> list[str]:
        fewest, most = line.bucket
        values = (line.n, line.metric, line.value, line.low, line.high)
        return [line.kind, f"{fewest}-{most}", line.model, *map(str, values)]

    rows = [COLUMNS, *map(cells, sorted(lines, key=place))]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def markdown(lines: Sequence[Measured], metric: str) -> str:
    """One metric as a Markdown table: a row for every kind and bucket, a column for every model."""
    models = [name for name in MODELS if any(line.model == name for line in lines)]
    found = {(line.kind, line.bucket, line.model): line for line in lines if line.metric == metric}
    table = ["| text | words | n | " + " | ".join(models) + " |", "|---" * (3 + len(models)) + "|"]
    for kind, bucket in dict.fromkeys((kind, bucket) for kind, bucket, _ in found):
        cells = [found.get((kind, bucket, model)) for model in models]
        n = next(cell.n for cell in cells if cell is not None)
        values = ["" if cell is None else f"{cell.value:.1f} ({cell.low:.1f}–{cell.high:.1f})" for cell in cells]
        table.append(f"| {kind} | {bucket[0]}–{bucket[1]} | {n} | " + " | ".join(values) + " |")
    return "\n".join(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the table and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="table to write; its other lines stay")
    parser.add_argument("--test", type=Path, default=TEST, help="tab-separated: a sentence, then all its translations")
    parser.add_argument("--captions", type=Path, help="the same for the second kind of text")
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--limit", type=int, help="only so many texts of each kind")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    asked = parser.parse_args(arguments)
    torch.set_num_threads(asked.threads)
    test = read_texts(asked.test)
    texts = {
        "single": test,
        "captions": read_texts(asked.captions) if asked.captions else [],
        "joined": joined_rows(test, per_size=JOINED_TEXTS, seed=SEED),
    }
    known = read_quality(asked.out) if asked.out.exists() else ()
    measured = {kind for kind, rows in texts.items() if rows}
    kept = [line for line in known if line.model not in asked.models or line.kind not in measured]
    for name in asked.models:
        model = translator(name)
        for kind, rows in texts.items():
            sys.stderr.write(f"\n{name}, {kind}\n")
            kept += measure(model, kind, rows[: asked.limit], report=progress)
        write_table(asked.out, kept)
    for metric in ("chrf", "bleu", "next_token"):
        sys.stdout.write(f"\n{metric}\n\n{markdown(read_quality(asked.out), metric)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
