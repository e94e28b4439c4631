"""Frozen descriptions of an architecture: everything about a model that is not a weight.

Sizes follow Table 1 of Dosovitskiy et al., "An Image is Worth 16x16 Words" (arXiv 2010.11929), and Table 3 of Vaswani
et al., "Attention Is All You Need" (arXiv 1706.03762). The other fields are the points in which public checkpoints of
the families differ; each changes the numbers on the screen, so each is data here and never guessed from a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal, get_args

from vit_core.reasons import Reason, none_of

Activation = Literal["gelu", "gelu_tanh", "relu", "silu"]
Norm = Literal["pre", "post"]
Pool = Literal["cls", "cls+mean", "mean", "mean+norm"]
Answer = Literal["one", "each", "number"]
Resample = Literal["bicubic", "bicubic_antialias", "bicubic_corners", "bicubic_offset", "bilinear", "bilinear_corners"]
Sinusoids = Literal["interleaved", "halves"]
Stored = Literal["float32", "float16", "bfloat16"]
CellKind = Literal["rnn", "lstm", "gru"]


@dataclass(frozen=True)
class BlockConfig:
    """The shape of one encoder or decoder block.

    Attributes:
        d_model: numbers per token.
        n_heads: attention heads; each works in d_model / n_heads dimensions.
        d_mlp: hidden units of the MLP.
        act: activation of the MLP.
        eps: added to the variance inside every LayerNorm.
        norm: whether a branch's input is normalised ("pre") or the sum after it ("post").
        qkv_bias: the query, key and value projections have a bias.
        layer_scale: each branch is multiplied by a learned vector before it is added.
        dropout: share of a branch's results left out in training.
        gated: each hidden unit of the MLP is a product of two numbers, one of them after the activation.
    """

    d_model: int
    n_heads: int
    d_mlp: int
    act: Activation
    eps: float
    norm: Norm
    qkv_bias: bool = True
    layer_scale: bool = False
    dropout: float = 0.0
    gated: bool = False


# Fields of a Vision Transformer's shape that are at least 1.
SIZES = ("image_size", "patch_size", "d_model", "n_layers", "n_heads", "d_mlp")
# Larger models are not built: a config.json could ask for any size before its weight file proves it wrong.
MOST_LAYERS, MOST_PIXELS = 1000, 100_000


@dataclass(frozen=True)
class ViTConfig:
    """The shape of one Vision Transformer.

    Attributes:
        image_size: side in pixels of the square picture the position grid was trained on.
        patch_size: side in pixels of one patch.
        d_model: numbers per token.
        n_layers: encoder blocks.
        n_heads: attention heads per block; each works in `d_head` dimensions.
        d_mlp: hidden units of the MLP.
        n_classes: scores of the head, one for each class; 0 means the checkpoint has no head. Where `answer` is
            "number" they stand for no class.
        eps: added to the variance inside every LayerNorm.
        act: activation of the MLP.
        n_registers: extra learned tokens without an image patch (Darcet et al., arXiv 2309.16588).
        distilled: a distillation token stands after CLS (DeiT, arXiv 2012.12877).
        distilled_head: the distillation token has its own class head and the two heads are averaged.
        layer_scale: each branch is multiplied by a learned vector before it is added (CaiT, arXiv 2103.17239).
        qkv_bias: the query, key and value projections have a bias.
        prefix_positions: CLS (and the distillation token) have their own position embedding.
        pool: what the class head reads: CLS alone, CLS joined with the mean of the patches (DINOv2), that mean alone,
            or the mean of the patches before the last norm, which is then normalised (fc_norm of timm and MAE).
        position_resample: how the learned position grid is resized for another picture size.
        answer: whether a picture has one of the classes (softmax), or each of them or not (a sigmoid for each score),
            or the scores are the answer themselves: numbers, as a regression gives them, and no class.
        gated: each hidden unit of the MLP is a product of two numbers, one of them after the activation; with SiLU this
        is SwiGLU (Shazeer, arXiv 2002.05202).
    """

    image_size: int = 224
    patch_size: int = 16
    d_model: int = 768
    n_layers: int = 12
    n_heads: int = 12
    d_mlp: int = 3072
    n_classes: int = 1000
    eps: float = 1e-6
    act: Activation = "gelu"
    n_registers: int = 0
    distilled: bool = False
    distilled_head: bool = False
    layer_scale: bool = False
    qkv_bias: bool = True
    prefix_positions: bool = True
    pool: Pool = "cls"
    position_resample: Resample = "bicubic"
    answer: Answer = "one"
    gated: bool = False

    def __post_init__(self) -> None:
        for field in (*SIZES, "n_classes", "n_registers"):
            if not isinstance(getattr(self, field), Integral):
                raise ValueError(Reason("not_whole", field=field, found=getattr(self, field)))
        if not (isinstance(self.eps, Real) and self.eps >= 0):
            raise ValueError(Reason("not_size", field="eps", found=self.eps))
        for field in SIZES:
            if getattr(self, field) < 1:
                raise ValueError(Reason("too_small", field=field, least=1, found=getattr(self, field)))
        for field, most in (("image_size", MOST_PIXELS), ("n_layers", MOST_LAYERS)):
            if getattr(self, field) > most:
                raise ValueError(Reason("too_large", field=field, most=most, found=getattr(self, field)))
        for field, choices in (
            ("act", Activation),
            ("pool", Pool),
            ("position_resample", Resample),
            ("answer", Answer),
        ):
            if getattr(self, field) not in get_args(choices):
                raise ValueError(none_of(field, getattr(self, field), get_args(choices)))
        if self.n_classes < 0 or self.n_registers < 0:
            raise ValueError(Reason("negative_counts"))
        if self.d_model % self.n_heads:
            raise ValueError(Reason("uneven_heads", d_model=self.d_model, heads=self.n_heads))
        if self.image_size % self.patch_size:
            raise ValueError(Reason("uneven_patches", image_size=self.image_size, patch_size=self.patch_size))
        if self.distilled_head and not (self.distilled and self.n_classes):
            raise ValueError(Reason("distilled_alone"))
        if self.distilled_head and self.norm_of_mean:
            raise ValueError(Reason("distilled_mean"))

    @property
    def names_classes(self) -> bool:
        """Whether it has a head whose scores stand for classes."""
        return self.n_classes > 0 and self.answer != "number"

    @property
    def d_head(self) -> int:
        """Dimensions of one head's queries, keys and values."""
        return self.d_model // self.n_heads

    @property
    def grid(self) -> int:
        """Patches along one side of the native picture."""
        return self.image_size // self.patch_size

    @property
    def prefix(self) -> tuple[str, ...]:
        """Names of the tokens that stand before the patches, in order."""
        distillation = ("DIST",) if self.distilled else ()
        return ("CLS", *distillation, *(f"REG{i + 1}" for i in range(self.n_registers)))

    @property
    def norm_of_mean(self) -> bool:
        """Whether the last norm is applied to the mean of the patches instead of to each token."""
        return self.pool == "mean+norm"

    @property
    def n_tokens(self) -> int:
        """Tokens at the native picture size: prefix and patches."""
        return len(self.prefix) + self.grid**2

    @property
    def n_positions(self) -> int:
        """Rows of the learned position table: the patches and, where they have one, CLS and the distillation token."""
        with_position = 1 + self.distilled if self.prefix_positions else 0
        return with_position + self.grid**2

    @property
    def block(self) -> BlockConfig:
        """The shape of each of its blocks."""
        return BlockConfig(
            self.d_model,
            self.n_heads,
            self.d_mlp,
            self.act,
            self.eps,
            norm="pre",
            qkv_bias=self.qkv_bias,
            layer_scale=self.layer_scale,
            gated=self.gated,
        )


@dataclass(frozen=True)
class StackConfig:
    """How many blocks an encoder or a decoder has, and what differs between the two.

    Attributes:
        n_layers: blocks.
        n_heads: attention heads per block.
        d_mlp: hidden units of the MLP.
        positions: the number format to which its position embeddings are rounded, as they were in the checkpoint.
    """

    n_layers: int = 6
    n_heads: int = 8
    d_mlp: int = 2048
    positions: Stored = "float32"


@dataclass(frozen=True)
class Seq2SeqConfig:
    """The shape of one encoder-decoder Transformer; the defaults are the base model of the paper.

    Attributes:
        d_model: numbers per token.
        encoder, decoder: the two stacks.
        source_vocab, target_vocab: tokens the encoder reads and the decoder writes.
        shared_embedding: one table embeds source and target and, transposed, gives the logits.
        pad, end, unknown, start: ids of the special tokens; the decoder begins with `start`.
        act: activation of the MLPs.
        eps: added to the variance inside every LayerNorm.
        norm: normalisation before each branch, or after each addition.
        scale_embedding: embeddings are multiplied by sqrt(d_model) before the position is added.
        sinusoids: sines and cosines interleaved, as in the paper, or all sines and then all cosines, as in Marian.
        max_positions: longest sequence the checkpoint admits.
        causal: the decoder may not look ahead. False only for the twin that was trained without this mask.
        dropout: share of numbers left out in training.
    """

    d_model: int = 512
    encoder: StackConfig = StackConfig()
    decoder: StackConfig = StackConfig()
    source_vocab: int = 37000
    target_vocab: int = 37000
    shared_embedding: bool = True
    pad: int = 0
    end: int = 1
    unknown: int = 2
    start: int = 0
    act: Activation = "relu"
    eps: float = 1e-5
    norm: Norm = "post"
    scale_embedding: bool = True
    sinusoids: Sinusoids = "interleaved"
    max_positions: int = 512
    causal: bool = True
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for stack in (self.encoder, self.decoder):
            if min(stack.n_layers, stack.n_heads, stack.d_mlp) < 1:
                raise ValueError(Reason("empty_part", stack=stack))
            if stack.n_layers > MOST_LAYERS:
                raise ValueError(Reason("too_large", field="n_layers", most=MOST_LAYERS, found=stack.n_layers))
            if self.d_model % stack.n_heads:
                raise ValueError(Reason("uneven_heads", d_model=self.d_model, heads=stack.n_heads))
            if stack.positions not in get_args(Stored):
                raise ValueError(none_of("positions", stack.positions, get_args(Stored)))
        if self.d_model % 2:
            raise ValueError(Reason("odd_width", d_model=self.d_model))
        for field, choices in (("act", Activation), ("norm", Norm), ("sinusoids", Sinusoids)):
            if getattr(self, field) not in get_args(choices):
                raise ValueError(none_of(field, getattr(self, field), get_args(choices)))
        if self.shared_embedding and self.source_vocab != self.target_vocab:
            raise ValueError(Reason("one_table", source=self.source_vocab, target=self.target_vocab))
        _require_tokens(self, self.target_vocab)

    def block(self, stack: StackConfig) -> BlockConfig:
        """The shape of each block of a stack."""
        return BlockConfig(
            self.d_model, stack.n_heads, stack.d_mlp, self.act, self.eps, norm=self.norm, dropout=self.dropout
        )


@dataclass(frozen=True)
class RecurrentConfig:
    """The shape of one recurrent translator: an encoder and a decoder of one layer each, both reading forwards.

    Attributes:
        cell: the kind of both its cells.
        d_embed: numbers per word read; one table embeds both languages and, transposed, gives the logits.
        d_hidden: numbers of a state.
        attention: the decoder looks back at every state of the encoder (Bahdanau et al., arXiv 1409.0473). Without
            attention it knows only the encoder's last state.
        vocab: tokens the encoder reads and the decoder writes.
        pad, end, unknown, start: ids of the special tokens; the decoder begins with `start`.
        max_positions: longest sequence the checkpoint admits. The cells themselves know no limit.
        dropout: share of numbers left out in training.
    """

    cell: CellKind = "gru"
    d_embed: int = 128
    d_hidden: int = 256
    attention: bool = False
    vocab: int = 3000
    pad: int = 0
    end: int = 1
    unknown: int = 2
    start: int = 0
    max_positions: int = 512
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.cell not in get_args(CellKind):
            raise ValueError(none_of("cell", self.cell, get_args(CellKind)))
        for field in ("d_embed", "d_hidden", "vocab", "max_positions"):
            if getattr(self, field) < 1:
                raise ValueError(Reason("too_small", field=field, least=1, found=getattr(self, field)))
        _require_tokens(self, self.vocab)


def _require_tokens(config: Seq2SeqConfig | RecurrentConfig, vocab: int) -> None:
    """Check that every special token is in the vocabulary.

    Raises:
        ValueError: one is not.
    """
    for field in ("pad", "end", "unknown", "start"):
        if not 0 <= getattr(config, field) < vocab:
            raise ValueError(Reason("no_token", field=field, found=getattr(config, field), count=vocab))
