"""What the Position screen is sent: every map of a small grid, some of a large one, both tables, and two passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import Tensor

from demo.photo.views import position
from tests.support.payload import close_to_weights, unpack
from vit_core.analysis import position_grid, position_similarity, positions, similarity_by_offset
from vit_core.interventions import Intervention
from vit_core.positions import sinusoidal_table
from vit_core.replay import rerun
from vit_core.trace import Trace, trace_pixels
from vit_core.vit import VisionTransformer


@pytest.fixture(scope="module", params=[{}, {"n_registers": 2}, {"prefix_positions": False}], ids=str)
def loaded(request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer], as_loaded: Any) -> Any:
    return as_loaded(make_vit(**request.param))


@pytest.mark.parametrize(("rows", "cols"), [(4, 4), (3, 5)])
def test_every_place_of_a_small_grid_has_its_map(loaded: Any, rows: int, cols: int) -> None:
    arrays, facts = unpack(position.similarity(loaded, rows, cols))
    expected = position_similarity(position_grid(loaded.model, rows, cols))
    close_to_weights(arrays["similarity"], expected)
    rule = loaded.model.config.position_resample
    assert facts == {"rows": rows, "cols": cols, "step": 1, "native": 4, "rule": rule}


def test_a_large_grid_sends_the_maps_of_every_second_row_and_column(
    loaded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "MOST_MAPS", 12)
    arrays, facts = unpack(position.similarity(loaded, 5, 6))
    assert facts["step"] == 2
    every = position_similarity(position_grid(loaded.model, 5, 6))
    places = [row * 6 + col for row in (0, 2, 4) for col in (0, 2, 4)]
    close_to_weights(arrays["similarity"], every[places])


def test_both_tables_and_their_curves(loaded: Any) -> None:
    arrays, facts = unpack(position.tables(loaded, 4, 5))
    learned, computed = position_grid(loaded.model, 4, 5), sinusoidal_table(20, 48)
    for name, table in (("learned", learned), ("sinusoidal", computed)):
        assert_array_equal(arrays[name], table)
        assert_allclose(arrays[f"{name}_by_offset"], similarity_by_offset(position_similarity(table)), atol=1e-6)
    assert (learned.abs() > facts["full"][0]).float().mean().item() == pytest.approx(0.01, abs=0.002)
    assert facts["full"][1] == pytest.approx(1, abs=1e-4)  # more than 1 % of the cosines are 1 to six decimals


def test_the_peaks_are_those_of_the_learned_curve(make_vit: Callable[..., VisionTransformer], as_loaded: Any) -> None:
    model = make_vit(d_model=48, n_registers=1)
    grid = torch.zeros(4, 4, 48)
    # A model that knows columns alone: places below each other are the same, neighbours are not.
    grid[:, torch.arange(4), torch.arange(4)] = 1
    with torch.no_grad():
        before = model.pos_embed.clone()
        model.pos_embed[0, -16:] = grid.reshape(16, 48)
        _, facts = unpack(position.tables(as_loaded(model), 4, 4))
        model.pos_embed.copy_(before)
    assert facts["peaks"] == 3


def test_a_move_is_the_board_beside_the_same_pass_in_order(loaded: Any, trace: Trace) -> None:
    order = torch.randperm(20, generator=torch.Generator().manual_seed(5)).tolist()
    board = rerun(loaded, trace, Intervention(order=tuple(order)).edits(16))
    first = len(trace.geometry.prefix)
    query, home = first + 4, first + order[4]
    arrays, facts = unpack(position.moved(board, trace, query, home))
    assert_array_equal(arrays["probabilities"], board.probabilities)
    assert_array_equal(arrays["order"], board.probabilities.argsort(descending=True))
    for layer in range(2):
        close_to_weights(arrays["on_board"][layer], board.pattern(layer)[:, query])
        close_to_weights(arrays["at_home"][layer], trace.pattern(layer)[:, home])
    assert np.abs(arrays["on_board"] - arrays["at_home"]).max() > 1e-2
    assert facts == {"query": query, "home": home, "numbers": 0} and "logits" not in arrays


def test_a_model_without_classes_has_attention_to_follow(
    make_vit: Callable[..., VisionTransformer], as_loaded: Any, pixels: Tensor
) -> None:
    bare = trace_pixels(as_loaded(make_vit(n_classes=0)), pixels)
    arrays, _ = unpack(position.moved(bare, bare, 3, 3))
    assert arrays["probabilities"].size == arrays["order"].size == 0
    assert_array_equal(arrays["on_board"], arrays["at_home"])


def test_of_a_head_that_names_no_class_a_move_has_its_numbers(
    make_vit: Callable[..., VisionTransformer], as_loaded: Any, pixels: Tensor
) -> None:
    plain = trace_pixels(as_loaded(make_vit(answer="number")), pixels)
    arrays, facts = unpack(position.moved(plain, plain, 3, 3))
    assert plain.logits is not None
    assert_array_equal(arrays["logits"], plain.logits)
    assert_array_equal(arrays["order"], range(7))
    assert facts["numbers"] == 7 and arrays["probabilities"].size == 0


@pytest.mark.parametrize("query", [-1, 99])
def test_a_token_that_is_not_there_is_refused(trace: Trace, query: int) -> None:
    with pytest.raises(IndexError):
        position.moved(trace, trace, query, 0)
    with pytest.raises(IndexError):
        position.moved(trace, trace, 0, query)
