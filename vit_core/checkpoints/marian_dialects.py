"""How transformers' Marian models name their tensors, on disk as in memory. Checked by tests/parity."""

from __future__ import annotations

from vit_core.checkpoints.dialect import Dialect, Rule

FAMILY = "marian"
POSITIONS = ("model.encoder.embed_positions.weight", "model.decoder.embed_positions.weight")


def _attention(theirs: str, ours: str) -> tuple[Rule, ...]:
    parts = {"q_proj": "q", "k_proj": "k", "v_proj": "v", "out_proj": "proj"}
    return tuple(Rule(f"{theirs}.{their}.{{p}}", f"{ours}.{our}.{{p}}") for their, our in parts.items())


def _layer(stack: str) -> tuple[Rule, ...]:
    theirs, ours = f"model.{stack}.layers.{{i}}", f"{stack}.blocks.{{i}}"
    return (
        *_attention(f"{theirs}.self_attn", f"{ours}.attn"),
        Rule(f"{theirs}.self_attn_layer_norm.{{p}}", f"{ours}.norm1.{{p}}"),
        Rule(f"{theirs}.fc1.{{p}}", f"{ours}.mlp.fc1.{{p}}"),
        Rule(f"{theirs}.fc2.{{p}}", f"{ours}.mlp.fc2.{{p}}"),
        Rule(f"{theirs}.final_layer_norm.{{p}}", f"{ours}.norm2.{{p}}"),
    )


_BODY = (
    *_layer("encoder"),
    *_layer("decoder"),
    *_attention("model.decoder.layers.{i}.encoder_attn", "decoder.blocks.{i}.cross"),
    Rule("model.decoder.layers.{i}.encoder_attn_layer_norm.{p}", "decoder.blocks.{i}.norm_cross.{p}"),
    # Only in models that normalise before each branch.
    Rule("model.encoder.layer_norm.{p}", "encoder.norm.{p}"),
    Rule("model.decoder.layer_norm.{p}", "decoder.norm.{p}"),
    Rule("final_logits_bias", "logits_bias", row=True),
    # Computed, not learned; `marian_folder` compares what is stored with what is computed.
    *(Rule(name, None) for name in POSITIONS),
)
# One table embeds both languages and gives the logits.
SHARED = Dialect(
    "marian",
    FAMILY,
    (
        *_BODY,
        Rule("model.shared.weight", "embed.weight"),
        Rule("model.encoder.embed_tokens.weight", "embed.weight", copy=True),
        Rule("model.decoder.embed_tokens.weight", "embed.weight", copy=True),
        Rule("lm_head.weight", "embed.weight", copy=True),
    ),
)
# The source has a table of its own; the target's gives the logits.
SEPARATE = Dialect(
    "marian_separate",
    FAMILY,
    (
        *_BODY,
        Rule("model.encoder.embed_tokens.weight", "source_embed.weight"),
        Rule("model.decoder.embed_tokens.weight", "embed.weight"),
        Rule("lm_head.weight", "embed.weight", copy=True),
    ),
)
