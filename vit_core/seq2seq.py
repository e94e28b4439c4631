"""The encoder-decoder Transformer: the encoder reads a sentence, the decoder writes another token by token.

Vaswani et al., "Attention Is All You Need" (arXiv 1706.03762), figure 1. Checked against transformers'
MarianMTModel by tests/parity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor, nn

from vit_core.attention import KeysValues
from vit_core.blocks import Block, DecoderBlock, EncoderBlock
from vit_core.config import Seq2SeqConfig, StackConfig
from vit_core.linear import linear
from vit_core.masks import causal
from vit_core.positions import sinusoidal_table
from vit_core.shapes_only import shapes_only
from vit_core.tap import Tap, null_tap

Cache = tuple[KeysValues, ...]


class Stack(nn.Module):
    """The base class of encoder and decoder: position embeddings, the blocks, and a last norm in models that normalise
    first.
    """

    def __init__(self, config: Seq2SeqConfig, stack: StackConfig, block: type[Block]) -> None:
        super().__init__()
        self.config, self.stack = config, stack
        self.blocks = nn.ModuleList(block(config.block(stack)) for _ in range(stack.n_layers))
        # Only a model that normalises before each branch still has to normalise what leaves the last block.
        self.norm = nn.LayerNorm(config.d_model, eps=config.eps) if config.norm == "pre" else None
        self.drop = nn.Dropout(config.dropout)

    def place(self, words: Tensor, first: int, *, tap: Tap, at: str) -> Tensor:
        """Add its position embedding to every word; the first of them stands at position `first`.

        Shapes: [B, N, D] -> [B, N, D].

        Raises:
            ValueError: the sequence is longer than the checkpoint admits.
        Source: arXiv 1706.03762, section 3.5.
        """
        config, last = self.config, first + words.shape[1]
        if last > config.max_positions:
            raise ValueError(f"{last} tokens, but this model has {config.max_positions} positions")
        table = sinusoidal_table(config.max_positions, config.d_model, config.sinusoids, self.stack.positions)
        position = tap(f"{at}.position", table[None, first:last].to(words))
        x = tap(f"{at}.tokens", words + position)
        return self.drop(x) if self.training else x

    def finish(self, x: Tensor, *, tap: Tap, at: str) -> Tensor:
        """The output of the stack. Shapes: [B, N, D] -> [B, N, D]."""
        return tap(f"{at}.ln_final", self.norm(x)) if self.norm is not None else x


class Encoder(Stack):
    """The encoder: reads the whole source sentence at once; every token may attend to every other."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__(config, config.encoder, EncoderBlock)

    def forward(self, words: Tensor, mask: Tensor | None = None, *, tap: Tap = null_tap) -> Tensor:
        """Encode a sentence: one vector per source token, each computed from the whole sentence.

        Shapes: words [B, S, D], mask [B, 1, 1, S] of bool (masks.padding), True = may attend -> [B, S, D].
        """
        x = self.place(words, 0, tap=tap, at="encoder")
        for i, block in enumerate(self.blocks):
            x = block(x, mask, tap=tap, at=f"encoder.blocks.{i}")
        return self.finish(x, tap=tap, at="encoder")


class Decoder(Stack):
    """The decoder: each target token attends to the target tokens before it and to the source."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__(config, config.decoder, DecoderBlock)

    def cross_keys_values(self, memory: Tensor, *, tap: Tap = null_tap) -> Cache:
        """Every block's keys and values of the source, computed once per sentence.

        Shapes: memory [B, S, D] -> per block two of [B, H, S, K].
        """
        at = "decoder.blocks.{}.cross"
        blocks = cast(Sequence[DecoderBlock], self.blocks)
        return tuple(block.cross.keys_values(memory, tap=tap, at=at.format(i)) for i, block in enumerate(blocks))

    def enter(self, words: Tensor, past: Cache | None, *, tap: Tap = null_tap) -> Tensor:
        """Add position embeddings to the tokens of this call, which follow those that are cached. Shapes: [B, T, D] ->
        [B, T, D]."""
        return self.place(words, past[0].k.shape[2] if past else 0, tap=tap, at="decoder")

    def forward(
        self,
        words: Tensor,
        source: Cache,
        *,
        mask: Tensor | None = None,
        source_mask: Tensor | None = None,
        past: Cache | None = None,
        tap: Tap = null_tap,
    ) -> tuple[Tensor, Cache]:
        """One vector per target token of this call, and the keys and values of all target tokens so far.

        Shapes: words [B, T, D] -> [B, T, D]; masks and caches as in `DecoderBlock`.
        """
        x, so_far = self.enter(words, past, tap=tap), []
        for i, block in enumerate(self.blocks):
            x, target = block(
                x,
                source[i],
                mask=mask,
                source_mask=source_mask,
                past=past[i] if past else None,
                tap=tap,
                at=f"decoder.blocks.{i}",
            )
            so_far.append(target)
        return self.finish(x, tap=tap, at="decoder"), tuple(so_far)


class EncoderDecoder(nn.Module):
    """An encoder-decoder: from a source sentence and the target so far to one score per token of the vocabulary."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.target_vocab, config.d_model)
        self.source_embed = None if config.shared_embedding else nn.Embedding(config.source_vocab, config.d_model)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.logits_bias = nn.Parameter(torch.zeros(config.target_vocab))

    def forward(
        self,
        source: Tensor,
        target: Tensor,
        *,
        source_mask: Tensor | None = None,
        mask: Tensor | None = None,
        tap: Tap = null_tap,
    ) -> Tensor:
        """The scores of every next word when the target so far is given ("teacher forcing").

        Shapes:
            source: [B, S] of int; target: [B, T] of int, beginning with the start token.
            source_mask: [B, 1, 1, S] (masks.padding); mask: [1 or B, 1, T, T] (`target_mask`).
            returns: [B, T, V]; row t scores the word that follows target token t.
        Source: arXiv 1706.03762, section 3.
        """
        handed = self.decoder.cross_keys_values(self.encode(source, source_mask, tap=tap), tap=tap)
        x, _ = self.decode(target, handed, mask=mask, source_mask=source_mask, tap=tap)
        return self.read(x, tap=tap)

    def encode(self, ids: Tensor, mask: Tensor | None = None, *, tap: Tap = null_tap) -> Tensor:
        """Encode the source sentence. Shapes: ids [B, S] of int -> [B, S, D]."""
        table = self.embed if self.source_embed is None else self.source_embed
        return self.encoder(tap("encoder.words", self._scaled(table(ids))), mask, tap=tap)

    def decode(
        self,
        ids: Tensor,
        source: Cache,
        *,
        mask: Tensor | None = None,
        source_mask: Tensor | None = None,
        past: Cache | None = None,
        tap: Tap = null_tap,
    ) -> tuple[Tensor, Cache]:
        """One vector per target token, and all keys and values so far. Shapes: ids [B, T] of int; see `Decoder`."""
        words = self.target_words(ids, tap=tap)
        return self.decoder(words, source, mask=mask, source_mask=source_mask, past=past, tap=tap)

    def target_words(self, ids: Tensor, *, tap: Tap = null_tap) -> Tensor:
        """The embeddings of target tokens. Shapes: [B, T] of int -> [B, T, D]."""
        return tap("decoder.words", self._scaled(self.embed(ids)))

    def read(self, x: Tensor, *, tap: Tap = null_tap) -> Tensor:
        """One score per word of the target vocabulary: how well the vector fits each word's embedding.

        Shapes: [B, T, D] -> [B, T, V].
        Source: arXiv 1706.03762, section 3.4 (the embedding matrix is shared with the output).
        """
        return tap("logits", linear(x, self.embed.weight, self.logits_bias))

    def target_mask(self, n: int) -> Tensor | None:
        """The mask with which this model was trained for n target tokens: causal, or None for the twin without it."""
        return causal(n) if self.config.causal else None

    def _scaled(self, words: Tensor) -> Tensor:
        """Source: arXiv 1706.03762, section 3.4, last sentence."""
        return words * math.sqrt(self.config.d_model) if self.config.scale_embedding else words


def without_causal_mask(model: EncoderDecoder) -> EncoderDecoder:
    """A model with the same weights and no causal mask, for which it was not trained."""
    with shapes_only():  # no memory for weights that are replaced at once
        lifted = EncoderDecoder(replace(model.config, causal=False))
    lifted.load_state_dict(model.state_dict(), assign=True)
    return lifted.eval().requires_grad_(False)
