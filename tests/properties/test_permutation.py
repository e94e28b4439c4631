"""Without position embedding a Vision Transformer cannot tell a picture from the same patches shuffled."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from vit_core.trace import Trace, keep_all, trace_pixels
from vit_core.vit import VisionTransformer


def shuffled(model: VisionTransformer, picture: Tensor) -> tuple[Tensor, Tensor]:
    """The picture with its patches in another order, and that order."""
    cut = model.geometry(*picture.shape[1:])
    order = torch.randperm(cut.n_patches, generator=torch.Generator().manual_seed(3))
    assert (order != torch.arange(cut.n_patches)).sum() > 10
    return cut.join(cut.split(picture)[order]), order


@pytest.fixture(params=[{}, {"n_registers": 2, "pool": "cls+mean"}, {"prefix_positions": False}], ids=str)
def both(
    request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer], as_loaded: Callable[..., Any],
    pixels: Tensor,
) -> Callable[[bool], tuple[Trace, Trace, Tensor]]:  # fmt: skip
    def run(with_positions: bool) -> tuple[Trace, Trace, Tensor]:
        model = copy.deepcopy(make_vit(**request.param))
        if not with_positions:
            with torch.no_grad():
                model.pos_embed[:, model.config.n_positions - 16 :] = 0  # the patches'; CLS may keep its own
        other, order = shuffled(model, pixels)
        loaded = as_loaded(model)
        return trace_pixels(loaded, pixels, keep=keep_all), trace_pixels(loaded, other, keep=keep_all), order

    return run


def test_without_positions_shuffling_moves_the_tokens_and_changes_nothing(both: Callable[..., Any]) -> None:
    plain, other, order = both(with_positions=False)
    assert_close(other.logits, plain.logits, atol=1e-5, rtol=0)
    n = len(plain.config.prefix)
    moved = torch.cat([torch.arange(n), n + order])
    assert_close(other["ln_final"], plain["ln_final"][moved], atol=1e-5, rtol=0)
    for layer in range(2):
        assert_close(other.pattern(layer), plain.pattern(layer)[:, moved][:, :, moved], atol=1e-5, rtol=0)


def test_with_positions_it_changes_the_answer(both: Callable[..., Any]) -> None:
    plain, other, _ = both(with_positions=True)
    assert (other.logits - plain.logits).abs().max() > 1e-2
