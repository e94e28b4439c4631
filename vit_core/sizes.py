"""Count a model's parameters from its shape, and list the sizes that two papers print, for comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vit_core.config import CellKind, RecurrentConfig, Seq2SeqConfig, ViTConfig
from vit_core.recurrent import CELLS

# Elementwise products per step in the formulas as printed. RNN: none. LSTM: f ⊙ c, i ⊙ g and o ⊙ tanh(c'). GRU: r ⊙
# (W_h h + b_h), z ⊙ h and (1 - z) ⊙ n, of which the code computes the last two as z ⊙ (h - n).
PRODUCTS: Mapping[CellKind, int] = MappingProxyType({"rnn": 0, "lstm": 3, "gru": 3})


def parameter_parts(config: ViTConfig) -> dict[str, int]:
    """Parameters of a Vision Transformer by part; empty parts are left out.

    Source: arXiv 2010.11929, equations (1) to (4); registers arXiv 2309.16588, distillation token arXiv 2012.12877,
        LayerScale arXiv 2103.17239, a gated MLP arXiv 2002.05202.
    """
    d, layers = config.d_model, config.n_layers
    pooled = 2 * d if config.pool == "cls+mean" else d
    heads = (pooled + 1) * config.n_classes + ((d + 1) * config.n_classes if config.distilled_head else 0)
    parts = {
        "embedding": (3 * config.patch_size**2 + 1) * d,
        "prefix": len(config.prefix) * d,
        "position": config.n_positions * d,
        "attention": layers * (4 * d * d + d + (3 * d if config.qkv_bias else 0)),
        "mlp": layers * ((d + 1) * config.d_mlp * (2 if config.gated else 1) + (config.d_mlp + 1) * d),
        "norm": (2 * layers + 1) * 2 * d,
        "layer_scale": layers * 2 * d if config.layer_scale else 0,
        "head": heads if config.n_classes else 0,
    }
    return {name: count for name, count in parts.items() if count}


def translator_parts(config: Seq2SeqConfig) -> dict[str, int]:
    """Parameters of an encoder-decoder by part; its positions are computed and have none.

    Source: arXiv 1706.03762, sections 3.1 to 3.4.
    """
    d, encoder, decoder = config.d_model, config.encoder, config.decoder
    attention = 4 * (d * d + d)
    norms = 2 * encoder.n_layers + 3 * decoder.n_layers + (2 if config.norm == "pre" else 0)
    return {
        "embedding": (config.target_vocab + (0 if config.shared_embedding else config.source_vocab)) * d,
        "attention": (encoder.n_layers + decoder.n_layers) * attention,
        "cross": decoder.n_layers * attention,
        "mlp": sum(stack.n_layers * (2 * d * stack.d_mlp + stack.d_mlp + d) for stack in (encoder, decoder)),
        "norm": norms * 2 * d,
        "head": config.target_vocab,
    }


def cell_parameters(kind: CellKind, d_in: int, d_hidden: int) -> int:
    """Parameters of one recurrent cell: for each gate a matrix for the word, one for the state, and two biases.

    Source: the gates as in vit_core.recurrent; two biases as in torch.nn, one of which would do.
    """
    return len(CELLS[kind].gates) * d_hidden * (d_in + d_hidden + 2)


def cell_multiplications(kind: CellKind, d_in: int, d_hidden: int) -> int:
    """Multiplications of one step of a recurrent cell: its matrices times word and state, then its gates.

    Source: counted from the formulas that vit_core.recurrent names; sigmoid and tanh are not counted.
    """
    return len(CELLS[kind].gates) * d_hidden * (d_in + d_hidden) + PRODUCTS[kind] * d_hidden


def recurrent_parts(config: RecurrentConfig) -> dict[str, int]:
    """Parameters of a recurrent translator by part; empty parts are left out.

    Source: arXiv 1409.0473, appendix A, for the attention; the cells' gates as in vit_core.recurrent.
    """
    e, h = config.d_embed, config.d_hidden
    context = h if config.attention else 0
    parts = {
        "embedding": config.vocab * e,
        "encoder": cell_parameters(config.cell, e, h),
        "decoder": cell_parameters(config.cell, e + context, h),
        "attention": (2 * h + 1) * h if config.attention else 0,
        "readout": (h + context + 1) * e,
        "head": config.vocab,
    }
    return {name: count for name, count in parts.items() if count}


def n_parameters(config: ViTConfig | Seq2SeqConfig | RecurrentConfig) -> int:
    """Number of a model's parameters."""
    if isinstance(config, ViTConfig):
        return sum(parameter_parts(config).values())
    return sum((translator_parts(config) if isinstance(config, Seq2SeqConfig) else recurrent_parts(config)).values())


@dataclass(frozen=True)
class PublishedSize:
    """One row of a paper's table of models.

    Attributes:
        name: as the paper calls it.
        layers: encoder blocks.
        decoder_layers: decoder blocks; 0 for a Vision Transformer.
        millions: parameters as the paper prints them.
        paper: where it stands.
        table: the number of the table there.
        vocabulary: tokens, as the paper says it (arXiv 1706.03762, section 5.1: "about"); 0 for a Vision Transformer.
    """

    name: str
    layers: int
    d_model: int
    d_mlp: int
    heads: int
    millions: int
    paper: str
    table: int
    decoder_layers: int = 0
    vocabulary: int = 0


VIT_TABLE_1 = tuple(
    PublishedSize(name, layers, d_model, d_mlp, heads, millions, "arXiv 2010.11929", 1)
    for name, layers, d_model, d_mlp, heads, millions in (
        ("ViT-Base", 12, 768, 3072, 12, 86),
        ("ViT-Large", 24, 1024, 4096, 16, 307),
        ("ViT-Huge", 32, 1280, 5120, 16, 632),
    )
)
TRANSFORMER_BASE = PublishedSize(
    "Transformer (base)", 6, 512, 2048, 8, 65, "arXiv 1706.03762", 3, decoder_layers=6, vocabulary=37000
)
