"""The data of the chapter on the gradient: the words before a loss, the gradient norm of each, and the effect of the
spectral radius.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from demo.views.payload import encode
from vit_core.analysis.gradients import TINY_INPUTS, InputGradients, StepFactors, radius_gradients
from vit_core.text import MarianTokenizer

# A plain network of the smallest size whose largest eigenvalue is typical, and more steps than most sentences have.
UNITS, STEPS, SEED = 64, 50, 0
RADII = np.arange(50, 151, 5) / 100
# Inputs so small that tanh is linear, and inputs of the size of embeddings.
INPUTS = (TINY_INPUTS, 1.0)


def text(
    tokenizer: MarianTokenizer,
    source: str,
    source_ids: Sequence[int],
    target_ids: Sequence[int],
    own: tuple[int, int],
    lengths: Sequence[Mapping[str, int]],
    late: tuple[int, int | None, float],
) -> bytes:
    """The words of a text: every input that a recurrent translator reads, and what it is asked for.

    Args:
        target_ids: the start token, then the target.
        own: how many of the source's and the target's tokens are the visitor's sentence.
        lengths: the texts there are, each {"count": sentences, "words": of the source}.
        late: the target's token that is asked for where nobody chose one, the source's token behind it, and how much of
            it a network with attention takes there.
    """
    both = words(tokenizer, source, source_ids, target_ids)
    step, behind, share = late
    return encode(
        {},
        {
            **both,
            "own": list(own),
            "lengths": [dict(length) for length in lengths],
            "late": {"step": step, "source": behind, "share": share},
        },
    )


def words(
    tokenizer: MarianTokenizer, source: str, source_ids: Sequence[int], target_ids: Sequence[int]
) -> dict[str, Any]:
    """The tokens of a text and of the translation that networks are given, as the page knows them.

    Args:
        target_ids: the start token, then the target.
    """
    unknown, pieces = tokenizer.unknown, tokenizer.pieces(source)
    return {
        "source": [tokenizer.token(token, source=True) for token in source_ids],
        "surfaces": {str(i): pieces[i] for i, token in enumerate(source_ids) if token == unknown},
        "start": tokenizer.token(target_ids[0]),
        "target": [tokenizer.token(token) for token in target_ids[1:]],
    }


def gradient(found: InputGradients, factors: StepFactors, radii: tuple[float, float] | None) -> bytes:
    """The gradient norm of one word's loss for each input, and the factors that make it shrink.

    Shapes: norms [S + t + 1] of float32, every source step and then the decoder's steps up to the one that is asked, in
        nats per unit of the embedding; reach [1], the first of them as a share of the last; factors [S + t + 1], what
        the units of each step multiply by, 0..1 (vit_core.analysis.gradients.StepFactors), and mean_factor [2], its
        mean over the encoder's and the decoder's steps. facts: the probability of the word; radii, the spectral radius
        of the encoder's and the decoder's W_hh, or null.
    """
    norms = found.norms.numpy()
    sides = [factors.source.numpy(), factors.target.numpy()]
    return encode(
        {
            "norms": norms,
            "reach": norms[:1] / norms[-1:],
            "factors": np.concatenate(sides),
            "mean_factor": np.array([side.mean() for side in sides], np.float32),
        },
        {"probability": math.exp(-found.loss), "radii": None if radii is None else list(radii)},
    )


@cache
def radius() -> bytes:
    """The gradient with respect to every step's input, by the spectral radius of a plain network's recurrent matrix.

    Shapes: radii [R] of float32; norms [2, R, N] of float32, the logarithm to base 10, with inputs that leave tanh
        straight and with inputs that bend it; power [R, N] the same of radius^k, k steps before the last, where it
        begins with the straight curve. facts: units, steps.
    """
    norms = np.array(
        [[radius_gradients(UNITS, STEPS, float(one), SEED, inputs).numpy() for one in RADII] for inputs in INPUTS]
    )
    logs = np.log10(norms)
    power = np.arange(STEPS - 1, -1, -1) * np.log10(RADII)[:, None] + logs[0, :, -1:]
    return encode(
        {
            "radii": RADII.astype(np.float32),
            "norms": logs.astype(np.float32),
            "power": power.astype(np.float32),
        },
        {"units": UNITS, "steps": STEPS},
    )
