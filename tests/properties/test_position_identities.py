"""The identities that the Position screen shows: symmetric similarity, added not appended, and an order nobody sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor
from torch.testing import assert_close

import vit_core
from demo.page.gallery import ASSETS
from demo.photo.query import DEFAULT_MODEL
from vit_core.analysis import attention_rows, position_similarity, similarity_by_offset, token_parts
from vit_core.interventions import Intervention
from vit_core.positions import sinusoidal_table
from vit_core.replay import rerun
from vit_core.trace import Trace, trace_image, trace_pixels
from vit_core.vit import VisionTransformer

MODELS: list[dict[str, Any]] = [
    {},
    {"n_registers": 2, "pool": "cls+mean"},
    {"prefix_positions": False},
    {"distilled": True, "distilled_head": True},
]
every_model = pytest.mark.parametrize("changes", MODELS, ids=str)


def random_table(seed: int, places: int, d: int) -> Tensor:
    return torch.randn(places, d, generator=torch.Generator().manual_seed(seed))


@given(seed=st.integers(0, 9999), places=st.integers(2, 30), d=st.integers(1, 20), stretch=st.floats(0.01, 100))
def test_similarity_is_symmetric_one_with_itself_within_bounds_and_blind_to_length(
    seed: int, places: int, d: int, stretch: float
) -> None:
    table = random_table(seed, places, d)
    similarity = position_similarity(table)
    assert_close(similarity, similarity.T, atol=1e-7, rtol=0)
    assert_close(similarity.diagonal(), torch.ones(places), atol=1e-6, rtol=0)
    assert similarity.abs().max() <= 1
    assert_close(position_similarity(stretch * table), similarity, atol=1e-5, rtol=0)
    by_offset = similarity_by_offset(similarity)
    assert by_offset[0].item() == pytest.approx(1, abs=1e-6)
    assert by_offset.abs().max() <= 1


@given(n=st.integers(2, 60), half=st.integers(1, 40))
def test_two_sinusoidal_positions_are_as_alike_as_they_are_far_apart(n: int, half: int) -> None:
    """All pairs k apart have the same similarity: a position k further on is a fixed rotation of this one."""
    table = sinusoidal_table(n, 2 * half)
    similarity = position_similarity(table)
    by_offset = similarity_by_offset(similarity)
    for k in range(n):
        assert_close(similarity.diagonal(k), by_offset[k].expand(n - k), atol=1e-5, rtol=0)
    assert_close(table.square().sum(dim=1), torch.full((n,), float(half)), atol=1e-4, rtol=1e-6)


@every_model
def test_a_token_is_content_plus_position_number_by_number(
    changes: dict[str, Any], make_vit: Callable[..., VisionTransformer], as_loaded: Callable[..., Any], pixels: Tensor
) -> None:
    model = make_vit(**changes)
    trace = trace_pixels(as_loaded(model), pixels)
    parts = token_parts(trace, model)
    assert torch.equal(parts.content + parts.position, trace["tokens"])
    assert parts.content.shape == parts.position.shape == trace["tokens"].shape
    assert torch.equal(parts.position[~parts.placed], torch.zeros_like(parts.position[~parts.placed]))


def passes(loaded: Any, trace: Trace, order: list[int]) -> tuple[Trace, Trace]:
    """Position off, in order; and position off, in another order."""
    d = trace.config.d_head
    return (
        rerun(loaded, trace, Intervention(position_off=True).edits(d)),
        rerun(loaded, trace, Intervention(order=tuple(order), position_off=True).edits(d)),
    )


@every_model
@settings(max_examples=15)
@given(order=st.permutations(range(20)))
def test_without_position_no_order_moves_a_probability_and_attention_follows_the_patch(
    changes: dict[str, Any], make_vit: Callable[..., VisionTransformer], as_loaded: Callable[..., Any], pixels: Tensor,
    order: list[int],
) -> None:  # fmt: skip
    loaded = as_loaded(make_vit(**changes))
    trace = trace_pixels(loaded, pixels)
    plain, shuffled = passes(loaded, trace, order)
    assert (shuffled.probabilities - plain.probabilities).abs().max() < 1e-5
    first = len(trace.geometry.prefix)
    assert torch.equal(plain["tokens"][first:], trace["patches"])  # nothing is added, not something else
    keys = [*range(first), *(first + patch for patch in order)]
    for place in (0, 7, 19):
        at_home = attention_rows(plain, first + order[place])
        assert_close(attention_rows(shuffled, first + place), at_home[..., keys], atol=1e-5, rtol=0)


@pytest.mark.slow
def test_the_shipped_model_cannot_tell_a_shuffled_photo_without_position_and_can_with_it() -> None:
    loaded = vit_core.load(DEFAULT_MODEL)
    for seed, file in enumerate(("cc0_cat_tabby.jpg", "cc0_pizza.jpg")):
        trace = trace_image(loaded, Image.open(ASSETS / "images" / file))
        order = torch.randperm(256, generator=torch.Generator().manual_seed(seed)).tolist()
        plain, shuffled = passes(loaded, trace, order)
        assert (shuffled.probabilities - plain.probabilities).abs().max() < 1e-5
        # Position off changes the answer by itself, and with position on the order does.
        assert (plain.probabilities - trace.probabilities).abs().max() > 1e-3
        with_it = rerun(loaded, trace, Intervention(order=tuple(order)).edits(trace.config.d_head))
        assert (with_it.probabilities - trace.probabilities).abs().max() > 1e-2
