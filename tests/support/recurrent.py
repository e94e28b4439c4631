"""Tiny recurrent translators, and the same computed by modules of torch.nn."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.support.perturb import perturb
from vit_core.config import CellKind, RecurrentConfig
from vit_core.recurrent import CELLS, Cell
from vit_core.recurrent_seq2seq import RecurrentTranslator, untrained

SHAPES: dict[str, tuple[CellKind, bool]] = {
    "rnn": ("rnn", False),
    "lstm": ("lstm", False),
    "gru": ("gru", False),
    "gru-attention": ("gru", True),
    "lstm-attention": ("lstm", True),
}
SEQUENCES: dict[CellKind, type[nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
SINGLE: dict[CellKind, type[nn.RNNCellBase]] = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
# Three sentences of unequal length and their translations.
SOURCE = torch.tensor([[7, 12, 40, 33, 21, 1], [9, 55, 4, 1, 2, 2], [30, 8, 14, 6, 1, 2]])
LENGTHS = torch.tensor([6, 4, 5])
TARGET = torch.tensor([[2, 18, 50, 9], [2, 11, 33, 5], [2, 44, 3, 27]])


def tiny_config(shape: str, **changes: Any) -> RecurrentConfig:
    cell, attention = SHAPES[shape]
    sizes: dict[str, Any] = {"d_embed": 24, "d_hidden": 20, "vocab": 59, "pad": 2, "start": 2, "unknown": 0}
    return RecurrentConfig(cell=cell, attention=attention, **{**sizes, **changes})


@cache
def tiny_translator(shape: str, dtype: torch.dtype = torch.float32) -> RecurrentTranslator:
    """Perturbed, in evaluation mode; shared, so never to be changed."""
    return perturb(untrained(tiny_config(shape), seed=5)).to(dtype)


def torch_cell(kind: CellKind, ours: Cell) -> Any:
    """The sequence module of torch.nn with the weights of one of our cells."""
    module = SEQUENCES[kind](ours.weight_ih.shape[1], ours.d_hidden, batch_first=True).to(ours.weight_ih.dtype)
    module.load_state_dict({f"{name}_l0": tensor for name, tensor in ours.state_dict().items()})
    return module


def our_cell(kind: CellKind, module: nn.RNNBase) -> Cell:
    """Our cell with the weights of torch's, in its number format."""
    cell = CELLS[kind](module.input_size, module.hidden_size).to(module.weight_ih_l0.dtype)
    cell.load_state_dict({name: getattr(module, f"{name}_l0").detach() for name in NAMES})
    return cell


def as_torch(state: Any) -> Any:
    """A state as the sequence modules of torch.nn take it: [1, B, H], a pair for the LSTM."""
    return state.h[None] if state.c is None else (state.h[None], state.c[None])


def torch_scores(model: RecurrentTranslator, source: Tensor, lengths: Tensor, target: Tensor) -> dict[str, Tensor]:
    """States, attention and scores of a translator, computed by torch.nn's own cells and the formulas as printed."""
    config = model.config
    encoder, decoder = (torch_cell(config.cell, cell) for cell in (model.encoder, model.decoder))
    embed = nn.functional.embedding
    table = model.embed.weight
    packed = pack_padded_sequence(
        embed(source, table) * config.d_embed**0.5, lengths, batch_first=True, enforce_sorted=False
    )
    read, last = encoder(packed)
    states, _ = pad_packed_sequence(read, batch_first=True)
    words = embed(target, table) * config.d_embed**0.5
    if model.attn is None:
        seen, _ = decoder(words, last)
        found = {"decoder.state": seen}
    else:
        found = _with_attention(model, decoder, states, lengths, words, last)
        seen = torch.cat([found["decoder.state"], found["decoder.context"]], dim=-1)
    readout = torch.tanh(seen @ model.readout.weight.T + model.readout.bias)
    return {**found, "decoder.readout": readout, "logits": readout @ table.T + model.logits_bias}


def _with_attention(
    model: RecurrentTranslator, decoder: Any, states: Tensor, lengths: Tensor, words: Tensor, last: Any
) -> dict[str, Tensor]:
    """Sentence by sentence, word by word, score by score: arXiv 1409.0473, appendix A, without padding or batches."""
    assert model.attn is not None
    W, U, v = model.attn.q.weight, model.attn.k.weight, model.attn.v
    pattern = states.new_zeros(*words.shape[:2], states.shape[1])
    contexts = states.new_zeros(*words.shape[:2], states.shape[2])
    seen = torch.zeros_like(contexts)
    for b, n in enumerate(lengths.tolist()):
        state = tuple(part[:, b : b + 1] for part in last) if isinstance(last, tuple) else last[:, b : b + 1]
        for t, word in enumerate(words[b]):
            s = (state[0] if isinstance(state, tuple) else state)[0, 0]
            e = torch.stack([v @ torch.tanh(W @ s + U @ states[b, j]) for j in range(n)])
            alpha = e.exp() / e.exp().sum()
            pattern[b, t, :n] = alpha
            contexts[b, t] = sum(alpha[j] * states[b, j] for j in range(n))
            out, state = decoder(torch.cat([word, contexts[b, t]])[None, None], state)
            seen[b, t] = out[0, 0]
    return {"decoder.attn.pattern": pattern, "decoder.context": contexts, "decoder.state": seen}
