"""Read a folder in transformers' Marian form without its weights: shape, vocabulary and settings of a translator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import torch
from torch import Tensor

from vit_core.checkpoints.description import read_json
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.checkpoints.hf_folder import ACTIVATIONS
from vit_core.checkpoints.marian_dialects import POSITIONS
from vit_core.checkpoints.marian_tokenizer import read_tokenizer, require_fit, tokenizer_words, unfollowed_of_tokenizer
from vit_core.checkpoints.settings_tables import GENERATION, MARIAN_ALIASES, MARIAN_CONFIG
from vit_core.checkpoints.unfollowed import adapter_beside, unfollowed_note, unfollowed_settings
from vit_core.config import Activation, Seq2SeqConfig, StackConfig, Stored
from vit_core.decoding.settings import USUAL_BEAM, USUAL_LENGTH_PENALTY, GenerationConfig
from vit_core.positions import sinusoidal_table
from vit_core.reasons import Reason, reason_of
from vit_core.text import MarianTokenizer

MODEL_TYPE = "marian"
ACTS: Mapping[str, Activation] = {**ACTIVATIONS, "swish": "silu", "silu": "silu"}
# torch's default, which no config.json of a Marian model changes.
EPS = 1e-5


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
        require_fit(tokenizer, config, name)
        generation, notes, left = _generation(folder, raw, config, name)
        notes += unfollowed_note(
            _unfollowed_of_config(raw, name), left, unfollowed_of_tokenizer(own, name)
        ) + adapter_beside(folder)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        if isinstance(error, CheckpointError):
            raise
        kind = Reason("kind_config")
        raise CheckpointError("unreadable", name=name, kind=kind, reason=reason_of(error)) from error
    return TranslatorDescription(
        config, tokenizer, generation, str(own.get("source_lang") or ""), str(own.get("target_lang") or ""), notes
    )


def stored_positions(
    tensors: Mapping[str, Tensor], config: Seq2SeqConfig, name: str
) -> tuple[Seq2SeqConfig, tuple[Note, ...]]:
    """The shape with the number format in which the file stores its positions, as transformers reads them; a stack
    without stored positions computes its own. A note is added if the stored table is not exactly the computed table
    rounded, but is within rounding of it.

    Raises:
        CheckpointError: wrong_shape, or wrong_positions for a table that rounding does not explain.
    """
    notes: tuple[Note, ...] = ()
    for key, part in zip(POSITIONS, ("encoder", "decoder"), strict=True):
        if (kept := tensors.get(key)) is None:
            continue
        expected = [config.max_positions, config.d_model]
        if list(kept.shape) != expected:
            raise CheckpointError("wrong_shape", name=name, tensor=key, found=list(kept.shape), expected=expected)
        word = str(kept.dtype).removeprefix("torch.")
        stored = next((short for short in get_args(Stored) if short == word), "float32")
        config = replace(config, **{part: replace(getattr(config, part), positions=stored)})
        if kept.is_meta:
            continue
        ours = sinusoidal_table(config.max_positions, config.d_model, config.sinusoids, stored)
        rounding = torch.finfo(kept.dtype).eps if kept.is_floating_point() else 0.0
        if not torch.allclose(kept.float(), ours, rtol=0, atol=max(rounding, 1e-5)):
            raise CheckpointError("wrong_positions", name=name, tensor=key)
        if stored != "float32" and not torch.equal(kept.float(), ours):
            notes = (Note("positions_computed", {"positions": stored}),)
    return config, notes


def _unfollowed_of_config(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    left = unfollowed_settings(raw, MARIAN_CONFIG, name)
    doubled = {key: raw[key] for key, of in MARIAN_ALIASES.items() if raw.get(key) not in (None, raw.get(of))}
    return {**left, **doubled}


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
        # As in transformers, a shared table has one size, whatever decoder_vocab_size says.
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
        # A setting of this project (vit_core/training/export.py) for the twin that was trained without the mask.
        causal=bool(raw.get("decoder_causal", True)),
        dropout=raw.get("dropout", 0.0),
    )


def _generation(
    folder: Path, raw: Mapping[str, Any], config: Seq2SeqConfig, name: str
) -> tuple[GenerationConfig, tuple[Note, ...], dict[str, Any]]:
    """The generation settings of a checkpoint, a note if they are unusual, and the settings that are not followed."""
    own = folder / "generation_config.json"
    # Older folders have these settings in config.json, which also has the special tokens.
    written = GENERATION.keys - {"eos_token_id", "decoder_start_token_id"}
    read = read_json(own, name) if own.exists() else {key: raw[key] for key in written if key in raw}
    said = {key: value for key, value in read.items() if value is not None}
    for key, token in (("eos_token_id", config.end), ("decoder_start_token_id", config.start)):
        if said.get(key, token) not in (token, [token]):
            raise CheckpointError("unsupported_setting", name=name, setting=f"{key} = {said[key]}")
    shortest = int(said.get("min_length") or 0)
    pull = said.get("exponential_decay_length_penalty")
    asked = GenerationConfig(
        # Without a setting, as many as there are positions. The settings for new tokens do not count the start token.
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
    notes = () if tuple(search.values()) == (USUAL_BEAM, USUAL_LENGTH_PENALTY) else (Note("searched", search),)
    return asked, notes, unfollowed_settings(said, GENERATION, name)


def _one_token(said: Mapping[str, Any], key: str, name: str) -> int | None:
    """The token that a setting forces, or None.

    Raises:
        CheckpointError: unsupported_setting, if the setting allows several tokens.
    """
    tokens = said.get(key, [])
    tokens = tokens if isinstance(tokens, list) else [tokens]
    if len(tokens) > 1:
        raise CheckpointError("unsupported_setting", name=name, setting=f"{key} = {tokens}")
    return int(tokens[0]) if tokens else None
