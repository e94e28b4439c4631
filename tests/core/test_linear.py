"""The linear layer against torch's, in every way that it may be written: rows, sizes, memory layouts, gradients."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from vit_core import linear as module
from vit_core.linear import FEW, FEW_ROWS, ONE_ROW, Way, fastest, linear

SMALL, BIG, THIRDS, PRIME = (96, 64), (512, 256), (99, 64), (97, 64)  # (out, in)
# Which of them a computer takes depends on its processor: all are tried on each.
WAYS = [(one, few) for one in ONE_ROW for few in FEW_ROWS]


@pytest.fixture(params=WAYS, ids=lambda ways: "-".join(way.__name__.strip("_") for way in ways))
def taken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    one, few = request.param
    monkeypatch.setattr(module, "fastest", lambda ways, rows: one if rows == 1 else few)


def _weights(out: int, n_in: int) -> tuple[Tensor, Tensor]:
    draw = torch.Generator().manual_seed(3)
    return (
        torch.randn(out, n_in, generator=draw, dtype=torch.float64),
        torch.randn(out, generator=draw, dtype=torch.float64),
    )


def _rows(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(4), dtype=torch.float64)


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("size", [SMALL, BIG, THIRDS, PRIME])
@pytest.mark.parametrize("rows", [1, 2, FEW - 1, FEW])
def test_it_is_torchs(size: tuple[int, int], rows: int) -> None:
    weight, bias = _weights(*size)
    for x in (_rows(rows, 1, size[1]), _rows(1, rows, size[1]), _rows(rows, size[1])):
        torch.testing.assert_close(linear(x, weight, bias), F.linear(x, weight, bias), rtol=0, atol=1e-12)
        torch.testing.assert_close(linear(x, weight, None), F.linear(x, weight), rtol=0, atol=1e-12)


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("rows", [1, 3])
def test_it_reads_what_lies_scattered_in_memory(rows: int) -> None:
    weight, bias = _weights(*BIG)
    strided = _rows(rows, 2 * BIG[1])[:, ::2]
    turned = _rows(BIG[1], rows).T
    one_number = _rows(rows, 1).expand(rows, BIG[1])
    for x in (strided, turned, one_number):
        for matrix in (weight, weight.T.contiguous().T):  # as a checkpoint that stores it the other way round gives it
            torch.testing.assert_close(linear(x, matrix, bias), F.linear(x, weight, bias), rtol=0, atol=1e-12)


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("rows", [1, 3])
def test_gradients_pass(rows: int) -> None:
    found = []
    for layer in (linear, F.linear):
        weight, bias = (one.requires_grad_() for one in _weights(*BIG))
        x = _rows(rows, BIG[1]).requires_grad_()
        layer(x, weight, bias).square().sum().backward()
        found.append((x.grad, weight.grad, bias.grad))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-9)


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("n_in", [BIG[1] - 1, BIG[1] + 1])
def test_a_row_of_another_size_is_refused(n_in: int) -> None:
    weight, bias = _weights(*BIG)
    with pytest.raises(RuntimeError):
        linear(_rows(1, 2 * BIG[1])[:, :n_in], weight, bias)


@pytest.mark.usefixtures("taken")
def test_two_halves_of_a_row_are_no_row() -> None:
    weight, bias = _weights(*BIG)
    with pytest.raises(RuntimeError):
        linear(_rows(2, BIG[1] // 2), weight, bias)


def test_the_fastest_is_taken_and_one_hardly_faster_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def way(seconds: float) -> Way:
        def takes(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            nonlocal now
            now += seconds
            return F.linear(x, weight, bias)

        return takes

    monkeypatch.setattr(module.time, "perf_counter", lambda: now)
    usual, slow, slower = way(1.0), way(3.0), way(9.0)
    assert fastest((slower, slow, usual), 1) is usual
    assert fastest((slow, slower), 4) is slow
    assert fastest((slow, way(0.9 * 3.0)), 4) is slow
