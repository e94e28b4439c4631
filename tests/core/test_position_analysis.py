"""What positions say about places, against definitions written out with plain loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from vit_core.analysis import (
    attention_rows,
    part_lengths,
    peaks_at_rows,
    position_grid,
    position_similarity,
    similarity_by_offset,
    token_parts,
)
from vit_core.interventions import unscaled_scores
from vit_core.positions import sinusoidal_table
from vit_core.provenance import attention_row
from vit_core.trace import trace_pixels
from vit_core.vit import VisionTransformer


def cosine(a: list[float], b: list[float]) -> float:
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return dot / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(x * x for x in b))


def test_similarity_is_the_cosine_of_every_pair() -> None:
    table = torch.randn(7, 5)
    rows = table.tolist()
    expected = torch.tensor([[cosine(a, b) for b in rows] for a in rows])
    assert_close(position_similarity(table), expected, atol=1e-6, rtol=0)


def test_a_position_of_zeros_is_like_nothing() -> None:
    table = torch.randn(4, 6)
    table[2] = 0
    similarity = position_similarity(table)
    assert torch.equal(similarity[2], torch.zeros(4)) and torch.equal(similarity[:, 2], torch.zeros(4))
    assert_close(similarity[[0, 1, 3], [0, 1, 3]], torch.ones(3))


def test_by_offset_is_the_mean_over_all_pairs_that_far_apart() -> None:
    similarity = torch.randn(6, 6)
    expected = []
    for k in range(6):
        pairs = [similarity[i, i + k].item() for i in range(6 - k)]
        expected.append(sum(pairs) / len(pairs))
    assert_close(similarity_by_offset(similarity), torch.tensor(expected), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("peaks", "cols", "found"),
    [([4, 8, 12], 4, 3), ([4, 12], 4, 1), ([8], 4, 0), ([], 4, 0), ([5], 5, 1), ([3, 6, 9, 12], 3, 4)],
)
def test_peaks_are_counted_until_the_first_row_width_that_is_none(peaks: list[int], cols: int, found: int) -> None:
    by_offset = torch.zeros(15)
    by_offset[0] = 1
    by_offset[peaks] = 0.5
    assert peaks_at_rows(by_offset, cols) == found


def test_a_slope_has_no_peaks() -> None:
    assert peaks_at_rows(torch.linspace(1, 0, 20), 4) == 0
    assert peaks_at_rows(torch.zeros(20), 4) == 0


def test_the_sinusoids_are_those_of_the_paper() -> None:
    table = sinusoidal_table(9, 6)
    for position in range(9):
        for i in range(3):
            angle = position / 10000 ** (2 * i / 6)
            assert table[position, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-7)
            assert table[position, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-7)


def test_an_odd_width_has_no_pairs() -> None:
    with pytest.raises(ValueError, match="5 numbers"):
        sinusoidal_table(3, 5)


@pytest.mark.parametrize("changes", [{}, {"n_registers": 2}, {"prefix_positions": False}, {"distilled": True}], ids=str)
def test_the_grid_is_what_the_patches_get_whatever_stands_before_them(
    changes: dict[str, Any], make_vit: Callable[..., VisionTransformer], as_loaded: Callable[..., Any], pixels: Tensor
) -> None:
    model = make_vit(**changes)
    trace = trace_pixels(as_loaded(model), pixels)
    parts = token_parts(trace, model)
    first = len(trace.geometry.prefix)
    assert torch.equal(position_grid(model, 4, 5), parts.position[first:])
    assert torch.equal(position_grid(model, 4, 4), model.pos_embed.detach()[0, -16:])


def test_lengths_of_a_sum(
    make_vit: Callable[..., VisionTransformer], as_loaded: Callable[..., Any], pixels: Tensor
) -> None:
    model = make_vit(n_registers=2)
    trace = trace_pixels(as_loaded(model), pixels)
    parts = token_parts(trace, model)
    lengths = part_lengths(parts)
    assert lengths.shape == (3, 23)
    for i, row in enumerate((parts.content, parts.position, trace["tokens"])):
        expected = [math.sqrt(sum(x * x for x in token)) for token in row.tolist()]
        assert_close(lengths[i], torch.tensor(expected), atol=1e-5, rtol=0)
    assert torch.equal(lengths[1, 1:3], torch.zeros(2))  # registers have no position


@pytest.mark.parametrize("query", [0, 3, 20])
def test_one_tokens_rows_are_those_of_the_patterns(query: int, tiny_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    trace = trace_pixels(as_loaded(tiny_vit), pixels)
    rows = attention_rows(trace, query)
    assert rows.shape == (2, 3, 21)
    assert_close(rows, torch.stack([trace.pattern(layer)[:, query] for layer in range(2)]), atol=1e-6, rtol=0)


def test_rows_of_a_pass_with_edited_scores_are_the_ones_it_used(tiny_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    loaded = as_loaded(tiny_vit)
    plain = trace_pixels(loaded, pixels)
    edited = trace_pixels(loaded, pixels, edit=unscaled_scores(1, 16))
    rows = attention_rows(edited, 5)
    assert_close(rows[1], edited.pattern(1)[:, 5], atol=1e-6, rtol=0)
    assert (rows[1] - attention_rows(plain, 5)[1]).abs().max() > 1e-2


@pytest.mark.parametrize("what", ["scores", "pattern"])
def test_every_way_to_a_row_gives_the_one_the_pass_used(
    what: str, tiny_vit: Any, as_loaded: Any, pixels: Tensor
) -> None:
    edited = trace_pixels(as_loaded(tiny_vit), pixels, edit={f"blocks.1.attn.{what}": torch.zeros_like})
    expected = torch.full((21,), 1 / 21 if what == "scores" else 0.0)
    for weights in (edited.pattern(1, 2)[5], attention_rows(edited, 5)[1, 2], attention_row(edited, 1, 2, 5).weights):
        assert_close(weights, expected)


@pytest.mark.parametrize("query", [-1, 21])
def test_rows_of_a_token_that_is_not_there(query: int, tiny_vit: Any, as_loaded: Any, pixels: Tensor) -> None:
    with pytest.raises(IndexError, match="from 0 to 20"):
        attention_rows(trace_pixels(as_loaded(tiny_vit), pixels), query)
