"""Patchify for any grid: nothing is lost, everybody finds their place, and it is what the convolution does."""

from __future__ import annotations

from collections.abc import Callable

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from vit_core.patchify import Patchify
from vit_core.vit import VisionTransformer

PREFIXES = [(), ("CLS",), ("CLS", "DIST", "REG1", "REG2")]
cuts = st.builds(
    lambda rows, cols, p, prefix: Patchify(rows * p, cols * p, p, prefix),
    st.integers(1, 7), st.integers(1, 7), st.integers(1, 9), st.sampled_from(PREFIXES),
)  # fmt: skip


def numbered(cut: Patchify, channels: int = 3) -> Tensor:
    """A picture in which every number stands once."""
    return torch.arange(channels * cut.height * cut.width).reshape(channels, cut.height, cut.width)


@given(cuts, st.sampled_from([1, 3]))
def test_join_undoes_split(cut: Patchify, channels: int) -> None:
    picture = numbered(cut, channels)
    patches = cut.split(picture)
    assert patches.shape == (cut.n_patches, channels, cut.patch_size, cut.patch_size)
    assert torch.equal(cut.join(patches), picture)
    assert torch.equal(cut.split(cut.join(patches)), patches)


@given(cuts)
def test_each_tokens_box_holds_its_patch(cut: Patchify) -> None:
    picture, n = numbered(cut), len(cut.prefix)
    patches = cut.split(picture)
    for token in range(n, cut.n_tokens):
        x0, y0, x1, y1 = cut.token_box(token)
        assert torch.equal(picture[:, y0:y1, x0:x1], patches[token - n])
        assert cut.centres()[token - n].tolist() == [(x0 + x1) / 2, (y0 + y1) / 2]
    assert all(cut.token_box(token) is None for token in range(n))


@given(cuts, st.data())
def test_token_at_undoes_token_box(cut: Patchify, data: st.DataObject) -> None:
    token = data.draw(st.integers(len(cut.prefix), cut.n_tokens - 1))
    x0, y0, x1, y1 = cut.token_box(token)
    x = data.draw(st.floats(x0, x1, exclude_max=True))
    y = data.draw(st.floats(y0, y1, exclude_max=True))
    assert cut.token_at(x, y) == token


@given(cuts)
def test_boxes_cover_every_pixel_once(cut: Patchify) -> None:
    covered = torch.zeros(cut.height, cut.width, dtype=torch.int)
    for token in range(len(cut.prefix), cut.n_tokens):
        x0, y0, x1, y1 = cut.token_box(token)
        covered[y0:y1, x0:x1] += 1
    assert (covered == 1).all()


def test_the_convolution_is_split_flatten_and_one_matrix(make_vit: Callable[..., VisionTransformer]) -> None:
    """With the numbers of a patch in the order (channel, row, column); any other order is far off."""
    model = make_vit()
    e, bias = model.patch_embed.proj.weight.flatten(1), model.patch_embed.proj.bias  # D x (c p1 p2)
    for height, width in ((32, 32), (16, 40), (40, 8)):
        picture = 0.3 * torch.randn(3, height, width)
        with torch.no_grad():
            conv = model.patch_embed(picture[None])[0]
            patches = model.geometry(height, width).split(picture)
            assert_close(patches.flatten(1) @ e.T + bias, conv, atol=1e-5, rtol=0)
            for order in ((0, 2, 3, 1), (0, 1, 3, 2)):
                assert (patches.permute(order).flatten(1) @ e.T + bias - conv).abs().max() > 0.3
