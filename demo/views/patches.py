"""What the Patches screen draws: a patch's pixels, its numbers after E, with its position, and the terms of one number."""

from __future__ import annotations

import numpy as np

from demo.views.payload import encode
from vit_core import LoadedModel, Trace
from vit_core.analysis import embedding_filters, patch_products, position_colours


def embedding(trace: Trace, model: LoadedModel) -> bytes:
    """Every patch as the model sees it, after the projection E, and as a token with its position added.

    Shapes: pixels [3, H, W] of uint8; patches [P, D]; tokens [N, D] with the prefix; position [rows, cols, 3] and native
        [grid, grid, 3] as colours.
    """
    rows, cols = trace.geometry.grid
    grid = trace.config.grid
    return encode(
        {
            "pixels": model.preprocess.undo(trace.pixels).numpy(),
            "patches": trace["patches"].numpy().astype(np.float16),
            "tokens": trace["tokens"].numpy().astype(np.float16),
            "position": _colours(position_colours(model.model, rows, cols).numpy()),
            "native": _colours(position_colours(model.model, grid, grid).numpy()),
        },
        {"rule": trace.config.position_resample},
    )


def filters(model: LoadedModel) -> bytes:
    """The principal components of the embedding filters as pictures (arXiv 2010.11929, Fig. 7 left).

    Shapes: filters [28, P, P, 3] of uint8, mid-grey is 0.
    """
    components = embedding_filters(model.model).numpy().transpose(0, 2, 3, 1)
    return encode({"filters": _colours((components + 1) / 2)})


def products(trace: Trace, model: LoadedModel, patch: int, unit: int) -> bytes:
    """The terms of one number: 3·P·P pixels times 3·P·P weights, plus a bias.

    Shapes: pixels, weights, products [3, P, P] of float32; facts: bias, value, and the sum of each colour's products.
    """
    terms = patch_products(trace, model.model, patch, unit)
    return encode(
        {"pixels": terms.pixels.numpy(), "weights": terms.weights.numpy(), "products": terms.products.numpy()},
        {"bias": terms.bias, "value": terms.value, "sums": terms.products.double().sum(dim=(1, 2)).tolist()},
    )


def _colours(shares: np.ndarray) -> np.ndarray:
    return np.round(shares * 255).astype(np.uint8)
