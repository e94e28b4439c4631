"""The table of trace names: every quantity a forward pass announces, its axes and its meaning.

The names are TransformerLens' without the prefix hook_. Tests compare the model with this table: which quantities it
announces, in which order and with which axes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from vit_core.blocks import ATTN, CROSS, MLP, Sublayer
from vit_core.config import Norm, RecurrentConfig, Seq2SeqConfig
from vit_core.recurrent import CELLS


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


def _attention(at: str, query: str = "token", key: str = "token") -> tuple[TraceName, ...]:
    """The quantities of one attention, in the order in which they are computed."""
    return (
        TraceName(f"{at}.q", ("head", query, "d_head"), "Queries: what each token asks for, bias included."),
        TraceName(f"{at}.k", ("head", key, "d_head"), "Keys: what each token can be found by, bias included."),
        TraceName(f"{at}.v", ("head", key, "d_head"), "Values: what each token hands over, bias included."),
        TraceName(f"{at}.scores", ("head", "query", "key"), "q·k / sqrt(d_head), masked, before the softmax."),
        TraceName(f"{at}.pattern", ("head", "query", "key"), "Attention weights, 0..1; each row sums to 1."),
        TraceName(f"{at}.z", ("head", "query", "d_head"), "The values mixed by the weights, one result per head."),
    )


def _sublayer(at: str, names: Sublayer, what: str, inner: tuple[TraceName, ...], norm: Norm) -> tuple[TraceName, ...]:
    """The quantities of one branch of a block and of the stream it is added to."""
    stream = ("token", "d_model")
    out = TraceName(f"{at}.{names.out}", stream, f"What {what} adds to the residual stream.")
    if norm == "pre":
        ln = TraceName(f"{at}.{names.ln}", stream, f"The residual stream normalised for {what}.")
        return (ln, *inner, out, TraceName(f"{at}.{names.resid}", stream, f"The stream after {what} was added."))
    total = TraceName(f"{at}.{names.sum}", stream, f"The stream plus what {what} adds, before the normalisation.")
    return (*inner, out, total, TraceName(f"{at}.{names.resid}", stream, f"The normalised stream after {what}."))


def _mlp(at: str, *, gated: bool = False) -> tuple[TraceName, ...]:
    axes = ("token", "d_mlp")
    gates = (
        TraceName(f"{at}.mlp.gate", axes, "Of an MLP with a gate: what the activation makes of mlp.pre."),
        TraceName(f"{at}.mlp.value", axes, "Of an MLP with a gate: what the gate is multiplied with."),
    )
    post = "The MLP's hidden units after the activation; with a gate, gate times value."
    return (
        TraceName(f"{at}.mlp.pre", axes, "The MLP's hidden units before the activation."),
        *(gates if gated else ()),
        TraceName(f"{at}.mlp.post", axes, post if gated else f"{post.partition(';')[0]}."),
    )


def encoder_block_names(at: str, norm: Norm, *, gated: bool = False) -> tuple[TraceName, ...]:
    """The quantities of an encoder block called `at`, in the order in which they are computed.

    Args:
        gated: also those that only an MLP with a gate has.
    """
    return (
        *_sublayer(at, ATTN, "attention", _attention(f"{at}.attn"), norm),
        *_sublayer(at, MLP, "the MLP", _mlp(at, gated=gated), norm),
    )


def decoder_block_names(at: str, norm: Norm) -> tuple[TraceName, ...]:
    """As `encoder_block_names`, for a decoder block; keys and values of the source are computed before the blocks."""
    cross = tuple(name for name in _attention(f"{at}.cross", key="source") if not name.template.endswith((".k", ".v")))
    return (
        *_sublayer(at, ATTN, "self-attention", _attention(f"{at}.attn"), norm),
        *_sublayer(at, CROSS, "cross-attention", cross, norm),
        *_sublayer(at, MLP, "the MLP", _mlp(at), norm),
    )


VIT_NAMES: tuple[TraceName, ...] = (
    TraceName("patches", ("patch", "d_model"), "Each patch after the projection E, before CLS and position."),
    TraceName(
        "position",
        ("position", "d_model"),
        "The position embeddings for this picture size, CLS first where it has one.",
    ),
    TraceName("tokens", ("token", "d_model"), "CLS and patches with their position added: what the first block reads."),
    *encoder_block_names("blocks.{i}", "pre", gated=True),
    TraceName("pooled", ("mean", "d_model"), "The mean of the patches, where that alone is normalised: one row."),
    TraceName(
        "ln_final",
        ("token", "d_model"),
        "The last residual stream, normalised, of which the head reads CLS, a mean, or both; of `pooled` its one row.",
    ),
    TraceName("logits", ("class",), "One score per class before the softmax."),
)


def vit_trace_names(
    n_layers: int, *, has_head: bool = True, norm_of_mean: bool = False, gated: bool = False
) -> list[str]:
    """Every name of one forward pass, in the order in which the model announces them.

    Args:
        norm_of_mean: the mean of the patches is normalised last, and no token (ViTConfig.norm_of_mean).
        gated: the MLP has a gate (ViTConfig.gated).
    """
    in_blocks = encoder_block_names("blocks.{i}", "pre", gated=gated)
    first = [name.template for name in VIT_NAMES if not name.per_layer][:3]
    layers = [name.template.format(i=i) for i in range(n_layers) for name in in_blocks]
    return [*first, *layers, *(["pooled"] if norm_of_mean else []), "ln_final", *(["logits"] if has_head else [])]


def seq2seq_names(config: Seq2SeqConfig) -> tuple[TraceName, ...]:
    """Every quantity of an encoder-decoder's forward pass, in the order in which the model announces them."""
    stream = ("token", "d_model")
    handed = [
        name for name in _attention("decoder.blocks.{i}.cross", key="source") if name.template[-2:] in (".k", ".v")
    ]
    return (
        *_words("encoder"),
        *_layers(encoder_block_names("encoder.blocks.{i}", config.norm), config.encoder.n_layers),
        *((TraceName("encoder.ln_final", stream, "What leaves the encoder."),) if config.norm == "pre" else ()),
        *_layers(handed, config.decoder.n_layers),
        *_words("decoder"),
        *_layers(decoder_block_names("decoder.blocks.{i}", config.norm), config.decoder.n_layers),
        *((TraceName("decoder.ln_final", stream, "What leaves the decoder."),) if config.norm == "pre" else ()),
        TraceName("logits", ("token", "word"), "One score per word of the vocabulary, for the word after each token."),
    )


def _words(at: str) -> tuple[TraceName, ...]:
    stream = ("token", "d_model")
    return (
        TraceName(f"{at}.words", stream, "The embedding of each token, times sqrt(d_model) where the model does so."),
        TraceName(f"{at}.position", ("position", "d_model"), "Sine and cosine of each place."),
        TraceName(f"{at}.tokens", stream, "Words with their position added: what the first block reads."),
    )


def _layers(names: Sequence[TraceName], n: int) -> Iterator[TraceName]:
    for i in range(n):
        yield from (replace(name, template=name.template.format(i=i)) for name in names)


def recurrent_names(config: RecurrentConfig) -> tuple[TraceName, ...]:
    """Every quantity of a recurrent translator's pass, in the order in which the model announces them."""
    return (
        *_recurrent_words("encoder"),
        TraceName("encoder.read", ("token", "d_embed"), "What the cell reads: the words."),
        *_cell_names(config, "encoder"),
        *_recurrent_words("decoder"),
        *(_additive_attention() if config.attention else ()),
        TraceName(
            "decoder.read",
            ("token", "d_embed + d_hidden" if config.attention else "d_embed"),
            "What the cell reads: the word, and behind it the context." if config.attention else "The words.",
        ),
        *_cell_names(config, "decoder"),
        TraceName("decoder.readout", ("token", "d_embed"), "What is compared with every word's embedding."),
        TraceName("logits", ("token", "word"), "One score per word of the vocabulary, for the word after each token."),
    )


def _recurrent_words(at: str) -> tuple[TraceName, ...]:
    return (TraceName(f"{at}.words", ("token", "d_embed"), "The embedding of each token, times sqrt(d_embed)."),)


def _cell_names(config: RecurrentConfig, at: str) -> tuple[TraceName, ...]:
    cell, axes = CELLS[config.cell], ("token", "d_hidden")
    gates = [
        (
            TraceName(f"{at}.{gate}.pre", axes, f"The {gate.replace('_', ' ')} before its activation."),
            TraceName(f"{at}.{gate}", axes, GATES[gate]),
        )
        for gate in cell.gates
    ]
    memory = (TraceName(f"{at}.cell", axes, "The memory c after the step."),) if cell.remembers else ()
    return (*chain(*gates), *memory, TraceName(f"{at}.state", axes, "The state h after the step."))


def _additive_attention() -> tuple[TraceName, ...]:
    return (
        TraceName("decoder.attn.scores", ("query", "key"), "vᵀ tanh(W s + U h), before the softmax."),
        TraceName("decoder.attn.pattern", ("query", "key"), "Attention weights, 0..1; each row sums to 1."),
        TraceName("decoder.context", ("token", "d_hidden"), "The encoder's states mixed by the weights."),
    )


GATES = {
    "candidate": "The candidate: what could be written into the state, -1..1.",
    "input_gate": "The input gate: how much of the candidate is added to the memory, 0..1.",
    "forget_gate": "The forget gate: how much of the memory stays, 0..1.",
    "output_gate": "The output gate: how much of the memory is shown as the state, 0..1.",
    "reset_gate": "The reset gate: how much of what the old state says enters the candidate, 0..1.",
    "update_gate": "The update gate: how much of the old state stays instead of the candidate, 0..1.",
}
