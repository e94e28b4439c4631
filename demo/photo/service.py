"""The service for photos: models loaded once and traces computed once, both kept within memory bounds.

Plain Python, plain exceptions, no gradio. Every method may be called from any thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from PIL import Image

import vit_core
from demo.compute.bounds import USUAL, MemoryLimits
from demo.compute.lending import Lender, NotLentError, is_large
from demo.compute.local import Surveys
from demo.compute.pool import ModelPool
from demo.compute.queue import ComputeQueue
from demo.compute.store import ByteStore
from demo.errors import VisitorError
from demo.photo.photo_store import PhotoStore
from demo.photo.picture_file import Photo
from demo.photo.query import FIRST, PhotoQuery
from demo.query import interventions
from demo.query.orders import read_order
from vit_core import LoadedModel, Trace, ViTConfig
from vit_core.analysis.checks import Check, run_checks
from vit_core.checkpoints.reference import LIBRARIES, Parity, parity
from vit_core.interventions import Intervention
from vit_core.preprocess import Box
from vit_core.replay import open_block, rerun
from vit_core.tap import Tap

# The most tokens of an offered picture size: attention of one layer grows with their square and has to be sent to the
# page.
MAX_TOKENS = 800


class PhotoService:
    """The page's access to photos, image models and traces."""

    def __init__(
        self,
        queue: ComputeQueue,
        folders: Mapping[str, Path],
        surveys: Surveys,
        *,
        lender: Lender | None = None,
        limits: MemoryLimits = USUAL,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lender = lender
        self._queue = queue
        self.store = PhotoStore(limits, now)
        self.gallery = self.store.gallery
        self.models: ModelPool[LoadedModel] = ModelPool("image", folders, queue, limits.image_models, surveys)
        self._traces: ByteStore[Trace] = ByteStore(limits.traces)
        self._changed: ByteStore[Trace] = ByteStore(limits.changed_traces)

    def stores(self) -> dict[str, ByteStore[Any]]:
        """All stores for photos, by their content."""
        return {
            "photos": self.store.uploaded,
            "examples": self.store.examples,
            "traces": self._traces,
            "changed traces": self._changed,
            "image models": self.models.store,
        }

    def warm(self) -> None:
        """Load the default model and compute the first example; then as many passes at once as there may be, which is
        when the program takes most memory: what it takes warm includes that.
        """
        self.trace(FIRST)
        model, photo = self.model(FIRST.model), self.photo(FIRST.photo)

        def run() -> None:
            self._run(model, photo, FIRST.size, "warm")  # and let go

        self._queue.fill(run)

    # -- photos

    def add_photo(self, data: bytes) -> str:
        """Store a visitor's picture, and return the token that names it.

        Raises: as `PhotoStore.add`.
        """
        return self.store.add(data)

    def photo(self, token: str) -> Photo:
        """The picture of a token.

        Raises: as `PhotoStore.get`.
        """
        return self.store.get(token)

    # -- models

    def model(self, name: str, *, request: str = "") -> LoadedModel:
        """A model of the photo's journey, loaded on first use.

        Raises:
            VisitorError: as `ModelPool.load`.
        """
        return self.models.load(name, request=request)

    def sizes(self, model: LoadedModel) -> list[int]:
        """The offered picture sizes: from 3x3 patches (the course's nine words) to a finer grid than the model's."""
        patch, native = model.model.config.patch_size, _native(model)
        prefix = len(model.model.config.prefix)
        grids = {3, 7, native // patch // 2, native // patch * 3 // 4, native // patch, native // patch * 3 // 2}
        return sorted({g * patch for g in grids if g >= 3 and g * g + prefix <= MAX_TOKENS} | {native})

    # -- traces

    def complete(self, photo_query: PhotoQuery, *, request: str = "") -> PhotoQuery:
        """Replace size 0 of a photo query by the model's own size.

        Raises:
            VisitorError: as `model`.
        """
        return (
            photo_query
            if photo_query.size
            else replace(photo_query, size=_native(self.model(photo_query.model, request=request)))
        )

    def model_of(self, photo_query: PhotoQuery, *, request: str = "") -> LoadedModel:
        """Check a photo query and return its model.

        Raises:
            VisitorError: the model or the size is not offered.
        """
        model = self.model(photo_query.model, request=request)
        if photo_query.size not in (sizes := self.sizes(model)):
            raise VisitorError("size_unknown", size=photo_query.size, sizes=", ".join(map(str, sizes)))
        return model

    def trace(self, photo_query: PhotoQuery, *, request: str = "") -> Trace:
        """The trace of a photo query; computed if it is not in memory, once for all requests.

        Raises:
            VisitorError: as `model_of` and `photo`.
        """
        model = self.model_of(photo_query, request=request)
        photo = self.photo(photo_query.photo)
        key = (photo_query.model, photo_query.size, photo.fingerprint)
        trace = self._together(key, request, lambda: self._run(model, photo, photo_query.size, key))
        if not photo_query.change:
            return trace
        intervention = self.intervention(photo_query, trace)
        return self._changed.get_or_compute((*key, photo_query.change), lambda: self._rerun(model, trace, intervention))

    @cached_property
    def lent(self) -> frozenset[str]:
        """Names of the models whose traces a lent GPU computes; empty without one."""
        if self._lender is None:
            return frozenset()
        configs = {spec.name: spec.config for spec in self.models.specs}
        configs |= {name: told.spec.config for name, told in self.models.surveys().items() if told.spec}
        return frozenset(name for name, config in configs.items() if isinstance(config, ViTConfig) and is_large(config))

    def lend(self, photo_query: PhotoQuery, request: str = "") -> bool:
        """Compute the trace of a query on the lent GPU, if its model is one of these, and keep it like any other.

        To be called in an event of Gradio's, which carries the visitor's quota of GPU time.

        Returns:
            False if no GPU could be lent and the CPU has to compute the trace.

        Raises:
            VisitorError: as `model_of` and `photo`.
        """
        if photo_query.model not in self.lent:
            return True
        photo_query = self.complete(photo_query, request=request)
        self.model_of(photo_query, request=request)
        photo, source = self.photo(photo_query.photo), self.models.folders.get(photo_query.model, photo_query.model)
        key = (photo_query.model, photo_query.size, photo.fingerprint)
        try:
            # Not in the queue of this computer's own passes, which stays free for others.
            self._together(key, request, lambda: self._borrow(source, photo, photo_query.size))
        except NotLentError as error:
            logging.getLogger(__name__).warning("no GPU was lent: %s", error)
            return False
        return True

    def keeps(self, photo_query: PhotoQuery) -> bool:
        """Whether a query's trace is in memory; if not, any view of it may take long."""
        photo = self.store.at_hand(photo_query.photo)
        if photo is None:
            return False
        key = (photo_query.model, photo_query.size, photo.fingerprint)
        return (*key, photo_query.change) in self._changed if photo_query.change else key in self._traces

    def intervention(self, photo_query: PhotoQuery, trace: Trace) -> Intervention:
        """The intervention of a photo query's change.

        Raises:
            VisitorError: bad_request, when it does not fit the model.
        """
        return interventions.parse(photo_query.change).intervention(trace.config, trace.geometry.n_patches)

    def block(self, photo_query: PhotoQuery, layer: int) -> Trace:
        """The trace of a photo query with every quantity of one block in it.

        Raises:
            VisitorError: as `trace`.
            IndexError: there is no such layer.
        """
        model, trace = self.model_of(photo_query), self.trace(photo_query)
        key = (
            photo_query.model,
            photo_query.size,
            self.photo(photo_query.photo).fingerprint,
            photo_query.change,
            layer,
        )

        def open_it() -> Trace:
            edit = self.intervention(photo_query, trace).edits(trace.config.d_head)
            return self._queue.passed(key, lambda: open_block(model, trace, layer, edit).lasting(trace))

        return self._changed.get_or_compute(key, open_it)

    def order(self, photo_query: PhotoQuery) -> tuple[int, ...]:
        """The patch at each place; empty if they are in order.

        Raises:
            VisitorError: as `model_of`, or bad_request for an order of another number of patches.
        """
        patches = (photo_query.size // self.model_of(photo_query).model.config.patch_size) ** 2
        change = interventions.parse(photo_query.change)
        return read_order(change.order, patches) if change.order else ()

    def seen(self, photo_query: PhotoQuery) -> Box:
        """The part of the photo, in its stored pixels, that the model sees."""
        preprocess = self.model_of(photo_query).preprocess.at(photo_query.size)
        return preprocess.seen(*self.photo(photo_query.photo).size)

    def square(self, photo_query: PhotoQuery) -> Image.Image:
        """The pixels that the model reads of the photo, before they are normalised."""
        return self.model_of(photo_query).preprocess.at(photo_query.size).square(self.photo(photo_query.photo).image)

    def checks(self, photo_query: PhotoQuery) -> tuple[tuple[Check, ...], tuple[Parity, ...]]:
        """Check every identity of a query's trace, and compare with every reference implementation on its pixels.

        Raises:
            VisitorError: as `trace`.
        """
        model, trace = self.model_of(photo_query), self.trace(photo_query)

        def run() -> tuple[tuple[Check, ...], tuple[Parity, ...]]:
            return run_checks(model, trace), tuple(parity(library, model, trace) for library in LIBRARIES)

        return self._queue.passed(("checks", photo_query), run)

    def _run(self, model: LoadedModel, photo: Photo, size: int, work: Hashable) -> Trace:
        self._queue.progress.tell(work, "queue")
        n_layers, image = model.model.config.n_layers, photo.image
        watch = _layer_watch(lambda done: self._queue.progress.tell(work, "layers", done, n_layers))
        return self._queue.passed(work, lambda: vit_core.trace_image(model, image, size=size, watch=watch).lasting())

    def _together(self, key: Hashable, request: str, compute: Callable[[], Trace]) -> Trace:
        mine = False

        def computed() -> Trace:
            nonlocal mine
            mine = True
            return compute()

        while True:
            try:
                return self._queue.together(self._traces, key, request, computed)
            except NotLentError:
                if mine:
                    raise
                # It waited for another visitor's call, which failed by that visitor's quota: try with this one's.

    def _borrow(self, source: str | Path, photo: Photo, size: int) -> Trace:
        assert self._lender is not None
        try:
            return self._lender(source, photo.image, size).lasting()
        except Exception as error:
            raise NotLentError(str(error)) from error

    def _rerun(self, model: LoadedModel, trace: Trace, intervention: Intervention) -> Trace:
        edits = intervention.edits(trace.config.d_head)
        return self._queue.passed(("changed", intervention), lambda: rerun(model, trace, edits).lasting(trace))


def _native(model: LoadedModel) -> int:
    """The model's own picture size, in whole patches."""
    patch = model.model.config.patch_size
    return max(1, model.preprocess.crop // patch) * patch


def _layer_watch(report: Callable[[int], None]) -> Tap:
    def watch(name: str, x: torch.Tensor) -> torch.Tensor:
        if name.endswith(".resid_post"):
            report(int(name.split(".")[1]) + 1)  # layers done so far; a pass may be repeated
        return x

    return watch
