"""The kinds of network that are trained, and where training has to treat them differently."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from vit_core.config import RecurrentConfig, Seq2SeqConfig
from vit_core.recurrent_seq2seq import RecurrentTranslator, untrained
from vit_core.seq2seq import EncoderDecoder
from vit_core.text import MarianTokenizer
from vit_core.training.data import NOTHING, Batch

Config = Seq2SeqConfig | RecurrentConfig
Network = EncoderDecoder | RecurrentTranslator


def new_model(config: Config, seed: int) -> Network:
    """Build a model with random initial weights; Transformers that differ only in `causal` get the same ones.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010). The
        embeddings get a variance of 1 / d_model: they are multiplied by sqrt(d_model) in the input, and give scores of
        variance 1 in the output. Recurrent ones: `untrained`.
    """
    if isinstance(config, RecurrentConfig):
        return untrained(config, seed)
    generator = torch.Generator().manual_seed(seed)
    model = EncoderDecoder(config)
    for name, parameter in model.named_parameters():
        if "embed" in name:
            nn.init.normal_(parameter, std=config.d_model**-0.5, generator=generator)
        elif parameter.ndim == 2:
            nn.init.xavier_uniform_(parameter, generator=generator)
        elif name.endswith("bias"):
            nn.init.zeros_(parameter)
    # As in transformers, the bias of the scores is stored and not trained.
    model.logits_bias.requires_grad_(False)
    return model


def wanted_scores(model: Network, batch: Batch) -> tuple[Tensor, Tensor]:
    """The scores of every token to predict, and these tokens.

    Shapes: [W, V] and [W] of int, W being the target tokens of the batch without padding.
    """
    asked = batch.wanted != NOTHING
    return model.read(_vectors(model, batch)[asked][None])[0], batch.wanted[asked]


def _vectors(model: Network, batch: Batch) -> Tensor:
    """The decoder's output for a given target. Shapes: [B, T, D]."""
    if isinstance(model, RecurrentTranslator):
        return model.decode(batch.given, model.encode(batch.source, batch.source_mask))[0]
    seen = batch.given_mask if not model.config.causal else model.target_mask(batch.given.shape[1])
    handed = model.decoder.cross_keys_values(model.encode(batch.source, batch.source_mask))
    return model.decode(batch.given, handed, mask=seen, source_mask=batch.source_mask)[0]


def fitted(config: Config, tokenizer: MarianTokenizer) -> Config:
    """Set a tokenizer's vocabulary size and special tokens in a configuration.

    Raises:
        ValueError: a recurrent translator has one table for both languages, and the tokenizer two.
    """
    ids: dict[str, Any] = {
        "pad": tokenizer.pad,
        "end": tokenizer.end,
        "unknown": tokenizer.unknown,
        "start": tokenizer.pad,
    }
    source, target = tokenizer.source_vocab, tokenizer.target_vocab
    if isinstance(config, Seq2SeqConfig):
        return replace(config, source_vocab=source, target_vocab=target, **ids)
    if tokenizer.source_ids is not tokenizer.target_ids:
        raise ValueError(f"one table cannot hold {source} source and {target} target tokens")
    return replace(config, vocab=target, **ids)
