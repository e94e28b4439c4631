"""Computing only what changed gives what computing everything gives; an opened block is the block that ran."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from vit_core.interventions import Edits, shuffled_patches, unscaled_scores, without_position, without_residual
from vit_core.replay import open_block, rerun
from vit_core.trace import Trace, keep_all, keep_views, trace_pixels
from vit_core.vit import VisionTransformer

ORDER = torch.randperm(20, generator=torch.Generator().manual_seed(3)).tolist()
CHANGES: dict[str, Callable[[], Edits]] = {
    "nothing": dict,
    "shuffled": lambda: shuffled_patches(ORDER),
    "no position": without_position,
    "no position, shuffled": lambda: without_position() | shuffled_patches(ORDER),
    "no residual in block 1": lambda: without_residual(1),
    "no residual anywhere": lambda: without_residual(0) | without_residual(1),
    "no square root in block 0": lambda: unscaled_scores(0, 16),
    "no square root, no residual in block 1": lambda: unscaled_scores(1, 16) | without_residual(1),
    "other logits": lambda: {"logits": lambda x: -x},
}


@pytest.fixture(
    scope="module", params=[{}, {"n_registers": 2, "layer_scale": True}, {"prefix_positions": False}], ids=str
)
def loaded(request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer], as_loaded: Any) -> Any:
    return as_loaded(make_vit(**request.param))


@pytest.fixture(scope="module")
def trace(loaded: Any, pixels: Tensor) -> Trace:
    return trace_pixels(loaded, pixels)


@pytest.mark.parametrize("change", CHANGES)
def test_a_rerun_is_the_whole_pass_with_the_same_edits(loaded: Any, pixels: Tensor, trace: Trace, change: str) -> None:
    again = rerun(loaded, trace, CHANGES[change]())
    whole = trace_pixels(loaded, pixels, edit=CHANGES[change]())
    for name in whole.tensors:
        if keep_views(name):
            assert_close(again[name], whole[name], atol=1e-6, rtol=0)
    assert change == "nothing" or (again.logits - trace.logits).abs().max() > 1e-2, "the edit did nothing"


def test_only_what_comes_after_the_edit_is_computed(loaded: Any, trace: Trace) -> None:
    seen: list[str] = []

    def watch(name: str, x: Tensor) -> Tensor:
        seen.append(name)
        return x

    again = rerun(loaded, trace, without_residual(1), watch=watch)
    assert not [name for name in seen if name.startswith("blocks.0") or name in ("patches", "tokens")]
    assert "blocks.1.ln1" in seen and "logits" in seen
    assert again.at(0, "attn.q") is trace.at(0, "attn.q")
    rerun(loaded, trace, {"logits": lambda x: x})
    assert set(trace.tensors) <= set(again.tensors)


def test_an_edit_of_what_no_model_computes_is_an_error(loaded: Any, trace: Trace) -> None:
    with pytest.raises(KeyError, match=r"blocks\.1\.attn\.paterns"):
        rerun(loaded, trace, {"blocks.1.attn.paterns": lambda x: x})
    with pytest.raises(KeyError, match=r"blocks\.7\.attn_out"):
        rerun(loaded, trace, without_residual(7))


@pytest.mark.parametrize("layer", [0, 1])
def test_an_opened_block_is_the_block_that_ran(loaded: Any, pixels: Tensor, trace: Trace, layer: int) -> None:
    everything = trace_pixels(loaded, pixels, keep=keep_all)
    opened = open_block(loaded, trace, layer)
    inside = [name for name in everything.tensors if name.startswith(f"blocks.{layer}.")]
    assert len(inside) == 14
    for name in inside:
        assert_close(opened[name], everything[name], atol=1e-6, rtol=0)
    assert torch.equal(opened[f"blocks.{layer}.resid_pre"], trace.resid(layer, "pre"))


def test_an_opened_block_of_a_changed_pass_has_its_edits(loaded: Any, trace: Trace) -> None:
    def change() -> Edits:
        return unscaled_scores(1, 16) | without_residual(1) | without_residual(0)

    changed = rerun(loaded, trace, change())
    opened = open_block(loaded, changed, 1, change())
    assert_close(opened.at(1, "resid_post"), changed.at(1, "resid_post"), atol=1e-6, rtol=0)
    assert torch.equal(opened.at(1, "resid_mid"), opened.at(1, "attn_out"))
    scores = opened.at(1, "attn.q") @ opened.at(1, "attn.k").transpose(1, 2)
    assert_close(opened.at(1, "attn.scores"), scores, atol=1e-4, rtol=0)


def test_without_positions_a_shuffle_leaves_the_answer(loaded: Any, trace: Trace) -> None:
    plain = rerun(loaded, trace, without_position())
    shuffled = rerun(loaded, trace, without_position() | shuffled_patches(ORDER))
    assert_close(shuffled.logits, plain.logits, atol=1e-5, rtol=0)
    assert (rerun(loaded, trace, shuffled_patches(ORDER)).logits - trace.logits).abs().max() > 1e-2


def test_an_order_names_every_patch_once() -> None:
    with pytest.raises(ValueError, match="once"):
        shuffled_patches([0, 1, 1])
