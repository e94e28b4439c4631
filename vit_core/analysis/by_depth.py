"""What attention does over depth, in one walk: a layer's pattern takes as long to compute as its figures."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.analysis.head_stats import (
    Sinks,
    head_distances,
    head_entropies,
    patches_apart,
    received,
    sinks_among,
    token_norms,
)
from vit_core.analysis.rollout import through
from vit_core.trace import Trace


@dataclass(frozen=True)
class ByDepth:
    """The figures of every layer.

    Attributes:
        distance, entropy: `attention_distance` and `attention_entropy`, [L, H].
        sinks: of every layer.
        rollout: through all layers, [N, N].
    """

    distance: Tensor
    entropy: Tensor
    sinks: Sinks
    rollout: Tensor


def by_depth(trace: Trace) -> ByDepth:
    """All of them; one pattern is in memory at a time."""
    apart, total = patches_apart(trace), torch.eye(trace.geometry.n_tokens)
    distance, entropy, share = [], [], []
    for layer in range(trace.config.n_layers):
        pattern = trace.pattern(layer)
        distance.append(head_distances(pattern, apart))
        entropy.append(head_entropies(pattern))
        share.append(received(pattern))
        total = through(pattern, total)
    sinks = sinks_among(torch.stack(share), token_norms(trace))
    return ByDepth(torch.stack(distance), torch.stack(entropy), sinks, total)
