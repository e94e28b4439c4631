"""Masks in use: the future and the padding have no influence at all, whatever stands there."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from vit_core.attention import Attention
from vit_core.masks import causal, padding
from vit_core.tap import RecordTap

D, H = 12, 3
sizes = st.integers(1, 9)
seeds = st.integers(0, 2**31 - 1)
NOISE_LEVEL = 5e-6  # sums over fewer keys are added in another order


def attention(seed: int) -> Attention:
    generator = torch.Generator().manual_seed(seed)
    module = Attention(D, H).eval()
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(0.3 * torch.randn(p.shape, generator=generator))
    return module


def run(module: Attention, x: Tensor, xa: Tensor | None = None, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    tap = RecordTap(lambda name: name == "attn.pattern")
    with torch.no_grad():
        out = module(x, xa, mask=mask, tap=tap)
    return out, tap.tensors["attn.pattern"]


@given(n=sizes, seed=seeds, data=st.data())
def test_what_comes_later_has_no_influence(n: int, seed: int, data: st.DataObject) -> None:
    torch.manual_seed(seed)
    module = attention(seed)
    j = data.draw(st.integers(0, n - 1), label="changed token")
    x = torch.randn(2, n, D)
    changed = x.clone()
    changed[:, j] += 10 * torch.randn(2, D)
    out, pattern = run(module, x, mask=causal(n))
    out_changed, _ = run(module, changed, mask=causal(n))
    assert torch.equal(pattern.triu(1), torch.zeros_like(pattern)), "weight on a later token"
    assert_close(pattern.sum(-1), torch.ones(2, H, n), atol=1e-6, rtol=0)
    assert_close(out[:, :j], out_changed[:, :j], atol=NOISE_LEVEL, rtol=0)
    assert (out[:, j] - out_changed[:, j]).abs().max() > 1e-3, "the change itself was not seen"


@given(n=st.integers(2, 9), seed=seeds, data=st.data())
def test_a_prefix_alone_gives_the_beginning_of_the_whole(n: int, seed: int, data: st.DataObject) -> None:
    torch.manual_seed(seed)
    module = attention(seed)
    t = data.draw(st.integers(1, n), label="length of the prefix")
    x = torch.randn(2, n, D)
    whole, pattern = run(module, x, mask=causal(n))
    prefix, prefix_pattern = run(module, x[:, :t], mask=causal(t))
    assert_close(prefix, whole[:, :t], atol=NOISE_LEVEL, rtol=0)
    assert_close(prefix_pattern, pattern[:, :, :t, :t], atol=NOISE_LEVEL, rtol=0)


@given(t=sizes, lengths=st.lists(sizes, min_size=1, max_size=3), extra=st.integers(0, 4), seed=seeds)
def test_padding_has_no_influence(t: int, lengths: list[int], extra: int, seed: int) -> None:
    """Cross attention from t queries to sources of different lengths (S != T), padded with large garbage."""
    torch.manual_seed(seed)
    module = attention(seed)
    n = max(lengths) + extra
    mask = padding(torch.tensor(lengths), n)
    x = torch.randn(len(lengths), t, D)
    xa = torch.randn(len(lengths), n, D)
    for row, length in enumerate(lengths):
        xa[row, length:] = 1e3 * torch.randn(n - length, D)
    out, pattern = run(module, x, xa, mask)
    assert pattern.shape == (len(lengths), H, t, n)
    assert_close(pattern.sum(-1), torch.ones(len(lengths), H, t), atol=1e-6, rtol=0)
    for row, length in enumerate(lengths):
        assert torch.equal(pattern[row, ..., length:], torch.zeros(H, t, n - length)), "weight on padding"
        alone, alone_pattern = run(module, x[row : row + 1], xa[row : row + 1, :length])
        assert_close(out[row : row + 1], alone, atol=NOISE_LEVEL, rtol=0)
        assert_close(pattern[row : row + 1, ..., :length], alone_pattern, atol=NOISE_LEVEL, rtol=0)


@given(n=st.integers(2, 8), lengths=st.lists(st.integers(1, 8), min_size=1, max_size=3), seed=seeds)
def test_causal_and_padding_combine(n: int, lengths: list[int], seed: int) -> None:
    lengths = [min(length, n) for length in lengths]
    torch.manual_seed(seed)
    mask = causal(n) & padding(torch.tensor(lengths), n)
    _, pattern = run(attention(seed), torch.randn(len(lengths), n, D), mask=mask)
    allowed = mask.expand(len(lengths), H, n, n)
    assert (pattern[~allowed] == 0).all()
    assert (pattern[allowed] > 0).all()


@given(n=sizes, row=st.integers(0, 8), seed=seeds)
def test_one_row_without_any_key_is_refused_wherever_it_stands(n: int, row: int, seed: int) -> None:
    torch.manual_seed(seed)
    mask = torch.ones(2, 1, n, n, dtype=torch.bool)
    mask[1, 0, row % n] = False
    with pytest.raises(ValueError, match="may not attend to any key"):
        run(attention(seed), torch.randn(2, n, D), mask=mask)
