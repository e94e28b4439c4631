"""The services of the page, for photos and for sentences, which share one queue and the operator's folder of models.

Plain Python, plain exceptions, no gradio. Every method may be called from any thread.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import vit_core
from demo.catalogue import card, found_card
from demo.compute.bounds import USUAL, MemoryLimits
from demo.compute.lending import Lender
from demo.compute.local import Surveys, scan
from demo.compute.pool import ModelPool
from demo.compute.queue import ComputeQueue
from demo.compute.store import ByteStore
from demo.photo.service import PhotoService
from demo.sentence.languages import load as load_languages
from demo.sentence.service import SentenceService
from vit_core.checkpoints.in_memory import InMemory


class Services:
    """All services of the page.

    Attributes:
        limits: how many bytes each store may hold.
        photos, sentences: a journey's service each.
    """

    def __init__(
        self,
        *,
        models_dir: Path | None = None,
        device: str = "cpu",
        lender: Lender | None = None,
        limits: MemoryLimits = USUAL,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        self.queue = ComputeQueue(device)
        self.progress = self.queue.progress
        # A registered name always means the registered checkpoint.
        self._local = scan(models_dir, {spec.name for spec in vit_core.available()})
        surveys = Surveys()
        # A model for neither journey can be requested as a photo's, which gives the error for it.
        tasks = {name: surveys.of(path, name).task for name, path in self._local.found.items()}
        tasks = {name: "image" if task in (None, "other") else task for name, task in tasks.items()}

        def of(task: str) -> dict[str, Path]:
            return {name: path for name, path in self._local.found.items() if tasks[name] == task}

        self.photos = PhotoService(self.queue, of("image"), surveys, lender=lender, limits=limits, now=now)
        # The sentence's journey shares only the queue with photos.
        self.sentences = SentenceService(self.queue, of("translation"), of("recurrent"), surveys, limits=limits)

    def stores(self) -> dict[str, ByteStore[Any]]:
        """All stores, by their content."""
        return {**self.photos.stores(), **self.sentences.stores()}

    def pools(self) -> dict[str, ModelPool[Any]]:
        """The pools of models, by kind."""
        return {
            "of images": self.photos.models,
            "translators": self.sentences.models,
            "recurrent translators": self.sentences.recurrents.models,
        }

    def counts(self) -> dict[str, int]:
        """How many models of each kind are on this computer."""
        return {kind: sum(card["here"] for card in pool.cards()) for kind, pool in self.pools().items()}

    def loaded(self) -> list[InMemory]:
        """Every model that is in memory now."""
        return [model for pool in self.pools().values() for model in pool.store.values()]

    def passes_on(self) -> dict[str, int]:
        """How many of the models in memory run on each device."""
        return {self.queue.device: 0, **Counter(model.passes_on for model in self.loaded())}

    def catalogue(self) -> list[dict[str, Any]]:
        """The cards of the Models screen; nothing is loaded and no other host is contacted."""
        registered = [card(spec) for pool in (self.photos.models, self.sentences.models) for spec in pool.specs]
        pools = self.pools().values()
        return registered + [found_card(name, told) for pool in pools for name, told in pool.surveys().items()]

    @property
    def listed_whole(self) -> bool:
        """Whether the whole operator's folder was searched, which may be too large for that."""
        return self._local.whole

    def warm(self) -> None:
        """Load both default models and what the first typed sentence needs, and compute the first examples: no visitor
        waits for them.
        """
        with ThreadPoolExecutor(1) as beside:
            languages = beside.submit(load_languages)
            self.photos.warm()
            languages.result()  # before the first products of few rows, which are timed (vit_core.linear)
        self.sentences.warm()
