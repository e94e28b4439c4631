"""Before the first block: the filters of E, the products in a patch's embedding, the position that is added."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.arguments import require_place
from vit_core.interventions import NOTHING, Intervention
from vit_core.trace import Trace
from vit_core.vit import VisionTransformer


@dataclass(frozen=True)
class EmbeddingFilters:
    """Principal components of the patch embedding's filters.

    Attributes:
        pictures: the components as little colour pictures, strongest first, [n, 3, P, P], -1..1, 0 stays 0.
        shares: how much of the filters' variance each explains, [n], 0..1, falling.
    """

    pictures: Tensor
    shares: Tensor

    @property
    def colours(self) -> Tensor:
        """The pictures as 8-bit colours, [n, P, P, 3], in which a weight of 0 is the same mid-grey everywhere."""
        return (128 + 127 * self.pictures.movedim(1, -1)).round().to(torch.uint8)


def embedding_filters(model: VisionTransformer, n: int = 28) -> EmbeddingFilters:
    """The n strongest principal components of the patch embedding's filters; fewer when there are fewer filters.

    Each component is scaled by its own largest value, so that its pattern can be seen; its share tells its size.

    Source: arXiv 2010.11929, Fig. 7 left.
    """
    weight = model.patch_embed.proj.weight.detach().float()  # D 3 P P
    filters = weight.flatten(1)
    _, strengths, components = torch.linalg.svd(filters - filters.mean(dim=0), full_matrices=False)
    variances = strengths.square()
    rows = components[:n]
    # The sign of a component is arbitrary: with its strongest value positive the picture is the same on every machine.
    strongest = rows.gather(1, rows.abs().argmax(dim=1, keepdim=True))
    pictures = (rows / strongest).unflatten(1, weight.shape[1:])
    return EmbeddingFilters(pictures, variances[:n] / variances.sum())


@dataclass(frozen=True)
class PatchProducts:
    """How one number of one patch's embedding came to be: value = bias + sum(pixels * weights).

    Attributes:
        pixels: the patch as the model reads it, normalised, [3, P, P].
        weights: the filter, row j of E, [3, P, P].
        products: pixels * weights, [3, P, P].
        bias: added at the end.
        value: the number in the trace.
    """

    pixels: Tensor
    weights: Tensor
    products: Tensor
    bias: float
    value: float


def arranged_pixels(trace: Trace, intervention: Intervention) -> Tensor:
    """The normalised picture that the model reads, with its patches in the order that an intervention gave them.

    Shapes: returns [3, H, W], normalised.
    """
    if not intervention.order:
        return trace.pixels
    return trace.geometry.join(trace.geometry.split(trace.pixels)[list(intervention.order)])


def patch_products(
    trace: Trace, model: VisionTransformer, patch: int, unit: int, intervention: Intervention = NOTHING
) -> PatchProducts:
    """The terms of one number of `trace["patches"]`.

    Args:
        intervention: what was moved in the pass that the trace is of.

    Raises:
        IndexError: there is no such patch or unit.
    Source: arXiv 2010.11929, equation (1), one entry of x_p E.
    """
    require_place("patch", patch, trace.geometry.n_patches)
    require_place("unit", unit, trace.config.d_model)
    pixels = trace.geometry.split(arranged_pixels(trace, intervention))[patch]
    projection = model.patch_embed.proj
    weights = projection.weight.detach()[unit].float()
    bias = 0.0 if projection.bias is None else projection.bias[unit].item()
    return PatchProducts(pixels, weights, pixels * weights, bias, trace["patches"][patch, unit].item())


def strongest_units(trace: Trace, model: VisionTransformer) -> Tensor:
    """For every patch, the unit of its embedding to which its pixels (without the bias) contribute most.

    Shapes: returns [P] of int.
    """
    bias = model.patch_embed.proj.bias
    from_pixels = trace["patches"] if bias is None else trace["patches"] - bias.detach().float()
    return from_pixels.abs().argmax(dim=1)


@dataclass(frozen=True)
class TokenParts:
    """Every token as the sum that made it: trace["tokens"] = content + position.

    Attributes:
        content: the learned vector of a prefix token, or E x + b of a patch, [N, D].
        position: what was added to it, 0 for a token without a position (registers), [N, D].
        placed: which tokens have a position at all, [N] of bool.
    """

    content: Tensor
    position: Tensor
    placed: Tensor


def token_parts(trace: Trace, model: VisionTransformer, intervention: Intervention = NOTHING) -> TokenParts:
    """The two terms of every token, before the first block reads their sum.

    Args:
        intervention: what was switched off in the pass that the trace is of.

    Source: arXiv 2010.11929, equation (1).
    """
    learned = [
        token.detach().float()[0] for token in (model.cls_token, model.dist_token, model.reg_token) if token is not None
    ]
    content = torch.cat([*learned, trace["patches"]])
    table = model.position_table(*trace.geometry.grid).detach().float()[0]
    n_prefix = len(trace.geometry.prefix)
    placed_prefix = len(table) - trace.geometry.n_patches
    position = torch.zeros_like(content)
    if not intervention.position_off:
        position[:placed_prefix] = table[:placed_prefix]
        position[n_prefix:] = table[placed_prefix:]
    at = torch.arange(len(content))
    return TokenParts(content, position, (at < placed_prefix) | (at >= n_prefix))


def position_colours(model: VisionTransformer, rows: int, cols: int) -> Tensor:
    """A position grid as colours: its first three principal components as red, green and blue.

    Components and colour range come from the native grid, so a resampled grid can be compared with it.

    Shapes: returns [rows, cols, 3], 0..1.
    """
    native = position_grid(model, model.config.grid, model.config.grid)
    _, _, components = torch.linalg.svd(native - native.mean(dim=0), full_matrices=False)
    components = components[:3]
    # As for the filters: a sign that does not depend on the machine.
    strongest = components.gather(1, components.abs().argmax(dim=1, keepdim=True))
    components = components * strongest.sign()

    def project(grid: Tensor) -> Tensor:
        return (grid - native.mean(dim=0)) @ components.T

    low, high = project(native).min(dim=0).values, project(native).max(dim=0).values
    colours = (project(position_grid(model, rows, cols)) - low) / (high - low).clamp_min(1e-12)
    return colours.clamp(0, 1).reshape(rows, cols, 3)


def position_grid(model: VisionTransformer, rows: int, cols: int) -> Tensor:
    """The position embeddings of the patches of a rows x cols picture, resampled if that is not the native grid.

    Shapes: returns [rows*cols, D]; CLS and registers are left out.
    Source: arXiv 2010.11929, section 3.2.
    """
    return model.position_table(rows, cols).detach().float()[0, -rows * cols :]
