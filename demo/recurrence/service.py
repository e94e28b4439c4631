"""The service for recurrent translators (screen Before attention): models loaded once, each sentence read once.

Plain Python, plain exceptions, no gradio. Every method may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import vit_core
from demo.compute.bounds import USUAL, MemoryLimits
from demo.compute.local import Surveys
from demo.compute.pool import ModelPool
from demo.compute.queue import ComputeQueue
from demo.compute.store import ByteStore
from demo.query.text_limits import read_ids
from vit_core import LoadedRecurrent, RecurrentConfig, RecurrentTranslation
from vit_core.analysis.gradients import (
    InputGradients,
    StepFactors,
    input_gradients,
    spectral_radius,
    step_factors,
    untrained,
)
from vit_core.analysis.late_words import LateWord, late_word_of
from vit_core.analysis.step_times import StepTimes, step_times
from vit_core.checkpoints.recurrent_entries import SEED
from vit_core.recurrent import Cell
from vit_core.recurrent_seq2seq import RecurrentTranslator

# The cells have no largest length. Their small vocabulary cuts a text into up to twice the tokens of the main
# translator, and every sentence that is accepted there must be readable here.
MAX_STEPS = 256
# The language pair of all of them, which follows the page's name of the cell ("gru-attention") in a model's name.
PAIR = "-de-en"
# The model with attention, which shows the source word of each target word.
ATTENTIVE = "gru-attention"


class RecurrenceService:
    """The page's access to recurrent translators and their results."""

    def __init__(
        self, queue: ComputeQueue, folders: Mapping[str, Path], surveys: Surveys, *, limits: MemoryLimits = USUAL
    ) -> None:
        self._queue = queue
        self.models: ModelPool[LoadedRecurrent] = ModelPool(
            "recurrent", folders, queue, limits.recurrent_translators, surveys
        )
        self.readings: ByteStore[RecurrentTranslation] = ByteStore(limits.readings)

    def model(self, name: str, *, request: str = "") -> LoadedRecurrent:
        """A recurrent translator, loaded on first use.

        Raises:
            VisitorError: as `ModelPool.load`.
        """
        return self.models.load(name, request=request)

    def source_ids(self, name: str, text: str) -> list[int]:
        """A sentence as a recurrent translator reads it.

        Raises:
            VisitorError: as `model` and `read_ids`.
        """
        model = self.model(name)
        return read_ids(text, model.tokenizer.encode, min(MAX_STEPS, model.model.config.max_positions))

    def reading(self, name: str, text: str, *, request: str = "") -> RecurrentTranslation:
        """A sentence translated by a recurrent network, with every gate and state; computed once for all requests.

        Raises:
            VisitorError: as `source_ids`.
        """
        model, key = self.model(name, request=request), (name, text)
        self.source_ids(name, text)

        def read() -> RecurrentTranslation:
            return self._queue.passed(key, lambda: vit_core.translate_recurrent(model, text).lasting())

        return self._queue.together(self.readings, key, request, read)

    def by_cell(self, cell: str, text: str) -> tuple[RecurrentTranslation, LoadedRecurrent]:
        """A sentence translated by the translator with this cell, and that translator.

        Raises:
            VisitorError: as `reading`.
        """
        name = translator_of(cell)
        return self.reading(name, text), self.model(name)

    def gradients(
        self, name: str, source_ids: Sequence[int], target_ids: Sequence[int], at: int, *, trained: bool
    ) -> tuple[InputGradients, StepFactors]:
        """The gradient norms of the loss of target token `at` for every word before it, and the factors of each step.

        Args:
            trained: False for the first weights of the model's training.

        Raises:
            VisitorError: as `model`.
            IndexError: the target has no such token.
        """
        net = self._weights(name, trained)
        asked = (net, source_ids, target_ids, at)
        return self._queue.passed((name, at), lambda: (input_gradients(*asked), step_factors(*asked)))

    def late_word(self, source_ids: Sequence[int], target_ids: Sequence[int]) -> tuple[LateWord, float]:
        """The word of a translation whose source word stands late, and its attention weight there.

        Raises:
            VisitorError: as `model`.
        """
        model = self.model(translator_of(ATTENTIVE))
        asked = (model.model, model.tokenizer, source_ids, target_ids)
        return self._queue.passed((ATTENTIVE, "late_word"), lambda: late_word_of(*asked))

    def radii(self, name: str, *, trained: bool) -> tuple[float, float] | None:
        """The spectral radius of the encoder's and the decoder's W_hh; None for cells with gates."""
        net = self._weights(name, trained)
        return _radii(net) if net.config.cell == "rnn" else None

    def _weights(self, name: str, trained: bool) -> RecurrentTranslator:
        loaded = self.model(name)
        return loaded.model if trained else _first_weights(loaded.model.config)

    def step_times(self, cells: Mapping[str, Cell], seconds: float) -> StepTimes:
        """Time steps of some cells while nothing else is computed here."""
        return self._queue.passed("step_times", lambda: step_times(cells, seconds))


def translator_of(cell: str) -> str:
    """The name of the recurrent translator with a cell."""
    return f"{cell}{PAIR}"


@cache
def _first_weights(config: RecurrentConfig) -> RecurrentTranslator:
    return untrained(config, SEED)


@cache
def _radii(net: RecurrentTranslator) -> tuple[float, float]:
    """As `RecurrenceService.radii`; cached, since it takes longer than a gradient."""
    return spectral_radius(net.encoder), spectral_radius(net.decoder)
