"""Translate a sentence with a recurrent network, and keep every gate and state on the way.

said = vit_core.translate_recurrent(vit_core.load("gru-de-en"), "Der Hund schläft.")
said.text, said.tokens, said.logprob
said.trace["encoder.update_gate"]   # [S, H]: how much of the old state stayed, word by word
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vit_core.arguments import (
    require_functions,
    require_model,
    require_target,
    require_text,
    require_whole,
)
from vit_core.config import RecurrentConfig
from vit_core.device import passing
from vit_core.lasting import copied_together, held
from vit_core.names import recurrent_names
from vit_core.record import ordinary
from vit_core.recurrent_seq2seq import Memory, RecurrentTranslator
from vit_core.sentence_trace import TextTrace, TranslatedText
from vit_core.tap import RecordTap, Tap, null_tap
from vit_core.trace import keep_all

if TYPE_CHECKING:
    from vit_core.checkpoints.loaded_recurrent import LoadedRecurrent


@dataclass(frozen=True, eq=False)
class RecurrentTrace(TextTrace):
    """The trace of a recurrent translator; its names are those of vit_core.names.recurrent_names."""

    config: RecurrentConfig

    def objections(self) -> Iterator[str]:
        """Check the tensors against the configuration: a sentence for each that does not fit."""
        config = self.config
        sizes = {"d_embed": config.d_embed, "d_hidden": config.d_hidden, "word": config.vocab}
        sizes["d_embed + d_hidden"] = config.d_embed + config.d_hidden
        yield from self._objections(recurrent_names(config), lambda _: sizes)


@dataclass(frozen=True, eq=False, kw_only=True)
class RecurrentTranslation(TranslatedText):
    """A sentence, its translation by a recurrent network, and the trace of both.

    Attributes:
        logprobs: [T, V], for each token written the log-probability of every word, nats.
        trace: what encoder and decoder computed.
    """

    logprobs: Tensor = field(repr=False)
    trace: RecurrentTrace = field(repr=False)

    @property
    def nbytes(self) -> int:
        """Bytes held by the trace and the distributions."""
        return held([self.logprobs, *self.trace.tensors.values()])

    def lasting(self) -> RecurrentTranslation:
        """A copy in memory maps of its own (vit_core.lasting), to be kept for long."""
        kept = copied_together({"logprobs": self.logprobs, **self.trace.tensors})
        logprobs = kept.pop("logprobs")  # no quantity has this name
        return replace(self, logprobs=logprobs, trace=replace(self.trace, tensors=MappingProxyType(kept)))


def translate_recurrent(
    model: LoadedRecurrent,
    text: str,
    *,
    max_new: int | None = None,
    keep: Callable[[str], bool] = keep_all,
    watch: Tap = null_tap,
) -> RecurrentTranslation:
    """Translate a sentence, always taking the most probable next token, and keep what the views need.

    Padding is never written, as the Transformers never do.

    Args:
        max_new: tokens after which the text is stopped; at most what the checkpoint admits. When None, three times the
            source's tokens and 50, as for `translate`.
        keep: which announced quantities the trace holds.
        watch: called with each name as it is computed, the decoder's once for every token.

    Raises:
        ValueError: the sentence is longer than the checkpoint admits, or `max_new` leaves no room for a token.
    """
    require_model("translate_recurrent", model, RecurrentConfig)
    require_text("translate_recurrent", text)
    require_whole("translate_recurrent", "max_new", max_new)
    require_functions("translate_recurrent", keep=keep, watch=watch)
    began, net, source = time.perf_counter(), model.model, model.tokenizer.encode(text)
    if max_new is not None and max_new < 1:
        raise ValueError(f"max_new {max_new} leaves no room for a single token")
    limit = min(net.config.max_positions, 3 * len(source) + 50 if max_new is None else max_new)

    def run(there: LoadedRecurrent) -> RecurrentTranslation:
        with passing(there.model):
            encoder = RecordTap(keep, then=watch)
            memory = there.model.encode(torch.tensor([source]), tap=encoder)
            ids, logits, steps = _write(there.model, memory, limit, keep, watch)
            decoder = {name: torch.cat([step[name] for step in steps], dim=1) for name in steps[0]}
        return _translation(model, source, ids, logits, {**encoder.tensors, **decoder}, began)

    return model.run(run)


def read_along_recurrent(
    model: LoadedRecurrent,
    text: str,
    target_ids: Sequence[int],
    *,
    keep: Callable[[str], bool] = keep_all,
    watch: Tap = null_tap,
) -> RecurrentTranslation:
    """Run a model on a sentence and a given translation ("teacher forcing"), and keep how probable it finds each next
    word.

    Args:
        target_ids: target token ids, the end token included if it belongs to the target.
        keep, watch: as in `translate_recurrent`.

    Raises:
        ValueError: sentence or target is empty, longer than the checkpoint admits, or holds an id that is no token.
    """
    require_model("read_along_recurrent", model, RecurrentConfig)
    require_text("read_along_recurrent", text)
    require_functions("read_along_recurrent", keep=keep, watch=watch)
    began, net, source = time.perf_counter(), model.model, model.tokenizer.encode(text)
    config = net.config
    target = require_target(
        "read_along_recurrent", target_ids, vocabulary=config.vocab, most=config.max_positions, model=model.name
    )

    def run(there: LoadedRecurrent) -> RecurrentTranslation:
        record = RecordTap(keep, then=watch)
        with passing(there.model):
            read = torch.tensor([[config.start, *target[:-1]]])
            logits = there.model(torch.tensor([source]), read, tap=record)[0]
        return _translation(model, source, target, logits, record.tensors, began)

    return model.run(run)


def _write(
    net: RecurrentTranslator, memory: Memory, limit: int, keep: Callable[[str], bool], watch: Tap
) -> tuple[list[int], Tensor, list[dict[str, Tensor]]]:
    """Decode greedily: the ids, their scores [T, V], and the quantities of each step."""
    ids: list[int] = []
    rows: list[Tensor] = []
    steps: list[dict[str, Tensor]] = []
    token, state = net.config.start, None
    while len(ids) < limit and (not ids or token != net.config.end):
        record = RecordTap(keep, then=watch)
        x, state = net.decode(torch.tensor([[token]]), memory, state, tap=record)
        rows.append(net.read(x, tap=record)[0, 0])
        allowed = rows[-1].clone()
        allowed[net.config.pad] = float("-inf")
        token = int(allowed.argmax())
        ids.append(token)
        steps.append(record.tensors)
    return ids, torch.stack(rows), steps


def _translation(
    model: LoadedRecurrent,
    source: Sequence[int],
    target: Sequence[int],
    logits: Tensor,
    tensors: Mapping[str, Tensor],
    began: float,
) -> RecurrentTranslation:
    config, ids = model.model.config, tuple(target)
    tokens = tuple(map(model.tokenizer.token, ids))
    source_tokens = tuple(model.tokenizer.token(token, source=True) for token in source)
    logprobs = ordinary(logits.log_softmax(dim=-1))
    return RecurrentTranslation(
        text=model.tokenizer.decode(ids),
        ids=ids,
        tokens=tokens,
        source_ids=tuple(source),
        source_tokens=source_tokens,
        logprobs=logprobs,
        logprob=float(logprobs.gather(1, torch.tensor(ids)[:, None]).double().sum()),
        stopped_by="end" if ids[-1] == config.end else "limit",
        trace=RecurrentTrace(
            checkpoint=model.name,
            config=config,
            source_tokens=source_tokens,
            target_tokens=tokens,
            source_ids=tuple(source),
            target_ids=ids,
            tensors=MappingProxyType({name: ordinary(x[0]) for name, x in tensors.items()}),
            seconds=time.perf_counter() - began,
        ),
    )
