"""Pure functions from a Trace (or a model's weights) to arrays; each names the paper it rebuilds."""

from vit_core.analysis.alignment import (
    HeadAlignment,
    head_alignment,
    parked_share,
    parking_key,
    prediction_difference,
)
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
    position_grid,
    strongest_units,
    token_parts,
)
from vit_core.analysis.gradients import InputGradients, input_gradients, radius_gradients
from vit_core.analysis.head_stats import (
    SINK_TIMES_EVEN,
    SINK_TIMES_MEDIAN,
    Sinks,
    attention_distance,
    attention_entropy,
    attention_received,
    attention_rows,
    sinks,
    token_norms,
)
from vit_core.analysis.masking import answer_share, scores_before_mask
from vit_core.analysis.positions import part_lengths, peaks_at_rows, position_similarity, similarity_by_offset
from vit_core.analysis.rollout import rollout

__all__ = [
    "SINK_TIMES_EVEN",
    "SINK_TIMES_MEDIAN",
    "BranchLengths",
    "EmbeddingFilters",
    "HeadAlignment",
    "InputGradients",
    "LogitTerms",
    "PatchProducts",
    "ScaledBranch",
    "Sinks",
    "TokenParts",
    "answer_share",
    "attention_distance",
    "attention_entropy",
    "attention_received",
    "attention_rows",
    "before_layer_scale",
    "branch_lengths",
    "branch_output",
    "dot_products",
    "embedding_filters",
    "head_alignment",
    "head_inputs",
    "head_parts",
    "input_gradients",
    "logit_terms",
    "parked_share",
    "parking_key",
    "part_lengths",
    "patch_products",
    "peak_and_entropy",
    "peaks_at_rows",
    "position_colours",
    "position_grid",
    "position_similarity",
    "prediction_difference",
    "radius_gradients",
    "rollout",
    "scores_before_mask",
    "similarity_by_offset",
    "sinks",
    "strongest_units",
    "token_norms",
    "token_parts",
    "weighted_value_lengths",
]
