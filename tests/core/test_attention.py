"""Attention against the formula written as loops, and against torch's own kernel."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.testing import assert_close

from vit_core.attention import Attention, attention_scores
from vit_core.masks import causal, padding

B, T, S, D, H = 2, 5, 7, 12, 3
K = D // H


@pytest.fixture
def attention() -> Attention:
    module = Attention(D, H)
    with torch.no_grad():
        for p in module.parameters():
            p.normal_(0, 0.5)
    return module.eval()


def by_loops(module: Attention, x: Tensor, xa: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Equation (1) of arXiv 1706.03762 with one loop per index; head h owns dimensions h*K to (h+1)*K."""
    q, k, v = module.q(x), module.k(xa), module.v(xa)
    joined = torch.zeros(x.shape)
    weights = torch.zeros(x.shape[0], H, x.shape[1], xa.shape[1])
    for b in range(x.shape[0]):
        for h in range(H):
            mine = slice(h * K, (h + 1) * K)
            for t in range(x.shape[1]):
                may = [s for s in range(xa.shape[1]) if mask[b, 0, t, s]]
                fit = [math.exp(float(q[b, t, mine] @ k[b, s, mine]) / math.sqrt(K)) for s in may]
                for s, e in zip(may, fit, strict=True):
                    weights[b, h, t, s] = e / sum(fit)
                    joined[b, t, mine] += weights[b, h, t, s] * v[b, s, mine]
    return module.proj(joined), weights


@pytest.mark.parametrize("kind", ["self", "causal", "cross", "cross padded"])
def test_equals_the_formula_written_as_loops(attention: Attention, kind: str) -> None:
    x = torch.randn(B, T, D)
    xa = torch.randn(B, S, D) if "cross" in kind else None
    n_keys = S if "cross" in kind else T
    mask = {"causal": causal(T), "cross padded": padding(torch.tensor([4, 7]), S)}.get(kind)
    taps: dict[str, Tensor] = {}
    with torch.no_grad():
        out = attention(x, xa, mask=mask, tap=taps.setdefault)
        full = torch.ones(B, 1, T, n_keys, dtype=torch.bool) & (mask if mask is not None else torch.tensor(True))
        expected, weights = by_loops(attention, x, x if xa is None else xa, full)
    assert_close(out, expected, atol=1e-5, rtol=0)
    assert_close(taps["attn.pattern"], weights, atol=1e-6, rtol=0)


def test_equals_torchs_fused_kernel(attention: Attention) -> None:
    x, xa = torch.randn(B, T, D), torch.randn(B, S, D)
    mask = padding(torch.tensor([3, 7]), S)
    streams = ((attention.q, x), (attention.k, xa), (attention.v, xa))
    q, k, v = (matrix(stream).unflatten(-1, (H, K)).transpose(1, 2) for matrix, stream in streams)
    fused = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)
    assert_close(attention(x, xa, mask=mask), attention.proj(fused), atol=1e-5, rtol=0)


def test_announces_its_quantities_under_the_given_prefix_with_head_first(attention: Attention) -> None:
    shapes: dict[str, tuple[int, ...]] = {}

    def note(name: str, value: Tensor) -> Tensor:
        shapes[name] = tuple(value.shape)
        return value

    attention(torch.randn(B, T, D), torch.randn(B, S, D), tap=note, at="decoder.blocks.1.cross")
    assert shapes == {
        "decoder.blocks.1.cross.q": (B, H, T, K),
        "decoder.blocks.1.cross.k": (B, H, S, K),
        "decoder.blocks.1.cross.v": (B, H, S, K),
        "decoder.blocks.1.cross.scores": (B, H, T, S),
        "decoder.blocks.1.cross.pattern": (B, H, T, S),
        "decoder.blocks.1.cross.z": (B, H, T, K),
    }
    assert list(shapes) == [f"decoder.blocks.1.cross.{n}" for n in ("q", "k", "v", "scores", "pattern", "z")]


def test_what_a_tap_returns_is_what_is_used(attention: Attention) -> None:
    x = torch.randn(B, T, D)
    uniform = attention(x, tap=lambda n, value: torch.full_like(value, 1 / T) if n == "attn.pattern" else value)
    mean_value = attention.proj(attention.v(x).mean(dim=1, keepdim=True)).expand(B, T, D)
    assert_close(uniform, mean_value, atol=1e-5, rtol=0)


def test_without_bias_only_the_output_projection_keeps_one() -> None:
    module = Attention(D, H, bias=False)
    names = [name for name, _ in module.named_parameters()]
    assert names == ["q.weight", "k.weight", "v.weight", "proj.weight", "proj.bias"]


def test_scores_are_scaled_by_the_root_of_the_head_dimension_and_minus_infinity_where_hidden() -> None:
    q, k = torch.tensor([[1.0, 2.0, 2.0, 4.0]]), torch.tensor([[3.0, 1.0, 0.0, 2.0], [9.0, 9.0, 9.0, 9.0]])
    scores = attention_scores(q, k, torch.tensor([[True, False]]))
    assert scores.tolist() == [[13 / 2, float("-inf")]]
    assert attention_scores(q, k).tolist() == [[13 / 2, 81 / 2]]
