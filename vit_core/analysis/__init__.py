"""Pure functions from a Trace (or a model's weights) to arrays; each names the paper it rebuilds."""

from vit_core.analysis.classifier import LogitTerms, head_inputs, head_parts, logit_terms
from vit_core.analysis.contributions import (
    BranchLengths,
    ScaledBranch,
    before_layer_scale,
    branch_lengths,
    branch_output,
    dot_products,
    peak_and_entropy,
    weighted_value_lengths,
)
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
    "BranchLengths",
    "EmbeddingFilters",
    "LogitTerms",
    "PatchProducts",
    "ScaledBranch",
    "Sinks",
    "TokenParts",
    "attention_distance",
    "attention_entropy",
    "attention_received",
    "before_layer_scale",
    "branch_lengths",
    "branch_output",
    "dot_products",
    "embedding_filters",
    "head_inputs",
    "head_parts",
    "logit_terms",
    "patch_products",
    "peak_and_entropy",
    "position_colours",
    "rollout",
    "sinks",
    "strongest_units",
    "token_norms",
    "token_parts",
    "weighted_value_lengths",
]
