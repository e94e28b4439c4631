"""Patchify on the 4x4 picture of its own docstring, and its errors."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from vit_core.patchify import Patchify

PICTURE = torch.tensor([[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]])[None].repeat(3, 1, 1)


def test_patches_are_read_like_a_page() -> None:
    cut = Patchify(4, 4, 2)
    patches = cut.split(PICTURE)
    assert patches.shape == (4, 3, 2, 2)
    assert [set(patch.flatten().tolist()) for patch in patches] == [{0}, {1}, {2}, {3}]
    assert torch.equal(cut.join(patches), PICTURE)


def test_a_picture_that_is_wider_than_high() -> None:
    cut = Patchify(16, 40, 8, ("CLS", "REG1"))
    assert cut.grid == (2, 5)
    assert (cut.n_patches, cut.n_tokens) == (10, 12)
    assert cut.token_box(0) is None and cut.token_box(1) is None
    assert cut.token_box(2) == (0, 0, 8, 8)
    assert cut.token_box(6) == (32, 0, 40, 8)
    assert cut.token_box(7) == (0, 8, 8, 16)
    assert cut.token_at(39.9, 0) == 6
    assert cut.token_at(0, 8) == 7
    assert cut.centres().tolist()[:2] == [[4.0, 4.0], [12.0, 4.0]]
    assert cut.centres().tolist()[-1] == [36.0, 12.0]


@pytest.mark.parametrize(
    ("height", "width", "patch_size"), [(30, 32, 8), (32, 30, 8), (0, 32, 8), (32, 0, 8), (-8, 32, 8), (32, 32, 0)]
)
def test_refuses_a_picture_that_cannot_be_cut(height: int, width: int, patch_size: int) -> None:
    with pytest.raises(ValueError, match=f"{height}x{width} pixels cannot be cut into {patch_size}-pixel patches"):
        Patchify(height, width, patch_size)


@pytest.mark.parametrize("shape", [(3, 16, 64), (3, 64, 16), (3, 32, 32, 1), (32, 32)])
def test_split_refuses_another_shape_even_with_the_same_number_of_pixels(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\[C, 32, 32\]"):
        Patchify(32, 32, 8).split(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(4, 3, 16, 16), (16, 3, 4, 16), (17, 3, 8, 8), (16, 8, 8)])
def test_join_refuses_patches_of_another_picture(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="16 patches of 8x8"):
        Patchify(32, 32, 8).join(torch.zeros(shape))


@pytest.mark.parametrize("token", [-1, 17, 100])
def test_token_box_refuses_a_token_that_does_not_exist(token: int) -> None:
    with pytest.raises(IndexError, match=f"token takes a whole number from 0 to 16, not {token}"):
        Patchify(32, 32, 8).token_box(token)


@pytest.mark.parametrize("point", [(-0.1, 0), (0, -1), (40, 0), (0, 32)])
def test_token_at_refuses_a_point_outside(point: tuple[Any, Any]) -> None:
    with pytest.raises(IndexError, match="outside the 40x32 picture"):
        Patchify(32, 40, 8).token_at(*point)
