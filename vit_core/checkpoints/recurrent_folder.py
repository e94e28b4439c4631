"""Read a recurrent translator's folder: a config.json in this project's own form, and another checkpoint's tokenizer.

The tokenizer is named, not copied: the recurrent translators read exactly the pieces of the Transformer that they are
compared with.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from vit_core.checkpoints.description import read_json
from vit_core.checkpoints.dialect import Dialect, Rule
from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.labels import ASSETS
from vit_core.checkpoints.marian_tokenizer import read_tokenizer, require_ids, tokenizer_words
from vit_core.config import RecurrentConfig
from vit_core.reasons import Reason, reason_of
from vit_core.text import MarianTokenizer

MODEL_TYPE = "recurrent"
# Tensors have the names of the model's parameters.
RECURRENT = Dialect(MODEL_TYPE, MODEL_TYPE, (Rule("{rest}", "{rest}"),))


def recurrent_json(config: RecurrentConfig, vocabulary: str) -> dict[str, Any]:
    """The config.json of a recurrent translator whose pieces lie in the folder `vocabulary`."""
    return {"model_type": MODEL_TYPE, **asdict(config), "vocabulary": vocabulary, "dtype": "float16"}


def describe_recurrent(folder: Path, name: str) -> tuple[RecurrentConfig, MarianTokenizer]:
    """Read the description of a recurrent translator in a folder.

    Raises:
        CheckpointError: not_found, unreadable, vocabulary_mismatch or vocabulary_special.
    """
    raw = read_json(folder / "config.json", name)
    try:
        config = RecurrentConfig(**{field.name: raw[field.name] for field in fields(RecurrentConfig)})
    except (KeyError, TypeError, ValueError) as error:
        kind = Reason("kind_config")
        raise CheckpointError("unreadable", name=name, kind=kind, reason=reason_of(error)) from error
    pieces = _pieces(folder, str(raw.get("vocabulary")), name)
    tokenizer = read_tokenizer(pieces, tokenizer_words(pieces, name), name)
    require_ids(tokenizer, tokenizer.target_ids, "vocab.json", config.vocab, config, name)
    return config, tokenizer


def _pieces(folder: Path, vocabulary: str, name: str) -> Path:
    """The folder of the pieces, beside the checkpoint or among the shipped ones; only a plain name can name it."""
    if vocabulary == Path(vocabulary).name and vocabulary not in ("", ".", ".."):
        for base in (folder.parent, ASSETS / "checkpoints"):
            if (base / vocabulary / "vocab.json").is_file():
                return base / vocabulary
    raise CheckpointError("not_found", name=name, what=Reason("vocabulary_named", vocabulary=vocabulary))
