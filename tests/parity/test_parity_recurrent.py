"""Our cells compute what torch.nn's compute, values and gradients; our translators what torch.nn's modules compose to.

Every parameter is perturbed, and the planted bugs show that a slip in any gate would be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.support.perturb import perturb
from tests.support.recurrent import (
    LENGTHS,
    NAMES,
    SEQUENCES,
    SHAPES,
    SINGLE,
    SOURCE,
    TARGET,
    as_torch,
    our_cell,
    tiny_translator,
    torch_scores,
)
from tests.support.references import assert_same
from vit_core.config import CellKind
from vit_core.masks import padding
from vit_core.recurrent import Cell, GRUCell, LSTMCell, RNNCell, State
from vit_core.recurrent_seq2seq import RecurrentTranslator
from vit_core.tap import RecordTap

pytestmark = pytest.mark.parity

TOLERANCE = {torch.float32: {"": 1e-6}, torch.float64: {"": 1e-12}}
E, H, B, N = 7, 5, 3, 6
N_READ = torch.tensor([6, 4, 5])


@cache
def reference(kind: CellKind, dtype: torch.dtype) -> Any:
    module = perturb(SEQUENCES[kind](E, H, batch_first=True), seed=1).to(dtype)
    return module.requires_grad_(True)


def numbers(*shape: int, seed: int, dtype: torch.dtype) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def begin(kind: CellKind, dtype: torch.dtype) -> State:
    h, c = (numbers(B, H, seed=seed, dtype=dtype).requires_grad_() for seed in (3, 4))
    return State(h, c if kind == "lstm" else None)


def with_gradients(outputs: dict[str, Tensor], inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The outputs, and the gradient of a fixed sum of all of them with respect to every input."""
    loss = sum((x * numbers(*x.shape, seed=9, dtype=x.dtype)).sum() for x in outputs.values())
    gradients = torch.autograd.grad(loss, list(inputs.values()), materialize_grads=True)  # type: ignore[arg-type]
    return {**outputs, **{f"d loss / d {name}": gradient for name, gradient in zip(inputs, gradients, strict=True)}}


@cache
def torch_sequence(kind: CellKind, dtype: torch.dtype, padded: bool) -> dict[str, Tensor]:
    module, x, state = (
        reference(kind, dtype),
        numbers(B, N, E, seed=2, dtype=dtype).requires_grad_(),
        begin(kind, dtype),
    )
    given = pack_padded_sequence(x, N_READ, batch_first=True, enforce_sorted=False) if padded else x
    states, last = module(given, as_torch(state))
    states = pad_packed_sequence(states, batch_first=True)[0] if padded else states
    ends = dict(zip(("h", "c"), last if kind == "lstm" else (last,), strict=False))
    return with_gradients(
        {"states": states, **{name: end[0] for name, end in ends.items()}},
        {"x": x, **_inputs(state), **{name: getattr(module, f"{name}_l0") for name in NAMES}},
    )


def our_sequence(cell: Cell, kind: CellKind, dtype: torch.dtype, padded: bool) -> dict[str, Tensor]:
    x, state = numbers(B, N, E, seed=2, dtype=dtype).requires_grad_(), begin(kind, dtype)
    mask = padding(N_READ, N)[:, 0, 0] if padded else None
    states, last = cell.read(x, state, mask)
    # Where torch writes zeros behind the end of a sequence, ours holds the last state.
    states = states if mask is None else states * mask[..., None]
    return with_gradients(
        {"states": states, "h": last.h, **({} if last.c is None else {"c": last.c})},
        {"x": x, **_inputs(state), **{name: getattr(cell, name) for name in NAMES}},
    )


def _inputs(state: State) -> dict[str, Tensor]:
    return {"h": state.h, **({} if state.c is None else {"c": state.c})}


def differences(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> dict[str, float]:
    """A gradient is a sum over steps and rows: its difference is a share of its largest value."""
    assert ours.keys() == theirs.keys()
    return {
        name: ((x - theirs[name]).abs().max() / max(1.0, theirs[name].abs().max())).item() for name, x in ours.items()
    }


def check(kind: CellKind, dtype: torch.dtype, padded: bool, bug: Callable[[Any], Any] | None = None) -> None:
    cell = our_cell(kind, reference(kind, dtype))
    cell = cell if bug is None else bug(cell)
    assert_same(
        differences(our_sequence(cell, kind, dtype, padded), torch_sequence(kind, dtype, padded)), TOLERANCE[dtype]
    )


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("padded", [False, True], ids=["whole", "padded"])
@pytest.mark.parametrize("kind", SEQUENCES)
def test_a_sequence_and_its_gradients_are_torchs(kind: CellKind, padded: bool, dtype: torch.dtype) -> None:
    check(kind, dtype, padded)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("kind", SINGLE)
def test_one_step_is_torchs(kind: CellKind, dtype: torch.dtype) -> None:
    module = perturb(SINGLE[kind](E, H), seed=6).to(dtype)
    cell = type(our_cell(kind, reference(kind, dtype)))(E, H).to(dtype)
    cell.load_state_dict(module.state_dict())
    state, x = begin(kind, dtype), numbers(B, E, seed=2, dtype=dtype)
    expected = module(x, state.h if state.c is None else (state.h, state.c))
    found = cell(x, state)
    pairs = zip(found[: 1 if found.c is None else 2], expected if kind == "lstm" else (expected,), strict=True)
    for ours, theirs in pairs:
        assert (ours - theirs).abs().max() <= TOLERANCE[dtype][""]


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_translator_is_what_torchs_modules_compose_to(shape: str, dtype: torch.dtype) -> None:
    assert_same(translator_differences(tiny_translator(shape, dtype), shape, dtype), TOLERANCE[dtype])


def translator_differences(model: RecurrentTranslator, shape: str, dtype: torch.dtype) -> dict[str, float]:
    expected = torch_scores(tiny_translator(shape, dtype), SOURCE, LENGTHS, TARGET)
    record = RecordTap(lambda name: name in expected)
    model(SOURCE, TARGET, source_mask=padding(LENGTHS, SOURCE.shape[1]), tap=record)
    return differences(record.tensors, expected)


# ---- planted bugs: each must make the check fail


def swapped(first: str, second: str) -> Callable[[Cell], Cell]:
    def swap(cell: Cell) -> Cell:
        with torch.no_grad():
            for a, b in zip(cell.of_gate(first), cell.of_gate(second), strict=True):
                kept = a.clone()
                a.copy_(b)
                b.copy_(kept)
        return cell

    swap.__name__ = f"{first} and {second} swapped"
    return swap


def computing(kind: type[Cell], name: str, following: Callable[..., State]) -> Callable[[Cell], Cell]:
    def replaced(cell: Cell) -> Cell:
        cell.__class__ = type(kind.__name__, (kind,), {"next": following})
        return cell

    replaced.__name__ = name
    return replaced


def gru_parts(cell: Cell, given: Tensor, state: State) -> tuple[Tensor, ...]:
    return (*given.chunk(3, -1), *(state.h @ cell.weight_hh.T + cell.bias_hh).chunk(3, -1))


def reset_before_the_matrix(cell: Cell, given: Tensor, state: State, **_: Any) -> State:
    r, z, n, r_old, z_old, _n_old = gru_parts(cell, given, state)
    r, z = (r + r_old).sigmoid(), (z + z_old).sigmoid()
    _, W, _, b = cell.of_gate("candidate")
    return State((1 - z) * (n + (r * state.h) @ W.T + b).tanh() + z * state.h)


def bias_outside_the_reset(cell: Cell, given: Tensor, state: State, **_: Any) -> State:
    r, z, n, r_old, z_old, n_old = gru_parts(cell, given, state)
    r, z, b = (r + r_old).sigmoid(), (z + z_old).sigmoid(), cell.of_gate("candidate")[3]
    return State((1 - z) * (n + r * (n_old - b) + b).tanh() + z * state.h)


def update_the_other_way_round(cell: Cell, given: Tensor, state: State, **_: Any) -> State:
    r, z, n, r_old, z_old, n_old = gru_parts(cell, given, state)
    r, z = (r + r_old).sigmoid(), (z + z_old).sigmoid()
    return State(z * (n + r * n_old).tanh() + (1 - z) * state.h)


def lstm_parts(cell: Cell, given: Tensor, state: State) -> tuple[Tensor, ...]:
    i, f, g, o = (given + state.h @ cell.weight_hh.T + cell.bias_hh).chunk(4, -1)
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


def forget_and_input_exchanged(cell: Cell, given: Tensor, state: State, **_: Any) -> State:
    i, f, g, o = lstm_parts(cell, given, state)
    c = i * state.c + f * g
    return State(o * c.tanh(), c)


def memory_shown_without_tanh(cell: Cell, given: Tensor, state: State, **_: Any) -> State:
    i, f, g, o = lstm_parts(cell, given, state)
    c = f * state.c + i * g
    return State(o * c, c)


def relu_instead(cell: Cell, given: Tensor, state: State, **_: Any) -> State:
    return State((given + state.h @ cell.weight_hh.T + cell.bias_hh).relu())


def one_bias_forgotten(cell: Cell, given: Tensor, state: State, **_: Any) -> State:
    return State((given + state.h @ cell.weight_hh.T).tanh())


def beginning_from_zero(cell: Cell) -> Cell:
    read = cell.read
    cell.read = lambda x, state=None, mask=None, **more: read(x, None, mask, **more)  # type: ignore[method-assign]
    return cell


def padding_not_held(cell: Cell) -> Cell:
    read = cell.read
    cell.read = lambda x, state=None, mask=None, **more: read(x, state, None, **more)  # type: ignore[method-assign]
    return cell


BUGS: list[tuple[CellKind, Callable[[Cell], Cell]]] = [
    ("gru", swapped("reset_gate", "update_gate")),
    ("gru", swapped("update_gate", "candidate")),
    ("gru", computing(GRUCell, "reset before the matrix", reset_before_the_matrix)),
    ("gru", computing(GRUCell, "bias_hn outside the reset", bias_outside_the_reset)),
    ("gru", computing(GRUCell, "update the other way round", update_the_other_way_round)),
    ("lstm", swapped("input_gate", "forget_gate")),
    ("lstm", swapped("candidate", "output_gate")),
    ("lstm", computing(LSTMCell, "forget and input exchanged", forget_and_input_exchanged)),
    ("lstm", computing(LSTMCell, "memory shown without tanh", memory_shown_without_tanh)),
    ("rnn", computing(RNNCell, "relu instead of tanh", relu_instead)),
    ("rnn", computing(RNNCell, "one bias forgotten", one_bias_forgotten)),
    *((kind, beginning_from_zero) for kind in SEQUENCES),
    *((kind, padding_not_held) for kind in SEQUENCES),
]


@pytest.mark.parametrize(("kind", "bug"), BUGS, ids=lambda x: getattr(x, "__name__", x))
def test_the_check_of_a_cell_fails_on_a_planted_bug(kind: CellKind, bug: Callable[[Cell], Cell]) -> None:
    for dtype in TOLERANCE:
        with pytest.raises(AssertionError, match="is the first to differ"):
            check(kind, dtype, padded=bug is padding_not_held, bug=bug)


def attention_asks_after_the_step(model: Any) -> None:
    """The state after the word instead of the one before: asks with what the step would lead to."""
    attend = model.attn.forward
    model.attn.forward = lambda h, memory, **more: attend(h.tanh(), memory, **more)


def attention_sees_padding(model: Any) -> None:
    attend = model.attn.forward
    model.attn.forward = lambda h, memory, **more: attend(h, memory._replace(mask=None), **more)


def queries_and_keys_swapped(model: Any) -> None:
    model.attn.q, model.attn.k = model.attn.k, model.attn.q


def context_before_the_word(model: Any) -> None:
    with torch.no_grad():
        weight = model.decoder.weight_ih
        weight.copy_(weight.roll(model.config.d_hidden, dims=1))


def encoder_and_decoder_biases_swapped(model: Any) -> None:
    model.encoder.bias_hh, model.decoder.bias_hh = model.decoder.bias_hh, model.encoder.bias_hh


def decoder_begins_at_zero(model: Any) -> None:
    encode = model.encode

    def forgetful(*given: Any, **more: Any) -> Any:
        memory = encode(*given, **more)
        return memory._replace(last=State(memory.last.h * 0))

    model.encode = forgetful


def embeddings_not_scaled(model: Any) -> None:
    with torch.no_grad():
        model.encoder.weight_ih.div_(model.config.d_embed**0.5)


def readout_without_tanh(model: Any) -> None:
    readout = model.readout.forward
    model.readout.forward = lambda x: readout(x).clamp(-0.999, 0.999).atanh()


def no_logits_bias(model: Any) -> None:
    model.logits_bias.zero_()


@pytest.mark.parametrize(
    "bug",
    [
        attention_asks_after_the_step,
        attention_sees_padding,
        queries_and_keys_swapped,
        context_before_the_word,
        encoder_and_decoder_biases_swapped,
        decoder_begins_at_zero,
        embeddings_not_scaled,
        readout_without_tanh,
        no_logits_bias,
    ],
    ids=lambda bug: bug.__name__,
)
def test_the_check_of_a_translator_fails_on_a_planted_bug(bug: Callable[[Any], None]) -> None:
    for dtype, atol in TOLERANCE.items():
        model = deepcopy(tiny_translator("gru-attention", dtype))
        bug(model)
        found = translator_differences(model, "gru-attention", dtype)
        with pytest.raises(AssertionError, match="is the first to differ"):
            assert_same(found, atol)
