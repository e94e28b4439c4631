"""The rules of a recurrent translator: from the score of a word down the chain of states to the first word read.

One rule serves encoder and decoder. What vit_core.recurrent computes for all units at once is told here of one of them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

import torch
from torch import Tensor

from vit_core.config import CellKind, RecurrentConfig
from vit_core.provenance.answers import activated, added, affine, embedded, linear, row_of, same, scored, softmax
from vit_core.provenance.explanation import Explanation, Index, Source
from vit_core.provenance.question import Question, Rule
from vit_core.provenance.recurrent_places import Row, before
from vit_core.recurrent import CELLS, Cell

if TYPE_CHECKING:
    from vit_core.recurrent_seq2seq import RecurrentTranslator


class Half(NamedTuple):
    """One product of a sum of several: numbers, and the row of weights that they are multiplied with.

    Attributes:
        weight, bias: names of the parameters; a bias of "" is none.
        row, column: of the weight: where its part for these numbers begins.
        factor: name and index of what the product and its bias are multiplied with, None for 1.
    """

    x: Row
    weight: str
    row: int
    bias: str = ""
    column: int = 0
    factor: tuple[str, Index] | None = None


class Kept(NamedTuple):
    """One part of a state: a gate, or the rest that it leaves, times a value."""

    gate: str
    value: Row
    rest: bool = False


def _net(ask: Question) -> RecurrentTranslator:
    return cast("RecurrentTranslator", ask.model.model)


def _here(ask: Question, what: str) -> str:
    """The full name of something on the same side."""
    return f"{ask.place.stack}{what}"


def _row(ask: Question, name: str) -> Row:
    """All numbers of the same step in another quantity."""
    return Row(ask.numbers(name)[ask.index[0]], name, (ask.index[0], 0))


def _earlier(ask: Question, what: str = "state") -> Row:
    return before(ask.recurrent, ask.place.stack, what, ask.index[0])


def _words(ask: Question) -> Explanation:
    """A word's row of the embedding table, times sqrt(d_embed): arXiv 1706.03762, section 3.4."""
    trace = ask.recurrent
    ids = trace.source_ids if ask.place.stack == "encoder." else trace.read_ids
    return embedded(ask, "embed.weight", ids[ask.index[0]], trace.config.d_embed**0.5)


def _read(ask: Question) -> Explanation:
    """The word, and behind it the context where the decoder is given one: arXiv 1409.0473, appendix A.2.2."""
    (step, dim), n_words = ask.index, ask.recurrent.config.d_embed
    return same(ask, _here(ask, "words")) if dim < n_words else same(ask, "decoder.context", (step, dim - n_words))


def _gate(cell: type[Cell], gate: str) -> dict[str, Rule]:
    """A gate before its activation, W_x x + b_x + W_h h + b_h, and after."""

    def pre(ask: Question) -> Explanation:
        step, unit = ask.index
        row, side = cell.gates.index(gate) * ask.recurrent.config.d_hidden + unit, ask.place.stack
        # As in torch.nn.GRU, the reset gate comes after the matrix: it closes all the old state says, bias included.
        closed = gate == "candidate" and "reset_gate" in cell.gates
        return _dots(
            ask,
            Half(_row(ask, _here(ask, "read")), f"{side}weight_ih", row, f"{side}bias_ih"),
            Half(
                _earlier(ask),
                f"{side}weight_hh",
                row,
                f"{side}bias_hh",
                factor=(_here(ask, "reset_gate"), (step, unit)) if closed else None,
            ),
        )

    def opened(ask: Question) -> Explanation:
        return activated(ask, _here(ask, f"{gate}.pre"), "tanh" if gate == "candidate" else "sigmoid")

    return {f"{gate}.pre": pre, gate: opened}


def _rnn_state(ask: Question) -> Explanation:
    """tanh(W_x x + b_x + W_h h + b_h): the candidate is all of the state."""
    return activated(ask, _here(ask, "candidate.pre"), "tanh")


def _lstm_cell(ask: Question) -> Explanation:
    """c' = f c + i g."""
    candidate = _row(ask, _here(ask, "candidate"))
    return _gated(ask, Kept("forget_gate", _earlier(ask, "cell")), Kept("input_gate", candidate))


def _lstm_state(ask: Question) -> Explanation:
    """h' = o tanh(c')."""
    return _gated(ask, Kept("output_gate", _row(ask, _here(ask, "cell"))), tanh=True)


def _gru_state(ask: Question) -> Explanation:
    """h' = z h + (1 - z) n."""
    candidate = _row(ask, _here(ask, "candidate"))
    return _gated(ask, Kept("update_gate", _earlier(ask)), Kept("update_gate", candidate, rest=True))


def _query(ask: Question) -> Explanation:
    """W s of the state before the step."""
    unit, state = ask.index[1], _earlier(ask)
    assert state.start is not None  # the decoder's first state is the encoder's last
    return affine(ask, "attn.q", unit, state.x, row_of(state.x, state.name, state.start[0]))


def _fit_pre(ask: Question) -> Explanation:
    step, key, unit = ask.index
    return added(ask, [("decoder.attn.q", (step, unit), 1.0), ("decoder.attn.k", (key, unit), 1.0)])


def _scores(ask: Question) -> Explanation:
    """vᵀ tanh(W s + U h): arXiv 1409.0473, appendix A.1.2."""
    step, key = ask.index
    fit, v = ask.numbers("decoder.attn.fit")[step, key], ask.numbers("attn.v")
    sources = {"a": Source("decoder.attn.fit", (step, key, 0), (1, 1, len(v))), "b": Source("attn.v", (0,), (len(v),))}
    return ask.answer("dot", {"a": fit, "b": v}, sources)


def _context(ask: Question) -> Explanation:
    """The encoder's states, mixed by the weights: arXiv 1409.0473, equation (5)."""
    step, unit = ask.index
    weights, states = ask.numbers("decoder.attn.pattern"), ask.numbers("encoder.state")
    sources = {
        "a": row_of(weights, "decoder.attn.pattern", step),
        "b": Source("encoder.state", (0, unit), (len(states), 1)),
    }
    return ask.answer("dot", {"a": weights[step], "b": states[:, unit]}, sources)


def _readout_pre(ask: Question) -> Explanation:
    """W [state; context] + b of the state after the step."""
    step, dim = ask.index
    if _net(ask).attn is None:
        return linear(ask, "readout", dim, "decoder.state", step)
    state, context = (_row(ask, f"decoder.{which}") for which in ("state", "context"))
    return _dots(
        ask,
        Half(state, "readout.weight", dim, "readout.bias"),
        Half(context, "readout.weight", dim, column=len(state.x)),
    )


def _dots(ask: Question, *halves: Half) -> Explanation:
    """Products of which each has its own bias, added."""
    terms: dict[str, Tensor] = {}
    sources: dict[str, Source] = {}
    numbers: dict[str, float] = {}
    for i, half in enumerate(halves):
        n, end = len(half.x.x), half.column + len(half.x.x)
        terms |= {f"a{i}": half.x.x, f"b{i}": ask.numbers(half.weight)[half.row, half.column : end]}
        sources[f"b{i}"] = Source(half.weight, (half.row, half.column), (1, n))
        if half.x.start is not None:
            sources[f"a{i}"] = Source(half.x.name, half.x.start, (1, n))
        single = {"factor": half.factor, "bias": (half.bias, (half.row,)) if half.bias else None}
        for role, of in single.items():
            if of is not None:
                name, index = of
                numbers[f"{role}{i}"] = ask.numbers(name)[index].item()
                sources[f"{role}{i}"] = Source(name, index, (1,) * len(index))
    return ask.answer("dots", terms, sources, numbers)


def _gated(ask: Question, *parts: Kept, tanh: bool = False) -> Explanation:
    """Values, each let through by a gate, added."""
    step, unit = ask.index
    sources: dict[str, Source] = {}
    for i, part in enumerate(parts):
        sources[f"gate{i}"] = Source(_here(ask, part.gate), (step, unit), (1, 1))
        if part.value.start is not None:
            sources[f"value{i}"] = Source(part.value.name, (part.value.start[0], unit), (1, 1))
    terms = {
        "gates": torch.stack([ask.numbers(_here(ask, part.gate))[step, unit] for part in parts]),
        "values": torch.stack([part.value.x[unit] for part in parts]),
        "rest": torch.tensor([float(part.rest) for part in parts]),
    }
    return ask.answer("gated", terms, sources, {"tanh": float(tanh)})


STATES: dict[CellKind, dict[str, Rule]] = {
    "rnn": {"state": _rnn_state},
    "lstm": {"cell": _lstm_cell, "state": _lstm_state},
    "gru": {"state": _gru_state},
}


@cache
def recurrent_rules(config: RecurrentConfig) -> dict[str, Rule]:
    """The rules of a model, by what follows "encoder." or "decoder." in a quantity's name."""
    cell = CELLS[config.cell]
    gates = {name: rule for gate in cell.gates for name, rule in _gate(cell, gate).items()}
    return {
        "words": _words,
        "read": _read,
        **gates,
        **STATES[config.cell],
        "attn.q": _query,
        "attn.k": lambda ask: linear(ask, "attn.k", ask.index[1], "encoder.state", ask.index[0]),
        "attn.fit.pre": _fit_pre,
        "attn.fit": lambda ask: activated(ask, "decoder.attn.fit.pre", "tanh"),
        "attn.scores": _scores,
        "attn.pattern": lambda ask: softmax(ask, "decoder.attn.scores"),
        "context": _context,
        "readout.pre": _readout_pre,
        "readout": lambda ask: activated(ask, "decoder.readout.pre", "tanh"),
        "logits": lambda ask: scored(ask, "decoder.readout"),
    }
