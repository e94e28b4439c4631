"""The data of the notes' cards: every matrix of a pass, if it has few enough tokens to be checked by hand."""

from __future__ import annotations

from torch import Tensor

from demo.views.payload import as_float32, encode
from vit_core import LoadedModel, Trace
from vit_core.analysis import arranged_pixels, token_parts
from vit_core.interventions import NOTHING, Intervention

# Larger matrices cannot be printed as tables; the notes have ten tokens.
MOST_TOKENS = 17
# Quantities of a block as the page calls them.
OF_LAYER = {
    "x": "resid_pre", "ln1": "ln1", "q": "attn.q", "k": "attn.k", "v": "attn.v", "scores": "attn.scores",
    "pattern": "attn.pattern", "z": "attn.z", "attn_out": "attn_out", "mid": "resid_mid", "ln2": "ln2",
    "pre": "mlp.pre", "post": "mlp.post", "mlp_out": "mlp_out", "out": "resid_post",
}  # fmt: skip


def around(trace: Trace, model: LoadedModel, intervention: Intervention = NOTHING) -> bytes:
    """The quantities before and after the blocks.

    Shapes: float32 all: pixels [P, 3·S·S], the patches laid flat as E reads them; content, position, tokens [N, D],
        tokens = content + position; final [N, D], normalised; logits, probabilities [C], empty where no class is
        named.

    Raises:
        IndexError: the pass has too many tokens to be printed.
    """
    _require_few(trace)
    parts = token_parts(trace, model.model, intervention)
    none = trace["tokens"].new_zeros(0)
    return _encoded(
        {
            "pixels": trace.geometry.split(arranged_pixels(trace, intervention)).flatten(1),
            "content": parts.content,
            "position": parts.position,
            "tokens": trace["tokens"],
            "final": trace["ln_final"],
            "logits": none if trace.logits is None or not trace.config.names_classes else trace.logits,
            "probabilities": trace.probabilities if trace.config.names_classes else none,
        }
    )


def of_layer(trace: Trace, layer: int) -> bytes:
    """Every quantity of an opened block (PhotoService.block), for all tokens.

    Shapes: float32 all: x, ln1, attn_out, mid, ln2, mlp_out, out [N, D]; pre, post [N, M]; q, k, v, z [H, N, K];
        scores, pattern [H, N, N] as (head, query, key).

    Raises:
        IndexError: there is no such layer, or the pass has too many tokens to be printed.
    """
    _require_few(trace)
    return _encoded({name: trace.at(layer, of) for name, of in OF_LAYER.items()})


def _require_few(trace: Trace) -> None:
    if trace.geometry.n_tokens > MOST_TOKENS:
        raise IndexError(f"{trace.geometry.n_tokens} tokens: no more than {MOST_TOKENS} are printed")


def _encoded(arrays: dict[str, Tensor]) -> bytes:
    return encode(as_float32(arrays))
