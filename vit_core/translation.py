"""Translate a sentence with a Transformer, and keep what the model computed on the way.

translation = vit_core.translate(vit_core.load("marian-s-de-en"), "Der Hund schläft.")
translation.text, translation.tokens, translation.score
translation.steps[0].top(5)                         # the five most probable first words
translation.trace.pattern(2, head=0, part="cross")  # [T, S]: where each step looked in the source
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor

from vit_core.arguments import (
    described,
    require_functions,
    require_ids,
    require_model,
    require_target,
    require_text,
    require_whole,
)
from vit_core.config import Seq2SeqConfig
from vit_core.decoding.beam import Beam, length_norm
from vit_core.decoding.recording import of_one_pass, of_steps, steps_of, without_batch
from vit_core.decoding.settings import USUAL_BEAM, USUAL_LENGTH_PENALTY
from vit_core.decoding.state import DecodeState, Hypothesis, SearchEnd, Source, StepTrace
from vit_core.decoding.stepper import start, step
from vit_core.decoding.strategies import Forced, Strategy
from vit_core.decoding.tree import BeamTree, beam_tree
from vit_core.lasting import copied_together, held
from vit_core.lazy import Lazy, LazyTensors
from vit_core.record import ordinary
from vit_core.sentence_trace import SentenceTrace, TranslatedText, keep_sentence
from vit_core.tap import Tap, null_tap

if TYPE_CHECKING:
    from vit_core.checkpoints.loading import LoadedTranslator

# The fields of a step with a number for each token of the vocabulary.
DISTRIBUTIONS = ("logits", "logprobs", "weighed")


@dataclass(frozen=True, eq=False)
class Recorded:
    """The recorded quantities of one target text.

    Attributes:
        steps: the step that wrote each token.
        tensors: announced quantities by name.
        tree: the tree of a beam search; None for other strategies.
    """

    steps: tuple[StepTrace, ...]
    tensors: Mapping[str, Tensor]
    tree: BeamTree | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Translation(TranslatedText):
    """A sentence, its translation, and the trace of both.

    Attributes:
        score: log-probability of the chosen tokens, divided by a function of their number
            (`vit_core.decoding.length_norm`).
        limit: tokens after which the text would have been cut.
        search_stopped_by: why decoding ended (`vit_core.decoding.DecodeState.stopped_by`); None if the whole target was
            given.
        given: number of given tokens at the beginning, which do not count in the score; 0 if all tokens were given.
        given_logprob: their log-probability, nats.
        trace: what encoder and decoder computed.
        recorded: gives steps, tensors and tree, which are joined on first access; until then the records of all steps
            are held, those of losing hypotheses among them.
    """

    score: float
    limit: int
    search_stopped_by: SearchEnd | None
    given: int = 0
    given_logprob: float = 0.0
    trace: SentenceTrace = field(repr=False)
    recorded: Lazy[Recorded] = field(repr=False)

    @property
    def steps(self) -> tuple[StepTrace, ...]:
        """The step that wrote each token."""
        return self.recorded().steps

    @property
    def tree(self) -> BeamTree | None:
        """The tree of a beam search; None for other strategies."""
        return self.recorded().tree

    @property
    def nbytes(self) -> int:
        """Bytes held by the trace and the steps' distributions, which are joined for that."""
        distributions = (getattr(step, what) for step in self.steps for what in DISTRIBUTIONS)
        return held([*self.trace.tensors.values(), *distributions])

    def lasting(self) -> Translation:
        """A copy with all quantities joined, in memory maps of its own (vit_core.lasting), to be kept for long."""
        recorded = self.recorded()
        rows = {(i, what): getattr(step, what) for i, step in enumerate(recorded.steps) for what in DISTRIBUTIONS}
        kept: dict[Any, Any] = copied_together({**recorded.tensors, **rows})
        steps = [replace(step, **{w: kept[i, w] for w in DISTRIBUTIONS}) for i, step in enumerate(recorded.steps)]
        moved = Recorded(tuple(steps), {name: kept[name] for name in recorded.tensors}, recorded.tree)
        trace = replace(self.trace, tensors=LazyTensors(lambda: moved.tensors))
        return replace(self, trace=trace, recorded=Lazy(lambda: moved))


def translate(
    model: LoadedTranslator,
    text: str,
    *,
    beam: int | None = None,
    length_penalty: float | None = None,
    strategy: Strategy | None = None,
    prefix: Sequence[int] = (),
    max_new: int | None = None,
    keep: Callable[[str], bool] = keep_sentence,
    progress: Callable[[int, int], None] | None = None,
    watch: Tap = null_tap,
) -> Translation:
    """Translate a sentence and keep the quantities that the views need.

    With the causal mask every quantity is recorded as it is computed, token by token. A decoder that may look ahead
    (config.causal False) computes all of its prefix anew with every token; its trace is one pass over the finished
    text, in which every token saw all of it, while `steps` are the choices as they were made.

    Args:
        beam: hypotheses that beam search follows at once; 4, unless said.
        length_penalty: exponent of the length by which their log-probabilities are divided, as in transformers; also
            the score's of strategies that compare no lengths. 0.6, unless said.
        strategy: another strategy than Beam(beam, length_penalty).
        prefix: target ids to begin with, after which the strategy goes on; like a decoder prompt in transformers, they
            do not count in the score.
        max_new: the largest number of target tokens; at most what the checkpoint admits. When None, three times the
            number of source tokens plus 50: more than any translation needs, and far less than endless repetition would
            take.
        keep: which announced quantities the trace holds (vit_core.trace.keep_all: every one).
        progress: called with (tokens written, limit) after each step; an exception it raises ends the work.
        watch: called with each name as it is computed.

    Raises:
        ValueError: the sentence is longer than the checkpoint admits (nothing is cut silently), the prefix holds an id
            that is no token or leaves no room, or `beam`, `length_penalty` or `max_new` stand beside a
            strategy that has its own.
    """
    require_model("translate", model, Seq2SeqConfig)
    require_text("translate", text)
    require_whole("translate", "beam", beam)
    require_whole("translate", "max_new", max_new)
    require_functions("translate", keep=keep, watch=watch, progress=progress or null_tap)
    if strategy is not None and not hasattr(strategy, "choose"):
        raise TypeError(
            f"translate: strategy takes one of vit_core.decoding, such as Greedy(), not {described(strategy)}"
        )
    if strategy is not None and (beam is not None or (length_penalty is not None and isinstance(strategy, Beam))):
        said = "beam" if beam is not None else "length_penalty"
        raise ValueError(f"translate: {said} is not taken beside a strategy; say strategy=Beam(width, length_penalty)")
    if max_new is not None and isinstance(strategy, Forced):
        raise ValueError("translate: max_new is not taken beside Forced, which writes its own tokens and no others")
    length_penalty = USUAL_LENGTH_PENALTY if length_penalty is None else length_penalty
    given = require_ids("translate", "prefix", prefix, model.model.config.target_vocab)
    strategy = strategy or Beam(USUAL_BEAM if beam is None else beam, length_penalty)
    began, source_ids = time.perf_counter(), model.tokenizer.encode(text)
    if isinstance(strategy, Forced):
        max_new = len(strategy.ids)
    elif max_new is None:
        max_new = 3 * len(source_ids) + 50

    def run(there: LoadedTranslator) -> Translation:
        state = start(there, source_ids, max_new=max_new, keep=keep, watch=watch)
        limit, forced = state.source.limit, Forced(given)
        if len(given) >= limit:
            raise ValueError(f"a prefix of {len(given)} tokens leaves no room before the limit of {limit}")
        while not state.done:
            state = step(there, state, forced if state.length < len(given) else strategy, watch=watch)
            if progress is not None:
                progress(state.length, limit)
        said = _finished(there, state, strategy, length_penalty, began, watch)
        if there is not model:
            said.recorded()  # tensors on the device must not be kept longer than its passes
        return said

    return model.run(run)


def _finished(
    model: LoadedTranslator, state: DecodeState, strategy: Strategy, length_penalty: float, began: float, watch: Tap
) -> Translation:
    """The translation of a finished state."""
    written, net, source = state.written(), model.model, state.source
    whole = None if net.config.causal else of_one_pass(net, source, state.tokens, source.keep, watch=watch)

    def put_together() -> Recorded:
        tensors = {**without_batch(source.tensors), **(of_steps(written) if whole is None else whole)}
        tree = beam_tree(state, strategy.width) if isinstance(strategy, Beam) else None
        return Recorded(steps_of(written), tensors, tree)

    best, score = state.best, state.best.score
    # If every token was given, none was chosen, and the score is that of all of them.
    given = state.given if len(state.given.tokens) < len(best.tokens) else Hypothesis()
    if score is None:  # no search compared it with others; one that a prefix ended counts by the search's own rule
        rule = (strategy.length_penalty, strategy.rule) if isinstance(strategy, Beam) else (length_penalty, "exponent")
        score = (best.logprob - given.logprob) / length_norm(len(best.tokens) - len(given.tokens), *rule)
    return _translation(
        model,
        source,
        best.tokens,
        put_together,
        score=score,
        logprob=best.logprob,
        limit=source.limit,
        stopped_by="limit" if state.is_cut(best) else "end",
        search_stopped_by=state.stopped_by,
        given=given,
        seconds=time.perf_counter() - began,
    )


def read_along(
    model: LoadedTranslator,
    text: str,
    target_ids: Sequence[int],
    *,
    length_penalty: float = USUAL_LENGTH_PENALTY,
    keep: Callable[[str], bool] = keep_sentence,
    watch: Tap = null_tap,
) -> Translation:
    """Run a model on a sentence and a given translation, and keep how probable it finds each next word.

    One pass over the whole target ("teacher forcing"), as in training: each step sees the given words before it, or,
    without the causal mask, all of them.

    Args:
        target_ids: target token ids, the end token included if it belongs to the target.
        length_penalty: exponent of the length in the score.
        keep, watch: as in `translate`.

    Raises:
        ValueError: sentence or target is empty, longer than the checkpoint admits, or holds an id that is no token.
    """
    require_model("read_along", model, Seq2SeqConfig)
    require_text("read_along", text)
    require_functions("read_along", keep=keep, watch=watch)
    began, config = time.perf_counter(), model.model.config
    target = require_target(
        "read_along", target_ids, vocabulary=config.target_vocab, most=config.max_positions, model=model.name
    )

    def run(there: LoadedTranslator) -> tuple[Source, dict[str, Tensor]]:
        source = start(there, model.tokenizer.encode(text), keep=keep, watch=watch).source
        decoded = of_one_pass(there.model, source, target, keep, watch=watch)
        return source, {**without_batch(source.tensors), **decoded}

    source, tensors = model.run(run)
    logprobs = tensors["logits"].log_softmax(dim=-1)
    rows = zip(tensors["logits"], logprobs, target, strict=True)
    steps = tuple(StepTrace(logits, row, row, token) for logits, row, token in rows)
    total = sum(float(step.logprobs[step.chosen]) for step in steps)
    recorded = Recorded(steps, tensors, None)
    return _translation(
        model,
        source,
        target,
        lambda: recorded,
        score=total / length_norm(len(target), length_penalty),
        logprob=total,
        limit=len(target),
        stopped_by="end" if target[-1] == config.end else "limit",
        search_stopped_by=None,
        given=Hypothesis(),
        seconds=time.perf_counter() - began,
    )


def _translation(
    model: LoadedTranslator,
    source: Source,
    ids: tuple[int, ...],
    put_together: Callable[[], Recorded],
    *,
    score: float,
    logprob: float,
    limit: int,
    stopped_by: Literal["end", "limit"],
    search_stopped_by: SearchEnd | None,
    given: Hypothesis,
    seconds: float,
) -> Translation:
    recorded = Lazy(put_together)
    tokens = tuple(model.tokenizer.token(token) for token in ids)
    source_tokens = tuple(model.tokenizer.token(token, source=True) for token in source.ids)
    trace = SentenceTrace(
        checkpoint=model.name,
        config=model.model.config,
        source_tokens=source_tokens,
        target_tokens=tokens,
        source_ids=source.ids,
        target_ids=ids,
        tensors=LazyTensors(lambda: recorded().tensors),
        source_mask=None if source.mask is None else ordinary(source.mask[0, 0, 0]).bool(),
        seconds=seconds,
    )
    return Translation(
        text=model.tokenizer.decode(ids),
        ids=ids,
        tokens=tokens,
        source_ids=source.ids,
        source_tokens=source_tokens,
        score=score,
        given=len(given.tokens),
        given_logprob=given.logprob,
        logprob=logprob,
        trace=trace,
        recorded=recorded,
        limit=limit,
        stopped_by=stopped_by,
        search_stopped_by=search_stopped_by,
    )
