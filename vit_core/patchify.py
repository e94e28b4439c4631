"""The geometry of a picture cut into patches: from pixels to patches to token numbers, and back.

A 4 x 4 picture with 2 x 2 patches, read like a page:

    a a b b        patch 0 = a   patch 1 = b        tokens: CLS a b c d
    a a b b                                                  0   1 2 3 4
    c c d d        patch 2 = c   patch 3 = d
    c c d d
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.arguments import require_place

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Patchify:
    """The geometry of one cut-up picture.

    Attributes:
        height, width: of the model's input in pixels; multiples of `patch_size`.
        patch_size: side of a patch in pixels.
        prefix: names of the tokens before the first patch (CLS, registers).
    """

    height: int
    width: int
    patch_size: int
    prefix: tuple[str, ...] = ("CLS",)

    def __post_init__(self) -> None:
        p = self.patch_size
        if min(self.height, self.width, p) < 1 or self.height % p or self.width % p:
            raise ValueError(
                f"{self.height}x{self.width} pixels cannot be cut into {self.patch_size}-pixel patches without a rest"
            )

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, columns) of patches."""
        return self.height // self.patch_size, self.width // self.patch_size

    @property
    def n_patches(self) -> int:
        rows, cols = self.grid
        return rows * cols

    @property
    def n_tokens(self) -> int:
        return len(self.prefix) + self.n_patches

    def split(self, image: Tensor) -> Tensor:
        """Cut a picture into its patches, in reading order.

        Shapes: [C, height, width] -> [n_patches, C, patch_size, patch_size].

        Raises:
            ValueError: the picture has another size, which a reshape would silently scramble.
        """
        if image.ndim != 3 or image.shape[1:] != (self.height, self.width):
            raise ValueError(f"expected a [C, {self.height}, {self.width}] picture, not {list(image.shape)}")
        rows, cols = self.grid
        p = self.patch_size
        tiles = image.reshape(-1, rows, p, cols, p)  # C (rows P) (cols P)
        return tiles.permute(1, 3, 0, 2, 4).reshape(rows * cols, -1, p, p)

    def join(self, patches: Tensor) -> Tensor:
        """Put the patches back together: the inverse of `split`.

        Shapes: [n_patches, C, patch_size, patch_size] -> [C, height, width].

        Raises:
            ValueError: these are not the patches of such a picture.
        """
        expected = (self.n_patches, self.patch_size, self.patch_size)
        if patches.ndim != 4 or (patches.shape[0], *patches.shape[2:]) != expected:
            raise ValueError(
                f"expected {self.n_patches} patches of {self.patch_size}x{self.patch_size}, not {list(patches.shape)}"
            )
        rows, cols = self.grid
        p = self.patch_size
        tiles = patches.reshape(rows, cols, -1, p, p).permute(2, 0, 3, 1, 4)
        return tiles.reshape(-1, self.height, self.width)

    def token_box(self, token: int) -> Box | None:
        """(x0, y0, x1, y1) in pixels of a patch token; None for a prefix token, which has no place in the picture."""
        patch = require_place("token", token, self.n_tokens) - len(self.prefix)
        if patch < 0:
            return None
        row, col = divmod(patch, self.grid[1])
        p = self.patch_size
        return col * p, row * p, (col + 1) * p, (row + 1) * p

    def token_at(self, x: float, y: float) -> int:
        """The token whose patch covers pixel (x, y)."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            raise IndexError(f"({x}, {y}) lies outside the {self.width}x{self.height} picture")
        return len(self.prefix) + int(y // self.patch_size) * self.grid[1] + int(x // self.patch_size)

    def centres(self) -> Tensor:
        """Centre of every patch in pixels.

        Shapes: [n_patches, 2] as (x, y).
        """
        rows, cols = self.grid
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(cols), indexing="ij")
        return (torch.stack([x, y], dim=-1).reshape(-1, 2) + 0.5) * self.patch_size
