"""Read a folder in transformers' Marian form: shape, vocabulary and settings of a translator, all but its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vit_core.checkpoints.description import read_json
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.checkpoints.hf_folder import ACTIVATIONS
from vit_core.checkpoints.marian_dialects import POSITIONS
from vit_core.checkpoints.settings_tables import GENERATION, MARIAN_ALIASES, MARIAN_CONFIG, TOKENIZER
from vit_core.checkpoints.unfollowed import adapter_beside, left_of, notes_on
from vit_core.config import Activation, RecurrentConfig, Seq2SeqConfig, StackConfig
from vit_core.decoding.settings import GenerationConfig
from vit_core.positions import sinusoidal_table
from vit_core.reasons import Reason, reason_of
from vit_core.text import DEFAULT_SPECIAL, MarianTokenizer, SpecialTokens

MODEL_TYPE = "marian"
# Where a tokenizer_config.json has the special tokens, and which tokenizers read a folder as it is read here.
SPECIAL = ("eos_token", "unk_token", "pad_token")
TOKENIZER_CLASSES = ("MarianTokenizer", "MarianTokenizerFast")
ACTS: Mapping[str, Activation] = {**ACTIVATIONS, "swish": "silu", "silu": "silu"}
# How `translate` searches where nobody chooses: num_beams and length_penalty.
USUAL_SEARCH = (4, 0.6)
# torch's default, which no config.json of a Marian model changes.
EPS = 1e-5
# A vocabulary that knows fewer of the pieces than this was made for another SentencePiece model; one that belongs to it
# lacks only pieces that its training text did not contain.
LEAST_COVERAGE = 0.5


@dataclass(frozen=True)
class TranslatorDescription:
    """What a folder says about a translator.

    Attributes:
        source, target: the languages; "" where the folder does not say.
        notes: what a user should know.
    """

    config: Seq2SeqConfig
    tokenizer: MarianTokenizer
    generation: GenerationConfig
    source: str
    target: str
    notes: tuple[Note, ...]


def describe_marian(folder: Path, name: str) -> TranslatorDescription:
    """The description of a folder in transformers' Marian form.

    Raises:
        CheckpointError: not_found, unreadable, unsupported_architecture, unsupported_setting, vocabulary_mismatch,
            vocabulary_gap, vocabulary_special, vocabulary_added or vocabulary_foreign.
    """
    raw = read_json(folder / "config.json", name)
    own = tokenizer_words(folder, name)
    tokenizer = read_tokenizer(folder, own, name)
    try:
        config = _config(raw, tokenizer.unknown, name)
        _insist_on_fit(tokenizer, config, name)
        generation, notes, left = _generation(folder, raw, config, name)
        notes += notes_on(_left_of_config(raw, name), left, _left_of_tokenizer(own, name)) + adapter_beside(folder)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        if isinstance(error, CheckpointError):
            raise
        kind = Reason("kind_config")
        raise CheckpointError("unreadable", name=name, kind=kind, reason=reason_of(error)) from error
    return TranslatorDescription(
        config, tokenizer, generation, str(own.get("source_lang") or ""), str(own.get("target_lang") or ""), notes
    )


def read_tokenizer(folder: Path, own: Mapping[str, Any], name: str) -> MarianTokenizer:
    """The tokenizer of a folder: source.spm, target.spm, vocab.json and, for two tables, target_vocab.json.

    Args:
        own: what `tokenizer_words` found; empty for the usual words.

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


def check_positions(tensors: Mapping[str, Tensor], config: Seq2SeqConfig, name: str) -> tuple[Note, ...]:
    """Insist that a stored table of positions is the one this model computes, up to the file's number format; a note
    where that is coarser than ours.

    Raises:
        CheckpointError: wrong_shape or wrong_positions.
    """
    expected = [config.max_positions, config.d_model]
    coarser: tuple[Note, ...] = ()
    for key in POSITIONS:
        stored = tensors.get(key)
        if stored is None:
            continue
        if list(stored.shape) != expected:
            raise CheckpointError("wrong_shape", name=name, tensor=key, found=list(stored.shape), expected=expected)
        if stored.is_floating_point() and torch.finfo(stored.dtype).bits < 32:
            coarser = (Note("positions_computed", {"positions": str(stored.dtype).removeprefix("torch.")}),)
        if stored.is_meta:
            continue
        ours = sinusoidal_table(config.max_positions, config.d_model, config.sinusoids)
        rounding = torch.finfo(stored.dtype).eps if stored.is_floating_point() else 0.0
        if not torch.allclose(stored.float(), ours, rtol=0, atol=max(rounding, 1e-5)):
            raise CheckpointError("wrong_positions", name=name, tensor=key)
    return coarser


def _vocabulary(path: Path, name: str) -> dict[str, int]:
    vocab = read_json(path, name)
    if not all(isinstance(i, int) and not isinstance(i, bool) for i in vocab.values()):
        kind, reason = Reason("kind_vocabulary"), Reason("id_no_number")
        raise CheckpointError("unreadable", name=f"{name}/{path.name}", kind=kind, reason=reason)
    return vocab


def tokenizer_words(folder: Path, name: str) -> dict[str, Any]:
    """What a folder says of its tokenizer: tokenizer_config.json and, unless that numbers the tokens which were added
    itself, the two files in which older versions of transformers kept them.

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
    """A special token as tokenizer_config.json writes it: plain, or an object with its content."""
    piece = said.get("content") if isinstance(said, Mapping) else said
    return str(piece or default)


def _added(own: Mapping[str, Any]) -> dict[str, Any]:
    """The tokens that a tokenizer adds to its vocabulary, with what it says of each."""
    lists = [own.get(key) or [] for key in ("additional_special_tokens", "extra_special_tokens")]
    said = [*(own.get("added_tokens_decoder") or {}).values()]
    for each in lists:
        said += each.values() if isinstance(each, Mapping) else each
    return {_piece(token, ""): token for token in said if _piece(token, "")}


def _left_of_config(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    left = left_of(raw, MARIAN_CONFIG, name)
    doubled = {key: raw[key] for key, of in MARIAN_ALIASES.items() if raw.get(key) not in (None, raw.get(of))}
    return {**left, **doubled}


def _left_of_tokenizer(own: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What has to be told of a tokenizer: besides words, tokens that are cut out of a text before it is cut into
    pieces, and such as take the spaces around them along.
    """
    left = left_of(own, TOKENIZER, name)
    if str(own.get("tokenizer_class") or TOKENIZER_CLASSES[0]) not in TOKENIZER_CLASSES:
        left["tokenizer_class"] = own["tokenizer_class"]
    special = [_piece(own.get(key), usual) for key, usual in zip(SPECIAL, ("</s>", "<unk>", "<pad>"), strict=True)]
    tokens = {**_added(own), **{_piece(own.get(key), ""): own.get(key) for key in SPECIAL}}
    apart = [piece for piece, said in tokens.items() if piece and (piece not in special or _takes_more(said))]
    return {**left, **({"added_tokens": ", ".join(apart)} if apart else {})}


def _takes_more(said: Any) -> bool:
    return isinstance(said, Mapping) and any(said.get(key) for key in ("lstrip", "rstrip", "single_word"))


def _config(raw: Mapping[str, Any], unknown: int, name: str) -> Seq2SeqConfig:
    act = raw.get("activation_function", "gelu")
    norm_first = bool(raw.get("normalize_before"))
    for refused, what in (
        (act not in ACTS, Reason("activation", act=act)),
        (not raw.get("static_position_embeddings", True), Reason("learned_positions")),
        (bool(raw.get("normalize_embedding")), Reason("embedding_norm")),
        (bool(raw.get("add_final_layer_norm")) and not norm_first, Reason("second_norm")),
        (not raw.get("tie_word_embeddings", True), Reason("own_logits")),
    ):
        if refused:
            raise CheckpointError("unsupported_architecture", name=name, architecture=MODEL_TYPE, what=what)
    shared = bool(raw.get("share_encoder_decoder_embeddings", True))
    return Seq2SeqConfig(
        d_model=raw["d_model"],
        encoder=StackConfig(raw["encoder_layers"], raw["encoder_attention_heads"], raw["encoder_ffn_dim"]),
        decoder=StackConfig(raw["decoder_layers"], raw["decoder_attention_heads"], raw["decoder_ffn_dim"]),
        source_vocab=raw["vocab_size"],
        # As transformers: one table has one size, whatever decoder_vocab_size says.
        target_vocab=raw["vocab_size"] if shared else raw.get("decoder_vocab_size") or raw["vocab_size"],
        shared_embedding=shared,
        pad=raw["pad_token_id"],
        end=raw["eos_token_id"],
        unknown=unknown,
        start=raw["decoder_start_token_id"],
        act=ACTS[act],
        eps=EPS,
        norm="pre" if norm_first else "post",
        scale_embedding=bool(raw.get("scale_embedding")),
        sinusoids="halves",
        max_positions=raw["max_position_embeddings"],
        # A word of this project (vit_core/training/export.py), for the twin that was trained without the mask.
        causal=bool(raw.get("decoder_causal", True)),
        dropout=raw.get("dropout", 0.0),
    )


def _generation(
    folder: Path, raw: Mapping[str, Any], config: Seq2SeqConfig, name: str
) -> tuple[GenerationConfig, tuple[Note, ...], dict[str, Any]]:
    """How its authors want it to write, a note where that is not the usual way, and what of it has to be told."""
    own = folder / "generation_config.json"
    # Older folders say it in config.json, whose special tokens are those of the model.
    written = GENERATION.keys - {"eos_token_id", "decoder_start_token_id"}
    read = read_json(own, name) if own.exists() else {key: raw[key] for key in written if key in raw}
    said = {key: value for key, value in read.items() if value is not None}
    for key, token in (("eos_token_id", config.end), ("decoder_start_token_id", config.start)):
        if said.get(key, token) not in (token, [token]):
            raise CheckpointError("unsupported_setting", name=name, setting=f"{key} = {said[key]}")
    shortest = int(said.get("min_length") or 0)
    pull = said.get("exponential_decay_length_penalty")
    asked = GenerationConfig(
        # Where nothing is said, whatever there are positions for. What counts new tokens does not count the start's.
        max_length=1 + int(new)
        if (new := said.get("max_new_tokens"))
        else int(said.get("max_length") or 0) or config.max_positions,
        num_beams=int(said.get("num_beams") or 1),
        length_penalty=float(said.get("length_penalty", 1.0)),
        bad_words=tuple(tuple(int(i) for i in ids) for ids in said.get("bad_words_ids") or ()),
        forced_end=_one_token(said, "forced_eos_token_id", name),
        renormalize=bool(said.get("renormalize_logits")),
        forced_first=_one_token(said, "forced_bos_token_id", name),
        min_length=1 + int(new) if (new := said.get("min_new_tokens")) else shortest,
        no_repeat_ngram=int(said.get("no_repeat_ngram_size") or 0),
        source_no_repeat_ngram=int(said.get("encoder_no_repeat_ngram_size") or 0),
        repetition_penalty=float(said.get("repetition_penalty", 1.0)),
        source_penalty=float(said.get("encoder_repetition_penalty", 1.0)),
        suppressed=tuple(int(i) for i in said.get("suppress_tokens") or ()),
        suppressed_first=tuple(int(i) for i in said.get("begin_suppress_tokens") or ()),
        end_pull=(int(pull[0]), float(pull[1])) if pull else None,
        early_stopping=said.get("early_stopping", False),
    )
    for token in asked.tokens:
        if not 0 <= token < config.target_vocab:
            raise ValueError(Reason("no_token", field="token", found=token, count=config.target_vocab))
    search = dict(zip(("num_beams", "length_penalty"), (asked.num_beams, asked.length_penalty), strict=True))
    notes = () if tuple(search.values()) == USUAL_SEARCH else (Note("searched", search),)
    return asked, notes, left_of(said, GENERATION, name)


def _one_token(said: Mapping[str, Any], key: str, name: str) -> int | None:
    """The token that a setting forces; None where it forces none.

    Raises:
        CheckpointError: unsupported_setting, where any of several may stand.
    """
    tokens = said.get(key, [])
    tokens = tokens if isinstance(tokens, list) else [tokens]
    if len(tokens) > 1:
        raise CheckpointError("unsupported_setting", name=name, setting=f"{key} = {tokens}")
    return int(tokens[0]) if tokens else None


def _insist_on_fit(tokenizer: MarianTokenizer, config: Seq2SeqConfig, name: str) -> None:
    """A vocabulary that numbers its pieces otherwise than the weights do would translate into nonsense."""
    two = tokenizer.target_ids is not tokenizer.source_ids
    sides = (
        ("vocab.json", "source.spm", tokenizer.source_ids, config.source_vocab, True),
        ("target_vocab.json" if two else "vocab.json", "target.spm", tokenizer.target_ids, config.target_vocab, False),
    )
    for file, spm, ids, rows, source in sides:
        insist_on_ids(tokenizer, ids, file, rows, config, name)
        known = tokenizer.coverage(source=source)
        if known < LEAST_COVERAGE:
            raise CheckpointError("vocabulary_foreign", name=name, file=file, known=round(100 * known), spm=spm)


def insist_on_ids(
    tokenizer: MarianTokenizer,
    ids: Mapping[str, int],
    file: str,
    rows: int,
    config: Seq2SeqConfig | RecurrentConfig,
    name: str,
) -> None:
    """Insist that a vocabulary numbers the rows of a table, and the special tokens as the checkpoint says.

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
