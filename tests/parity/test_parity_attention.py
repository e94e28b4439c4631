"""One attention class against torch.nn.MultiheadAttention: self, causal, cross and padded."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.support.perturb import perturb
from vit_core.attention import Attention
from vit_core.masks import causal, padding
from vit_core.tap import RecordTap

pytestmark = pytest.mark.parity

B, T, S, H, D = 2, 5, 7, 3, 48


def twins(dtype: torch.dtype) -> tuple[Attention, nn.MultiheadAttention]:
    theirs = perturb(nn.MultiheadAttention(D, H, batch_first=True)).to(dtype)
    ours = Attention(D, H)
    weights, biases = theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3)
    for part, weight, bias in zip((ours.q, ours.k, ours.v), weights, biases, strict=True):
        part.load_state_dict({"weight": weight, "bias": bias})
    ours.proj.load_state_dict(theirs.out_proj.state_dict())
    return ours.to(dtype), theirs


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float32, 1e-5), (torch.float64, 1e-12)], ids=["fp32", "fp64"])
@pytest.mark.parametrize("kind", ["self", "causal", "cross", "padded"])
def test_output_and_weights_are_multihead_attentions(kind: str, dtype: torch.dtype, atol: float) -> None:
    ours, theirs = twins(dtype)
    x, other = torch.randn(B, T, D, dtype=dtype), torch.randn(B, S, D, dtype=dtype)
    xa = x if kind in ("self", "causal") else other
    mask: Tensor | None = None
    hidden: dict[str, Tensor] = {}  # nn.MultiheadAttention wants the opposite: True = may not attend
    if kind == "causal":
        mask = causal(T)
        hidden["attn_mask"] = ~mask[0, 0]
    if kind == "padded":
        mask = padding(torch.tensor([S, 4]), S)
        hidden["key_padding_mask"] = ~mask[:, 0, 0]
    record = RecordTap(lambda name: name == "attn.pattern")
    with torch.no_grad():
        expected, weights = theirs(x, xa, xa, need_weights=True, average_attn_weights=False, **hidden)
        found = ours(x, None if kind == "self" else xa, mask=mask, tap=record)
    torch.testing.assert_close(found, expected, atol=atol, rtol=0)
    torch.testing.assert_close(record.tensors["attn.pattern"], weights, atol=atol, rtol=0)
