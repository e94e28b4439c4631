"""The description of a folder in our terms, and the small readers that both forms of folder share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

from vit_core import foreign_json
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.checkpoints.labels import Labels
from vit_core.config import Answer, ViTConfig
from vit_core.preprocess import Preprocess
from vit_core.reasons import Reason, reason_of


@dataclass(frozen=True)
class Description:
    """What the files of a folder say about its weights.

    Attributes:
        family: dialect family of the weight file.
        labels: class names by language.
    """

    config: ViTConfig
    family: str
    preprocess: Preprocess
    labels: Labels
    notes: tuple[Note, ...]


# How the pointer begins that git leaves in place of a large file that was not fetched, and the length of that
# beginning.
LFS_POINTER = b"version https://git-lfs.github.com/spec/"
SHORT = len(LFS_POINTER)


def is_pointer(begun: bytes) -> bool:
    """Whether a file with this beginning is a Git LFS pointer."""
    return begun.startswith(LFS_POINTER)


def refuse_pointer(path: Path, name: str) -> None:
    """Raise lfs_pointer if a file is a Git LFS pointer.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if is_pointer(file.read(SHORT)):
            raise CheckpointError("lfs_pointer", name=f"{name}/{path.name}")


def read_json(path: Path, name: str) -> dict[str, Any]:
    """Read the object in a JSON file.

    Raises:
        CheckpointError: not_found, lfs_pointer or unreadable.
    """
    try:
        content = foreign_json.read(path)
    except FileNotFoundError:
        raise CheckpointError("not_found", name=name, what=path.name) from None
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError):
            refuse_pointer(path, name)
        reason = reason_of(error)
        raise CheckpointError("unreadable", name=f"{name}/{path.name}", kind="JSON", reason=reason) from None
    if not isinstance(content, dict):
        raise CheckpointError("unreadable", name=f"{name}/{path.name}", kind="JSON", reason=Reason("no_object"))
    return content


def saved_as(part: str, raw: Mapping[str, Any], *, in_file: bool) -> bool:
    """Whether the classes named in a config.json's `architectures` have a part, which must then be in the weight file.

    Args:
        part: what the names of such classes contain.
        in_file: whether the weight file has it. This decides if no class is named, or several that disagree:
        transformers opens such a folder as any of them and reads what the file has.
    """
    named = {part in str(each) for each in raw.get("architectures") or ()}
    return named.pop() if len(named) == 1 else in_file


def side(size: Any, name: str, architecture: str) -> int:
    """The side of a square given as 224, [224, 224] or {"height": 224, "width": 224}.

    Raises:
        CheckpointError: unsupported_architecture, if it is not a square.
    """
    if isinstance(size, Mapping):
        size = [size["height"], size["width"]]
    if isinstance(size, (list, tuple)):
        refuse_if(size[0] != size[-1], name, architecture, "not_square", height=size[0], width=size[-1])
        size = size[0]
    return int(size)


def triple(values: float | Sequence[float]) -> tuple[float, float, float]:
    """One number per colour channel; a single number stands for all three."""
    r, g, b = [values] * 3 if isinstance(values, (int, float)) else values
    return float(r), float(g), float(b)


def refuse_if(refused: bool, name: str, architecture: str, code: str, **facts: object) -> None:
    """Raise unsupported_architecture with a reason, by its code, if a condition holds."""
    if refused:
        what = Reason(code, **facts)
        raise CheckpointError("unsupported_architecture", name=name, architecture=architecture, what=what)


PROBLEMS: Mapping[object, Answer] = {
    None: "one", "single_label_classification": "one", "multi_label_classification": "each", "regression": "number"
}  # fmt: skip


def answer_of(n_classes: int, problem_type: object, name: str, architecture: str) -> Answer:
    """What a head answers: one class ("one"), yes or no for each class ("each"), or numbers ("number").

    Args:
        problem_type: transformers' setting for it; None if it is not set. A single score without it is ambiguous:
            transformers trains it as a regression, while its pipeline applies a sigmoid; a softmax would always be 1.

    Raises:
        CheckpointError: unsupported_architecture, for an unknown setting, and for a single score without one.
    """
    if not n_classes:
        return "one"
    known = isinstance(problem_type, (str, NoneType)) and problem_type in PROBLEMS
    refuse_if(not known, name, architecture, "unknown_head", said=problem_type)
    answer = PROBLEMS[problem_type]
    refuse_if(n_classes == 1 and answer == "one", name, architecture, "one_score")
    return answer
