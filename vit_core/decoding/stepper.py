"""Decode step by step: from one state to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch

from vit_core.arguments import require_ids
from vit_core.decoding.constraints import Constraints
from vit_core.decoding.incremental import IncrementalDecoder
from vit_core.decoding.state import DecodeState, Hypothesis, Pass, Source
from vit_core.decoding.strategies import Strategy
from vit_core.device import passing
from vit_core.lazy import Lazy
from vit_core.masks import padding
from vit_core.sentence_trace import keep_sentence
from vit_core.seq2seq import Cache, EncoderDecoder
from vit_core.tap import RecordTap, Tap, null_tap

if TYPE_CHECKING:
    from vit_core.checkpoints.loading import LoadedTranslator


def start(
    model: LoadedTranslator,
    source_ids: Sequence[int],
    *,
    length: int | None = None,
    max_new: int | None = None,
    keep: Callable[[str], bool] = keep_sentence,
    watch: Tap = null_tap,
) -> DecodeState:
    """Encode the source sentence and return the state before the first token.

    Args:
        source_ids: source tokens, end token included.
        length: how many of them are the sentence; the rest is masked padding. None: all.
        max_new: the largest number of target tokens; at most what the checkpoint admits, which is also the default.
        keep: which announced quantities are recorded for the trace.
        watch: called with each name as it is computed.

    Raises:
        TypeError: the sentence is no row of ids.
        ValueError: it is empty or longer than the checkpoint admits, or holds an id that is no token.
    """
    source_ids = require_ids("start", "source_ids", source_ids)
    net, config, n = model.model, model.model.config, len(source_ids)
    if net.training:
        raise RuntimeError("the model is in training mode; call eval() first")
    if not 1 <= n <= config.max_positions:
        raise ValueError(f"the sentence has {n} tokens; {model.name} reads 1 to {config.max_positions}")
    if not all(0 <= token < config.source_vocab for token in source_ids):
        raise ValueError(f"a token of the sentence is none of {config.source_vocab}")
    record = RecordTap(keep, then=watch)
    with passing(net):
        mask = None if length is None else padding(torch.tensor([length]), n)
        memory = net.encode(torch.tensor([list(source_ids)]), mask, tap=record)
        handed = net.decoder.cross_keys_values(memory, tap=record)
        constraints = Constraints.of(config, model.generation, max_new, net.logits_bias, source_ids)
    incremental = Lazy(lambda: IncrementalDecoder(net))
    return DecodeState(Source(tuple(source_ids), mask, handed, incremental, record.tensors, constraints, keep))


def step(model: LoadedTranslator, state: DecodeState, strategy: Strategy, *, watch: Tap = null_tap) -> DecodeState:
    """Write one more token (beam search: one more per hypothesis).

    Raises:
        ValueError: the translation is finished, or the strategy cannot go on from this state.
    """
    if state.done:
        raise ValueError("the translation is finished; step from the state before")
    with passing(model.model):
        passed, cache = _run(model.model, state, watch)
        choice = strategy.choose(state, passed)
        cache = None if cache is None or choice.done else _of_rows(cache, choice.alive)
    return DecodeState(
        state.source,
        state.length + 1,
        choice.alive,
        choice.ended,
        choice.done,
        (choice.alive or choice.ended)[0] if choice.given else state.given,
        cache,
        passed,
        choice,
        back=state,
    )


def _run(net: EncoderDecoder, state: DecodeState, watch: Tap) -> tuple[Pass, Cache | None]:
    """Run the decoder for the next token of each hypothesis that is alive.

    Only the newest token passes through the decoder: the keys and values of earlier tokens are cached and cannot depend
    on it. Without the causal mask they do, so that the whole prefix passes again.
    """
    source, record = state.source, RecordTap(state.source.keep, then=watch)
    targets = [(source.constraints.start, *hypothesis.tokens) for hypothesis in state.alive]
    if net.config.causal:
        ids = torch.tensor([target[-1:] for target in targets])
        x, cache = source.incremental()(ids, source.handed, source_mask=source.mask, past=state.cache, tap=record)
    else:
        ids = torch.tensor(targets)
        (x, _), cache = net.decode(ids, source.handed, source_mask=source.mask, tap=record), None
    logits = net.read(x[:, -1:], tap=record)[:, 0]  # A 1 V -> A V
    return Pass(logits, logits.log_softmax(dim=-1), record.tensors if net.config.causal else {}), cache


def _of_rows(cache: Cache, alive: tuple[Hypothesis, ...]) -> Cache:
    """The cache rows of the hypotheses that the surviving ones continue."""
    rows = [hypothesis.row for hypothesis in alive]
    if rows == list(range(cache[0].k.shape[0])):
        return cache
    index = torch.tensor(rows)
    return tuple(layer.rows(index) for layer in cache)
