"""Trace: what is kept, what is derived, and which sentence a wrong question gets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.testing import assert_close

from vit_core.analysis import attention_rows
from vit_core.names import vit_trace_names
from vit_core.provenance import attention_row
from vit_core.trace import Trace, keep_all, keep_views, trace_image, trace_pixels


@pytest.fixture(scope="module")
def loaded(tiny_vit: Any, as_loaded: Callable[..., Any]) -> Any:
    return as_loaded(tiny_vit)


@pytest.fixture(scope="module")
def trace(loaded: Any, pixels: Tensor) -> Trace:
    return trace_pixels(loaded, pixels)


@pytest.fixture(scope="module")
def full(loaded: Any, pixels: Tensor) -> Trace:
    return trace_pixels(loaded, pixels, keep=keep_all)


def test_carries_what_the_views_need_to_know(trace: Trace, loaded: Any, pixels: Tensor) -> None:
    assert trace.checkpoint == "tiny"
    assert trace.config is loaded.model.config
    assert (trace.geometry.height, trace.geometry.width, trace.geometry.n_tokens) == (32, 40, 21)
    assert torch.equal(trace.pixels, pixels)
    assert trace.labels == loaded.labels
    assert 0 < trace.seconds < 60


def test_the_views_profile_keeps_what_cannot_be_derived_and_nothing_else(trace: Trace) -> None:
    kept = {"patches", "tokens", "ln_final", "logits"}
    for i in range(2):
        kept |= {f"blocks.{i}.{name}" for name in ("attn.q", "attn.k", "attn.v", "resid_mid", "resid_post")}
    assert set(trace.tensors) == kept
    assert all(keep_views(name) for name in kept)


def test_tensors_are_plain_float32_without_batch_or_gradient(full: Trace) -> None:
    assert list(full.tensors) == vit_trace_names(2)
    for name, tensor in full.tensors.items():
        assert tensor.dtype == torch.float32 and tensor.device.type == "cpu", name
        assert not tensor.requires_grad and not tensor.is_inference(), name
    assert full["tokens"].shape == (21, 48)


def test_runs_in_the_precision_of_the_weights(make_vit: Any, as_loaded: Any, pixels: Tensor, trace: Trace) -> None:
    """float32 pixels reach a float64 model; what is kept is float32 again."""
    model = make_vit(eps=1.0000001e-6).double()  # a model of its own: double() changes it in place
    assert trace_pixels(as_loaded(model), pixels)["ln_final"].dtype == torch.float32
    assert_close(trace_pixels(as_loaded(model), pixels)["ln_final"], trace["ln_final"], atol=1e-4, rtol=0)


def test_nothing_can_be_reassigned(trace: Trace) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.checkpoint = "other"  # type: ignore[misc]
    with pytest.raises(TypeError, match="does not support item assignment"):
        trace.tensors["tokens"] = torch.zeros(1)  # type: ignore[index]


def test_later_changes_of_the_callers_pixels_do_not_reach_the_trace(loaded: Any, pixels: Tensor) -> None:
    mine = pixels.clone()
    trace = trace_pixels(loaded, mine)
    mine.zero_()
    assert torch.equal(trace.pixels, pixels)


def test_traces_are_compared_by_identity_and_can_be_keys(loaded: Any, pixels: Tensor) -> None:
    one, two = trace_pixels(loaded, pixels), trace_pixels(loaded, pixels)
    assert one == one and one != two
    assert len({one, two}) == 2


def test_a_name_that_was_not_kept_lists_near_ones(trace: Trace) -> None:
    with pytest.raises(KeyError, match=r"blocks\.1\.attn\.w is not in this trace.*blocks\.1\.attn\.[qkv].*keep_all"):
        trace["blocks.1.attn.w"]
    with pytest.raises(KeyError, match=r"blocks\.0\.resid_sideways.*blocks\.0\.resid_(mid|post)"):
        trace.resid(0, "sideways")
    with pytest.raises(KeyError, match="near names: none"):
        trace["?"]


def test_at_and_resid_find_the_stream_of_each_block(trace: Trace) -> None:
    assert trace.at(1, "attn.q") is trace["blocks.1.attn.q"]
    assert trace.resid(0, "pre") is trace["tokens"]
    assert trace.resid(1, "pre") is trace["blocks.0.resid_post"]
    assert trace.resid(1, "mid") is trace["blocks.1.resid_mid"]
    assert trace.resid(1, "post") is trace["blocks.1.resid_post"]


@pytest.mark.parametrize("layer", [-1, 2, 99])
def test_layers_that_do_not_exist(trace: Trace, layer: int) -> None:
    for ask in (lambda: trace.at(layer, "attn.q"), lambda: trace.resid(layer, "pre"), lambda: trace.pattern(layer)):
        with pytest.raises(IndexError, match=f"^layer takes a whole number from 0 to 1, not {layer}$"):
            ask()


@pytest.mark.parametrize("layer", [None, "1", 1.0, True])
def test_a_layer_is_named_by_its_number(trace: Trace, layer: object) -> None:
    for ask in (lambda: trace.at(layer, "attn.q"), lambda: trace.resid(layer, "pre"), lambda: trace.pattern(layer)):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=f"^layer takes a whole number from 0 to 1, not {layer!r}$"):
            ask()
    with pytest.raises(TypeError, match=r"^a trace takes the name of a quantity \(str\), not 3$"):
        trace[3]  # type: ignore[index]


@pytest.mark.parametrize("head", [-1, 3])
def test_heads_that_do_not_exist(trace: Trace, head: int) -> None:
    with pytest.raises(IndexError, match=f"^head takes a whole number from 0 to 2, not {head}$"):
        trace.pattern(0, head)


@pytest.mark.parametrize("kept", ["q and k", "scores", "pattern"])
def test_one_head_is_that_head_of_all(loaded: Any, pixels: Tensor, full: Trace, kept: str) -> None:
    """Whatever the pattern is derived from, [H, N, N] and [N, N] agree and equal the one that was used."""
    profile = {"q and k": keep_views, "scores": lambda name: name.endswith("scores"), "pattern": keep_all}[kept]
    trace = trace_pixels(loaded, pixels, keep=profile)
    for layer in range(2):
        assert trace.pattern(layer).shape == (3, 21, 21)
        assert_close(trace.pattern(layer), full.at(layer, "attn.pattern"), atol=1e-6, rtol=0)
        for head in range(3):
            assert_close(trace.pattern(layer, head), trace.pattern(layer)[head], atol=1e-6, rtol=0)


@pytest.mark.parametrize("kept", ["q and k", "pattern"])
def test_a_row_alone_is_the_row_of_the_whole_to_the_last_bit(make_vit: Any, as_loaded: Any, kept: str) -> None:
    """One number computed on two ways would print as two. With this many tokens a product of one row alone differs."""
    model = as_loaded(make_vit(image_size=128, d_model=192, n_layers=1))
    pixels = torch.randn(3, 128, 128, generator=torch.Generator().manual_seed(4))
    trace = trace_pixels(model, pixels, keep=keep_views if kept == "q and k" else keep_all)
    whole, scores = trace.pattern(0), trace.scores_at("blocks.0.attn")
    for query in range(0, 257, 16):
        assert torch.equal(attention_rows(trace, query)[0], whole[:, query])
        for head in range(3):
            row = attention_row(trace, 0, head, query)
            assert torch.equal(row.weights, whole[head, query])
            assert torch.equal(row.scores, scores[head, query])


def test_nbytes_counts_what_is_held(trace: Trace) -> None:
    floats = 3 * 32 * 40 + 20 * 48 + 21 * 48 + 2 * 5 * 21 * 48 + 21 * 48 + 7
    assert trace.nbytes == 4 * floats
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in trace.tensors.values()}
    assert sum(storages.values()) <= trace.nbytes, "a kept view holds on to more memory than nbytes admits"


# ---- class scores


def test_top_names_the_most_probable_classes(trace: Trace) -> None:
    assert trace.logits is not None
    by_hand = (trace.logits.exp() / trace.logits.exp().sum()).tolist()
    order = sorted(range(7), key=lambda c: -by_hand[c])
    assert [label for label, _ in trace.top(3)] == [trace.labels[c] for c in order[:3]]
    assert [p for _, p in trace.top(3)] == pytest.approx([by_hand[c] for c in order[:3]], abs=1e-6)
    assert len(trace.top()) == 5 and len(trace.top(100)) == 7
    assert float(trace.probabilities.sum()) == pytest.approx(1, abs=1e-6)


def test_classes_of_one_name_are_kept_apart(tiny_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    names = ("tench", "crane", "snail", "crane", "boat", "lamp", "fern")
    trace = trace_pixels(as_loaded(tiny_vit, labels=names), pixels)
    found = trace.top_classes(7)
    assert {one.index: one.probability for one in found} == dict(enumerate(trace.probabilities.tolist()))
    assert [one.name for one in found] == [names[one.index] for one in found]
    assert trace.top(7) == [(one.name, one.probability) for one in found]


def test_a_checkpoint_without_labels_numbers_its_classes(tiny_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    trace = trace_pixels(as_loaded(tiny_vit, labels=()), pixels)
    assert trace.top(1)[0][0] == f"class {int(trace.logits.argmax())}"


def test_without_a_head_there_are_no_classes(make_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    trace = trace_pixels(as_loaded(make_vit(n_classes=0)), pixels)
    assert trace.logits is None
    for ask in (trace.top, lambda: trace.probabilities):
        with pytest.raises(ValueError, match="tiny has no class head"):
            ask()
    assert trace.pattern(1).shape == (3, 21, 21)


# ---- edits and watching


def mute_head_2(pattern: Tensor) -> Tensor:
    muted = pattern.clone()
    muted[:, 2] = 0
    return muted


def test_an_edited_quantity_is_kept_and_shown_as_edited(loaded: Any, pixels: Tensor, trace: Trace) -> None:
    edited = trace_pixels(loaded, pixels, edit={"blocks.0.attn.pattern": mute_head_2})
    assert set(edited.tensors) == {*trace.tensors, "blocks.0.attn.pattern"}
    assert edited.pattern(0, 2).abs().max() == 0
    assert edited.pattern(0)[2].abs().max() == 0
    assert_close(edited.pattern(0, 1), trace.pattern(0, 1), atol=1e-6, rtol=0)
    assert torch.equal(edited["blocks.0.attn.q"], trace["blocks.0.attn.q"])
    assert (edited.logits - trace.logits).abs().max() > 1e-3


def test_edited_scores_give_the_pattern_that_was_used(loaded: Any, pixels: Tensor) -> None:
    edit = {"blocks.1.attn.scores": lambda scores: scores * 3}
    used = trace_pixels(loaded, pixels, keep=keep_all, edit=edit).at(1, "attn.pattern")
    shown = trace_pixels(loaded, pixels, edit=edit)
    assert_close(shown.pattern(1), used, atol=1e-6, rtol=0)
    assert_close(shown.pattern(1, 1), used[1], atol=1e-6, rtol=0)


def test_edited_queries_give_the_pattern_that_was_used(loaded: Any, pixels: Tensor) -> None:
    edit = {"blocks.1.attn.q": lambda q: q.flip(1)}
    used = trace_pixels(loaded, pixels, keep=keep_all, edit=edit).at(1, "attn.pattern")
    assert_close(trace_pixels(loaded, pixels, edit=edit).pattern(1), used, atol=1e-6, rtol=0)


def test_an_edit_of_a_quantity_that_never_comes_is_refused(loaded: Any, pixels: Tensor) -> None:
    with pytest.raises(KeyError, match=r"no such quantity to edit: blocks\.2\.attn\.pattern, blocks\.x"):
        trace_pixels(loaded, pixels, edit={"blocks.x": torch.neg, "blocks.2.attn.pattern": torch.neg})


def test_a_watcher_sees_every_name_in_order_and_the_edited_values(loaded: Any, pixels: Tensor) -> None:
    seen: dict[str, Tensor] = {}
    trace_pixels(loaded, pixels, edit={"blocks.0.attn.pattern": mute_head_2}, watch=seen.setdefault)
    assert list(seen) == vit_trace_names(2)
    assert seen["blocks.0.attn.pattern"][0, 2].abs().max() == 0


def test_a_watcher_cancels_by_raising(loaded: Any, pixels: Tensor) -> None:
    class CancelledError(Exception):
        pass

    seen: list[str] = []

    def stop_in_layer_1(name: str, x: Tensor) -> Tensor:
        seen.append(name)
        if name == "blocks.1.ln1":
            raise CancelledError
        return x

    with pytest.raises(CancelledError):
        trace_pixels(loaded, pixels, watch=stop_in_layer_1)
    assert seen[-1] == "blocks.1.ln1" and not any(name.startswith("blocks.1.attn") for name in seen)


def test_a_model_that_announces_a_name_twice_is_refused(make_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    model = make_vit(n_registers=3)
    twin = type(model)(model.config).eval()
    twin.blocks[1].forward = lambda x, *, tap, at: twin.blocks[0](x, tap=tap, at="blocks.0")  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match=r"blocks\.0\.ln1 was tapped twice"):
        trace_pixels(as_loaded(twin), pixels)


def test_a_model_in_training_mode_is_refused(make_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    model = make_vit(n_registers=4)
    model.train()
    with pytest.raises(RuntimeError, match="training mode"):
        trace_pixels(as_loaded(model), pixels)


# ---- from a picture


def test_a_picture_is_preprocessed_as_the_checkpoint_wants(loaded: Any, photo: Image.Image) -> None:
    trace = trace_image(loaded, photo)
    assert torch.equal(trace.pixels, loaded.preprocess(photo))
    assert trace.geometry.grid == (4, 4)
    assert_close(trace.logits, trace_pixels(loaded, loaded.preprocess(photo)).logits, atol=1e-5, rtol=0)


def test_another_size_gives_another_grid(loaded: Any, photo: Image.Image) -> None:
    trace = trace_image(loaded, photo, size=48, keep=keep_all)
    assert trace.pixels.shape == (3, 48, 48)
    assert trace.geometry.grid == (6, 6)
    assert trace.at(0, "attn.pattern").shape == (3, 37, 37)


@pytest.mark.parametrize("size", [33, 4, 0, -8])
def test_a_size_that_leaves_a_rest_is_refused(loaded: Any, photo: Image.Image, size: int) -> None:
    with pytest.raises(ValueError, match=r"cannot be cut|takes a whole number from 1, not"):
        trace_image(loaded, photo, size=size)


def test_the_stand_in_of_these_tests_has_only_what_a_loaded_model_has(loaded: Any) -> None:
    from vit_core.checkpoints import LoadedModel
    from vit_core.checkpoints.in_memory import InMemory

    real = {field.name for field in dataclasses.fields(LoadedModel)} | {*vars(LoadedModel), *InMemory.__annotations__}
    assert set(vars(loaded)) <= real
