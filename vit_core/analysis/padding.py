"""The effect of padding on a batch of sentences, with and without the mask that hides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vit_core.arguments import require_ids, require_several
from vit_core.decoding.stepper import start, step
from vit_core.decoding.strategies import Strategy
from vit_core.device import passing
from vit_core.masks import padding
from vit_core.record import ordinary
from vit_core.seq2seq import EncoderDecoder
from vit_core.tap import RecordTap, Tap, null_tap

if TYPE_CHECKING:
    from vit_core.checkpoints.loaded_translator import LoadedTranslator


@dataclass(frozen=True, eq=False)
class PaddedBatch:
    """The encoder's pass over several sentences that are padded to one length.

    Attributes:
        ids: [B, N], padded behind each sentence's end to the longest.
        lengths: tokens of each sentence, end token included.
        outputs: [B, N, D], what leaves the encoder.
        on_padding: [L, B, N], the share of its attention that each token gives to padding, mean over heads; 0 for
            the padding's own rows, which nobody reads.
    """

    ids: Tensor
    lengths: tuple[int, ...]
    outputs: Tensor
    on_padding: Tensor

    def leaked(self) -> Tensor:
        """The same as one share per layer and sentence: the mean over the sentence's own tokens. Shapes: [L, B]."""
        return self.on_padding.sum(dim=-1) / torch.tensor(self.lengths)


def padded_ids(sentences: Sequence[Sequence[int]], pad: int) -> Tensor:
    """Sentences as rows of one matrix, the shorter ones filled up behind their end. Shapes: returns [B, N] of int.

    Raises:
        TypeError: they are no rows of ids.
        ValueError: there is no sentence.
    """
    rows = _rows("padded_ids", sentences)
    n = max(map(len, rows))
    return torch.tensor([[*ids, *[pad] * (n - len(ids))] for ids in rows])


def _rows(function: str, sentences: Any) -> list[tuple[int, ...]]:
    rows = require_several(function, "sentences", sentences, "rows of ids, one for each sentence")
    if not rows:
        raise ValueError(f"{function}: there is no sentence")
    return [require_ids(function, "sentences", ids) for ids in rows]


def encode_padded(
    model: EncoderDecoder, sentences: Sequence[Sequence[int]], *, masked: bool, tap: Tap = null_tap
) -> PaddedBatch:
    """Run the encoder once over all sentences, with or without the mask that hides the padding.

    `tap` may edit the pass.

    Raises:
        TypeError: they are no rows of ids.
        ValueError: there is no sentence, or one is empty.
    Source: arXiv 1706.03762, section 3.2.3 sets the scores of what must not be seen to -inf; padding is hidden alike.
    """
    rows = _rows("encode_padded", sentences)
    if not all(rows):
        raise ValueError("every sentence of a batch needs a token")
    ids, lengths = padded_ids(rows, model.config.pad), torch.tensor(list(map(len, rows)))
    real = torch.arange(ids.shape[1]) < lengths[:, None]  # B N
    record = RecordTap(lambda name: name.startswith("encoder.") and name.endswith(".attn.pattern"), then=tap)
    with passing(model):
        mask = padding(torch.as_tensor(lengths), ids.shape[1]) if masked else None
        outputs = ordinary(model.encode(torch.as_tensor(ids), mask, tap=record))
    names = [f"encoder.blocks.{i}.attn.pattern" for i in range(model.config.encoder.n_layers)]
    patterns = torch.stack([ordinary(record.tensors[name]).mean(dim=1) for name in names])  # L B N N
    on_padding = patterns.masked_fill(real[:, None], 0).sum(dim=-1)
    return PaddedBatch(ids, tuple(lengths.tolist()), outputs, on_padding * real)


def moved_from_alone(model: EncoderDecoder, batch: PaddedBatch, *, tap: Tap = null_tap) -> Tensor:
    """How far the encoder's output for each sentence differs from its output for the sentence alone, with the same
    edits.

    Shapes: returns [B], the largest difference of any number of any of the sentence's own tokens.
    """
    moved = []
    for ids, n, output in zip(batch.ids, batch.lengths, batch.outputs, strict=True):
        with passing(model):
            alone = ordinary(model.encode(torch.as_tensor(ids[None, :n]), tap=tap))[0]
        moved.append((output[:n] - alone).abs().max())
    return torch.stack(moved)


def translate_padded(
    model: LoadedTranslator,
    ids: Sequence[int],
    width: int,
    strategy: Strategy,
    *,
    masked: bool,
    tap: Tap = null_tap,
) -> str:
    """Translate a sentence that is padded to a width, with or without the mask that hides its padding.

    Raises:
        TypeError: the sentence is no row of ids.
        ValueError: it is longer than the width.
    """
    ids = require_ids("translate_padded", "ids", ids)
    if len(ids) > width:
        raise ValueError(f"{len(ids)} tokens do not fit into {width}")
    padded = [*ids, *[model.model.config.pad] * (width - len(ids))]
    state = start(model, padded, length=len(ids) if masked else None, max_new=3 * len(ids) + 50, watch=tap)
    while not state.done:
        state = step(model, state, strategy, watch=tap)
    return model.tokenizer.decode(state.tokens)
