"""Read the tokenizer of a folder in transformers' Marian form, and check that it fits the weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vit_core.checkpoints.description import read_json, refuse_pointer
from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.settings_tables import TOKENIZER
from vit_core.checkpoints.unfollowed import unfollowed_settings
from vit_core.config import RecurrentConfig, Seq2SeqConfig
from vit_core.reasons import Reason, reason_of
from vit_core.text import DEFAULT_SPECIAL, MarianTokenizer, SpecialTokens

# The keys of the special tokens in a tokenizer_config.json, and the tokenizer classes that are read.
SPECIAL = ("eos_token", "unk_token", "pad_token")
TOKENIZER_CLASSES = ("MarianTokenizer", "MarianTokenizerFast")
# A vocabulary that knows a smaller share of the pieces belongs to another SentencePiece model: its own model would have
# only a few pieces that the training text did not contain.
LEAST_COVERAGE = 0.5


def read_tokenizer(folder: Path, own: Mapping[str, Any], name: str) -> MarianTokenizer:
    """Read the tokenizer of a folder: source.spm, target.spm, vocab.json and, for two tables, target_vocab.json.

    Args:
        own: what `tokenizer_words` found; empty for the default special tokens.

    Raises:
        CheckpointError: not_found, unreadable or vocabulary_added.
    """
    separate = own.get("separate_vocabs", (folder / "target_vocab.json").exists())
    vocab = _vocabulary(folder / "vocab.json", name)
    if added := [token for token in _added(own) if token not in vocab]:
        raise CheckpointError("vocabulary_added", name=name, count=len(added), token=added[0])
    target_vocab = _vocabulary(folder / "target_vocab.json", name) if separate else None
    for file in ("source.spm", "target.spm"):
        if not (folder / file).is_file():
            raise CheckpointError("not_found", name=name, what=file)
        try:
            refuse_pointer(folder / file, name)
        except OSError as error:
            raise CheckpointError("unreadable", name=name, kind="SentencePiece", reason=reason_of(error)) from error
    special = SpecialTokens(
        end=_piece(own.get("eos_token"), DEFAULT_SPECIAL.end),
        unknown=_piece(own.get("unk_token"), DEFAULT_SPECIAL.unknown),
        pad=_piece(own.get("pad_token"), DEFAULT_SPECIAL.pad),
    )
    tidy = bool(own.get("clean_up_tokenization_spaces"))
    spms = folder / "source.spm", folder / "target.spm"
    try:
        return MarianTokenizer(*spms, vocab, target_vocab, special=special, tidy=tidy)
    except OSError as error:
        raise CheckpointError("unreadable", name=name, kind="SentencePiece", reason=reason_of(error)) from error
    except ValueError as error:
        kind = Reason("kind_vocabulary")
        raise CheckpointError("unreadable", name=name, kind=kind, reason=reason_of(error)) from error


def _vocabulary(path: Path, name: str) -> dict[str, int]:
    vocab = read_json(path, name)
    if not all(isinstance(i, int) and not isinstance(i, bool) for i in vocab.values()):
        kind, reason = Reason("kind_vocabulary"), Reason("id_no_number")
        raise CheckpointError("unreadable", name=f"{name}/{path.name}", kind=kind, reason=reason)
    return vocab


def tokenizer_words(folder: Path, name: str) -> dict[str, Any]:
    """Read the settings of a folder's tokenizer: tokenizer_config.json and, unless it lists the added tokens with their
    ids, the two files in which older versions of transformers stored them.

    Raises:
        CheckpointError: unreadable.
    """

    def read(file: str) -> dict[str, Any]:
        return read_json(folder / file, name) if (folder / file).exists() else {}

    own = read("tokenizer_config.json")
    if "added_tokens_decoder" in own:
        return own
    added = {str(i): {"content": token} for token, i in read("added_tokens.json").items()}
    return {**own, **read("special_tokens_map.json"), "added_tokens_decoder": added}


def _piece(said: Any, default: str) -> str:
    """The text of a special token in tokenizer_config.json, which is a string or an object with its content."""
    piece = said.get("content") if isinstance(said, Mapping) else said
    return str(piece or default)


def _added(own: Mapping[str, Any]) -> dict[str, Any]:
    """The tokens that a tokenizer adds to its vocabulary, with their settings."""
    lists = [own.get(key) or [] for key in ("additional_special_tokens", "extra_special_tokens")]
    said = [*(own.get("added_tokens_decoder") or {}).values()]
    for each in lists:
        said += each.values() if isinstance(each, Mapping) else each
    return {_piece(token, ""): token for token in said if _piece(token, "")}


def unfollowed_of_tokenizer(own: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The settings of a tokenizer that are not followed, among them added tokens that are matched before SentencePiece
    cuts the text, or that swallow the spaces around them.
    """
    left = unfollowed_settings(own, TOKENIZER, name)
    if str(own.get("tokenizer_class") or TOKENIZER_CLASSES[0]) not in TOKENIZER_CLASSES:
        left["tokenizer_class"] = own["tokenizer_class"]
    special = [_piece(own.get(key), usual) for key, usual in zip(SPECIAL, ("</s>", "<unk>", "<pad>"), strict=True)]
    tokens = {**_added(own), **{_piece(own.get(key), ""): own.get(key) for key in SPECIAL}}
    apart = [piece for piece, said in tokens.items() if piece and (piece not in special or _takes_more(said))]
    return {**left, **({"added_tokens": ", ".join(apart)} if apart else {})}


def _takes_more(said: Any) -> bool:
    return isinstance(said, Mapping) and any(said.get(key) for key in ("lstrip", "rstrip", "single_word"))


def require_fit(tokenizer: MarianTokenizer, config: Seq2SeqConfig, name: str) -> None:
    """Check that a vocabulary has the ids of the weights: any other would translate into nonsense."""
    two = tokenizer.target_ids is not tokenizer.source_ids
    sides = (
        ("vocab.json", "source.spm", tokenizer.source_ids, config.source_vocab, True),
        ("target_vocab.json" if two else "vocab.json", "target.spm", tokenizer.target_ids, config.target_vocab, False),
    )
    for file, spm, ids, rows, source in sides:
        require_ids(tokenizer, ids, file, rows, config, name)
        known = tokenizer.coverage(source=source)
        if known < LEAST_COVERAGE:
            raise CheckpointError("vocabulary_foreign", name=name, file=file, known=round(100 * known), spm=spm)


def require_ids(
    tokenizer: MarianTokenizer,
    ids: Mapping[str, int],
    file: str,
    rows: int,
    config: Seq2SeqConfig | RecurrentConfig,
    name: str,
) -> None:
    """Check that a vocabulary has one token for each row of a table, and the checkpoint's ids for the special tokens.

    Raises:
        CheckpointError: vocabulary_mismatch, vocabulary_gap or vocabulary_special.
    """
    if len(ids) != rows:
        raise CheckpointError("vocabulary_mismatch", name=name, file=file, found=len(ids), expected=rows)
    numbers = set(ids.values())
    gap = next((i for i in range(rows) if i not in numbers), None)
    if gap is not None:
        raise CheckpointError("vocabulary_gap", name=name, file=file, id=gap, expected=rows)
    for token, said in ((tokenizer.special.end, config.end), (tokenizer.special.pad, config.pad)):
        if ids[token] != said:
            raise CheckpointError("vocabulary_special", name=name, token=token, said=said, file=file, found=ids[token])
