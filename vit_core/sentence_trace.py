"""A SentenceTrace: the record of one model on one sentence and its translation, from which every view is derived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from torch import Tensor

from vit_core.arguments import require_place
from vit_core.config import RecurrentConfig, Seq2SeqConfig
from vit_core.masks import causal
from vit_core.names import TraceName, seq2seq_names
from vit_core.record import Record
from vit_core.trace_files import wrong_shapes

Part = Literal["encoder", "decoder", "cross"]
Stack = Literal["encoder", "decoder"]
DERIVED = (".scores", ".pattern")


@cache
def keep_sentence(name: str) -> bool:
    """Keep all but scores and patterns, which are derived from q and k: a sentence is short, so the rest takes little
    memory.
    """
    return not name.endswith(DERIVED)


@dataclass(frozen=True, eq=False, kw_only=True)
class TranslatedText:
    """A sentence and its translation, by any kind of network.

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
    """The trace of a translator of any kind on one sentence and its translation.

    Target row t belongs to the step that wrote target token t; its input is the start token for t = 0, and else token t
    - 1.

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

    def _objections(self, names: Sequence[TraceName], sizes: Callable[[str], Mapping[str, int]]) -> Iterator[str]:
        """Check the tensors: a sentence for each that does not fit; `sizes` gives the lengths of a name's axes by the
        configuration.
        """
        n_source, n_target = len(self.source_ids), len(self.target_ids)
        if (len(self.source_tokens), len(self.target_tokens)) != (n_source, n_target):
            yield "it has not as many tokens as ids"

        def lengths(name: str) -> dict[str, int]:
            own = n_source if name.startswith("encoder.") else n_target
            to_source = ".cross." in name or name.startswith("decoder.attn.")  # a recurrent decoder's attention
            return {
                **sizes(name),
                "token": own,
                "query": own,
                "key": n_source if to_source else own,
                "source": n_source,
            }

        yield from wrong_shapes(self.tensors, {name.template: name.axes for name in names}, lengths)

    @property
    def read_ids(self) -> tuple[int, ...]:
        """The ids that the decoder read, row by row: the start token, then all target tokens but the last."""
        return (self.config.start, *self.target_ids[:-1])

    @property
    def logits(self) -> Tensor:
        """Scores of every word for every place of the target. Shapes: [T, V]."""
        return self["logits"]


@dataclass(frozen=True, eq=False)
class SentenceTrace(TextTrace):
    """The trace of a Transformer translator; its names are those of vit_core.names.seq2seq_names.

    Attributes:
        source_mask: [S] of bool, False for padding; None without padding.
    """

    config: Seq2SeqConfig
    source_mask: Tensor | None = None

    def objections(self) -> Iterator[str]:
        """Check the tensors against the configuration: a sentence for each that does not fit."""
        if self.source_mask is not None and list(self.source_mask.shape) != [len(self.source_ids)]:
            yield f"its source mask has the shape {list(self.source_mask.shape)}"
        config = self.config

        def sizes(name: str) -> dict[str, int]:
            stack = config.encoder if name.startswith("encoder.") else config.decoder
            head = {"head": stack.n_heads, "d_head": config.d_model // stack.n_heads}
            return {**head, "d_mlp": stack.d_mlp, "d_model": config.d_model, "word": config.target_vocab}

        yield from self._objections(seq2seq_names(config), sizes)

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
        """Attention scores, of which the pattern is the softmax: q·k / sqrt(d_head), -inf where the mask forbids.

        Shapes, raises: as `pattern`.
        """
        return self.scores_at(self.attention(layer, part), head, self.mask(part))

    def mask(self, part: Part) -> Tensor | None:
        """The mask of an attention, True = may attend; None without a mask.

        Shapes: broadcastable to [query, key] of bool.
        """
        if part == "decoder":
            return causal(len(self.target_tokens))[0, 0] if self.config.causal else None
        return self.source_mask

    def at(self, stack: Stack, layer: int, what: str) -> Tensor:
        """A quantity of a block by its name there, as in "attn.z"; "resid_pre" is the stream that enters the block.

        Shapes: without batch; scores and patterns [H, query, key] as the pass used them, whatever was kept.

        Raises:
            IndexError: there is no such layer.
            KeyError: there is no such quantity.
        """
        part: Part = "cross" if what.startswith("cross.") else stack
        self.attention(layer, part)  # raises if there is no such layer
        which = what.rpartition(".")[2]
        if which == "scores":
            return self.scores(layer, part=part)
        if which == "pattern":
            return self.pattern(layer, part=part)
        if what == "resid_pre":
            return self[f"{stack}.tokens" if layer == 0 else f"{stack}.blocks.{layer - 1}.resid_post"]
        return self[f"{stack}.blocks.{layer}.{what}"]

    def attention(self, layer: int, part: Part) -> str:
        """Name of an attention, as in "decoder.blocks.1.cross".

        Raises: as `pattern`.
        """
        if part not in get_args(Part):
            raise ValueError(f"part {part!r} is none of {', '.join(get_args(Part))}")
        stack = self.config.encoder if part == "encoder" else self.config.decoder
        require_place("layer", layer, stack.n_layers)
        side, kind = ("decoder", "cross") if part == "cross" else (part, "attn")
        return f"{side}.blocks.{layer}.{kind}"
