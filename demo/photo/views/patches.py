"""The data of the Patches screen: a patch's pixels, its numbers after E and with its position, the terms of one
number.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from demo.views.payload import encode
from vit_core import LoadedModel, Trace
from vit_core.analysis import (
    arranged_pixels,
    embedding_filters,
    part_lengths,
    patch_products,
    position_colours,
    strongest_units,
    token_parts,
)
from vit_core.interventions import NOTHING, Intervention
from vit_core.preprocess import Preprocess


def embedding(
    trace: Trace, model: LoadedModel, photo_size: tuple[int, int], intervention: Intervention = NOTHING
) -> bytes:
    """The embedding of every token: the pixels of the patches, their numbers after E, their position, and the sum.

    `intervention` says what was moved or switched off in the pass that the trace is of.

    The numbers are float32: they are shown beside the terms of `products`, and the last digit has to agree.

    Shapes: pixels [3, H, W] of uint8; normalised [3, 256], what the model reads for each byte of each colour; content,
        position, tokens [N, D] with the prefix, tokens = content + position; lengths [3, N] of the three; placed [N],
        1 where a position was added; strongest [P] of int32, the number of each patch to which its pixels give most;
        native [grid, grid, 3] and resampled [rows, cols, 3], the position grids as colours. facts: the resampling
        rule; resized [width, height], what the photo became before the square was cut out of it.
    """
    rows, cols = trace.geometry.grid
    grid = trace.config.grid
    preprocess = model.preprocess.at(trace.geometry.height)
    parts = token_parts(trace, model.model, intervention)
    return encode(
        {
            "pixels": preprocess.undo(arranged_pixels(trace, intervention)).numpy(),
            "normalised": normalised_bytes(preprocess),
            "content": parts.content.numpy(),
            "position": parts.position.numpy(),
            "tokens": trace["tokens"].numpy(),
            "strongest": strongest_units(trace, model.model).numpy().astype(np.int32),
            "lengths": part_lengths(parts).numpy(),
            "placed": parts.placed.numpy().astype(np.uint8),
            "native": _colours(position_colours(model.model, grid, grid).numpy()),
            "resampled": _colours(position_colours(model.model, rows, cols).numpy()),
        },
        {"rule": trace.config.position_resample, "fit": preprocess.fit, "resized": preprocess.resized(*photo_size)},
    )


def filters(model: LoadedModel) -> bytes:
    """The principal components of the embedding filters as pictures (arXiv 2010.11929, Fig. 7 left).

    Shapes: filters [28, P, P, 3] of uint8, mid-grey is 0; shares [28], of the filters' variance.
    """
    components = embedding_filters(model.model)
    return encode({"filters": components.colours.numpy(), "shares": components.shares.numpy()})


def products(trace: Trace, model: LoadedModel, patch: int, unit: int, intervention: Intervention = NOTHING) -> bytes:
    """The terms of one number: 3·P·P pixels times 3·P·P weights, plus a bias.

    Shapes: pixels, weights, products [3, P, P] of float32; facts: bias, value, and the sum of each colour's products.
    """
    terms = patch_products(trace, model.model, patch, unit, intervention)
    return encode(
        {"pixels": terms.pixels.numpy(), "weights": terms.weights.numpy(), "products": terms.products.numpy()},
        {"bias": terms.bias, "value": terms.value, "sums": terms.products.double().sum(dim=(1, 2)).tolist()},
    )


def normalised_bytes(preprocess: Preprocess) -> np.ndarray:
    """The normalised value of every byte 0..255 of every colour.

    Shapes: returns [3, 256] of float32.
    """
    every_byte = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)  # 1 256 3
    return preprocess.normalise(Image.fromarray(every_byte))[:, 0].numpy()


def _colours(shares: np.ndarray) -> np.ndarray:
    return np.round(shares * 255).astype(np.uint8)
