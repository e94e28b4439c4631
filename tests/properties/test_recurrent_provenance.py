"""Every number of a recurrent translator is explained by its own terms: any cell, both sides, with attention or not."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import vit_core
from tests.support.recurrent import tiny_translator
from tests.support.stand_in import StandIn
from tests.support.translators import Numbers
from vit_core.names import recurrent_names
from vit_core.provenance import Explanation, explain
from vit_core.provenance.recurrent_places import BETWEEN

SOURCE, TARGET, END = "17 4 52 9 31 4", (8, 33, 33, 21, 1), 1
SHAPES = ("rnn", "lstm-attention", "gru", "gru-attention")


@cache
def read(shape: str) -> tuple[Any, Any]:
    """A tiny model and the trace of a translation that was given to it."""
    model: Any = StandIn(name="tiny", model=tiny_translator(shape), tokenizer=Numbers(END))
    return model, vit_core.read_along_recurrent(model, SOURCE, TARGET).trace


@pytest.fixture(scope="module", params=SHAPES)
def seen(request: pytest.FixtureRequest) -> Any:
    return read(request.param)


def cells(name: str, shape: torch.Size, n: int) -> list[tuple[int, ...]]:
    """Random cells, the first and the last, and of a sequence one that is not its first."""
    chance = random.Random(name)
    corners = [tuple(0 for _ in shape), tuple(size - 1 for size in shape)]
    return corners + [tuple(chance.randrange(size) for size in shape) for _ in range(n)]


def named(trace: Any) -> list[str]:
    """What the model announces, and what it computes in between."""
    announced = [entry.template for entry in recurrent_names(trace.config)]
    assert set(announced) == set(trace.tensors)
    return announced + [name for name in BETWEEN if trace.config.attention or "readout" in name]


def each(seen: Any, n: int) -> Any:
    """Numbers of every quantity, explained; of what the model announces with the number that it used."""
    model, trace = seen
    for name in named(trace):
        shape = torch.Size(explain(model, trace, name, (0,) * (3 if "fit" in name else 2)).shape)
        for index in cells(name, shape, n):
            yield explain(model, trace, name, index), trace.tensors.get(name)


def test_the_terms_give_the_number_the_model_used(seen: Any) -> None:
    for told, used in each(seen, 8):
        assert told.recompute() == pytest.approx(told.value, abs=1e-5 * max(1.0, abs(told.value))), told
        assert used is None or told.value == used[told.index].item()


def test_every_source_stands_where_it_says(seen: Any) -> None:
    """The value of each operand is read again at the place its source names."""
    model, trace = seen
    learned = dict(model.model.named_parameters())
    for told, _ in each(seen, 2):
        assert told.sources, told.name
        for role, source in told.sources.items():
            values = learned.get(source.name, trace.tensors.get(source.name))
            if values is None:  # computed in between: its own explanation says what it is
                assert source.name in BETWEEN
                box = torch.tensor([explain(model, trace, source.name, at).recompute() for at in box_of(source)])
            else:
                box = torch.stack([values[at] for at in box_of(source)])
            assert_close(box, operands(told, role), atol=2e-5, rtol=1e-5, msg=f"{told.name} {role} {source}")


def box_of(source: Any) -> list[tuple[int, ...]]:
    return [
        tuple(a + i for a, i in zip(source.start, at, strict=True))
        for at in torch.cartesian_prod(*map(torch.arange, source.run)).reshape(-1, len(source.run)).tolist()
    ]


def operands(told: Explanation, role: str) -> Tensor:
    if role.isdigit():
        return told.terms["parts"][int(role)][None]
    for several in ("gate", "value"):
        if role.startswith(several):
            return told.terms[f"{several}s"][int(role.removeprefix(several))][None]
    return told.terms[role] if role in told.terms else torch.tensor([told.numbers[role]])


def test_the_state_before_stands_one_step_to_the_left(seen: Any) -> None:
    model, trace = seen
    gate = "candidate"
    first = explain(model, trace, f"encoder.{gate}.pre", (0, 3))
    assert "a1" not in first.sources and not first.terms["a1"].any(), "before the first word there is no state"
    for side, step, where in (
        ("encoder", 4, ("encoder.state", (3, 0))),
        ("decoder", 2, ("decoder.state", (1, 0))),
        ("decoder", 0, ("encoder.state", (len(trace.source_ids) - 1, 0))),
    ):
        told = explain(model, trace, f"{side}.{gate}.pre", (step, 3))
        assert (told.sources["a1"].name, told.sources["a1"].start) == where
        assert_close(told.terms["a1"], trace[where[0]][where[1][0]])
    if trace.config.cell != "lstm":
        return
    # The memory has a chain of its own, which the decoder goes on with too.
    assert "value0" not in explain(model, trace, "encoder.cell", (0, 3)).sources
    told = explain(model, trace, "decoder.cell", (0, 3))
    assert told.sources["value0"].name == "encoder.cell" and told.sources["value0"].start == (6, 3)


def test_every_way_down_from_a_score_ends_at_what_was_learned_or_at_the_empty_state(seen: Any) -> None:
    """All numbers that a score depends on, by sources alone and unit by unit of a few: none comes from itself."""
    model, trace = seen
    learned = {name for name, _ in model.model.named_parameters()}
    below: dict[tuple[str, int], set[tuple[str, int]]] = {}
    todo = [("logits", (2, 7))]
    while todo:
        name, index = todo.pop()
        here = (name, index[0] if name not in learned else 0)
        if here in below:
            continue
        told = explain(model, trace, name, index)
        reached = [
            (source.name, tuple(at + i * (n > 1) for at, n in zip(source.start, source.run, strict=True)))
            for source in told.sources.values()
            for i in range(max(source.run) if "state" in source.name else 1)  # of a column of states each
        ]
        below[here] = {(other, at[0] if other not in learned else 0) for other, at in reached}
        todo += reached
    ends = {name for (name, _), sources in below.items() if not sources}
    assert ends <= learned
    # The chain is one: every step of both sides stands below the third word's score, and every parameter that is read.
    assert {("encoder.state", step) for step in range(7)} <= set(below)
    assert {("decoder.state", step) for step in range(3)} <= set(below) and ("decoder.state", 3) not in below
    # The plain network's state is its candidate: the way down goes past one of the two names.
    passed = {"encoder.candidate", "decoder.candidate"} if trace.config.cell == "rnn" else set()
    assert {name for name, _ in below} == set(named(trace)) - passed | learned
    order: set[tuple[str, int]] = set()

    def visit(here: tuple[str, int], above: frozenset[tuple[str, int]]) -> None:
        assert here not in above, f"{here} comes from itself"
        if here not in order:
            for source in below[here]:
                visit(source, above | {here})
            order.add(here)

    visit(("logits", 2), frozenset())


@pytest.mark.parametrize("shape", ["rnn", "gru"])
@pytest.mark.parametrize(
    "name", ["encoder.cell", "decoder.context", "decoder.attn.q", "encoder.readout.pre", "encoder.logits", "state",
             "encoder.forget_gate", "decoder.tokens", "pixels", ""],
)  # fmt: skip
def test_what_a_network_does_not_have_is_an_error(shape: str, name: str) -> None:
    model, trace = read(shape)
    with pytest.raises(KeyError):
        explain(model, trace, name, (0, 0))


def test_a_number_that_is_not_there_is_an_error() -> None:
    model, trace = read("gru-attention")
    for name, index in (("encoder.state", (7, 0)), ("decoder.attn.fit", (0, 7, 0)), ("decoder.readout.pre", (0,))):
        with pytest.raises(IndexError):
            explain(model, trace, name, index)
