"""The rules of a recurrent translator: from the score of a word down the chain of states to the first word read.

Encoder and decoder share their rules. Each rule explains one unit of what vit_core.recurrent computes for all units at
once.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

import torch
from torch import Tensor

from vit_core.config import CellKind, RecurrentConfig
from vit_core.provenance.answers import activated, added, affine, embedded, linear, row_of, same, scored, softmax
from vit_core.provenance.explanation import Explanation, Index, Origin
from vit_core.provenance.question import Question, Rule
from vit_core.provenance.recurrent_places import Row, before
from vit_core.recurrent import CELLS, Cell

if TYPE_CHECKING:
    from vit_core.recurrent_seq2seq import RecurrentTranslator


class Half(NamedTuple):
    """One of several dot products that are added: numbers, and the row of weights that multiplies them.

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
    """One part of a state: a gate, or 1 minus a gate, times a value."""

    gate: str
    value: Row
    rest: bool = False


def _net(question: Question) -> RecurrentTranslator:
    return cast("RecurrentTranslator", question.model.model)


def _here(question: Question, what: str) -> str:
    """The full name of a quantity of the same stack."""
    return f"{question.place.stack}{what}"


def _row(question: Question, name: str) -> Row:
    """All numbers of the same step in another quantity."""
    return Row(question.numbers(name)[question.index[0]], name, (question.index[0], 0))


def _earlier(question: Question, what: str = "state") -> Row:
    return before(question.recurrent, question.place.stack, what, question.index[0])


def _words(question: Question) -> Explanation:
    """A word's row of the embedding table, times sqrt(d_embed): arXiv 1706.03762, section 3.4."""
    trace = question.recurrent
    ids = trace.source_ids if question.place.stack == "encoder." else trace.read_ids
    return embedded(question, "embed.weight", ids[question.index[0]], trace.config.d_embed**0.5)


def _read(question: Question) -> Explanation:
    """The word's embedding, followed by the context if the decoder gets one: arXiv 1409.0473, appendix A.2.2."""
    (step, dim), n_words = question.index, question.recurrent.config.d_embed
    return (
        same(question, _here(question, "words"))
        if dim < n_words
        else same(question, "decoder.context", (step, dim - n_words))
    )


def _gate(cell: type[Cell], gate: str) -> dict[str, Rule]:
    """A gate before its activation, W_x x + b_x + W_h h + b_h, and after."""

    def pre(question: Question) -> Explanation:
        step, unit = question.index
        row, side = cell.gates.index(gate) * question.recurrent.config.d_hidden + unit, question.place.stack
        # As in torch.nn.GRU, the reset gate comes after the matrix: it multiplies W_h h + b_h, bias included.
        closed = gate == "candidate" and "reset_gate" in cell.gates
        return _dots(
            question,
            Half(_row(question, _here(question, "read")), f"{side}weight_ih", row, f"{side}bias_ih"),
            Half(
                _earlier(question),
                f"{side}weight_hh",
                row,
                f"{side}bias_hh",
                factor=(_here(question, "reset_gate"), (step, unit)) if closed else None,
            ),
        )

    def opened(question: Question) -> Explanation:
        return activated(question, _here(question, f"{gate}.pre"), "tanh" if gate == "candidate" else "sigmoid")

    return {f"{gate}.pre": pre, gate: opened}


def _rnn_state(question: Question) -> Explanation:
    """tanh(W_x x + b_x + W_h h + b_h): the candidate is all of the state."""
    return activated(question, _here(question, "candidate.pre"), "tanh")


def _lstm_cell(question: Question) -> Explanation:
    """c' = f c + i g."""
    candidate = _row(question, _here(question, "candidate"))
    return _gated(question, Kept("forget_gate", _earlier(question, "cell")), Kept("input_gate", candidate))


def _lstm_state(question: Question) -> Explanation:
    """h' = o tanh(c')."""
    return _gated(question, Kept("output_gate", _row(question, _here(question, "cell"))), tanh=True)


def _gru_state(question: Question) -> Explanation:
    """h' = z h + (1 - z) n."""
    candidate = _row(question, _here(question, "candidate"))
    return _gated(question, Kept("update_gate", _earlier(question)), Kept("update_gate", candidate, rest=True))


def _query(question: Question) -> Explanation:
    """W s of the state before the step."""
    unit, state = question.index[1], _earlier(question)
    assert state.start is not None  # the decoder's first state is the encoder's last
    return affine(question, "attn.q", unit, state.x, row_of(state.x, state.name, state.start[0]))


def _fit_pre(question: Question) -> Explanation:
    step, key, unit = question.index
    return added(question, [("decoder.attn.q", (step, unit), 1.0), ("decoder.attn.k", (key, unit), 1.0)])


def _scores(question: Question) -> Explanation:
    """vᵀ tanh(W s + U h): arXiv 1409.0473, appendix A.1.2."""
    step, key = question.index
    fit, v = question.numbers("decoder.attn.fit")[step, key], question.numbers("attn.v")
    sources = {
        "a": Origin("decoder.attn.fit", (step, key, 0), (1, 1, len(v))),
        "b": Origin("attn.v", (0,), (len(v),)),
    }
    return question.answer("dot", {"a": fit, "b": v}, sources)


def _context(question: Question) -> Explanation:
    """The encoder's states, weighted by attention: arXiv 1409.0473, equation (5)."""
    step, unit = question.index
    weights, states = question.numbers("decoder.attn.pattern"), question.numbers("encoder.state")
    sources = {
        "a": row_of(weights, "decoder.attn.pattern", step),
        "b": Origin("encoder.state", (0, unit), (len(states), 1)),
    }
    return question.answer("dot", {"a": weights[step], "b": states[:, unit]}, sources)


def _readout_pre(question: Question) -> Explanation:
    """W [state; context] + b of the state after the step."""
    step, dim = question.index
    if _net(question).attn is None:
        return linear(question, "readout", dim, "decoder.state", step)
    state, context = (_row(question, f"decoder.{which}") for which in ("state", "context"))
    return _dots(
        question,
        Half(state, "readout.weight", dim, "readout.bias"),
        Half(context, "readout.weight", dim, column=len(state.x)),
    )


def _dots(question: Question, *halves: Half) -> Explanation:
    """A sum of dot products, each with its own bias."""
    terms: dict[str, Tensor] = {}
    sources: dict[str, Origin] = {}
    numbers: dict[str, float] = {}
    for i, half in enumerate(halves):
        n, end = len(half.x.x), half.column + len(half.x.x)
        terms |= {f"a{i}": half.x.x, f"b{i}": question.numbers(half.weight)[half.row, half.column : end]}
        sources[f"b{i}"] = Origin(half.weight, (half.row, half.column), (1, n))
        if half.x.start is not None:
            sources[f"a{i}"] = Origin(half.x.name, half.x.start, (1, n))
        single = {"factor": half.factor, "bias": (half.bias, (half.row,)) if half.bias else None}
        for role, of in single.items():
            if of is not None:
                name, index = of
                numbers[f"{role}{i}"] = question.numbers(name)[index].item()
                sources[f"{role}{i}"] = Origin(name, index, (1,) * len(index))
    return question.answer("dots", terms, sources, numbers)


def _gated(question: Question, *parts: Kept, tanh: bool = False) -> Explanation:
    """A sum of values, each times a gate."""
    step, unit = question.index
    sources: dict[str, Origin] = {}
    for i, part in enumerate(parts):
        sources[f"gate{i}"] = Origin(_here(question, part.gate), (step, unit), (1, 1))
        if part.value.start is not None:
            sources[f"value{i}"] = Origin(part.value.name, (part.value.start[0], unit), (1, 1))
    terms = {
        "gates": torch.stack([question.numbers(_here(question, part.gate))[step, unit] for part in parts]),
        "values": torch.stack([part.value.x[unit] for part in parts]),
        "rest": torch.tensor([float(part.rest) for part in parts]),
    }
    return question.answer("gated", terms, sources, {"tanh": float(tanh)})


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
        "attn.k": lambda question: linear(question, "attn.k", question.index[1], "encoder.state", question.index[0]),
        "attn.fit.pre": _fit_pre,
        "attn.fit": lambda question: activated(question, "decoder.attn.fit.pre", "tanh"),
        "attn.scores": _scores,
        "attn.pattern": lambda question: softmax(question, "decoder.attn.scores"),
        "context": _context,
        "readout.pre": _readout_pre,
        "readout": lambda question: activated(question, "decoder.readout.pre", "tanh"),
        "logits": lambda question: scored(question, "decoder.readout"),
    }
