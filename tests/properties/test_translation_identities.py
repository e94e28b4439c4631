"""What must hold of a translation's trace, whatever the weights: masks, cache, recording, threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from tests.support.translators import END, PAD, V, as_translator, tiny_network
from vit_core import Translation, read_along, translate
from vit_core.decoding import Beam, Forced, Greedy, Sample, start, step
from vit_core.decoding.recording import of_one_pass
from vit_core.names import seq2seq_names
from vit_core.seq2seq import without_causal_mask
from vit_core.trace import keep_all

NOISE = 2e-6
CACHED = 1e-5
FP64 = 1e-12
ROUNDED = 1e-6  # what float64 models compute, kept as float32
SOURCE = "5 17 33 8 21"
PARTS = (("encoder", 2), ("decoder", 3), ("cross", 3))

words = st.lists(st.integers(1, V - 2), min_size=1, max_size=7)


@pytest.fixture(scope="module")
def model() -> Any:
    return as_translator(tiny_network(seed=1))


@pytest.fixture(scope="module")
def pre_norm() -> Any:
    return as_translator(tiny_network(seed=2, norm="pre"))


@pytest.fixture(scope="module")
def exact(model: Any) -> Any:
    return as_translator(deepcopy(model.model).double())


@pytest.fixture(scope="module")
def looking_ahead(model: Any) -> Any:
    return as_translator(without_causal_mask(model.model))


def same(a: Translation, b: Translation, atol: float = 0.0) -> None:
    assert a.ids == b.ids and list(a.trace.tensors) == list(b.trace.tensors)
    for name, tensor in a.trace.tensors.items():
        assert_close(tensor, b.trace[name], atol=atol, rtol=0, msg=name)
    for mine, other in zip(a.steps, b.steps, strict=True):
        assert_close(mine.weighed, other.weighed, atol=atol, rtol=0)


# ---- masks


@settings(max_examples=6)
@given(target=words, data=st.data())
def test_a_target_token_changes_nothing_before_it(model: Any, target: list[int], data: st.DataObject) -> None:
    j = data.draw(st.integers(0, len(target) - 1))
    other = [*target[:j], target[j] % (V - 2) + 1, *target[j + 1 :]]
    a, b = (read_along(model, SOURCE, ids, keep=keep_all).trace for ids in ([*target, END], [*other, END]))
    # Target token j is what the decoder reads in row j + 1.
    for name in a.tensors:
        if name.startswith("decoder") and not name.endswith((".cross.k", ".cross.v")):
            rows = (slice(None), slice(j + 1)) if a[name].ndim == 3 else (slice(j + 1),)
            assert_close(a[name][rows], b[name][rows], atol=NOISE, rtol=0, msg=name)
    assert (a.logits[j + 1] - b.logits[j + 1]).abs().max() > 1e-3
    for layer in range(3):
        assert not a.pattern(layer, part="decoder").triu(1).any()


def test_without_the_mask_a_token_does_change_what_stands_before_it(looking_ahead: Any) -> None:
    """The check above can fail."""
    a, b = (read_along(looking_ahead, SOURCE, ids).trace for ids in ([4, 9, 30, END], [4, 9, 31, END]))
    assert (a.logits[0] - b.logits[0]).abs().max() > 1e-3
    assert a.pattern(0, part="decoder").triu(1).gt(0).any()


@settings(max_examples=5)
@given(source=words, padding=st.integers(1, 5))
def test_padding_nobody_may_look_at_changes_nothing(exact: Any, source: list[int], padding: int) -> None:
    ids = [*source, END]
    plain = start(exact, ids, keep=keep_all)
    padded = start(exact, [*ids, *[PAD] * padding], length=len(ids), keep=keep_all)
    for n in range(1, 4):
        plain, padded = (step(exact, state, Forced((7, 30, 4))) for state in (plain, padded))
        assert_close(plain.passed.logits, padded.passed.logits, atol=FP64, rtol=0)
        for name, mine in {**plain.source.tensors, **plain.passed.tensors}.items():
            other = {**padded.source.tensors, **padded.passed.tensors}[name]
            if name.endswith(("cross.pattern", "encoder.blocks.0.attn.pattern", "encoder.blocks.1.attn.pattern")):
                assert not other[..., len(ids) :].any(), name
            if name.endswith((".cross.z", ".resid_post")) and name.startswith("decoder"):
                assert_close(mine, other, atol=FP64, rtol=0, msg=name)
        assert plain.length == n


def test_padding_that_is_seen_does_change_something(model: Any) -> None:
    """The check above can fail."""
    ids = [5, 17, 33, END]
    plain, seen = (step(model, start(model, [*ids, *pads]), Greedy()) for pads in ([], [PAD] * 3))
    assert (plain.step.logits - seen.step.logits).abs().max() > 1e-2


# ---- cache and recording


@pytest.mark.parametrize("which", ["model", "pre_norm"])
@pytest.mark.parametrize("strategy", [Greedy(), Beam(4, 1.0), Sample(seed=5)], ids=lambda s: type(s).__name__)
def test_step_by_step_gives_the_quantities_of_one_pass(
    which: str, strategy: Any, request: pytest.FixtureRequest
) -> None:
    """Every announced quantity: the cache loses nothing, and a beam's rows are put together rightly."""
    model = as_translator(deepcopy(request.getfixturevalue(which).model).double())
    ours = translate(model, SOURCE, strategy=strategy, keep=keep_all)
    assert len(ours.ids) > 3
    whole = read_along(model, SOURCE, ours.ids, keep=keep_all)
    assert list(ours.trace.tensors) == list(whole.trace.tensors)
    assert list(ours.trace.tensors) == [name.template for name in seq2seq_names(model.model.config)]
    for name, tensor in ours.trace.tensors.items():
        assert_close(tensor, whole.trace[name], atol=ROUNDED, rtol=ROUNDED, msg=name)
    assert ours.logprob == pytest.approx(whole.logprob, abs=1e-5)


def test_a_beams_rows_matter(model: Any) -> None:
    """The check above can fail: the winning text did not stay in one row of the beam."""
    state = start(model, model.tokenizer.encode(SOURCE))
    while not state.done:
        state = step(model, state, Beam(4, 1.0))
    assert len({at.row for at in state.written()[1:]}) > 1


@pytest.mark.parametrize("strategy", [Greedy(), Beam(4, 1.0)], ids=lambda s: type(s).__name__)
def test_the_derived_pattern_is_the_one_the_model_used(model: Any, strategy: Any) -> None:
    viewed = translate(model, SOURCE, strategy=strategy).trace
    used = translate(model, SOURCE, strategy=strategy, keep=keep_all).trace
    assert not any(name.endswith((".scores", ".pattern")) for name in viewed.tensors)
    for part, n_layers in PARTS:
        for layer in range(n_layers):
            pattern = used.pattern(layer, part=part)
            assert_close(viewed.pattern(layer, part=part), pattern, atol=NOISE, rtol=0)
            assert_close(viewed.pattern(layer, 2, part=part), pattern[2], atol=NOISE, rtol=0)
            assert_close(pattern.sum(-1), torch.ones(pattern.shape[:-1]), atol=NOISE, rtol=0)
            scores = used.scores(layer, part=part)
            assert_close(viewed.scores(layer, part=part), scores, atol=CACHED, rtol=0)
            assert_close(scores.softmax(-1), pattern, atol=NOISE, rtol=0)


@pytest.mark.parametrize("strategy", [Greedy(), Beam(3)], ids=lambda s: type(s).__name__)
def test_recording_changes_no_bit(model: Any, strategy: Any) -> None:
    recorded = translate(model, SOURCE, strategy=strategy, keep=keep_all)
    plain = translate(model, SOURCE, strategy=strategy, keep=lambda name: False)
    assert plain.ids == recorded.ids and plain.score == recorded.score and not plain.trace.tensors
    for mine, other in zip(plain.steps, recorded.steps, strict=True):
        assert torch.equal(mine.logits, other.logits) and torch.equal(mine.weighed, other.weighed)


def test_a_decoder_that_looks_ahead_is_traced_in_one_pass_over_its_text(looking_ahead: Any) -> None:
    for strategy in (Greedy(), Beam(3)):
        ours = translate(looking_ahead, SOURCE, strategy=strategy, keep=keep_all)
        whole = read_along(looking_ahead, SOURCE, ours.ids, keep=keep_all)
        assert list(ours.trace.tensors) == list(whole.trace.tensors)
        for name, tensor in ours.trace.tensors.items():
            assert torch.equal(tensor, whole.trace[name]), name
        # Each step saw the words written so far, and nothing of the future.
        state = start(looking_ahead, ours.source_ids)
        for t, made in enumerate(ours.steps):
            seen = of_one_pass(looking_ahead.model, state.source, [*ours.ids[:t], END], lambda name: False)
            assert_close(made.logits, seen["logits"][t], atol=CACHED, rtol=0)


def test_the_lifted_mask_leaves_weights_and_the_model_itself_alone(model: Any) -> None:
    lifted = without_causal_mask(model.model)
    assert model.model.config.causal and not lifted.config.causal
    assert replace(lifted.config, causal=True) == model.model.config
    for (name, mine), (other, theirs) in zip(model.model.named_parameters(), lifted.named_parameters(), strict=True):
        assert name == other and mine.data_ptr() == theirs.data_ptr() and not theirs.requires_grad


def test_traces_are_ordinary_tensors(model: Any) -> None:
    translation = translate(model, SOURCE, keep=keep_all)
    tensors = [*translation.trace.tensors.values(), *(s.logits for s in translation.steps)]
    assert all(x.dtype == torch.float32 and not x.is_inference() and not x.requires_grad for x in tensors)


# ---- threads


def test_two_threads_do_not_mix(model: Any) -> None:
    """A barrier at every quantity keeps both on the same line, so that anything shared is mixed up with certainty."""
    barrier = threading.Barrier(2, timeout=30)

    def wait(name: str, x: Tensor) -> Tensor:
        barrier.wait()
        return x

    sources, n = ("5 17 33", "2 40 11 7 9"), 5
    alone = [
        translate(model, source, strategy=Sample(seed=i), prefix=(9, 4, 30, 8, 7)[:4], max_new=n)
        for i, source in enumerate(sources)
    ]
    with ThreadPoolExecutor(2) as pool:
        together = list(
            pool.map(
                lambda i: translate(
                    model, sources[i], strategy=Sample(seed=i), prefix=(9, 4, 30, 8), max_new=n, watch=wait
                ),
                range(2),
            )
        )
    for a, b in zip(alone, together, strict=True):
        same(a, b)
    assert alone[0].trace.logits.shape != alone[1].trace["encoder.words"].shape
