"""The data of the Block screen: one block's tensors for the chosen token, and what every block adds."""

from __future__ import annotations

from torch import Tensor

from demo.views.norms import statistics
from demo.views.payload import as_float32, encode
from vit_core import LoadedModel, Trace
from vit_core.analysis import (
    before_layer_scale,
    branch_lengths,
    dot_products,
    peak_and_entropy,
    weighted_value_lengths,
)
from vit_core.arguments import require_place
from vit_core.interventions import Intervention, switched_off

# Quantities of a block with one row per token, as the page calls them.
VECTORS = {
    "x": "resid_pre", "ln1": "ln1", "attn_out": "attn_out", "mid": "resid_mid", "ln2": "ln2",
    "pre": "mlp.pre", "post": "mlp.post", "mlp_out": "mlp_out", "out": "resid_post",
}  # fmt: skip
# Quantities of an MLP with a gate.
OF_GATE = {"gate": "mlp.gate", "value": "mlp.value"}


def block(
    trace: Trace, model: LoadedModel, layer: int, query: int, trained: Trace, intervention: Intervention
) -> bytes:
    """Every quantity of an opened block for one token, and the saturation of its softmax.

    Args:
        trace: with every quantity of the layer (PhotoService.block).
        trained: the same photo with nothing switched off.
        intervention: what is switched off in `trace`.

    Shapes: float32 all. Of the token: x, ln1, attn_out, mid, ln2, mlp_out, out [D], pre, post [M], where the MLP has a
        gate also gate, value [M], q, k, v, z [H, K].
        Of the token as a query and every key: dots (q·k), scores, pattern, carried (length of weight times value)
        [H, N]; of every key: k_length, v_length [H, N]. peak, entropy (bits) [H]; the same of the trained pass as
        trained_peak, trained_entropy, with its trained_pattern. With LayerScale: attn_before, attn_gamma, mlp_before,
        mlp_gamma [D]. facts: lengths of the vectors; mean and spread that each norm takes out; off, what
        this layer does without (vit_core.interventions.switched_off).

    Raises:
        IndexError: there is no such token.
    """
    require_place("query", query, trace.geometry.n_tokens)
    named = VECTORS | (OF_GATE if trace.config.gated else {})
    vectors = {name: trace.at(layer, what)[query] for name, what in named.items()}
    of_heads = {name: trace.at(layer, f"attn.{name}")[:, query] for name in ("q", "k", "v", "z", "scores", "pattern")}
    trained_pattern = trained.pattern(layer)[:, query]
    arrays: dict[str, Tensor] = {
        **vectors,
        **of_heads,
        "dots": dot_products(trace, layer, query),
        "carried": weighted_value_lengths(trace, layer, query),
        "k_length": trace.at(layer, "attn.k").norm(dim=-1),
        "v_length": trace.at(layer, "attn.v").norm(dim=-1),
        "trained_pattern": trained_pattern,
    }
    for prefix, weights in (("", of_heads["pattern"]), ("trained_", trained_pattern)):
        arrays[f"{prefix}peak"], arrays[f"{prefix}entropy"] = peak_and_entropy(weights)
    for branch, scaled in before_layer_scale(trace, model.model, layer, query).items():
        arrays |= {f"{branch}_before": scaled.before, f"{branch}_gamma": scaled.gamma}
    return encode(
        as_float32(arrays),
        {
            "layer": layer,
            "query": query,
            "lengths": {name: x.norm().item() for name, x in vectors.items()},
            "norms": {name: statistics(vectors[of], trace.config.eps) for name, of in (("ln1", "x"), ("ln2", "mid"))},
            "off": switched_off(intervention, f"blocks.{layer}"),
        },
    )


def contributions(trace: Trace) -> bytes:
    """Lengths of what attention and MLP add in every layer, and of the stream, for every token.

    Shapes: float32: attention, mlp, attention_share, mlp_share, middle [L, N]; stream [L + 1, N].
    """
    made = branch_lengths(trace)
    names = ("attention", "mlp", "attention_share", "mlp_share", "middle", "stream")
    return encode({name: getattr(made, name).numpy() for name in names})
