"""The encoder block as its two equations, written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from vit_core.blocks import ACTIVATIONS, GatedMlp, LayerScale, Mlp
from vit_core.config import Activation
from vit_core.vit import VisionTransformer


def test_every_activation_of_the_config_is_what_torch_calls_by_that_name() -> None:
    x = torch.linspace(-4, 4, 201)
    erf = 0.5 * x * (1 + torch.erf(x / 2**0.5))
    tanh = 0.5 * x * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)))
    assert set(ACTIVATIONS) == set(get_args(Activation))
    assert_close(ACTIVATIONS["gelu"](x), erf, atol=5e-6, rtol=0)
    assert_close(ACTIVATIONS["gelu_tanh"](x), tanh, atol=5e-6, rtol=0)
    assert torch.equal(ACTIVATIONS["relu"](x), x.clamp(min=0))
    assert (erf - tanh).abs().max() > 1e-4, "the tolerance above would not tell the two GELUs apart"


def test_mlp_is_two_layers_with_the_activation_between() -> None:
    mlp = Mlp(6, 10, "relu")
    x = torch.randn(2, 3, 6)
    names: list[str] = []

    def note(name: str, value: Tensor) -> Tensor:
        names.append(name)
        return value

    expected = (x @ mlp.fc1.weight.T + mlp.fc1.bias).clamp(min=0) @ mlp.fc2.weight.T + mlp.fc2.bias
    assert_close(mlp(x, tap=note, at="blocks.4.mlp"), expected, atol=1e-6, rtol=0)
    assert names == ["blocks.4.mlp.pre", "blocks.4.mlp.post"]


def test_a_gated_mlp_multiplies_two_of_its_layers_and_bends_the_first() -> None:
    """Shazeer (arXiv 2002.05202), equation (6), with biases as DINOv2's giant has them."""
    mlp = GatedMlp(6, 10, "silu")
    x = torch.randn(2, 3, 6)
    seen: dict[str, Tensor] = {}

    def note(name: str, value: Tensor) -> Tensor:
        seen[name] = value
        return value

    pre, value = (x @ layer.weight.T + layer.bias for layer in (mlp.fc1, mlp.fc3))
    post = pre / (1 + torch.exp(-pre)) * value
    assert_close(mlp(x, tap=note, at="m"), post @ mlp.fc2.weight.T + mlp.fc2.bias, atol=1e-6, rtol=0)
    assert list(seen) == ["m.pre", "m.gate", "m.value", "m.post"]
    assert_close(seen["m.gate"] * seen["m.value"], post, atol=1e-6, rtol=0)


def test_layer_scale_multiplies_each_dimension() -> None:
    scale = LayerScale(3)
    with torch.no_grad():
        scale.gamma.copy_(torch.tensor([0.0, 1.0, -2.0]))
    assert scale(torch.ones(2, 3)).tolist() == [[0.0, 1.0, -2.0]] * 2


def norm(x: Tensor, layer: nn.LayerNorm, eps: float) -> Tensor:
    """LayerNorm as it is printed: minus the mean, over the root of the (biased) variance plus eps."""
    centred = x - x.mean(dim=-1, keepdim=True)
    return centred / (centred.pow(2).mean(dim=-1, keepdim=True) + eps).sqrt() * layer.weight + layer.bias


@pytest.mark.parametrize("layer_scale", [False, True])
def test_block_is_its_two_equations(make_vit: Callable[..., VisionTransformer], layer_scale: bool) -> None:
    model = make_vit(layer_scale=layer_scale, eps=1e-3)  # an eps large enough to be seen
    block = model.blocks[1]
    x = 0.05 * torch.randn(2, 6, 48)
    scale1, scale2 = (block.ls1.gamma, block.ls2.gamma) if layer_scale else (1, 1)
    with torch.no_grad():
        mid = x + scale1 * block.attn(norm(x, block.norm1, 1e-3))
        out = mid + scale2 * block.mlp(norm(mid, block.norm2, 1e-3))
        assert_close(block(x), out, atol=1e-5, rtol=0)
