"""Everything the page asks the core for about a photo: models loaded once, traces computed once, kept within bounds.

Plain Python, plain exceptions, no gradio. Every method may be called from any thread.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
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
from demo.page.gallery import GalleryItem, load_gallery
from demo.photo import picture_file
from demo.photo.picture_file import Photo, decode
from demo.photo.query import FIRST, PhotoQuery
from demo.query import interventions
from vit_core import LoadedModel, Trace, ViTConfig
from vit_core.analysis.checks import Check, run_checks
from vit_core.checkpoints.reference import LIBRARIES, Parity, parity
from vit_core.interventions import Intervention
from vit_core.preprocess import Box
from vit_core.replay import open_block, rerun
from vit_core.tap import Tap

# A visitor's photo that nobody looks at for so long is gone; the page says so where a link to it is copied.
PHOTO_SECONDS = 24 * 3600
# Pictures of up to this many tokens are offered: attention of one layer grows with its square and has to travel to the
# page.
MAX_TOKENS = 800


@dataclass
class Kept:
    """A visitor's photo, and when somebody last looked at it, in seconds."""

    photo: Photo
    looked_at: float

    @property
    def nbytes(self) -> int:
        return self.photo.nbytes


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
        self._now = now
        self._lender = lender
        self._queue = queue
        self.gallery = load_gallery()
        self.models: ModelPool[LoadedModel] = ModelPool("image", folders, queue, limits.image_models, surveys)
        self._photos: ByteStore[Kept] = ByteStore(limits.photos)
        self._examples: ByteStore[Photo] = ByteStore(limits.examples)
        self._traces: ByteStore[Trace] = ByteStore(limits.traces)
        self._changed: ByteStore[Trace] = ByteStore(limits.changed_traces)
        self._decoding = threading.Semaphore(picture_file.AT_ONCE)

    def stores(self) -> dict[str, ByteStore[Any]]:
        """Everything that is kept in memory of photos, by what it is."""
        return {
            "photos": self._photos,
            "examples": self._examples,
            "traces": self._traces,
            "changed traces": self._changed,
            "image models": self.models.store,
        }

    def warm(self) -> None:
        """Load the default model and compute the first example."""
        self.trace(FIRST)

    # -- photos

    def add_photo(self, data: bytes) -> str:
        """Take a visitor's picture; the token names it from now on.

        The token follows from the bytes and nothing else: who does not have the picture cannot guess it, and whoever
        sends it again, to this server or to another one, gets the same, so that an address that names it holds again.

        Raises:
            VisitorError: the bytes are no picture this program reads.
        """
        digest = hashlib.sha256(b"attention microscope" + data).digest()
        token = base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
        # A class sends one photo many times: it is decoded once, and the rest wait for that.
        kept = self._photos.get_or_compute(token, lambda: Kept(self._decoded(data), self._now()))
        kept.looked_at = self._now()
        return token

    def _decoded(self, data: bytes) -> Photo:
        with self._decoding:
            return decode(data)

    def photo(self, token: str) -> Photo:
        """The picture behind a token.

        Raises:
            VisitorError: photo_gone, when nobody has looked at it for PHOTO_SECONDS, it had to make room for newer ones
                or it never was there.
        """
        if token.startswith("example:"):
            item = self._example(token.removeprefix("example:"))
            return self._examples.get_or_compute(item.file, lambda: decode(item.path.read_bytes()))
        kept = self._photos.get(token)
        if kept is None or self._now() - kept.looked_at > PHOTO_SECONDS:
            raise VisitorError("photo_gone")
        kept.looked_at = self._now()
        return kept.photo

    # -- models

    def model(self, name: str, *, request: str = "") -> LoadedModel:
        """A model of the photo's journey, loaded on first use.

        Raises:
            VisitorError: as `ModelPool.load`.
        """
        return self.models.load(name, request=request)

    def sizes(self, model: LoadedModel) -> list[int]:
        """Picture sizes worth offering: 3x3 patches (the course's nine words) up to a finer grid than the model's."""
        patch, native = model.model.config.patch_size, _native(model)
        prefix = len(model.model.config.prefix)
        grids = {3, 7, native // patch // 2, native // patch * 3 // 4, native // patch, native // patch * 3 // 2}
        return sorted({g * patch for g in grids if g >= 3 and g * g + prefix <= MAX_TOKENS} | {native})

    # -- traces

    def complete(self, photo_query: PhotoQuery, *, request: str = "") -> PhotoQuery:
        """A photo query whose size is named: 0 stands for the model's own.

        Raises:
            VisitorError: as `model`.
        """
        return (
            photo_query
            if photo_query.size
            else replace(photo_query, size=_native(self.model(photo_query.model, request=request)))
        )

    def check(self, photo_query: PhotoQuery, *, request: str = "") -> LoadedModel:
        """The model of a photo query that may be computed.

        Raises:
            VisitorError: the model or the size is not offered.
        """
        model = self.model(photo_query.model, request=request)
        if photo_query.size not in (sizes := self.sizes(model)):
            raise VisitorError("size_unknown", size=photo_query.size, sizes=", ".join(map(str, sizes)))
        return model

    def trace(self, photo_query: PhotoQuery, *, request: str = "") -> Trace:
        """The trace of a photo query; computed when it is not (or no longer) kept, once for all who ask.

        Raises:
            VisitorError: as `check` and `photo`.
        """
        model = self.check(photo_query, request=request)
        photo = self.photo(photo_query.photo)
        key = (photo_query.model, photo_query.size, photo.fingerprint)
        trace = self._together(key, request, lambda: self._run(model, photo, photo_query.size, key))
        if not photo_query.change:
            return trace
        intervention = self.intervention(photo_query, trace)
        return self._changed.get_or_compute((*key, photo_query.change), lambda: self._rerun(model, trace, intervention))

    @cached_property
    def lent(self) -> frozenset[str]:
        """The models whose traces a lent GPU computes; none where none is lent."""
        if self._lender is None:
            return frozenset()
        configs = {spec.name: spec.config for spec in self.models.specs}
        configs |= {name: told.spec.config for name, told in self.models.surveys().items() if told.spec}
        return frozenset(name for name, config in configs.items() if isinstance(config, ViTConfig) and is_large(config))

    def lend(self, photo_query: PhotoQuery, request: str = "") -> bool:
        """Have the lent GPU compute the trace of a query, if its model is one of those, and keep it as any other.

        To be called in an event of Gradio's, with which the share of GPU time travels of whoever asks.

        Returns:
            Whether all is well; not so where nothing could be lent and the CPU has to do.

        Raises:
            VisitorError: as `check` and `photo`.
        """
        if photo_query.model not in self.lent:
            return True
        photo_query = self.complete(photo_query, request=request)
        self.check(photo_query, request=request)
        photo, source = self.photo(photo_query.photo), self.models.folders.get(photo_query.model, photo_query.model)
        key = (photo_query.model, photo_query.size, photo.fingerprint)
        try:
            # Beside the passes of this computer's own processors, which stay free for everybody else.
            self._together(key, request, lambda: self._borrow(source, photo, photo_query.size))
        except NotLentError as error:
            logging.getLogger(__name__).warning("no GPU was lent: %s", error)
            return False
        return True

    def keeps(self, photo_query: PhotoQuery) -> bool:
        """Whether a query's trace is at hand; when it is not, asking for it or for anything of it may take long."""
        kept = self._photos.get(photo_query.photo)
        photo = kept.photo if kept else self._examples.get(photo_query.photo.removeprefix("example:"))
        if photo is None:
            return False
        key = (photo_query.model, photo_query.size, photo.fingerprint)
        return (*key, photo_query.change) in self._changed if photo_query.change else key in self._traces

    def intervention(self, photo_query: PhotoQuery, trace: Trace) -> Intervention:
        """What the change of a photo query switches off or moves.

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
        model, trace = self.check(photo_query), self.trace(photo_query)
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
        """Which patch lies at each place; empty where they lie in order.

        Raises:
            VisitorError: as `check`, or bad_request for an order of another number of patches.
        """
        patches = (photo_query.size // self.check(photo_query).model.config.patch_size) ** 2
        change = interventions.parse(photo_query.change)
        return interventions.read_order(change.order, patches) if change.order else ()

    def seen(self, photo_query: PhotoQuery) -> Box:
        """The part of the photo, in its stored pixels, that the model sees."""
        preprocess = self.check(photo_query).preprocess.at(photo_query.size)
        return preprocess.seen(*self.photo(photo_query.photo).size)

    def square(self, photo_query: PhotoQuery) -> Image.Image:
        """The pixels that the model reads of the photo, before they are normalised."""
        return self.check(photo_query).preprocess.at(photo_query.size).square(self.photo(photo_query.photo).image)

    def checks(self, photo_query: PhotoQuery) -> tuple[tuple[Check, ...], tuple[Parity, ...]]:
        """Every identity of a query's trace, and every reference implementation on its pixels, measured now.

        Raises:
            VisitorError: as `trace`.
        """
        model, trace = self.check(photo_query), self.trace(photo_query)

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
                # This waited for what somebody else could not borrow, whose share is not this one's.

    def _borrow(self, source: str | Path, photo: Photo, size: int) -> Trace:
        assert self._lender is not None
        try:
            return self._lender(source, photo.image, size).lasting()
        except Exception as error:
            raise NotLentError(str(error)) from error

    def _rerun(self, model: LoadedModel, trace: Trace, intervention: Intervention) -> Trace:
        edits = intervention.edits(trace.config.d_head)
        return self._queue.passed(("changed", intervention), lambda: rerun(model, trace, edits).lasting(trace))

    def _example(self, file: str) -> GalleryItem:
        for item in self.gallery:
            if item.file == file:
                return item
        raise VisitorError("photo_gone")


def _native(model: LoadedModel) -> int:
    """The model's own picture size, in whole patches."""
    patch = model.model.config.patch_size
    return max(1, model.preprocess.crop // patch) * patch


def _layer_watch(report: Callable[[int], None]) -> Tap:
    def watch(name: str, x: torch.Tensor) -> torch.Tensor:
        if name.endswith(".resid_post"):
            report(int(name.split(".")[1]) + 1)  # its layer and all before it; a pass may begin again
        return x

    return watch
