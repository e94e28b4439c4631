"""What the Decision screen is sent: the trace's own scores, and terms that add up to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from demo.photo.views import decision
from tests.support.payload import unpack
from vit_core.analysis import head_parts, logit_terms
from vit_core.trace import Trace, trace_pixels
from vit_core.vit import VisionTransformer

# Every way in which a checkpoint's classes can be read off its tokens.
HEADS: dict[str, dict[str, Any]] = {
    "CLS": {},
    "CLS and the mean of the patches": {"pool": "cls+mean", "n_registers": 2},
    "two averaged heads": {"distilled": True, "distilled_head": True},
    "a distillation token that is not read": {"distilled": True},
    "the mean of the patches": {"pool": "mean", "n_registers": 2},
    "the normalised mean of the patches": {"pool": "mean+norm", "n_registers": 2},
    "all at once": {"pool": "cls+mean", "distilled": True, "distilled_head": True, "n_registers": 1},
}
CLASSES = 7


@pytest.fixture(scope="module", params=HEADS)
def model(request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer]) -> VisionTransformer:
    return make_vit(**HEADS[request.param])


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), index=st.integers(0, CLASSES - 1), contrast=st.floats(0.1, 10))
def test_the_terms_and_the_bias_add_up_to_the_logit_of_any_class_on_any_picture(
    loaded: Any, seed: int, index: int, contrast: float
) -> None:
    picture = contrast * torch.randn(3, 32, 40, generator=torch.Generator().manual_seed(seed))
    trace = trace_pixels(loaded, picture)
    made = logit_terms(trace, loaded.model, index)
    assert trace.logits is not None
    assert made.logit == trace.logits[index].item()
    assert made.terms.double().sum().item() + made.bias == pytest.approx(made.logit, abs=1e-4)
    assert_close(made.terms, made.inputs * made.weights)


def test_the_terms_are_as_many_as_the_named_parts_have_numbers(trace: Trace, loaded: Any) -> None:
    d = trace.config.d_model
    made = logit_terms(trace, loaded.model, 0)
    assert len(made.terms) == d * len(head_parts(trace.config))
    by_part = dict(zip(head_parts(trace.config), made.inputs.split(d), strict=True))
    assert ("CLS" in by_part) is ("cls" in trace.config.pool)
    if "CLS" in by_part:
        assert_close(by_part["CLS"], trace["ln_final"][0])
    if trace.config.pool == "mean+norm":
        with torch.no_grad():
            assert_close(by_part["MEAN"], loaded.model.norm(trace.resid(1, "post")[-20:].mean(dim=0)))
    elif "MEAN" in by_part:
        assert_close(by_part["MEAN"], trace["ln_final"][-20:].mean(dim=0))
    if "DIST" in by_part:
        assert_close(by_part["DIST"], trace["ln_final"][1])


def test_the_payload_holds_the_scores_and_probabilities_of_the_trace(trace: Trace) -> None:
    arrays, facts = unpack(decision.decision(trace))
    assert trace.logits is not None
    assert np.array_equal(arrays["logits"], trace.logits.numpy())
    assert np.array_equal(arrays["probabilities"], trace.probabilities.numpy())
    assert facts["classes"] == CLASSES
    assert facts["parts"] == list(head_parts(trace.config))
    best = [trace.labels.index(name) for name, _ in trace.top(CLASSES)]
    assert arrays["order"].tolist() == best


def test_every_probability_is_its_power_of_e_over_their_sum(trace: Trace) -> None:
    arrays, facts = unpack(decision.decision(trace))
    np.testing.assert_allclose(arrays["exponentials"] / facts["sum_exp"], arrays["probabilities"], rtol=1e-5)
    np.testing.assert_allclose(np.exp(arrays["logits"] - facts["log_sum_exp"]), arrays["probabilities"], rtol=1e-5)


def test_of_a_head_that_asks_of_each_class_every_probability_is_its_own_sigmoid(trace: Trace) -> None:
    each = Trace(**{**vars(trace), "config": replace(trace.config, answer="each")})
    arrays, facts = unpack(decision.decision(each))
    assert facts["each"] and trace.logits is not None
    np.testing.assert_allclose(arrays["probabilities"], 1 / (1 + np.exp(-trace.logits.double().numpy())), rtol=1e-5)
    np.testing.assert_allclose(1 / (1 + arrays["exponentials"]), arrays["probabilities"], rtol=1e-5)
    assert (np.diff(arrays["probabilities"][arrays["order"]]) <= 0).all()


def test_scores_whose_powers_of_e_do_not_fit_are_sent_without_them(trace: Trace) -> None:
    huge = Trace(**{**vars(trace), "tensors": {**trace.tensors, "logits": torch.linspace(80, 100, CLASSES)}})
    arrays, facts = unpack(decision.decision(huge))
    assert len(arrays["exponentials"]) == 0 and facts["sum_exp"] is None
    np.testing.assert_allclose(np.exp(arrays["logits"] - facts["log_sum_exp"]), arrays["probabilities"], rtol=1e-4)


def test_of_every_layer_a_head_that_asks_of_each_class_has_its_sigmoids(trace: Trace, loaded: Any) -> None:
    each = Trace(**{**vars(trace), "config": replace(trace.config, answer="each")})
    one, of_each = (unpack(decision.layers(seen, loaded))[0]["probabilities"] for seen in (trace, each))
    odds = of_each / (1 - of_each)  # e^score
    np.testing.assert_allclose(odds / odds.sum(axis=1, keepdims=True), one, rtol=1e-4)


def test_of_every_layer_the_head_reads_what_it_reads_of_the_last(trace: Trace, loaded: Any) -> None:
    probabilities = unpack(decision.layers(trace, loaded))[0]["probabilities"]
    model, n = loaded.model, trace.config.n_layers
    assert probabilities.shape == (n + 1, CLASSES)
    assert np.array_equal(probabilities[-1], trace.probabilities.numpy())
    for row, x in enumerate([trace.resid(0, "pre"), *(trace.resid(layer, "post") for layer in range(n))]):
        with torch.no_grad():
            read = x[len(trace.geometry.prefix) :].mean(dim=0)[None] if trace.config.norm_of_mean else x
            there = Trace(**{**vars(trace), "tensors": {**trace.tensors, "ln_final": model.norm(read)}})
        scores = torch.stack(
            [made.terms.sum() + made.bias for made in (logit_terms(there, model, i) for i in range(CLASSES))]
        )
        np.testing.assert_allclose(probabilities[row], scores.softmax(dim=0), rtol=1e-4, atol=1e-6)


def test_the_terms_payload_is_sorted_and_its_sums_are_those_of_its_terms(trace: Trace, loaded: Any) -> None:
    arrays, facts = unpack(decision.terms(trace, loaded, 3))
    made = logit_terms(trace, loaded.model, 3)
    for name in ("inputs", "weights", "terms"):
        assert np.array_equal(arrays[name], getattr(made, name).numpy())
    in_order = arrays["terms"][arrays["order"]]
    assert sorted(arrays["order"].tolist()) == list(range(len(in_order)))
    assert (np.diff(in_order) <= 0).all()
    assert facts["class"] == 3
    assert facts["positive"] > 0 > facts["negative"]
    assert facts["positive"] + facts["negative"] == pytest.approx(facts["sum"])
    assert facts["sum"] + facts["bias"] == pytest.approx(facts["logit"], abs=1e-4)


@pytest.mark.parametrize("index", [-1, CLASSES])
def test_a_class_the_model_does_not_have_is_refused(trace: Trace, loaded: Any, index: int) -> None:
    with pytest.raises(IndexError, match=f"class takes a whole number from 0 to {CLASSES - 1}, not {index}"):
        decision.terms(trace, loaded, index)


def test_a_model_without_classes_sends_empty_figures_and_no_terms(
    make_vit: Callable[..., VisionTransformer], as_loaded: Callable[..., Any], pixels: Tensor
) -> None:
    loaded = as_loaded(make_vit(n_classes=0))
    trace = trace_pixels(loaded, pixels)
    arrays, facts = unpack(decision.decision(trace))
    assert facts == {"classes": 0, "numbers": 0, "parts": [], "each": False}
    assert {name: len(array) for name, array in arrays.items()} == dict.fromkeys(
        ("inputs", "logits", "probabilities", "exponentials", "order"), 0
    )
    with pytest.raises(IndexError):
        decision.terms(trace, loaded, 0)
    assert unpack(decision.layers(trace, loaded))[0]["probabilities"].shape == (0, 0)


def test_of_a_head_that_answers_with_numbers_these_are_sent_and_no_probability(trace: Trace, loaded: Any) -> None:
    bare = Trace(**{**vars(trace), "config": replace(trace.config, answer="number")})
    arrays, facts = unpack(decision.decision(bare))
    assert facts == {"classes": 0, "numbers": CLASSES, "parts": list(head_parts(trace.config)), "each": False}
    assert trace.logits is not None and np.array_equal(arrays["logits"], trace.logits.numpy())
    assert arrays["order"].tolist() == list(range(CLASSES))
    assert len(arrays["probabilities"]) == len(arrays["exponentials"]) == 0
    assert np.array_equal(arrays["inputs"], unpack(decision.decision(trace))[0]["inputs"])
    of_layers = unpack(decision.layers(bare, loaded))[0]
    assert of_layers["probabilities"].shape == (0, 0) and of_layers["numbers"].shape == (3, CLASSES)
    assert np.array_equal(of_layers["numbers"][-1], trace.logits.numpy())
    shares = torch.from_numpy(of_layers["numbers"]).softmax(dim=1)
    assert_close(shares, torch.from_numpy(unpack(decision.layers(trace, loaded))[0]["probabilities"]))
    assert bare.numbers() == [(bare.label(i), number) for i, number in enumerate(trace.logits.tolist())]
    assert bare.leading(3) == (0, 1, 2) and trace.leading(3) == tuple(one.index for one in trace.top_classes(3))
