"""Other libraries' models on our weights give our answer; a slip in a weight, a number or the shape would be seen."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor

from vit_core.checkpoints import reference
from vit_core.checkpoints.reference import LIBRARIES, cannot_express, parity
from vit_core.config import ViTConfig
from vit_core.trace import Trace, trace_pixels
from vit_core.vit import VisionTransformer

pytestmark = pytest.mark.parity

TOLERANCE = 1e-5
BY_BOTH: dict[str, dict[str, Any]] = {"plain": {}, "another eps": {"eps": 1e-3}, "no head": {"n_classes": 0}}
BY_TIMM: dict[str, dict[str, Any]] = {
    "LayerScale": {"layer_scale": True},
    "SwiGLU": {"gated": True, "act": "silu", "layer_scale": True},
    "registers": {"n_registers": 2, "prefix_positions": False, "layer_scale": True},
    "distilled": {"distilled": True, "distilled_head": True},
    "no position for CLS": {"prefix_positions": False},
    "no qkv bias": {"qkv_bias": False},
    "mean of the patches": {"pool": "mean"},
    "normalised mean": {"pool": "mean+norm", "n_registers": 2, "prefix_positions": False},
    "pooled, without a head": {"n_classes": 0, "pool": "cls+mean", "layer_scale": True},
}
CASES = [
    (library, name) for library in LIBRARIES for name in (BY_BOTH if library == "torchvision" else BY_BOTH | BY_TIMM)
]
SHAPES = {**BY_BOTH, **BY_TIMM}


def picture(side: int = 32, seed: int = 3) -> Tensor:
    return torch.randn(3, side, side, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def made(make_vit: Callable[..., VisionTransformer], as_loaded: Any) -> Callable[..., tuple[Any, Trace]]:
    def make(shape: str, side: int = 32) -> tuple[Any, Trace]:
        loaded = as_loaded(make_vit(**SHAPES[shape]))
        return loaded, trace_pixels(loaded, picture(side))

    return make


@pytest.mark.parametrize("side", [32, 24, 48])
@pytest.mark.parametrize(("library", "shape"), CASES)
def test_a_reference_gives_our_answer(library: str, shape: str, side: int, made: Callable[..., Any]) -> None:
    found = parity(library, *made(shape, side))
    assert found.missing == "" and found.version
    assert found.compared == ("logits" if SHAPES[shape].get("n_classes", 7) else "cls")
    assert 0 < found.deviation < TOLERANCE and found.seconds > 0


def rolled_queries(net: Any) -> None:
    net.blocks[1].attn.q.weight.copy_(net.blocks[1].attn.q.weight.roll(1, dims=0))


def rotated_mlp(net: Any) -> None:
    net.blocks[0].mlp.fc1.weight.copy_(net.blocks[0].mlp.fc1.weight.roll(1, dims=1))


def shifted_positions(net: Any) -> None:
    net.pos_embed.copy_(net.pos_embed.roll(1, dims=1))


def other_bias(net: Any) -> None:
    net.norm.bias.add_(0.01)


@pytest.mark.parametrize("fault", [rolled_queries, rotated_mlp, shifted_positions, other_bias])
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_weight_that_was_moved_is_seen(library: str, fault: Callable[[Any], None], made: Callable[..., Any]) -> None:
    """The trace is that of the model as it was; the reference is built on the damaged copy."""
    loaded, trace = made("plain")
    damaged = deepcopy(loaded)
    with torch.no_grad():
        fault(damaged.model)
    assert parity(library, damaged, trace).deviation > 10 * TOLERANCE


@pytest.mark.parametrize("library", LIBRARIES)
def test_another_answer_or_another_picture_is_seen(library: str, made: Callable[..., Any]) -> None:
    loaded, trace = made("plain")
    other = trace_pixels(loaded, picture(seed=4))
    mixed = Trace(**{**vars(trace), "tensors": other.tensors})
    assert parity(library, loaded, mixed).deviation > 10 * TOLERANCE


@pytest.mark.parametrize(
    ("library", "shape", "reason"),
    [
        ("torchvision", {"n_registers": 2}, "registers"),
        ("torchvision", {"layer_scale": True}, "layer_scale"),
        ("torchvision", {"distilled": True, "distilled_head": True}, "distilled"),
        ("torchvision", {"prefix_positions": False}, "prefix_positions"),
        ("torchvision", {"qkv_bias": False}, "qkv_bias"),
        ("torchvision", {"pool": "cls+mean"}, "pool"),
        ("torchvision", {"act": "relu"}, "activation"),
        ("torchvision", {"gated": True, "act": "silu"}, "gated"),
        ("timm", {"gated": True, "act": "gelu"}, "activation"),
        ("timm", {"n_registers": 2}, "registers"),
        ("timm", {"distilled": True}, "distilled"),
        ("timm", {"pool": "cls+mean"}, "pool"),
        ("timm", {"pool": "mean+norm", "n_classes": 0}, "pool"),
        ("torchvision", {"pool": "mean"}, "pool"),
        ("timm", {"act": "gelu_tanh"}, "activation"),
    ],
    ids=str,
)
def test_what_a_library_cannot_express_is_said_and_not_compared(
    library: str, shape: dict[str, Any], reason: str, make_vit: Callable[..., VisionTransformer], as_loaded: Any
) -> None:
    loaded = as_loaded(make_vit(**shape))
    assert cannot_express(library, loaded.model.config) == reason
    found = parity(library, loaded, trace_pixels(loaded, picture()))
    assert (found.missing, found.compared) == (reason, "") and math.isnan(found.deviation)
    assert cannot_express(library, ViTConfig()) == ""


def test_a_picture_that_is_no_square_is_not_compared(tiny_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    loaded = as_loaded(tiny_vit)
    assert parity("torchvision", loaded, trace_pixels(loaded, pixels)).missing == "square"


def test_a_library_that_is_not_here_is_said_to_be_missing(
    made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        reference.importlib.util, "find_spec", lambda name, *rest: None if name == "timm" else find(name, *rest)
    )
    found = parity("timm", *made("plain"))
    assert (found.missing, found.version) == ("not_installed", "")
    assert parity("torchvision", *made("plain")).missing == ""
    with pytest.raises(KeyError):
        parity("numpy", *made("plain"))
