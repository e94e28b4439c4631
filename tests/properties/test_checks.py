"""The numeric checks hold on every architecture and picture, and each of them notices when its identity is broken."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from vit_core.analysis.checks import NAMES, TOLERANCE, run_checks
from vit_core.interventions import without_position, without_residual
from vit_core.replay import rerun
from vit_core.trace import Trace, trace_pixels
from vit_core.vit import VisionTransformer

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "mean of the patches": {"pool": "mean"},
    "normalised mean": {"pool": "mean+norm", "n_registers": 2},
    "SwiGLU": {"gated": True, "act": "silu"},
    "registers and LayerScale": {"n_registers": 2, "layer_scale": True, "pool": "cls+mean"},
    "distilled": {"distilled": True, "distilled_head": True, "qkv_bias": False},
    "no head": {"n_classes": 0, "act": "gelu_tanh", "prefix_positions": False},
}
LAYER = 1


@pytest.fixture(scope="module", params=VARIANTS)
def loaded(request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer], as_loaded: Any) -> Any:
    return as_loaded(make_vit(**VARIANTS[request.param]))


@pytest.fixture(scope="module")
def trace(loaded: Any, pixels: Tensor) -> Trace:
    return trace_pixels(loaded, pixels)


def failing(loaded: Any, trace: Trace) -> set[str]:
    return {check.name for check in run_checks(loaded, trace) if not check.holds}


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), contrast=st.floats(0.05, 20))
def test_every_identity_holds_on_any_picture(loaded: Any, seed: int, contrast: float) -> None:
    picture = contrast * torch.randn(3, 32, 40, generator=torch.Generator().manual_seed(seed))
    checks = run_checks(loaded, trace_pixels(loaded, picture))
    assert [check.name for check in checks] == list(NAMES)
    for check in checks:
        assert check.holds and 0 <= check.worst <= TOLERANCE, check
        assert check.seconds > 0
        assert len(check.deviations) == (1 if check.name in ("stream", "logits") else 2)


def with_changed(trace: Trace, name: str, change: Callable[[Tensor], Tensor]) -> Trace:
    """The trace as if something else had been recorded."""
    return replace(trace, tensors=MappingProxyType({**trace.tensors, name: change(trace[name])}))


def slightly(x: Tensor) -> Tensor:
    """One number off by a thousandth of the largest."""
    y = x.clone()
    y.view(-1)[5] += 1e-3 * x.abs().max()
    return y


# What was recorded wrongly, and which checks are about it.
RECORDED: dict[str, set[str]] = {
    f"blocks.{LAYER}.attn.v": {"heads"},
    f"blocks.{LAYER}.attn.q": {"heads"},
    f"blocks.{LAYER}.resid_mid": {"mid", "post"},
    f"blocks.{LAYER}.resid_post": {"post", "replay", "stream", "logits"},
    "tokens": {"mid", "stream"},
}


@pytest.mark.parametrize("name", RECORDED)
def test_a_number_recorded_wrongly_is_noticed(loaded: Any, trace: Trace, name: str) -> None:
    change = slightly if "attn" not in name else lambda x: x * 1.01
    found = failing(loaded, with_changed(trace, name, change))
    expected = RECORDED[name]
    assert found & expected, found
    if name == "tokens":
        expected = found  # what follows from another start is another pass altogether
    assert found <= expected


def test_logits_that_were_not_read_off_the_last_layer_are_noticed(loaded: Any, trace: Trace) -> None:
    name = "ln_final" if trace.logits is None else "logits"
    assert failing(loaded, with_changed(trace, name, slightly)) == {"logits"}


def test_weights_that_do_not_share_out_1_are_noticed(loaded: Any, pixels: Tensor) -> None:
    edit = {f"blocks.{LAYER}.attn.pattern": lambda pattern: pattern * 1.001}
    assert "rows" in failing(loaded, trace_pixels(loaded, pixels, edit=edit))


def rotated(block: Any) -> None:
    block.attn.proj.weight.copy_(block.attn.proj.weight.roll(1, dims=1))


def without_bias(block: Any) -> None:
    block.attn.proj.bias.zero_()


def other_mlp(block: Any) -> None:
    block.mlp.fc2.bias.add_(0.01)


def other_norm(block: Any) -> None:
    block.norm1.weight.mul_(1.01)


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [(rotated, "mid"), (without_bias, "mid"), (other_mlp, "post"), (other_norm, "replay")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_model_that_is_not_the_one_that_ran_is_noticed(
    loaded: Any, trace: Trace, fault: Callable[[Any], None], noticed: str
) -> None:
    other = deepcopy(loaded)
    with torch.no_grad():
        fault(other.model.blocks[LAYER])
    assert noticed in failing(other, trace)


def test_a_head_that_writes_through_another_heads_columns_is_noticed(loaded: Any, trace: Trace) -> None:
    swapped = trace.at(LAYER, "attn.v").flip(0)
    assert failing(loaded, with_changed(trace, f"blocks.{LAYER}.attn.v", lambda _: swapped)) == {"heads"}


def test_no_number_is_no_identity(loaded: Any, trace: Trace) -> None:
    def broken(x: Tensor) -> Tensor:
        y = x.clone()
        y[0, 0] = torch.nan
        return y

    checks = {c.name: c for c in run_checks(loaded, with_changed(trace, f"blocks.{LAYER}.resid_post", broken))}
    assert not checks["replay"].holds and checks["replay"].worst != checks["replay"].worst


@pytest.mark.parametrize(
    ("edit", "noticed", "silent"),
    [
        (without_residual(LAYER), {"mid", "post", "replay", "stream"}, {"rows", "heads", "logits"}),
        (without_position(), set(), set(NAMES)),
    ],
    ids=["no residual", "no position"],
)
def test_a_mechanism_switched_off_is_noticed_where_it_takes_hold(
    loaded: Any, trace: Trace, edit: Any, noticed: set[str], silent: set[str]
) -> None:
    found = failing(loaded, rerun(loaded, trace, edit))
    assert noticed <= found and not silent & found
