"""What happens before the first block: the filters of E, one patch's way through them, the position grid as colours."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.trace import Trace
from vit_core.vit import VisionTransformer


def embedding_filters(model: VisionTransformer, n: int = 28) -> Tensor:
    """The n strongest principal components of the patch embedding's filters, as little colour pictures.

    Each component is scaled by its own largest value, so that 0 is mid-grey: its size says nothing, its pattern does.

    Shapes: returns [n, 3, P, P], -1..1.
    Source: arXiv 2010.11929, Fig. 7 left.
    """
    weight = model.patch_embed.proj.weight.detach().float()  # D 3 P P
    filters = weight.flatten(1)
    _, _, components = torch.linalg.svd(filters - filters.mean(dim=0), full_matrices=False)
    components = components[:n].unflatten(1, weight.shape[1:])
    # The sign of a component is arbitrary: make its strongest value positive, so that the picture is the same on every machine.
    peak = components.flatten(1)
    strongest = peak.gather(1, peak.abs().argmax(dim=1, keepdim=True))
    return components / strongest[:, :, None, None]


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


def patch_products(trace: Trace, model: VisionTransformer, patch: int, unit: int) -> PatchProducts:
    """The terms of one number of `trace["patches"]`.

    Raises:
        IndexError: there is no such patch or unit.
    Source: arXiv 2010.11929, equation (1), one entry of x_p E.
    """
    if not (0 <= patch < trace.geometry.n_patches and 0 <= unit < trace.config.d_model):
        raise IndexError(f"patch {patch} of {trace.geometry.n_patches}, unit {unit} of {trace.config.d_model}")
    pixels = trace.geometry.split(trace.pixels)[patch]
    projection = model.patch_embed.proj
    weights = projection.weight.detach()[unit]
    bias = 0.0 if projection.bias is None else projection.bias[unit].item()
    return PatchProducts(pixels, weights, pixels * weights, bias, trace["patches"][patch, unit].item())


def position_colours(model: VisionTransformer, rows: int, cols: int) -> Tensor:
    """A position grid as colours: its first three principal components as red, green and blue.

    Components and colour range come from the native grid, so a resampled grid can be compared with it.

    Shapes: returns [rows, cols, 3], 0..1.
    """
    native = _grid(model, model.config.grid, model.config.grid)
    _, _, components = torch.linalg.svd(native - native.mean(dim=0), full_matrices=False)

    def project(grid: Tensor) -> Tensor:
        return (grid - native.mean(dim=0)) @ components[:3].T

    low, high = project(native).min(dim=0).values, project(native).max(dim=0).values
    colours = (project(_grid(model, rows, cols)) - low) / (high - low).clamp_min(1e-12)
    return colours.clamp(0, 1).reshape(rows, cols, 3)


def _grid(model: VisionTransformer, rows: int, cols: int) -> Tensor:
    return model.position_table(rows, cols).detach().float()[0, -rows * cols :]
