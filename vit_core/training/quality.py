"""Measure how well a translator translates: python -m vit_core.training.quality NAME [--data FILE] [--beam 4]

Two measurements: the accuracy of the next token with teacher forcing, and the quality of its own translations (BLEU and
chrF by sacrebleu, against all versions of the file).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import sacrebleu
import torch

from vit_core import LoadedRecurrent, LoadedTranslator, load, translate, translate_recurrent
from vit_core.checkpoints.labels import ASSETS
from vit_core.decoding import Beam, Greedy
from vit_core.training.data import read_pairs, read_texts
from vit_core.training.run import TeacherForced, teacher_forced

Translator = LoadedTranslator | LoadedRecurrent
TEST = ASSETS / "data" / "tatoeba-de-en" / "test.tsv"


@dataclass(frozen=True)
class TranslationQuality:
    """Quality of translations, compared with those of people.

    Attributes:
        bleu, chrf: 0..100; Papineni et al. (ACL 2002) and Popović (WMT 2015), as sacrebleu computes them.
        signatures: sacrebleu's signatures of the two metrics.
        empty: number of translations without any text.
    """

    bleu: float
    chrf: float
    signatures: tuple[str, str]
    empty: int


def compare(translations: Sequence[str], rows: Sequence[Sequence[str]]) -> TranslationQuality:
    """Score translations against all versions of each row; rows may have different numbers of versions.

    Args:
        rows: the sentence, then its translations by people.
    """
    streams = references(rows)
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    scores = bleu.corpus_score(translations, streams).score, chrf.corpus_score(translations, streams).score
    empty = sum(not text.strip() for text in translations)
    return TranslationQuality(*scores, (str(bleu.get_signature()), str(chrf.get_signature())), empty)


def references(rows: Sequence[Sequence[str]]) -> list[list[Any]]:
    """The references as sacrebleu takes them: all first versions, all second ones and so on; None where a row has
    fewer.
    """
    return [list(stream) for stream in zip_longest(*(row[1:] for row in rows))]


def next_word_quality(model: Translator, rows: Sequence[Sequence[str]]) -> TeacherForced:
    """Next-token loss and accuracy with teacher forcing, on the first version of each row."""
    tokenizer = model.tokenizer
    longest = model.model.config.max_positions - 1
    return teacher_forced(
        model.model, read_pairs(rows, tokenizer.encode, tokenizer.encode_target, longest=longest), budget=8000
    )


def write_alone(
    model: Translator,
    rows: Sequence[Sequence[str]],
    *,
    beam: int,
    length_penalty: float,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[str]:
    """Translate all rows; a beam of 1 is greedy decoding.

    Raises:
        ValueError: a recurrent translator is asked for a beam.
    """
    if isinstance(model, LoadedRecurrent) and beam > 1:
        raise ValueError(f"{model.name} writes greedily: --beam 1")
    strategy = Beam(beam, length_penalty) if beam > 1 else Greedy()
    texts = []
    for i, row in enumerate(rows, 1):
        if isinstance(model, LoadedRecurrent):
            texts.append(translate_recurrent(model, row[0], keep=_nothing).text)
        else:
            texts.append(translate(model, row[0], strategy=strategy, keep=_nothing).text)
        progress(i, len(rows))
    return texts


def _nothing(name: str) -> bool:
    return False


def translator(name: str) -> Translator:
    """Load a translator of any kind, for a command.

    Raises:
        SystemExit: it does not translate.
    """
    model = load(name)
    if not isinstance(model, LoadedTranslator | LoadedRecurrent):
        raise SystemExit(f"{name} does not translate")
    return model


def progress(done: int, of: int) -> None:
    """Show progress on the terminal."""
    if done % 50 == 0 or done == of:
        sys.stderr.write(f"\r{done} of {of}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    torch.set_num_threads(asked.threads)
    model, rows = translator(asked.name), read_texts(asked.data)[: asked.limit]
    began = time.perf_counter()
    texts = write_alone(model, rows, beam=asked.beam, length_penalty=asked.length_penalty, progress=progress)
    seconds = time.perf_counter() - began
    sys.stderr.write("\n")
    if asked.out:
        asked.out.write_text("".join(f"{row[0]}\t{text}\n" for row, text in zip(rows, texts, strict=True)), "utf-8")
    told, written = next_word_quality(model, rows), compare(texts, rows)
    how = f"beam {asked.beam}, length penalty {asked.length_penalty}" if asked.beam > 1 else "greedy"
    for line in (
        f"{asked.name} on {asked.data.name}, {len(rows)} sentences",
        f"fed with the answer: next token right {told.accuracy:.1%}, loss {told.loss:.3f} nats per token"
        f" ({told.tokens} tokens)",
        f"alone ({how}): BLEU {written.bleu:.1f}, chrF {written.chrf:.1f}, empty {written.empty}, {seconds:.0f} s",
        *written.signatures,
    ):
        sys.stdout.write(line + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a registered name, or a folder")
    parser.add_argument("--data", type=Path, default=TEST, help="tab-separated: a sentence, then all its translations")
    parser.add_argument("--beam", type=int, default=4, help="1 is greedy")
    parser.add_argument("--length-penalty", type=float, default=0.6)
    parser.add_argument("--limit", type=int, help="only so many sentences from the beginning")
    parser.add_argument("--out", type=Path, help="file to write the translations to")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser


if __name__ == "__main__":
    sys.exit(main())
