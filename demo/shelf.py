"""The models of one task: which the page offers, and each loaded once for all who ask."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast
from urllib.parse import urlsplit

import vit_core
from demo.errors import VisitorError
from demo.store import ByteStore
from demo.work import Work
from vit_core import foreign_json
from vit_core.checkpoints import CheckpointError, CheckpointSpec
from vit_core.checkpoints.loading import ADAPTER


class Loaded(Protocol):
    """Whatever `vit_core.load` returns."""

    @property
    def nbytes(self) -> int: ...


M = TypeVar("M", bound=Loaded)
ON_THIS_COMPUTER = ("bundled", "local", "cached")


class Shelf(Generic[M]):
    """Registered checkpoints of a task and the operator's folders for it."""

    def __init__(self, task: str, folders: Mapping[str, Path], work: Work, budget: int) -> None:
        self.task = task
        self.folders = dict(folders)
        self._work = work
        self.store: ByteStore[M] = ByteStore(budget)

    @property
    def specs(self) -> list[CheckpointSpec]:
        """The registered checkpoints of the task."""
        return [spec for spec in vit_core.available() if spec.task == self.task]

    def names(self) -> list[str]:
        """Models the page offers: the registered ones, then the operator's folders."""
        return [spec.name for spec in self.specs] + sorted(self.folders)

    def cards(self) -> list[dict[str, Any]]:
        """What a model chooser shows of every model: its name, and whether it is on this computer or on which host."""
        registered = [
            {"name": spec.name, "here": True, "bundled": spec.where == "bundled"}
            if spec.where in ON_THIS_COMPUTER
            else {"name": spec.name, "here": False, "host": urlsplit(spec.server).hostname}
            for spec in self.specs
        ]
        return registered + [{"name": name, "here": True} for name in sorted(self.folders)]

    def load(self, name: str, *, request: str = "") -> M:
        """A model, loaded on first use. Only offered names are accepted, so a visitor cannot name a path.

        Raises:
            VisitorError: model_unknown, cancelled, or checkpoint_<code> with what the loader says about it.
        """
        if name not in self.names():
            raise VisitorError("model_unknown", name=name[:80])
        if self.store.get(name) is None:
            self._work.progress.report(request, "load")
        try:
            return self._work.together(self.store, name, request, lambda: self._load(name))
        except VisitorError:
            raise
        except CheckpointError as error:
            raise VisitorError(f"checkpoint_{error.code}", **plain_facts(error.params, name)) from error
        except Exception as error:  # a damaged file can make a reader fail in any way
            logging.getLogger(__name__).exception("%s cannot be loaded", name)
            params = plain_facts({"kind": "checkpoint", "reason": repr(error)}, name)
            raise VisitorError("checkpoint_unreadable", **params) from error

    def _load(self, name: str) -> M:
        with self._work.turn(self._work.loading, name, "load"):
            loaded = vit_core.load(
                self.folders.get(name, name),
                device=self._work.device,
                progress=lambda done, total: self._work.progress.tell(name, "download", done, total),
            )
        return cast(M, loaded)


# An adapter cannot be loaded, but whoever put it there is told why.
DESCRIBED_BY = ("config.json", ADAPTER)


def local_folders(models_dir: Path | None) -> dict[str, Path]:
    """Checkpoints of the operator's folder, by folder name; the only paths this program ever loads for a visitor.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    if models_dir is None:
        return {}
    if not models_dir.is_dir():
        raise NotADirectoryError(f"--models-dir {models_dir} is not a folder")
    # A registered name keeps its meaning. os.path and not Path: a folder that may not be looked into is no checkpoint.
    taken = {spec.name for spec in vit_core.available()}
    folders = [path for path in models_dir.iterdir() if any(os.path.isfile(path / file) for file in DESCRIBED_BY)]
    return {path.name: path for path in folders if path.name not in taken}


def task_of(folder: Path) -> str:
    """Which journey the checkpoint of a folder belongs to, as its config.json says; "image" when it says nothing."""
    try:
        said = foreign_json.read(folder / "config.json")
    except (OSError, ValueError):
        return "image"
    kind = said.get("model_type") if isinstance(said, dict) else None
    return {"marian": "translation", "recurrent": "recurrent"}.get(str(kind), "image")


def plain_facts(params: Mapping[str, object], name: str) -> dict[str, str | int | float]:
    """A loader's facts as a page can show them: under the name the page knows, and no folders of this computer."""

    def plain(value: object) -> str | int | float:
        if isinstance(value, (int, float)):
            return value
        text = value.strerror if isinstance(value, OSError) and value.strerror else str(value)
        return text.partition("\n")[0][:200]

    shown = {key: plain(value) for key, value in params.items() if not isinstance(value, Path)}
    return {**shown, "name": name}
