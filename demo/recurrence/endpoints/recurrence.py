"""The views of the screen Before attention: recurrent networks on a sentence, how far back their gradients reach, and
the cost of a cell's step.
"""

from __future__ import annotations

from typing import Literal, get_args

from demo.query.parameters import ParameterError
from demo.query.text_limits import read_ids
from demo.recurrence.long_sentences import long_texts
from demo.recurrence.service import MAX_STEPS, translator_of
from demo.recurrence.views import bottleneck as bottleneck_views
from demo.recurrence.views import chain as chain_views
from demo.recurrence.views import cost as cost_views
from demo.recurrence.views import gradient as gradient_views
from demo.recurrence.views import path as path_views
from demo.sentence.query import TranslationQuery
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from vit_core.arguments import require_place
from vit_core.config import CellKind
from vit_core.quality_by_length import read_quality
from vit_core.recurrent import CELLS, Cell
from vit_core.text import MarianTokenizer

# All cells of one size, to compare them as cells; the shipped models have equal numbers of parameters instead.
SAME_HIDDEN = 256
# Seconds of measuring while the visitor waits; once for each of the two sizes.
MEASURE_SECONDS = 0.15
# The measured quality of the shipped translators' own translations.
ALONE = "Tatoeba test, 649 sentences"
KINDS: tuple[CellKind, ...] = get_args(CellKind)


@sentence_view("chain")
def chain(sentences: SentenceService, translation_query: TranslationQuery, *, cell: str) -> bytes:
    return chain_views.chain(*sentences.recurrents.by_cell(cell, translation_query.text), translation_query.text)


@sentence_view("path")
def path(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    """All kinds of network are given the same translation, the one on screen: paths are compared, not translators.

    Raises:
        VisitorError: as `ids_of`.
    """
    model = sentences.recurrents.model(translator_of("rnn"))
    source, source_ids, target_ids = ids_of(
        model.tokenizer, translation_query.text, sentences.translation(translation_query).text, 1
    )
    return path_views.path(model.tokenizer, source, source_ids, [model.model.config.start, *target_ids])


@sentence_view("quality_by_length")
def quality_by_length(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    return bottleneck_views.quality(read_quality(), translation_query.text)


@sentence_view("translated")
def translated(sentences: SentenceService, translation_query: TranslationQuery, *, name: str) -> bytes:
    """A sentence translated by any model that has one best next token, a Transformer or a recurrent network."""
    recurrents = sentences.recurrents
    if name in recurrents.models.names():
        return bottleneck_views.translated(recurrents.reading(name, translation_query.text), recurrents.model(name))
    greedy = TranslationQuery(translation_query.text, name, "greedy")
    return bottleneck_views.translated(sentences.translation(greedy), sentences.model_of(greedy))


@sentence_view("gradient_text")
def gradient_text(sentences: SentenceService, translation_query: TranslationQuery, *, cell: str, count: int) -> bytes:
    """The words of a sentence, or of a text of `count` sentences that begins with it.

    Raises:
        VisitorError: as `ids_of`.
    """
    text, written = translation_query.text, sentences.translation(translation_query).text
    model = sentences.recurrents.model(translator_of(cell))
    tokenizer, start = model.tokenizer, model.model.config.start
    source, source_ids, target_ids = ids_of(tokenizer, text, written, count)
    _, own_source, own_target = ids_of(tokenizer, text, written, 1)
    lengths = [
        {"count": one.count, "words": one.words} for one in long_texts(text, written) if _fits(tokenizer, one.source)
    ]
    own = (len(own_source), len(own_target))
    found, share = sentences.recurrents.late_word(source_ids, target_ids)
    late = (found.step, found.source, share)
    return gradient_views.text(tokenizer, source, source_ids, [start, *target_ids], own, lengths, late)


@sentence_view("gradient")
def gradient(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    cell: str,
    weights: Literal["trained", "first"],
    count: int,
    step: int,
) -> bytes:
    """The gradient of the loss of the word written at `step`, by a cell "trained" or with its "first" weights.

    Raises:
        VisitorError: as `ids_of`.
        IndexError: the translation has no such step.
    """
    recurrents, name = sentences.recurrents, translator_of(cell)
    tokenizer = recurrents.model(name).tokenizer
    _, source, target = ids_of(tokenizer, translation_query.text, sentences.translation(translation_query).text, count)
    require_place("step", step, len(target))
    trained = weights == "trained"
    found, factors = recurrents.gradients(name, source, target, step, trained=trained)
    return gradient_views.gradient(found, factors, recurrents.radii(name, trained=trained))


@sentence_view("radius")
def radius(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    return gradient_views.radius()


@sentence_view("cell_costs")
def cell_costs(sentences: SentenceService, translation_query: TranslationQuery) -> bytes:
    """The three cells as matrices: of one size, and of the shipped models' own."""
    models = {kind: sentences.recurrents.model(translator_of(kind)) for kind in KINDS}
    own = {kind: (one.model.config.d_embed, one.model.config.d_hidden) for kind, one in models.items()}
    sizes = {"same": {kind: (e, SAME_HIDDEN) for kind, (e, _) in own.items()}, "own": own}
    return cost_views.counts(sizes, {kind: one.spec.metrics[ALONE] for kind, one in models.items()})


@sentence_view("cell_times", on_demand=True)
def cell_times(sentences: SentenceService, translation_query: TranslationQuery, *, run: str) -> bytes:
    """The same cells, each step timed now: every `run` is another measurement."""
    recurrents = sentences.recurrents
    own: dict[str, Cell] = {kind: recurrents.model(translator_of(kind)).model.encoder for kind in KINDS}
    same: dict[str, Cell] = {kind: CELLS[kind](own[kind].weight_ih.shape[1], SAME_HIDDEN) for kind in KINDS}
    return cost_views.times(
        {"same": recurrents.step_times(same, MEASURE_SECONDS), "own": recurrents.step_times(own, MEASURE_SECONDS)}
    )


def ids_of(tokenizer: MarianTokenizer, text: str, written: str, count: int) -> tuple[str, list[int], list[int]]:
    """A text of so many sentences, its ids, and those of its translation.

    Raises:
        VisitorError: bad_request for a count that is not offered, else as `read_ids`.
    """
    texts = {one.count: one for one in long_texts(text, written)}
    if count not in texts or (count > 1 and not _fits(tokenizer, texts[count].source)):
        offered = [one.count for one in texts.values() if one.count == 1 or _fits(tokenizer, one.source)]
        raise ParameterError("count", f"one of {', '.join(map(str, offered))}", count)
    both = texts[count]
    read_ids(text, tokenizer.encode, MAX_STEPS)
    if written.strip():  # a model may end at once
        read_ids(written, tokenizer.encode_target, MAX_STEPS)
    return both.source, tokenizer.encode(both.source), tokenizer.encode_target(both.target)


def _fits(tokenizer: MarianTokenizer, text: str) -> bool:
    return len(tokenizer.encode(text)) <= MAX_STEPS
