"""The models of one task: the list that the page offers, and each model loaded once for all requests."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast
from urllib.parse import urlsplit

import vit_core
from demo.compute.local import Surveys
from demo.compute.queue import ComputeQueue
from demo.compute.store import ByteStore
from demo.errors import VisitorError
from vit_core.checkpoints import CheckpointError, CheckpointSpec
from vit_core.checkpoints.hub import hub_address, offline
from vit_core.checkpoints.survey import Survey
from vit_core.reasons import Reason


class Loaded(Protocol):
    """A loaded model of any kind (`vit_core.load`)."""

    @property
    def nbytes(self) -> int: ...


M = TypeVar("M", bound=Loaded)
ON_THIS_COMPUTER = ("bundled", "local", "cached")
# Larger integers are shown as a power of ten: browsers do not have them exactly, and a file may contain any.
LARGEST = 10**15


class ModelPool(Generic[M]):
    """Registered checkpoints of a task and the operator's folders and files for it."""

    def __init__(
        self, task: str, folders: Mapping[str, Path], queue: ComputeQueue, budget: int, surveys: Surveys
    ) -> None:
        self.task = task
        self.folders = dict(folders)
        self._surveys = surveys
        self._queue = queue
        self.store: ByteStore[M] = ByteStore(budget)

    @property
    def specs(self) -> list[CheckpointSpec]:
        """The registered checkpoints of the task."""
        return [spec for spec in vit_core.available() if spec.task == self.task]

    def names(self) -> list[str]:
        """Names of the models that may be requested: the registered ones, then the operator's; some of them give an
        error.
        """
        return [spec.name for spec in self.specs] + sorted(self.folders)

    def offered(self) -> list[str]:
        """Names of the models of the task that can be used, as far as this is known without loading them."""
        return [spec.name for spec in self.specs] + [name for name, found in self.surveys().items() if found.spec]

    def surveys(self) -> dict[str, Survey]:
        """The surveys of the operator's folders as they are now."""
        return {name: self._surveys.of(path, name) for name, path in sorted(self.folders.items())}

    def cards(self) -> list[dict[str, Any]]:
        """The entries of a model chooser: the name of each model, whether it is on this computer or on which host, and
        whether that host is known to be unreachable.
        """
        registered = [
            {"name": spec.name, "here": True, "bundled": spec.where == "bundled"}
            if spec.where in ON_THIS_COMPUTER
            else {"name": spec.name, "here": False, **away(spec)}
            for spec in self.specs
        ]
        known = {card["name"] for card in registered}
        return registered + [{"name": name, "here": True} for name in self.offered() if name not in known]

    def load(self, name: str, *, request: str = "") -> M:
        """A model, loaded on first use. Only offered names are accepted, so a visitor cannot name a path.

        Raises:
            VisitorError: model_unknown, cancelled, or checkpoint_<code> with the loader's parameters.
        """
        if name not in self.names():
            raise VisitorError("model_unknown", name=name[:80])
        if self.store.get(name) is None:
            self._queue.progress.report(request, "load")
        try:
            return self._queue.together(self.store, name, request, lambda: self._load(name))
        except VisitorError:
            raise
        except CheckpointError as error:
            if name in self.folders:
                self._surveys.refused(self.folders[name], name, error)
            raise VisitorError(f"checkpoint_{error.code}", **plain_facts(error.params, name)) from error
        except Exception as error:  # a damaged file can make a reader fail in any way
            logging.getLogger(__name__).exception("%s cannot be loaded", name)
            facts = {"kind": Reason("kind_checkpoint"), "reason": Reason("words", words=repr(error))}
            raise VisitorError("checkpoint_unreadable", **plain_facts(facts, name)) from error

    def _load(self, name: str) -> M:
        with self._queue.turn(self._queue.loading, name, "load"):
            loaded = vit_core.load(
                self.folders.get(name, name),
                device=self._queue.device,
                progress=lambda done, total: self._queue.progress.tell(name, "download", done, total),
            )
        return cast(M, loaded)


def away(spec: CheckpointSpec) -> dict[str, Any]:
    """The host of a checkpoint that has to be downloaded, and whether it is known to be unreachable."""
    host = urlsplit(spec.server).hostname
    return {"host": host, "offline": offline() and host == urlsplit(hub_address()).hostname}


def plain_facts(params: Mapping[str, object], name: str) -> dict[str, str | int | float]:
    """Make a loader's parameters fit for the page: with the page's name of the model, and without paths of this
    computer.
    """

    def plain(value: object) -> str | int | float:
        if isinstance(value, int):
            return value if abs(value) < LARGEST else f"{'-' * (value < 0)}10^{math.log10(abs(value)):.0f}"
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)  # JSON has no NaN and no infinity
        if isinstance(value, Reason):
            return Reason(value.code, **{key: plain(fact) for key, fact in value.params.items()})
        return str(value).partition("\n")[0][:200]

    shown = {key: plain(value) for key, value in params.items() if not isinstance(value, Path)}
    return {**shown, "name": name}
