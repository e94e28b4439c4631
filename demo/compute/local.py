"""Find the checkpoints in the operator's folder (--models-dir), within bounds and without loading them."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from vit_core.checkpoints import CheckpointError
from vit_core.checkpoints.contents import ADAPTER, OTHER_WEIGHTS, PIPELINE, TOKENIZERS, entries
from vit_core.checkpoints.io import WEIGHTS
from vit_core.checkpoints.survey import Survey, survey

# Levels of subfolders that are searched; a hub cache inside the folder, hub/models--owner--name/snapshots/<revision>,
# has 5.
DEPTH = 8
MOST_FOLDERS, MOST_FOUND, MOST_ENTRIES = 2000, 300, 10_000
FILES = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".npz", *OTHER_WEIGHTS)
# Files that mark a folder as one checkpoint, to which everything in it belongs.
DESCRIBED = ("config.json", ADAPTER, PIPELINE, "saved_model.pb")
MARKS = (*DESCRIBED, *WEIGHTS)
# Files of a training run that are no weights.
BY_PRODUCTS = ("optimizer", "scheduler", "rng_state", "training_args", "scaler")
SNAPSHOTS = "snapshots"


@dataclass(frozen=True)
class Scan:
    """The result of a search through a folder.

    Attributes:
        found: checkpoints, and whatever may be meant as one, by the name that the page gives it.
        whole: whether the whole folder was searched.
    """

    found: dict[str, Path] = field(default_factory=dict)
    whole: bool = True


def scan(root: Path | None, taken: Collection[str] = ()) -> Scan:
    """Search a folder breadth-first for checkpoints.

    Args:
        taken: names with another meaning; a checkpoint with such a name is called "./name".

    Raises:
        NotADirectoryError: there is no such folder.
    """
    if root is None:
        return Scan()
    if not root.is_dir():
        raise NotADirectoryError(f"--models-dir {root} is not a folder")
    walk = _Walk(root)
    found = dict(sorted(_named(list(walk.found()), root, taken)))
    return Scan(found, walk.whole)


class _Walk:
    """One search through a folder; circular links are followed once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.whole = True
        self._seen: set[tuple[int, int]] = set()

    def found(self) -> Iterator[Path]:
        """Paths of checkpoints, each at most once."""
        ahead = deque([(self.root, 0, False)])
        folders, n_found = 0, 0
        silent: list[Path] = []  # top folders in which nothing known was found so far
        spoken: set[Path] = set()
        while ahead:
            folder, depth, within = ahead.popleft()
            folders += 1
            if folders > MOST_FOLDERS or n_found >= MOST_FOUND:
                self.whole = False
                break
            try:
                stat = os.stat(folder)
                if (stat.st_dev, stat.st_ino) in self._seen:
                    continue
                self._seen.add((stat.st_dev, stat.st_ino))
                inside = entries(folder, MOST_ENTRIES)
            except OSError:  # the list shows the error
                silent += [folder] if depth == 1 else []
                if depth > 1:
                    yield folder
                continue
            self.whole &= len(inside) < MOST_ENTRIES
            names = {entry.name for entry in inside}
            # The given folder may itself be a checkpoint.
            marked = (_is_marked if depth and not within else _is_whole)(names)
            here = [folder] if marked else [] if within else [Path(entry.path) for entry in inside if _is_bare(entry)]
            yield from here
            n_found += len(here)
            if here:
                spoken |= {folder, *folder.parents}
            elif depth == 1:
                silent.append(folder)
            belongs = within or (marked and not names.isdisjoint(DESCRIBED))
            below = [(path, depth + 1, belongs) for path in _folders(inside)]
            if depth < DEPTH:
                ahead += below
            elif below and not belongs:
                self.whole = False
        silent = [folder for folder in silent if folder not in spoken]
        self.whole &= n_found + len(silent) <= MOST_FOUND
        yield from silent[: max(0, MOST_FOUND - n_found)]


def _is_marked(names: set[str]) -> bool:
    runs = any(name.startswith("checkpoint-") and "." not in name for name in names)
    return runs or not names.isdisjoint((*MARKS, *TOKENIZERS))


def _is_whole(names: set[str]) -> bool:
    """Whether a folder inside a checkpoint's folder is a checkpoint itself, such as one of a training run."""
    return ADAPTER in names or ("config.json" in names and not names.isdisjoint(WEIGHTS))


def _is_bare(entry: os.DirEntry[str]) -> bool:
    if not entry.name.lower().endswith(FILES) or entry.name.startswith((".", *BY_PRODUCTS)):
        return False
    try:
        return not entry.is_dir()
    except OSError:
        return True


def _folders(inside: list[os.DirEntry[str]]) -> Iterator[Path]:
    names = {entry.name for entry in inside}
    for entry in inside:
        # In the hub's cache, the files of a repository are in its snapshots, as links to blobs.
        beside = SNAPSHOTS in names and entry.name != SNAPSHOTS
        try:
            if not beside and not entry.name.startswith(".") and entry.is_dir():
                yield Path(entry.path)
        except OSError:
            continue


def _named(paths: list[Path], root: Path, taken: Collection[str]) -> Iterator[tuple[str, Path]]:
    """Each path with its name: its path from the root, or, in the hub's cache, the name of the repository."""
    repositories = [_repository(path.relative_to(root)) for path in paths]
    given = set(taken)
    for path, (name, revision) in zip(paths, repositories, strict=True):
        several = sum(other == name for other, _ in repositories) > 1
        called = f"{name}@{revision[:7]}" if several and revision else name or root.resolve().name
        # A name that is no UTF-8 could stand in no address and no JSON.
        called = os.fsencode(called).decode("utf-8", "replace")
        while called in given:
            called = f"./{called}"
        given.add(called)
        yield called, path


def _repository(way: Path) -> tuple[str, str]:
    parts = list(way.parts)
    at = parts.index(SNAPSHOTS) if SNAPSHOTS in parts[1:-1] else 0
    if at and parts[at - 1].startswith("models--"):
        name = parts[at - 1].removeprefix("models--").replace("--", "/")
        return "/".join([name, *parts[at + 2 :]]), parts[at + 1]
    return way.as_posix() if parts else "", ""


class Surveys:
    """A cache of surveys: each path is surveyed again only after its files changed."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[object, Survey]] = {}
        self._lock = threading.Lock()

    def of(self, path: Path, name: str) -> Survey:
        """The survey of a path as it is now."""
        now = _state(path)
        with self._lock:
            if path in self._known and self._known[path][0] == now:
                return self._known[path][1]
        told = survey(path, name)
        with self._lock:
            self._known[path] = now, told
        return told

    def refused(self, path: Path, name: str, error: CheckpointError) -> None:
        """Note an error that only loading found; the list shows it until the files change."""
        told = replace(self.of(path, name), spec=None, error=error)
        with self._lock:
            self._known[path] = _state(path), told


def _state(path: Path) -> object:
    """Modification times and sizes of the files of a path."""
    try:
        files = [path, *(Path(entry.path) for entry in entries(path))] if path.is_dir() else [path]
    except OSError as error:
        return error.errno
    return [_stamp(file) for file in files]


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        found = os.stat(file)
    except OSError:
        return file.name, 0, 0
    return file.name, found.st_mtime_ns, found.st_size
