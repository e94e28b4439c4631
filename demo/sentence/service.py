"""The service for sentences: translators loaded once and translations computed once, both kept within memory bounds.

Plain Python, plain exceptions, no gradio. Every method may be called from any thread.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import Tensor

import vit_core
from demo.compute.bounds import USUAL, MemoryLimits
from demo.compute.local import Surveys
from demo.compute.pool import ModelPool
from demo.compute.queue import ComputeQueue
from demo.compute.store import ByteStore
from demo.errors import VisitorError
from demo.query.interventions import parse
from demo.query.parameters import ParameterError
from demo.query.text_limits import read_ids
from demo.recurrence.service import RecurrenceService
from demo.sentence import strategies
from demo.sentence.query import TranslationQuery
from vit_core import LoadedTranslator, Translation
from vit_core.analysis import prediction_difference
from vit_core.analysis.padding import PaddedBatch, encode_padded, moved_from_alone, translate_padded
from vit_core.bundled import ASSETS
from vit_core.interventions import SentenceIntervention
from vit_core.sentence_trace import keep_sentence
from vit_core.seq2seq import without_causal_mask
from vit_core.tap import EditTap, Tap, null_tap

# Attention grows with the square of the length, and nobody reads a matrix of a thousand words.
MAX_TOKENS = 128
# The model reads a sentence once for each of its tokens to find which target words depend on it; with more tokens this
# takes too long.
MAX_DIFFERENCE = 80
# The beginning of the names of the two translators that differ only in the mask of their training.
TWIN = "twin-"
# The language of the examples.
EXAMPLES_IN = "de"
EXAMPLES = ASSETS / "data" / "examples.tsv"


class SentenceService:
    """The page's access to translators and translations."""

    def __init__(
        self,
        queue: ComputeQueue,
        folders: Mapping[str, Path],
        recurrent: Mapping[str, Path],
        surveys: Surveys,
        *,
        limits: MemoryLimits = USUAL,
    ) -> None:
        self._queue = queue
        self.models: ModelPool[LoadedTranslator] = ModelPool("translation", folders, queue, limits.translators, surveys)
        # The recurrent networks, which translate the same sentences.
        self.recurrents = RecurrenceService(queue, recurrent, surveys, limits=limits)
        self.examples = load_examples()
        self._translations: ByteStore[Translation] = ByteStore(limits.translations)

    def stores(self) -> dict[str, ByteStore[Any]]:
        """All stores for sentences, by their content."""
        return {
            "translations": self._translations,
            "translators": self.models.store,
            "readings": self.recurrents.readings,
            "recurrent translators": self.recurrents.models.store,
        }

    @property
    def first(self) -> TranslationQuery:
        """The query that is computed at the start and shown to a first visitor."""
        return TranslationQuery(self.examples[0].text)

    def is_example(self, text: str, language: str) -> bool:
        """Whether a text is one of the page's examples in this language."""
        return language == EXAMPLES_IN and any(example.text == text for example in self.examples)

    def warm(self) -> None:
        """Load the default translator and translate the first example."""
        self.translation(self.first)

    def model_of(self, translation_query: TranslationQuery, *, request: str = "") -> LoadedTranslator:
        """Check a translation query and return its translator, with the causal mask removed if the change says so.

        Raises:
            VisitorError: as `ModelPool.load`, or bad_request.
        """
        loaded, change = self.models.load(translation_query.model, request=request), parse(translation_query.change)
        change.of_sentence(loaded.model.config)
        return replace(loaded, model=without_causal_mask(loaded.model)) if change.causal_off else loaded

    def intervention(self, translation_query: TranslationQuery) -> SentenceIntervention:
        """The intervention of a query's change, without the decoder's mask.

        Raises:
            VisitorError: as `model_of`.
        """
        return parse(translation_query.change).of_sentence(self.models.load(translation_query.model).model.config)

    def source_ids(self, text: str, model: LoadedTranslator) -> list[int]:
        """The ids of a sentence.

        Raises:
            VisitorError: as `read_ids`.
        """
        return read_ids(text, model.tokenizer.encode, min(MAX_TOKENS, model.model.config.max_positions))

    def translation(self, translation_query: TranslationQuery, *, request: str = "") -> Translation:
        """The translation of a sentence with its trace; computed once for all requests.

        Raises:
            VisitorError: as `model_of` and `source_ids`; prefix_no_room if nothing could follow the given words.
        """
        model, strategy = self.model_of(translation_query, request=request), strategies.parse(translation_query.how)
        self.source_ids(translation_query.text, model)
        if any(not 0 <= token < model.model.config.target_vocab for token in translation_query.prefix):
            most = model.model.config.target_vocab - 1
            raise ParameterError("prefix", f"whole numbers from 0 to {most}", max(translation_query.prefix, key=abs))
        return self._queue.together(
            self._translations, translation_query, request, lambda: self._translate(model, strategy, translation_query)
        )

    def _edit(self, translation_query: TranslationQuery) -> Tap:
        """A tap that applies the change; a new one for every pass."""
        edits = self.intervention(translation_query).edits(self.models.load(translation_query.model).model.config)
        return EditTap(edits) if edits else null_tap

    def keeps(self, translation_query: TranslationQuery) -> bool:
        """Whether a translation is in memory; if not, any view of it may take long."""
        return translation_query in self._translations

    def _translate(
        self, model: LoadedTranslator, strategy: vit_core.decoding.Strategy, translation_query: TranslationQuery
    ) -> Translation:
        self._queue.progress.tell(translation_query, "queue")
        kept = self.intervention(translation_query).undivided()

        def write() -> Translation:
            return vit_core.translate(
                model,
                translation_query.text,
                strategy=strategy,
                prefix=translation_query.prefix,
                keep=lambda name: keep_sentence(name) or name in kept,
                progress=lambda done, limit: self._queue.progress.tell(translation_query, "words", done, limit),
                watch=self._edit(translation_query),
            )

        try:
            return self._queue.passed(translation_query, lambda: write().lasting())
        except ValueError as error:
            if not translation_query.prefix:
                raise
            # Sentence and ids were checked before, so it can only be the number of given words.
            raise VisitorError("prefix_no_room", found=len(translation_query.prefix)) from error

    def difference(self, translation_query: TranslationQuery) -> Tensor | None:
        """The probability that each target token loses without each source token, [T, S]; None for a sentence too long
        for that.

        Raises:
            VisitorError: as `translation`.
        """
        model, said = self.model_of(translation_query), self.translation(translation_query)
        if len(said.source_ids) > MAX_DIFFERENCE:
            return None

        def run(there: LoadedTranslator) -> Tensor:
            return prediction_difference(there.model, said.source_ids, said.ids, tap=self._edit(translation_query))

        return self._queue.passed(translation_query, lambda: model.run(run))

    def twins(self) -> list[str]:
        """Names of the twins, the one trained with the causal mask first; empty if they are not available.

        Raises:
            VisitorError: as `ModelPool.load`.
        """
        trained = {self.models.load(n).model.config.causal: n for n in self.models.offered() if n.startswith(TWIN)}
        return [trained[True], trained[False]] if len(trained) == 2 else []

    def teacher_forced(self, name: str, text: str, reference: str) -> Translation:
        """Run a translator on a given translation (teacher forcing), predicting each of its words from all it may see.

        The end token is an input like any other, as in the twins' training, and is repeated as a target: the last step,
        which reads it, has no real target.

        Raises:
            VisitorError: as `ModelPool.load`, and as `source_ids` for the sentence and for its translation.
        """
        model = self.models.load(name)
        self.source_ids(text, model)
        most = min(MAX_TOKENS, model.model.config.max_positions)
        target = read_ids(reference, model.tokenizer.encode_target, most)
        given = [*target, model.model.config.end]
        return self._queue.passed((text, reference), lambda: vit_core.read_along(model, text, given))

    def _row(self, row: int, text: str, model: LoadedTranslator) -> list[int]:
        """The ids of one of several sentences, as `source_ids`; an error contains its index among them."""
        try:
            return self.source_ids(text, model)
        except VisitorError as error:
            raise VisitorError(error.code, **error.params, row=row) from error

    def padded(
        self, translation_query: TranslationQuery, others: tuple[str, ...], *, masked: bool
    ) -> tuple[PaddedBatch, Tensor, list[str]]:
        """A sentence and others as one padded batch, how far each output differs from that of the sentence alone, and
        the translations.

        Raises:
            VisitorError: as `model_of` and `source_ids`; its `row` is the index of the sentence that cannot be read.
        """
        model, strategy, edit = (
            self.model_of(translation_query),
            strategies.parse(translation_query.how),
            self._edit(translation_query),
        )
        rows = [self._row(row, text, model) for row, text in enumerate((translation_query.text, *others))]

        def run(there: LoadedTranslator) -> tuple[PaddedBatch, Tensor, list[str]]:
            batch = encode_padded(there.model, rows, masked=masked, tap=edit)
            width = batch.ids.shape[1]
            written = [translate_padded(there, ids, width, strategy, masked=masked, tap=edit) for ids in rows]
            return batch, moved_from_alone(there.model, batch, tap=edit), written

        return self._queue.passed(translation_query, lambda: model.run(run))


@dataclass(frozen=True)
class Example:
    """One example sentence.

    Attributes:
        text: German.
        reference: a human's translation.
        note: key of a note about it ("order", "long", "formal", ...), or "".
    """

    text: str
    reference: str
    note: str


def load_examples() -> list[Example]:
    """Load the example sentences; a first visitor sees the first one."""
    with EXAMPLES.open(encoding="utf-8", newline="") as rows:
        return [Example(row["de"], row["en"], row["note"]) for row in csv.DictReader(rows, delimiter="\t")]
