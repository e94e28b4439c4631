"""Write a trained translator as a folder with float16 weights: in transformers' Marian form, or a recurrent one in
ours.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.marian_dialects import SEPARATE, SHARED
from vit_core.checkpoints.recurrent_folder import recurrent_json
from vit_core.config import Seq2SeqConfig
from vit_core.recurrent_seq2seq import RecurrentTranslator
from vit_core.seq2seq import EncoderDecoder

TOKENIZER_FILES = ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json")


def export(model: EncoderDecoder | RecurrentTranslator, folder: Path, vocabulary: Path) -> str:
    """Write the folder and return the SHA-256 of its weights.

    Args:
        vocabulary: folder of the tokenizer the model was trained with. Its files are copied; a recurrent translator
            only names it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(model, RecurrentTranslator):
        _write(folder / "config.json", recurrent_json(model.config, vocabulary.name))
        return _save(model.state_dict(), folder)
    for name in TOKENIZER_FILES:
        shutil.copyfile(vocabulary / name, folder / name)
    _write(folder / "config.json", marian_config(model.config))
    _write(folder / "generation_config.json", _generation_config(model.config))
    return _save(to_dialect(model.state_dict(), SHARED if model.config.shared_embedding else SEPARATE), folder)


def _save(tensors: Mapping[str, Tensor], folder: Path) -> str:
    half = {name: tensor.half().contiguous() for name, tensor in tensors.items()}
    save_file(half, folder / "model.safetensors", metadata={"format": "pt"})
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def marian_config(config: Seq2SeqConfig) -> dict[str, Any]:
    """The config.json of transformers' MarianMTModel; `decoder_causal` is this project's own setting, which
    transformers ignores.

    Raises:
        ValueError: a Marian model does not have such parts.
    """
    if (config.norm, config.sinusoids) != ("post", "halves"):
        raise ValueError("a Marian model normalises after the addition and puts all sines first")
    return {
        "architectures": ["MarianMTModel"],
        "model_type": "marian",
        "activation_function": config.act,
        "activation_dropout": 0.0,
        "attention_dropout": 0.0,
        "dropout": config.dropout,
        "d_model": config.d_model,
        "encoder_layers": config.encoder.n_layers,
        "encoder_attention_heads": config.encoder.n_heads,
        "encoder_ffn_dim": config.encoder.d_mlp,
        "decoder_layers": config.decoder.n_layers,
        "decoder_attention_heads": config.decoder.n_heads,
        "decoder_ffn_dim": config.decoder.d_mlp,
        "decoder_causal": config.causal,
        "vocab_size": config.source_vocab,
        "decoder_vocab_size": config.target_vocab,
        "share_encoder_decoder_embeddings": config.shared_embedding,
        "tie_word_embeddings": True,
        "scale_embedding": config.scale_embedding,
        "static_position_embeddings": True,
        "max_position_embeddings": config.max_positions,
        "is_encoder_decoder": True,
        "pad_token_id": config.pad,
        "eos_token_id": config.end,
        "bos_token_id": None,
        "decoder_start_token_id": config.start,
        "forced_eos_token_id": None,
        "dtype": "float16",
    }


def _generation_config(config: Seq2SeqConfig) -> dict[str, Any]:
    return {
        "bad_words_ids": [[config.pad]],
        "decoder_start_token_id": config.start,
        "eos_token_id": config.end,
        "pad_token_id": config.pad,
        "max_length": config.max_positions,
        "num_beams": 1,
        "length_penalty": 0.6,
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
