"""The table of trace names: every quantity a forward pass announces, its axes and its meaning.

The vocabulary is TransformerLens' without the hook_ noise. The tests hold the
model to this table: what it announces, in which order, with which axes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TraceName:
    """One kind of quantity.

    Attributes:
        template: the name, with {i} for the layer.
        axes: what each dimension counts, outermost first (the batch is never kept).
        meaning: one sentence.
    """

    template: str
    axes: tuple[str, ...]
    meaning: str

    @property
    def per_layer(self) -> bool:
        return "{i}" in self.template


VIT_NAMES: tuple[TraceName, ...] = (
    TraceName("patches", ("patch", "d_model"), "Each patch after the projection E, before CLS and position."),
    TraceName(
        "position",
        ("position", "d_model"),
        "The position embeddings for this picture size, CLS first where it has one.",
    ),
    TraceName("tokens", ("token", "d_model"), "CLS and patches with their position added: what the first block reads."),
    TraceName("blocks.{i}.ln1", ("token", "d_model"), "The residual stream normalised for the attention."),
    TraceName("blocks.{i}.attn.q", ("head", "token", "d_head"), "Queries: what each token asks for, bias included."),
    TraceName(
        "blocks.{i}.attn.k", ("head", "token", "d_head"), "Keys: what each token can be found by, bias included."
    ),
    TraceName("blocks.{i}.attn.v", ("head", "token", "d_head"), "Values: what each token hands over, bias included."),
    TraceName("blocks.{i}.attn.scores", ("head", "query", "key"), "q·k / sqrt(d_head), masked, before the softmax."),
    TraceName("blocks.{i}.attn.pattern", ("head", "query", "key"), "Attention weights, 0..1; each row sums to 1."),
    TraceName(
        "blocks.{i}.attn.z", ("head", "query", "d_head"), "The values mixed by the weights, one result per head."
    ),
    TraceName("blocks.{i}.attn_out", ("token", "d_model"), "What attention adds to the residual stream."),
    TraceName("blocks.{i}.resid_mid", ("token", "d_model"), "The residual stream after attention was added."),
    TraceName("blocks.{i}.ln2", ("token", "d_model"), "The residual stream normalised for the MLP."),
    TraceName("blocks.{i}.mlp.pre", ("token", "d_mlp"), "The MLP's hidden units before the activation."),
    TraceName("blocks.{i}.mlp.post", ("token", "d_mlp"), "The MLP's hidden units after the activation."),
    TraceName("blocks.{i}.mlp_out", ("token", "d_model"), "What the MLP adds to the residual stream."),
    TraceName("blocks.{i}.resid_post", ("token", "d_model"), "The residual stream that leaves the block."),
    TraceName(
        "ln_final", ("token", "d_model"), "The last residual stream, normalised; CLS of it is what the head reads."
    ),
    TraceName("logits", ("class",), "One score per class before the softmax."),
)


def vit_trace_names(n_layers: int, *, has_head: bool = True) -> list[str]:
    """Every name of one forward pass, in the order in which the model announces them."""
    in_blocks = [name for name in VIT_NAMES if name.per_layer]
    first = [name.template for name in VIT_NAMES if not name.per_layer][:3]
    layers = [name.template.format(i=i) for i in range(n_layers) for name in in_blocks]
    return [*first, *layers, "ln_final", *(["logits"] if has_head else [])]
