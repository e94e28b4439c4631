"""Pure functions from a Trace (or a model's weights) to arrays; each names the paper it rebuilds."""

from vit_core.analysis.embedding import (
    PatchProducts,
    embedding_filters,
    patch_products,
    position_colours,
)
from vit_core.analysis.head_stats import (
    attention_distance,
    attention_entropy,
    attention_received,
    token_norms,
)
from vit_core.analysis.rollout import rollout

__all__ = [
    "PatchProducts",
    "attention_distance",
    "attention_entropy",
    "attention_received",
    "embedding_filters",
    "patch_products",
    "position_colours",
    "rollout",
    "token_norms",
]
