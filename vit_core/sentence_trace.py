"""A SentenceTrace: what one model computed on one sentence and its translation, for every view to derive from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from torch import Tensor

from vit_core.config import RecurrentConfig, Seq2SeqConfig
from vit_core.masks import causal
from vit_core.record import Record

Part = Literal["encoder", "decoder", "cross"]
DERIVED = (".scores", ".pattern")


@cache
def keep_sentence(name: str) -> bool:
    """Keep all but scores and patterns, which q and k give again: a sentence is so short that the rest costs little."""
    return not name.endswith(DERIVED)


@dataclass(frozen=True, eq=False, kw_only=True)
class TranslatedText:
    """A sentence and its translation, by whatever kind of network.

    Attributes:
        text: the translation.
        ids, tokens: its token ids and pieces, end token included.
        source_ids, source_tokens: those of the sentence, end token included.
        logprob: log-probability of the whole translation, nats.
        stopped_by: "end" when the model wrote its end token; "limit" when the text was cut at the largest number of
            tokens, also where the checkpoint then forces an end token, or at the end of the tokens that were given.
    """

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    source_ids: tuple[int, ...]
    source_tokens: tuple[str, ...]
    logprob: float
    stopped_by: Literal["end", "limit"]


@dataclass(frozen=True, eq=False)
class TextTrace(Record):
    """What a translator of any kind computed while it read a sentence and wrote another.

    Target row t belongs to the step that wrote target token t: what it read is the start token for t = 0, and token
    t - 1 after.

    Attributes:
        checkpoint: name of the checkpoint that ran.
        config: its architecture.
        source_tokens, target_tokens: the pieces, end token included.
        source_ids, target_ids: their rows in the embedding tables.
        tensors: announced quantities by name (vit_core.names), CPU, float32, without batch dimension.
        seconds: wall time of the decoding.
    """

    checkpoint: str
    config: Seq2SeqConfig | RecurrentConfig
    source_tokens: tuple[str, ...]
    target_tokens: tuple[str, ...]
    source_ids: tuple[int, ...]
    target_ids: tuple[int, ...]
    tensors: Mapping[str, Tensor]
    seconds: float = 0.0

    @property
    def read_ids(self) -> tuple[int, ...]:
        """What the decoder read, row by row: the start token, then every word written but the last."""
        return (self.config.start, *self.target_ids[:-1])

    @property
    def logits(self) -> Tensor:
        """Scores of every word for every place of the target. Shapes: [T, V]."""
        return self["logits"]


@dataclass(frozen=True, eq=False)
class SentenceTrace(TextTrace):
    """What a Transformer computed; its names are those of vit_core.names.seq2seq_names.

    Attributes:
        source_mask: [S] of bool, False for padding that nobody may attend to; None when there is none.
    """

    config: Seq2SeqConfig
    source_mask: Tensor | None = None

    def pattern(self, layer: int, head: int | None = None, part: Part = "encoder") -> Tensor:
        """Attention weights: how much of each key's value every query takes, 0..1, rows sum to 1.

        Shapes: [H, query, key], or [query, key] for one head; encoder [S, S], decoder [T, T], cross [T, S].

        Raises:
            IndexError: there is no such layer or head.
            ValueError: there is no such part.
        Source: arXiv 1706.03762, equation (1).
        """
        return self.pattern_at(self.attention(layer, part), head, self.mask(part))

    def scores(self, layer: int, head: int | None = None, part: Part = "encoder") -> Tensor:
        """What the pattern is the softmax of: q·k / sqrt(d_head), -inf where attending is forbidden.

        Shapes, raises: as `pattern`.
        """
        return self.scores_at(self.attention(layer, part), head, self.mask(part))

    def mask(self, part: Part) -> Tensor | None:
        """Who may attend to whom, True = may; None = everyone to everything.

        Shapes: broadcastable to [query, key] of bool.
        """
        if part == "decoder":
            return causal(len(self.target_tokens))[0, 0] if self.config.causal else None
        return self.source_mask

    def attention(self, layer: int, part: Part) -> str:
        """Name of an attention, as in "decoder.blocks.1.cross".

        Raises: as `pattern`.
        """
        if part not in get_args(Part):
            raise ValueError(f"part {part!r} is none of {', '.join(get_args(Part))}")
        stack = self.config.encoder if part == "encoder" else self.config.decoder
        if not 0 <= layer < stack.n_layers:
            raise IndexError(f"layer {layer} of {stack.n_layers}")
        side, kind = ("decoder", "cross") if part == "cross" else (part, "attn")
        return f"{side}.blocks.{layer}.{kind}"
