"""Save and load traces as .safetensors files: tensors under their trace names, all else in the metadata.

Any reader of safetensors finds the quantities. A file names its version and kind, and the model with its configuration;
it is not loaded if its tensors do not fit these.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

import safetensors
import torch
from safetensors.torch import save_file
from torch import Tensor

from vit_core import foreign_json
from vit_core.arguments import require_path

FORMAT, VERSION = "attention-microscope trace", "1"
# Prefix of the name of a field that is itself a tensor; no trace name begins like this.
FIELD = "field."


class TraceLike(Protocol):
    """A dataclass with tensors by name that can check them against its other fields."""

    @property
    def tensors(self) -> Mapping[str, Tensor]: ...

    def objections(self) -> Iterator[str]: ...


R = TypeVar("R", bound=TraceLike)


class TraceFileError(ValueError):
    """A file without a trace of the expected kind, or whose tensors do not fit its metadata."""


def save_trace(trace: TraceLike, path: str | os.PathLike[str]) -> None:
    """Write a trace.

    Raises:
        TraceFileError: its tensors do not fit its configuration, so that it could not be loaded.
        TypeError: it is no path.
        OSError: the file cannot be written.
    """
    require_path("save", path)
    objections = [*trace.objections()]
    if objections:
        raise TraceFileError(f"this trace cannot be saved: {objections[0]}")
    tensors, told = dict(trace.tensors), {}
    for field in dataclasses.fields(trace):  # type: ignore[arg-type]
        value = getattr(trace, field.name)
        if isinstance(value, Tensor):
            tensors[FIELD + field.name] = value
        elif field.name != "tensors":
            told[field.name] = value
    metadata = {"format": FORMAT, "version": VERSION, "kind": type(trace).__name__}
    metadata |= {"names": json.dumps(list(trace.tensors)), "fields": json.dumps(told, default=dataclasses.asdict)}
    # Contiguous copies: the format has neither strides nor shared memory.
    copies = {n: t.clone(memory_format=torch.contiguous_format) for n, t in tensors.items()}
    try:
        save_file(copies, path, metadata)
    except safetensors.SafetensorError as error:
        raise OSError(f"{os.fspath(path)} cannot be written: {error}") from None


def load_trace(kind: type[R], path: str | os.PathLike[str], model: Any = None) -> R:
    """Read a trace.

    Args:
        model: the loaded checkpoint that must have computed it; None for any.

    Raises:
        TraceFileError: as its sentence says.
        TypeError: it is no path.
        OSError: there is no such file.
    """
    require_path("load", path)
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise TraceFileError(f"{path} is no saved trace")
            if metadata.get("version") != VERSION:
                raise TraceFileError(
                    f"{path} is version {metadata.get('version')} of saved traces; only {VERSION} is read"
                )
            if metadata.get("kind") != kind.__name__:
                found = metadata.get("kind")
                raise TraceFileError(f"{path} holds a {found}, not a {kind.__name__}: load it with {found}.load")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise TraceFileError(f"{path} cannot be read as a safetensors file: {error}") from None
    try:
        told, names = foreign_json.loads(metadata["fields"]), foreign_json.loads(metadata["names"])
        fields = {name.removeprefix(FIELD): tensors.pop(name) for name in [*tensors] if name.startswith(FIELD)}
        if sorted(names) != sorted(tensors):
            raise ValueError("its tensors are not those it names")
        trace = _made(kind, {**told, **fields, "tensors": MappingProxyType({name: tensors[name] for name in names})})
        objections = [*trace.objections()]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TraceFileError(f"{path} is damaged: {error}") from error
    if objections:
        raise TraceFileError(f"{path} is damaged: {objections[0]}")
    if model is not None:
        _require_same_model(model, trace, path)
    return trace


def wrong_shapes(tensors: Mapping[str, Tensor], axes: Mapping[str, tuple[str, ...]], lengths: Any) -> Iterator[str]:
    """Check the names and shapes of tensors: a sentence for each fault.

    Args:
        axes: the axes of every allowed name.
        lengths: gives the length of each known axis of a name.
    """
    for name, tensor in tensors.items():
        if name not in axes:
            yield f"a model of its configuration never computes {name}"
            continue
        known = lengths(name)
        expected = [known.get(axis) for axis in axes[name]]
        fits = len(expected) == tensor.ndim and all(n in (None, m) for n, m in zip(expected, tensor.shape, strict=True))
        if not fits:
            yield f"{name} has the shape {list(tensor.shape)}, not {['?' if n is None else n for n in expected]}"


def _made(kind: type, told: Any) -> Any:
    """Build a dataclass from the values of its fields, as read from JSON.

    Raises:
        ValueError, TypeError: a field is missing, unknown or of another type.
    """
    hints = get_type_hints(kind)
    unknown = {*told} - {field.name for field in dataclasses.fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{name: _value(f"{kind.__name__}.{name}", hints[name], value) for name, value in told.items()})


def _value(name: str, hint: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _made(hint, value)
    if get_origin(hint) is tuple:
        return tuple(_value(name, get_args(hint)[0], one) for one in value)
    plain = {int: (int,), float: (int, float), str: (str,), bool: (bool,)}.get(hint)
    if plain and type(value) not in plain:
        raise ValueError(f"{name} is {value!r}")
    return value


def _require_same_model(model: Any, trace: Any, path: str | os.PathLike[str]) -> None:
    if model.name != trace.checkpoint:
        raise TraceFileError(f"{path} is a trace of {trace.checkpoint}, not of {model.name}")
    ours, theirs = (dataclasses.asdict(config) for config in (model.model.config, trace.config))
    differing = [name for name in ours if ours[name] != theirs.get(name)]
    if differing:
        name = differing[0]
        raise TraceFileError(
            f"{path} is a trace of a {model.name} whose {name} is {theirs.get(name)}, not {ours[name]}"
        )
