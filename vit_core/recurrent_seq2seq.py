"""The recurrent translator: one cell reads the sentence into its state, another writes the translation from it.

Sutskever et al., "Sequence to Sequence Learning with Neural Networks" (arXiv 1409.3215): only a single vector passes
from encoder to decoder. In Bahdanau et al. (arXiv 1409.0473) the decoder attends to every encoder state.
Both cells have one layer and read forwards; Bahdanau's own encoder reads both ways.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from vit_core.config import RecurrentConfig
from vit_core.linear import Linear, linear
from vit_core.masks import hide
from vit_core.recurrent import CELLS, LSTMCell, State, Steps
from vit_core.tap import Tap, null_tap


class Memory(NamedTuple):
    """The encoder's states, as the decoder uses them.

    Attributes:
        states: [B, S, H], its state after every source word; read by attention alone.
        last: its last state: the one vector with which the decoder begins.
        mask: [B, S] of bool, False for padding; None when there is none.
        keys: [B, S, H], U h_s of every state, computed once; None without attention.
    """

    states: Tensor
    last: State
    mask: Tensor | None = None
    keys: Tensor | None = None


class AdditiveAttention(nn.Module):
    """Additive attention: a small network, instead of a dot product, scores the decoder's state against each encoder
    state.
    """

    def __init__(self, d_hidden: int) -> None:
        super().__init__()
        self.q = Linear(d_hidden, d_hidden, bias=False)
        self.k = Linear(d_hidden, d_hidden, bias=False)
        self.v = nn.Parameter(torch.empty(d_hidden))
        nn.init.normal_(self.v, std=d_hidden**-0.5)  # which shapes_only knows to skip

    def forward(self, h: Tensor, memory: Memory, *, tap: Tap = null_tap) -> Tensor:
        """The context: the mean of the encoder's states, weighted by attention.

        Shapes: h [B, H], the decoder's state before the step; returns [B, H].
        Source: arXiv 1409.0473, section 3.1 and appendix A.1.2: e_ts = vᵀ tanh(W s_{t-1} + U h_s).
        """
        assert memory.keys is not None
        scores = (self.q(h)[:, None] + memory.keys).tanh() @ self.v  # B S
        scores = scores if memory.mask is None else hide(scores, memory.mask)
        pattern = tap("decoder.attn.pattern", tap("decoder.attn.scores", scores).softmax(dim=-1))
        return tap("decoder.context", (pattern[:, None] @ memory.states)[:, 0])


class RecurrentTranslator(nn.Module):
    """Source sentence and the target so far in, one score per word of the vocabulary out."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        cell, d_embed, d_hidden = CELLS[config.cell], config.d_embed, config.d_hidden
        context = d_hidden if config.attention else 0
        self.embed = nn.Embedding(config.vocab, d_embed)
        self.encoder = cell(d_embed, d_hidden)
        self.decoder = cell(d_embed + context, d_hidden)
        self.attn = AdditiveAttention(d_hidden) if config.attention else None
        self.readout = Linear(d_hidden + context, d_embed)
        self.logits_bias = nn.Parameter(torch.zeros(config.vocab))
        self.drop = nn.Dropout(config.dropout)

    def forward(
        self, source: Tensor, target: Tensor, *, source_mask: Tensor | None = None, tap: Tap = null_tap
    ) -> Tensor:
        """The scores of every next word when the target so far is given ("teacher forcing").

        Shapes:
            source: [B, S] of int; target: [B, T] of int, beginning with the start token.
            source_mask: [B, 1, 1, S] (masks.padding).
            returns: [B, T, V]; row t scores the word that follows target token t.
        Source: arXiv 1409.3215, section 2.
        """
        x, _ = self.decode(target, self.encode(source, source_mask, tap=tap), tap=tap)
        return self.read(x, tap=tap)

    def encode(self, ids: Tensor, mask: Tensor | None = None, *, tap: Tap = null_tap) -> Memory:
        """Read the source sentence.

        Shapes: ids [B, S] of int; mask [B, 1, 1, S] of bool (masks.padding), False for padding.

        Raises:
            ValueError: the sentence is longer than the checkpoint admits.
        """
        x = tap("encoder.read", self._words(ids, tap=tap, at="encoder"))
        rows = None if mask is None else mask[:, 0, 0]
        states, last = self.encoder.read(x, mask=rows, tap=tap, at="encoder")
        return Memory(states, last, rows, None if self.attn is None else self.attn.k(states))

    def decode(
        self, ids: Tensor, memory: Memory, state: State | None = None, *, tap: Tap = null_tap
    ) -> tuple[Tensor, State]:
        """One vector per target token of this call, ready to be compared with every word, and the last state.

        Args:
            state: the state after the tokens before these; the encoder's last state when None.

        Shapes: ids [B, T] of int -> [B, T, E].

        Raises:
            ValueError: more tokens than the checkpoint admits.
        Source: arXiv 1409.0473, appendix A.1.2 and A.2.2, with a tanh in place of maxout.
        """
        words = self._words(ids, tap=tap, at="decoder")
        state = memory.last if state is None else state
        if self.attn is None:
            seen, state = self.decoder.read(tap("decoder.read", words), state, tap=tap, at="decoder")
        else:
            steps = Steps(tap)
            for word in words.unbind(dim=1):
                context = self.attn(state.h, memory, tap=steps)
                state = self.decoder(
                    steps("decoder.read", torch.cat([word, context], -1)), state, tap=steps, at="decoder"
                )
            seen = torch.cat(steps.announce("decoder.state", "decoder.context"), dim=-1)  # B T 2H
        x = tap("decoder.readout", self.readout(seen).tanh())
        return self.drop(x) if self.training else x, state

    def read(self, x: Tensor, *, tap: Tap = null_tap) -> Tensor:
        """One score per word of the vocabulary: how well the vector fits each word's embedding.

        Shapes: [B, T, E] -> [B, T, V].
        Source: Press and Wolf, "Using the Output Embedding to Improve Language Models" (arXiv 1608.05859).
        """
        return tap("logits", linear(x, self.embed.weight, self.logits_bias))

    def _words(self, ids: Tensor, *, tap: Tap, at: str) -> Tensor:
        """The embeddings, scaled as those of the Transformer they are compared with (arXiv 1706.03762, section 3.4)."""
        if ids.shape[1] > self.config.max_positions:
            raise ValueError(f"{ids.shape[1]} tokens, but this model admits {self.config.max_positions}")
        words = tap(f"{at}.words", self.embed(ids) * math.sqrt(self.config.d_embed))
        return self.drop(words) if self.training else words


def untrained(config: RecurrentConfig, seed: int) -> RecurrentTranslator:
    """A model with the random weights with which a training run begins.

    Source: Glorot and Bengio (2010) for what the words bring; orthogonal matrices for what the state brings, which
        neither shrink nor stretch it (Saxe et al., arXiv 1312.6120); the LSTM's forget gates begin at a bias of 1
        (Jozefowicz et al., 2015). The embeddings have a variance of 1 / d_embed, as in the Transformer.
    """
    generator = torch.Generator().manual_seed(seed)
    model = RecurrentTranslator(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.startswith("embed"):
                nn.init.normal_(parameter, std=config.d_embed**-0.5, generator=generator)
            elif parameter.ndim == 2:
                first = nn.init.orthogonal_ if name.endswith("weight_hh") else nn.init.xavier_uniform_
                for gate in parameter.split(config.d_hidden) if "coder" in name else (parameter,):
                    first(gate, generator=generator)
            elif name == "attn.v":
                nn.init.normal_(parameter, std=config.d_hidden**-0.5, generator=generator)
            else:
                nn.init.zeros_(parameter)
        for cell in (model.encoder, model.decoder):
            if isinstance(cell, LSTMCell):
                cell.of_gate("forget_gate")[2].fill_(1.0)
    return model.eval()
