"""A SentenceTrace: what one model computed on one sentence and its translation, for every view to derive from."""

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

    def _objections(self, names: Sequence[TraceName], sizes: Callable[[str], Mapping[str, int]]) -> Iterator[str]:
        """What of the tensors does not fit; `sizes` gives the lengths that the configuration says for a name."""
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

    def objections(self) -> Iterator[str]:
        """What of the tensors does not fit the configuration, a sentence each."""
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

    def at(self, stack: Stack, layer: int, what: str) -> Tensor:
        """A quantity of a block by its name there, as in "attn.z"; "resid_pre" is the stream that enters the block.

        Shapes: without batch; scores and patterns [H, query, key] as the pass used them, whatever was kept.

        Raises:
            IndexError: there is no such layer.
            KeyError: there is no such quantity.
        """
        part: Part = "cross" if what.startswith("cross.") else stack
        self.attention(layer, part)  # or there is no such layer
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
