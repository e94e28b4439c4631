"""Train a tokenizer for a language pair: python -m vit_core.training.vocabulary --data DATA --pieces 3000 --out OUT

One SentencePiece model for both languages, in the files of a Marian folder. With fewer pieces, a small model has a
smaller embedding table and sees each piece more often.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import sentencepiece

from vit_core.text import DEFAULT_SPECIAL
from vit_core.training.data import read_texts

COVERAGE = 0.9998  # share of all characters that get a piece; the rarest become unknown


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the SentencePiece model and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the files of pairs")
    parser.add_argument("--files", nargs="+", default=["train.tsv"], metavar="FILE")
    parser.add_argument("--pieces", type=int, required=True)
    parser.add_argument("--source", default="de")
    parser.add_argument("--target", default="en")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(arguments)
    rows = [row for file in asked.files for row in read_texts(asked.data / file)]
    # Each sentence once, even if it has several translations.
    texts = dict.fromkeys(row[side] for side in (0, 1) for row in rows)
    write_vocabulary(texts, asked.pieces, asked.out, source=asked.source, target=asked.target)
    return 0


def write_vocabulary(texts: Iterable[str], pieces: int, folder: Path, *, source: str, target: str) -> None:
    """Train one SentencePiece unigram model on texts of both languages.

    Source: Kudo, "Subword Regularization" (arXiv 1804.10959), section 3.2.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(folder / "both"),
        model_type="unigram",
        vocab_size=pieces,
        character_coverage=COVERAGE,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        pad_piece=DEFAULT_SPECIAL.pad,
        eos_piece=DEFAULT_SPECIAL.end,
        unk_piece=DEFAULT_SPECIAL.unknown,
        num_threads=1,
        minloglevel=1,
    )
    (folder / "both.vocab").unlink()
    (folder / "both.model").rename(folder / "source.spm")
    shutil.copyfile(folder / "source.spm", folder / "target.spm")
    spm = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    vocab = {spm.id_to_piece(i): i for i in range(len(spm))}
    settings = {
        "source_lang": source,
        "target_lang": target,
        "model_max_length": 512,
        "separate_vocabs": False,
        "tokenizer_class": "MarianTokenizer",
        "pad_token": DEFAULT_SPECIAL.pad,
        "eos_token": DEFAULT_SPECIAL.end,
        "unk_token": DEFAULT_SPECIAL.unknown,
    }
    for name, content in (("vocab.json", vocab), ("tokenizer_config.json", settings)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
