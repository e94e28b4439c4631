"""The Vision Transformer: patch embedding, encoder blocks, and a class head that reads CLS.

Dosovitskiy et al., "An Image is Worth 16x16 Words" (arXiv 2010.11929), equations (1) to (4).
Registers after Darcet et al. (arXiv 2309.16588), distillation token after Touvron et al. (arXiv
2012.12877). Official code: google-research/vision_transformer. Checked against torchvision, timm
and transformers by tests/parity.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vit_core.blocks import EncoderBlock
from vit_core.config import ViTConfig
from vit_core.patchify import Patchify
from vit_core.positions import position_table
from vit_core.tap import Tap, null_tap


class PatchEmbed(nn.Module):
    """Patch embedding: maps each patch of 3·P·P numbers to d_model numbers by one shared matrix E."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        p = config.patch_size
        # Stored as the convolution every public checkpoint has: filter j of the convolution is row j of the matrix E.
        self.proj = nn.Conv2d(3, config.d_model, kernel_size=p, stride=p)

    def forward(self, image: Tensor) -> Tensor:
        """Shapes: [B, 3, H, W] -> [B, rows*cols, D].

        Source: arXiv 2010.11929, equation (1), the terms x_p E.
        """
        return self.proj(image).flatten(2).transpose(1, 2)  # B D rows cols -> B N D


class VisionTransformer(nn.Module):
    """A Vision Transformer: from a picture to one score per class."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        self.config = config
        d = config.d_model
        self.patch_embed = PatchEmbed(config)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, d))
        self.dist_token = nn.Parameter(torch.zeros(1, 1, d)) if config.distilled else None
        self.reg_token = nn.Parameter(torch.zeros(1, config.n_registers, d)) if config.n_registers else None
        self.pos_embed = nn.Parameter(torch.zeros(1, config.n_positions, d))
        self.blocks = nn.ModuleList(EncoderBlock(config.block) for _ in range(config.n_layers))
        self.norm = nn.LayerNorm(d, eps=config.eps)
        pooled = 2 * d if config.pool == "cls+mean" else d
        self.head = nn.Linear(pooled, config.n_classes) if config.n_classes else None
        self.head_dist = nn.Linear(d, config.n_classes) if config.distilled_head else None

    def geometry(self, height: int, width: int) -> Patchify:
        """The places of the tokens in a height x width picture."""
        return Patchify(height, width, self.config.patch_size, self.config.prefix)

    def position_table(self, rows: int, cols: int) -> Tensor:
        """The position embeddings as they are added to a rows x cols picture, resized if that is not the native grid.

        Shapes: returns [1, positions, D], CLS first where it has a position.
        """
        n_prefix = self.config.n_positions - self.config.grid**2
        return position_table(self.pos_embed, n_prefix, rows, cols, self.config.position_resample)

    def forward(self, image: Tensor, *, tap: Tap = null_tap) -> Tensor | None:
        """The class scores of a batch of normalised pictures; None when the checkpoint has no class head.

        Shapes: [B, 3, H, W] -> [B, C] logits; H and W are multiples of the patch size.
        Source: arXiv 2010.11929, equations (1) to (4).
        """
        grid = self.geometry(*image.shape[-2:]).grid
        x = self.assemble(self.patch_embed(image), grid, tap=tap)
        return self.read(self.encode(x, tap=tap), tap=tap)

    def assemble(self, patches: Tensor, grid: tuple[int, int], *, tap: Tap = null_tap) -> Tensor:
        """Put CLS (and its companions) in front of the embedded patches and add the position embedding.

        Shapes: [B, rows*cols, D] -> [B, N, D].
        Source: arXiv 2010.11929, equation (1). Registers have no position (arXiv 2309.16588).
        """
        patches = tap("patches", patches)
        position = tap("position", self.position_table(*grid))
        return tap("tokens", self._add_prefix_and_position(patches, position))

    def encode(self, x: Tensor, *, first: int = 0, tap: Tap = null_tap) -> Tensor:
        """Run the tokens through every block from `first` on.

        Shapes: [B, N, D] -> [B, N, D].
        Source: arXiv 2010.11929, equations (2) and (3).
        """
        for i in range(first, len(self.blocks)):
            x = self.blocks[i](x, tap=tap, at=f"blocks.{i}")
        return x

    def read(self, x: Tensor, *, tap: Tap = null_tap) -> Tensor | None:
        """The class scores read off the last residual stream; None when the checkpoint has no class head.

        Shapes: [B, N, D] -> [B, C].
        Source: arXiv 2010.11929, equation (4); the mean of the patches in place of CLS after MAE (arXiv 2111.06377,
            appendix A.1) and timm.
        """
        if self.config.norm_of_mean:
            x = tap("pooled", self._mean(x)[:, None])  # B N D -> B 1 D
        x = tap("ln_final", self.norm(x))
        return None if self.head is None else tap("logits", self._classify(x))

    def _add_prefix_and_position(self, patches: Tensor, position: Tensor) -> Tensor:
        prefix = [token for token in (self.cls_token, self.dist_token) if token is not None]
        if self.config.prefix_positions:
            tokens = _join(*prefix, patches) + position
            leading, patches = tokens[:, : len(prefix)], tokens[:, len(prefix) :]
            return tokens if self.reg_token is None else _join(leading, self.reg_token, patches)
        if self.reg_token is not None:
            prefix.append(self.reg_token)
        return _join(*prefix, patches + position)

    def _mean(self, x: Tensor) -> Tensor:
        """The mean of the patches. Shapes: [B, N, D] -> [B, D]."""
        return x[:, len(self.config.prefix) :].mean(dim=1)

    def _classify(self, x: Tensor) -> Tensor:
        assert self.head is not None
        token = self.config.prefix.index
        if self.config.norm_of_mean:
            pooled = x[:, 0]  # B 1 D -> B D
        else:
            parts = {"cls": ("CLS",), "cls+mean": ("CLS", "MEAN"), "mean": ("MEAN",)}[self.config.pool]
            pooled = torch.cat([self._mean(x) if part == "MEAN" else x[:, token(part)] for part in parts], dim=-1)
        logits = self.head(pooled)
        return logits if self.head_dist is None else (logits + self.head_dist(x[:, token("DIST")])) / 2


def _join(*parts: Tensor) -> Tensor:
    """Join tokens along the sequence; learned tokens are repeated for every picture of the batch."""
    batch = parts[-1].shape[0]
    return torch.cat([part.expand(batch, -1, -1) for part in parts], dim=1)
