"""What two chapters of Before attention ask for: how far back learning reaches, and what a step of a cell costs."""

from __future__ import annotations

from typing import get_args

from demo.errors import VisitorError
from demo.longer import longer
from demo.queries import Query, number
from demo.readable import read_ids
from demo.recurrents import MAX_STEPS, PAIR, Recurrents
from demo.views import before_cost, before_gradient
from vit_core.config import CellKind
from vit_core.recurrent import CELLS, Cell
from vit_core.text import MarianTokenizer

# All cells of one size, to be compared as cells; the shipped models have as many parameters each instead.
SAME_HIDDEN = 256
# For which one waits; once for each of the two sizes.
MEASURE_SECONDS = 0.15
KINDS: tuple[CellKind, ...] = get_args(CellKind)


def gradient_text(recurrents: Recurrents, text: str, written: str, query: Query) -> bytes:
    """The words of a sentence, or of a text of `count` sentences that begins with it.

    Raises:
        VisitorError: as `_ids`.
    """
    model = recurrents.model(translator_of(query))
    tokenizer, start = model.tokenizer, model.model.config.start
    source, source_ids, target_ids = _ids(tokenizer, text, written, number(query, "count"))
    _, own_source, own_target = _ids(tokenizer, text, written, 1)
    lengths = [
        {"count": one.count, "words": one.words} for one in longer(text, written) if _fits(tokenizer, one.source)
    ]
    own = (len(own_source), len(own_target))
    return before_gradient.text(tokenizer, source, source_ids, [start, *target_ids], own, lengths)


def gradient(recurrents: Recurrents, text: str, written: str, query: Query) -> bytes:
    """The gradient of the loss of the word written at `step`, by a cell "trained" or with its "first" weights.

    Raises:
        VisitorError: bad_request, and as `_ids`.
        IndexError: the translation has no such step.
    """
    weights = query.get("weights")
    if weights not in ("trained", "first"):
        raise VisitorError("bad_request")
    name = translator_of(query)
    _, source, target = _ids(recurrents.model(name).tokenizer, text, written, number(query, "count"))
    found = recurrents.gradients(name, source, target, number(query, "step"), trained=weights == "trained")
    return before_gradient.gradient(found)


def cell_costs(recurrents: Recurrents) -> bytes:
    """The three cells as matrices: of one size, and of the shipped models' own."""
    models = {kind: recurrents.model(f"{kind}{PAIR}").model.config for kind in KINDS}
    own = {kind: (config.d_embed, config.d_hidden) for kind, config in models.items()}
    return before_cost.counts({"same": {kind: (e, SAME_HIDDEN) for kind, (e, _) in own.items()}, "own": own})


def cell_times(recurrents: Recurrents) -> bytes:
    """The same cells, each step timed now."""
    own: dict[str, Cell] = {kind: recurrents.model(f"{kind}{PAIR}").model.encoder for kind in KINDS}
    same: dict[str, Cell] = {kind: CELLS[kind](own[kind].weight_ih.shape[1], SAME_HIDDEN) for kind in KINDS}
    return before_cost.times(
        {"same": recurrents.step_times(same, MEASURE_SECONDS), "own": recurrents.step_times(own, MEASURE_SECONDS)}
    )


def translator_of(query: Query) -> str:
    """Name of the recurrent translator whose cell a query names."""
    return f"{query.get('cell', '')}{PAIR}"


def _ids(tokenizer: MarianTokenizer, text: str, written: str, count: int) -> tuple[str, list[int], list[int]]:
    """A text of so many sentences, its ids, and those of its translation.

    Raises:
        VisitorError: bad_request for a count that is not offered, else as `read_ids`.
    """
    texts = {one.count: one for one in longer(text, written)}
    if count not in texts or (count > 1 and not _fits(tokenizer, texts[count].source)):
        raise VisitorError("bad_request")
    both = texts[count]
    read_ids(text, tokenizer.encode, MAX_STEPS)
    if written.strip():  # a model may end at once
        read_ids(written, tokenizer.encode_target, MAX_STEPS)
    return both.source, tokenizer.encode(both.source), tokenizer.encode_target(both.target)


def _fits(tokenizer: MarianTokenizer, text: str) -> bool:
    return len(tokenizer.encode(text)) <= MAX_STEPS
