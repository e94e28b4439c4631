"""Pure functions from a Trace (or a model's weights) to arrays; each names the paper it rebuilds."""

from vit_core.analysis.classifier import LogitTerms, head_inputs, head_parts, logit_terms
from vit_core.analysis.embedding import (
    EmbeddingFilters,
    PatchProducts,
    TokenParts,
    embedding_filters,
    patch_products,
    position_colours,
    strongest_units,
    token_parts,
)
from vit_core.analysis.head_stats import (
    SINK_TIMES_EVEN,
    SINK_TIMES_MEDIAN,
    Sinks,
    attention_distance,
    attention_entropy,
    attention_received,
    sinks,
    token_norms,
)
from vit_core.analysis.rollout import rollout

__all__ = [
    "SINK_TIMES_EVEN",
    "SINK_TIMES_MEDIAN",
    "EmbeddingFilters",
    "LogitTerms",
    "PatchProducts",
    "Sinks",
    "TokenParts",
    "attention_distance",
    "attention_entropy",
    "attention_received",
    "embedding_filters",
    "head_inputs",
    "head_parts",
    "logit_terms",
    "patch_products",
    "position_colours",
    "rollout",
    "sinks",
    "strongest_units",
    "token_norms",
    "token_parts",
]
