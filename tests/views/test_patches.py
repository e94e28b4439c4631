"""What the Patches screen is sent: the trace's own numbers, terms that add up to them, filters and grids as colours."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor
from torch.testing import assert_close

from demo.photo.views import patches
from tests.support.payload import unpack
from vit_core.analysis import (
    embedding_filters,
    patch_products,
    position_colours,
    strongest_units,
    token_parts,
)
from vit_core.interventions import NOTHING, Intervention
from vit_core.preprocess import Preprocess
from vit_core.replay import rerun
from vit_core.trace import Trace, trace_image, trace_pixels
from vit_core.vit import VisionTransformer

# Every way in which a checkpoint's tokens come to be.
TOKENS: dict[str, dict[str, Any]] = {
    "CLS": {},
    "registers": {"n_registers": 2},
    "distillation token": {"distilled": True},
    "no position for CLS": {"prefix_positions": False},
    "all at once": {"distilled": True, "n_registers": 3, "prefix_positions": False},
}
# Of the tiny model on the 32x40 picture: 4 rows and 5 columns of 8-pixel patches, 48 numbers each.
ROWS, COLS, SIDE, D = 4, 5, 8, 48


@pytest.fixture(scope="module", params=TOKENS)
def model(request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer]) -> VisionTransformer:
    return make_vit(**TOKENS[request.param])


@pytest.fixture(scope="module")
def plain(make_vit: Callable[..., VisionTransformer], as_loaded: Callable[..., Any], pixels: Tensor) -> Trace:
    return trace_pixels(as_loaded(make_vit()), pixels)


# -- vit_core.analysis.embedding


def test_content_and_position_add_up_to_the_token(trace: Trace, model: VisionTransformer) -> None:
    parts = token_parts(trace, model)
    assert_close(parts.content + parts.position, trace["tokens"], rtol=0, atol=0)


def test_a_token_is_what_was_learned_or_what_e_made_of_its_patch(trace: Trace, model: VisionTransformer) -> None:
    parts = token_parts(trace, model)
    first = len(trace.geometry.prefix)
    assert_close(parts.content[0], model.cls_token[0, 0].detach())
    assert_close(parts.content[first:], trace["patches"])


def test_registers_have_no_position_and_patches_always_have_one(trace: Trace, model: VisionTransformer) -> None:
    parts = token_parts(trace, model)
    has_position = [
        model.config.prefix_positions if name in ("CLS", "DIST") else False for name in trace.geometry.prefix
    ]
    assert parts.placed.tolist() == has_position + [True] * (ROWS * COLS)
    assert not parts.position[~parts.placed].any()
    assert parts.position[parts.placed].any(dim=1).all()


@settings(max_examples=40)
@given(patch=st.integers(0, ROWS * COLS - 1), unit=st.integers(0, D - 1))
def test_the_products_and_the_bias_add_up_to_the_number_in_the_trace(
    plain: Trace, tiny_vit: VisionTransformer, patch: int, unit: int
) -> None:
    terms = patch_products(plain, tiny_vit, patch, unit)
    total = terms.products.double().sum().item() + terms.bias
    # Relative to what is added: a sum may cancel to nearly nothing.
    assert abs(total - terms.value) <= 1e-5 * max(abs(terms.value), 0.1 * terms.products.abs().sum().item())
    assert terms.value == plain["patches"][patch, unit].item()


def test_the_terms_are_those_of_one_place_of_the_picture(
    plain: Trace, tiny_vit: VisionTransformer, pixels: Tensor
) -> None:
    row, col, unit = 2, 3, 17
    terms = patch_products(plain, tiny_vit, row * COLS + col, unit)
    assert_close(terms.pixels, pixels[:, row * SIDE : (row + 1) * SIDE, col * SIDE : (col + 1) * SIDE])
    assert_close(terms.weights, tiny_vit.patch_embed.proj.weight[unit].detach())
    assert_close(terms.products, terms.pixels * terms.weights)


@pytest.mark.parametrize(("patch", "unit"), [(-1, 0), (ROWS * COLS, 0), (0, -1), (0, D)])
def test_a_patch_or_number_that_does_not_exist_is_refused(
    plain: Trace, tiny_vit: VisionTransformer, patch: int, unit: int
) -> None:
    with pytest.raises(IndexError):
        patch_products(plain, tiny_vit, patch, unit)


def test_the_strongest_number_is_the_one_the_pixels_change_most(
    tiny_vit: VisionTransformer, as_loaded: Callable[..., Any], pixels: Tensor
) -> None:
    biased = copy.deepcopy(tiny_vit)
    with torch.no_grad():
        biased.patch_embed.proj.bias[5] = 100  # large in every patch, whatever its pixels
    trace = trace_pixels(as_loaded(biased), pixels)
    chosen = strongest_units(trace, biased)
    for patch in range(ROWS * COLS):
        sums = [abs(patch_products(trace, biased, patch, unit).products.sum().item()) for unit in range(D)]
        assert chosen[patch].item() == int(np.argmax(sums))


def test_filters_are_orthogonal_directions_in_order_of_their_share(tiny_vit: VisionTransformer) -> None:
    filters = embedding_filters(tiny_vit)
    assert filters.pictures.shape == (28, 3, SIDE, SIDE)
    directions = torch.nn.functional.normalize(filters.pictures.flatten(1), dim=1)
    assert_close(directions @ directions.T, torch.eye(28), rtol=0, atol=1e-4)
    assert (filters.shares.diff() <= 0).all()
    assert 0 < filters.shares.sum() <= 1


def test_a_filter_s_share_is_the_variance_along_it(tiny_vit: VisionTransformer) -> None:
    filters = embedding_filters(tiny_vit, n=3)
    rows = tiny_vit.patch_embed.proj.weight.detach().flatten(1)
    rows = rows - rows.mean(dim=0)
    along = rows @ torch.nn.functional.normalize(filters.pictures.flatten(1), dim=1).T
    assert_close(filters.shares, along.square().sum(dim=0) / rows.square().sum(), rtol=1e-4, atol=0)


def test_filters_keep_0_at_0_and_their_strongest_value_at_1(tiny_vit: VisionTransformer) -> None:
    pictures = embedding_filters(tiny_vit).pictures
    assert_close(pictures.flatten(1).max(dim=1).values, torch.ones(28))
    assert pictures.min() >= -1 - 1e-6


def test_the_sign_of_a_filter_does_not_depend_on_the_solver(
    tiny_vit: VisionTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = embedding_filters(tiny_vit).pictures
    grid = position_colours(tiny_vit, 3, 5)
    svd = torch.linalg.svd

    def mirrored(*args: Any, **kwargs: Any) -> Any:
        u, s, v = svd(*args, **kwargs)
        return u, s, v * torch.tensor([-1.0, 1.0]).repeat(len(v))[: len(v), None]

    monkeypatch.setattr(torch.linalg, "svd", mirrored)
    assert_close(embedding_filters(tiny_vit).pictures, expected)
    assert_close(position_colours(tiny_vit, 3, 5), grid)


def test_fewer_filters_than_asked_for_are_no_error(make_vit: Callable[..., VisionTransformer]) -> None:
    assert embedding_filters(make_vit(d_model=12)).pictures.shape == (12, 3, SIDE, SIDE)


def test_position_colours_use_the_whole_range_at_the_size_they_were_learned(tiny_vit: VisionTransformer) -> None:
    colours = position_colours(tiny_vit, 4, 4)
    assert_close(colours.amin(dim=(0, 1)), torch.zeros(3), rtol=0, atol=1e-5)
    assert_close(colours.amax(dim=(0, 1)), torch.ones(3), rtol=0, atol=1e-5)


def test_position_colours_follow_the_table_the_model_adds(tiny_vit: VisionTransformer) -> None:
    """The places with the most alike vectors are the places with the most alike colours."""
    small, native = position_colours(tiny_vit, 2, 2), position_colours(tiny_vit, 4, 4)
    assert small.shape == (2, 2, 3)
    assert small.min() >= 0
    assert small.max() <= 1
    # Means of four neighbours lie inside the range of the grid they come from.
    assert small.std() < native.std()


# -- payloads


@pytest.fixture(scope="module")
def payload(trace: Trace, model: VisionTransformer, as_loaded: Callable[..., Any]) -> Any:
    return unpack(patches.embedding(trace, as_loaded(model), (150, 97)))


def test_the_embedding_payload_brings_every_token(payload: Any, trace: Trace, model: VisionTransformer) -> None:
    arrays, _ = payload
    n = trace.geometry.n_tokens
    shapes = {name: array.shape for name, array in arrays.items()}
    assert shapes == {
        "pixels": (3, 32, 40),
        "normalised": (3, 256),
        "content": (n, D),
        "position": (n, D),
        "tokens": (n, D),
        "lengths": (3, n),
        "placed": (n,),
        "strongest": (ROWS * COLS,),
        "native": (4, 4, 3),
        "resampled": (ROWS, COLS, 3),
    }
    parts = token_parts(trace, model)
    np.testing.assert_array_equal(arrays["content"], parts.content.numpy())
    np.testing.assert_array_equal(arrays["position"], parts.position.numpy())
    np.testing.assert_array_equal(arrays["tokens"], trace["tokens"].numpy())
    for length, part in zip(arrays["lengths"], (parts.content, parts.position, trace["tokens"]), strict=True):
        np.testing.assert_allclose(length, np.linalg.norm(part.double().numpy(), axis=1), rtol=1e-6)
    np.testing.assert_array_equal(arrays["placed"].astype(bool), parts.placed.numpy())
    np.testing.assert_array_equal(arrays["content"] + arrays["position"], arrays["tokens"])


def test_a_number_of_the_embedding_payload_is_the_value_of_its_products(
    plain: Trace, tiny_vit: VisionTransformer, as_loaded: Callable[..., Any]
) -> None:
    arrays, _ = unpack(patches.embedding(plain, as_loaded(tiny_vit), (150, 97)))
    for patch, unit in ((0, 0), (7, 31), (ROWS * COLS - 1, D - 1)):
        terms, facts = unpack(patches.products(plain, as_loaded(tiny_vit), patch, unit))
        assert {name: array.shape for name, array in terms.items()} == dict.fromkeys(
            ("pixels", "weights", "products"), (3, SIDE, SIDE)
        )
        assert arrays["content"][1 + patch, unit] == np.float32(facts["value"])
        np.testing.assert_allclose(facts["sums"], terms["products"].astype(np.float64).sum(axis=(1, 2)), rtol=1e-9)
        size = np.abs(terms["products"]).sum()
        assert abs(sum(facts["sums"]) + facts["bias"] - facts["value"]) <= 1e-5 * max(abs(facts["value"]), 0.1 * size)


def test_the_position_grid_at_the_size_it_was_learned_is_the_native_one(
    tiny_vit: VisionTransformer, as_loaded: Callable[..., Any]
) -> None:
    at_home = trace_pixels(as_loaded(tiny_vit), torch.randn(3, 32, 32))
    arrays, facts = unpack(patches.embedding(at_home, as_loaded(tiny_vit), (150, 97)))
    np.testing.assert_array_equal(arrays["native"], arrays["resampled"])
    assert facts["rule"] == "bicubic"


def test_the_position_grid_at_another_size_is_another_one(payload: Any, model: VisionTransformer) -> None:
    arrays, _ = payload
    expected = np.round(position_colours(model, ROWS, COLS).numpy() * 255)
    np.testing.assert_array_equal(arrays["resampled"], expected)
    assert not np.array_equal(arrays["resampled"][:, :4], arrays["native"])


def test_pixels_are_the_square_and_the_table_gives_what_the_model_read(
    tiny_vit: VisionTransformer, as_loaded: Callable[..., Any], photo: Image.Image
) -> None:
    """At a size that is not the checkpoint's own, with means and spreads that differ between the colours."""
    loaded = as_loaded(tiny_vit)
    trace = trace_image(loaded, photo, size=24)
    arrays, facts = unpack(patches.embedding(trace, loaded, photo.size))
    at_24: Preprocess = loaded.preprocess.at(24)
    square = np.asarray(at_24.square(photo)).transpose(2, 0, 1)
    np.testing.assert_array_equal(arrays["pixels"], square)
    read = np.stack([arrays["normalised"][c][square[c]] for c in range(3)])
    np.testing.assert_array_equal(read, trace.pixels.numpy())
    assert facts["resized"] == list(at_24.resized(*photo.size)) == [27 * 150 // 97, 27]
    assert facts["fit"] == "shortest"


def test_a_squashed_photo_is_said_to_be_squashed(
    tiny_vit: VisionTransformer, as_loaded: Callable[..., Any], photo: Image.Image
) -> None:
    squash = replace(Preprocess(crop=32, resize=32), fit="squash")
    loaded = as_loaded(tiny_vit, preprocess=squash)
    _, facts = unpack(patches.embedding(trace_image(loaded, photo), loaded, photo.size))
    assert (facts["fit"], facts["resized"]) == ("squash", [32, 32])


def test_filters_are_sent_as_colours_around_one_grey(
    tiny_vit: VisionTransformer, as_loaded: Callable[..., Any]
) -> None:
    arrays, _ = unpack(patches.filters(as_loaded(tiny_vit)))
    assert arrays["filters"].shape == (28, SIDE, SIDE, 3)
    assert arrays["filters"].dtype == np.uint8
    components = embedding_filters(tiny_vit)
    back = (arrays["filters"].astype(np.float32) - 128) / 127
    np.testing.assert_allclose(back.transpose(0, 3, 1, 2), components.pictures.numpy(), atol=0.5 / 127 + 1e-6)
    np.testing.assert_array_equal(arrays["shares"], components.shares.numpy())
    assert (arrays["filters"].max(axis=(1, 2, 3)) == 255).all()


# ---- a changed pass


def test_the_patches_of_a_jigsaw_are_shown_where_they_lie(trace: Trace, loaded: Any) -> None:
    """Pixels, numbers and the terms of a number belong together: each place shows the patch the model read there."""
    order = tuple([*range(1, ROWS * COLS), 0])
    intervention = Intervention(order=order)
    board = rerun(loaded, trace, intervention.edits(trace.config.d_head))
    (plain, _), (moved, _) = (
        unpack(patches.embedding(one, loaded, (40, 32), change))
        for one, change in ((trace, NOTHING), (board, intervention))
    )

    def tile(pixels: np.ndarray, place: int) -> np.ndarray:
        row, col = divmod(place, COLS)
        return pixels[:, row * SIDE : (row + 1) * SIDE, col * SIDE : (col + 1) * SIDE]

    for place, patch in enumerate(order):
        assert (tile(moved["pixels"], place) == tile(plain["pixels"], patch)).all()
    assert np.abs(moved["content"] + moved["position"] - moved["tokens"]).max() < 1e-5
    terms, facts = unpack(patches.products(board, loaded, 2, 3, intervention))
    assert terms["products"].sum() + facts["bias"] == pytest.approx(facts["value"], abs=1e-5)
    assert facts["value"] == pytest.approx(trace["patches"][order[2], 3].item(), abs=1e-6)


def test_without_position_nothing_is_added(trace: Trace, loaded: Any) -> None:
    intervention = Intervention(position_off=True)
    off = rerun(loaded, trace, intervention.edits(trace.config.d_head))
    arrays, _ = unpack(patches.embedding(off, loaded, (40, 32), intervention))
    assert not arrays["position"].any() and (arrays["content"] == arrays["tokens"]).all()
