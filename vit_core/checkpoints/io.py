"""Read files of tensors: .safetensors, or pickled state dicts without running what is in them."""

from __future__ import annotations

import hashlib
import json
import math
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Protocol, TypeVar

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from vit_core import foreign_json
from vit_core.checkpoints.description import SHORT, is_pointer, read_json
from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.google_npz import read_npz
from vit_core.checkpoints.state_dicts import FileTensors, unprefixed, unwrapped
from vit_core.reasons import Reason, reason_of

T = TypeVar("T")

# In the order in which a folder is searched: safetensors can hold nothing but tensors.
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
# Indexes of large models, which name the file of each tensor, and how those files end.
INDEX, PICKLED_INDEX = "model.safetensors.index.json", "pytorch_model.bin.index.json"
INDEXES = {INDEX: ".safetensors", PICKLED_INDEX: ".bin"}
# All files that may hold or name a folder's weights, in the order of search.
WEIGHTS = (WEIGHT_FILES[0], INDEX, WEIGHT_FILES[1], PICKLED_INDEX)
# How files of other programs begin, whatever their names: (offset, bytes there, name of the program).
FOREIGN = (
    (0, b"GGUF", "llama.cpp"), (0, b"lmgg", "llama.cpp"), (0, b"fmgg", "llama.cpp"), (0, b"tjgg", "llama.cpp"),
    (0, b"\x89HDF\r\n\x1a\n", "TensorFlow"), (4, b"TFL3", "TensorFlow Lite"),
)  # fmt: skip
# What safetensors calls the usual number formats.
DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
    "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool
}  # fmt: skip
# The format's own limit for a file's head, in bytes.
LARGEST_HEAD = 100_000_000


class Reader(Protocol):
    """A function that reads a file of tensors: all of it (`read_tensors`), or shapes alone (`read_shapes`)."""

    def __call__(self, path: Path, *, sha256: str | None = None) -> FileTensors: ...


def read_tensors(path: Path, *, sha256: str | None = None) -> FileTensors:
    """Read every tensor of a file, by its name in the file.

    Args:
        sha256: the digest the file must have, or its first digits.

    Raises:
        CheckpointError: wrong_sha256, lfs_pointer, torchscript, numpy_archive, unsafe_pickle,
            unexpected_tensor or unreadable.
    """
    if sha256 is not None:
        verify(path, sha256)
    return _read(path, _read_safetensors, "cpu")


def read_shapes(path: Path, *, sha256: str | None = None) -> FileTensors:
    """Read the shapes of a file's tensors, as tensors on torch's device "meta": only its headers are read.

    Args:
        sha256: not looked at, since the whole file would have to be read.

    Raises:
        CheckpointError: as `read_tensors`, but for wrong_sha256.
    """
    return _read(path, _shapes_in_safetensors, "meta")


def _read(path: Path, safe: Callable[[Path], dict[str, Tensor]], device: str) -> FileTensors:
    def part(file: Path) -> dict[str, Tensor]:
        """The tensors of one file, by their names in it."""
        if is_pointer(_begins(file, SHORT)):
            raise CheckpointError("lfs_pointer", name=file.name)
        _refuse_foreign(file)
        if file.suffix == ".safetensors":
            if not _is_sayable(file):  # the safetensors library cannot open such a path
                raise CheckpointError("unreadable", name=file.name, kind="safetensors", reason=Reason("path_no_utf8"))
            return safe(file)
        if _is_of_arrays(file):
            return read_npz(file, device)
        return unwrapped(_unpickle(file, device), file)

    found = _joined(path, part) if path.name in INDEXES else part(path)
    tensors = FileTensors(unprefixed(found, path))
    if isinstance(found, FileTensors):
        tensors.read, tensors.beside = found.read, found.beside
    return tensors


def weights_in(folder: Path) -> Path | None:
    """Find the weight file of a folder."""
    return next((folder / file for file in WEIGHTS if (folder / file).exists()), None)


def n_bytes(weights: Path) -> int:
    """The size of a file of weights, or of all those that an index names.

    Raises:
        CheckpointError: not_found or unreadable.
    """
    files = parts_of(weights) if weights.name in INDEXES else [weights]
    return sum(file.stat().st_size for file in files)


def parts_of(index: Path, *, there: bool = True) -> list[Path]:
    """The files that an index names.

    Args:
        there: whether each of them must lie beside it.

    Raises:
        CheckpointError: not_found or unreadable.
    """
    return _parts(index, _weight_map(index), there)


def _weight_map(index: Path) -> Mapping[str, object]:
    """In which file each tensor is.

    Raises:
        CheckpointError: not_found or unreadable.
    """
    said = read_json(index, index.parent.name).get("weight_map")
    if not isinstance(said, Mapping) or not said:
        raise CheckpointError("unreadable", name=index.name, kind="JSON", reason=Reason("no_weight_map"))
    return said


def _parts(index: Path, said: Mapping[str, object], there: bool = True) -> list[Path]:
    names = sorted({str(file) for file in said.values()})
    ending = INDEXES[index.name]
    for name in names:
        if Path(name).name != name or not name.endswith(ending):
            reason = Reason("part_elsewhere", file=name[:40], ending=ending)
            raise CheckpointError("unreadable", name=index.name, kind="JSON", reason=reason)
        if there and not (index.parent / name).is_file():
            raise CheckpointError("not_found", name=index.parent.name, what=name)
    return [index.parent / name for name in names]


def _joined(index: Path, read: Callable[[Path], dict[str, T]]) -> dict[str, T]:
    """Read the tensors of all files of an index; each must be there once, and none may be missing in the index.

    Raises:
        CheckpointError: missing_tensor, unexpected_tensor or unreadable.
    """
    said = _weight_map(index)
    whole: dict[str, T] = {}
    for part in _parts(index, said):
        for key, value in read(part).items():
            if key in whole or key not in said:
                raise CheckpointError("unexpected_tensor", name=index.name, count=1, tensor=key)
            whole[key] = value
    missing = [key for key in said if key not in whole]
    if missing:
        raise CheckpointError("missing_tensor", name=index.name, count=len(missing), tensor=missing[0])
    return whole


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError) as error:
        raise CheckpointError("unreadable", name=path.name, kind="safetensors", reason=_reason(error, path)) from None


def _shapes_in_safetensors(path: Path) -> dict[str, Tensor]:
    head = _head(path)
    try:
        if head is not None:
            return {key: torch.empty(told["shape"], dtype=DTYPES[told["dtype"]], device="meta") for key, told in head}
        with safetensors.safe_open(path, framework="pt") as file:  # it says what is wrong
            return {key: file.get_tensor(key).to("meta") for key in file.keys()}  # noqa: SIM118 (no mapping)
    except (safetensors.SafetensorError, OSError) as error:
        raise CheckpointError("unreadable", name=path.name, kind="safetensors", reason=_reason(error, path)) from None


def _head(path: Path) -> list[tuple[str, dict[str, Any]]] | None:
    """The header of a .safetensors file, tensor by tensor; None if anything in it is not in order.

    The file is not mapped into memory: that of a giant model may be too large.
    """
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            said = json.loads(file.read(min(length, LARGEST_HEAD)))
        told = sorted(
            ((key, value) for key, value in said.items() if key != "__metadata__"),
            key=lambda pair: pair[1]["data_offsets"],
        )
        end = 0
        for _, value in told:
            start, stop = value["data_offsets"]
            if start != end or stop - start != math.prod(value["shape"]) * DTYPES[value["dtype"]].itemsize:
                return None
            end = stop
        return told if 8 + length + end == path.stat().st_size else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        return None


def _reason(error: Exception, path: Path) -> Reason:
    said = reason_of(error)
    if isinstance(error, safetensors.SafetensorError):
        if not path.stat().st_size:
            return Reason("empty")
        if "incomplete metadata" in said:
            return Reason("cut_off")
        if "header" in said:
            return Reason("begins_otherwise")
    return Reason("words", words=said.replace(str(path), path.name)) if said.code == "words" else said


def verify(path: Path, sha256: str, *, name: str = "") -> None:
    """Check the digest of a file.

    Args:
        sha256: its digest, or the first digits of it.
        name: what to call it, if not by its file name.

    Raises:
        CheckpointError: wrong_sha256.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    found = digest.hexdigest()
    if not found.startswith(sha256):
        raise CheckpointError("wrong_sha256", name=name or path.name, found=found[:12], expected=sha256[:12])


def _is_sayable(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _begins(path: Path, n_bytes: int) -> bytes:
    try:
        foreign_json.require_regular_file(path)
        with path.open("rb") as file:
            return file.read(n_bytes)
    except OSError as error:
        kind = "safetensors" if path.suffix == ".safetensors" else "PyTorch"
        raise CheckpointError("unreadable", name=path.name, kind=kind, reason=reason_of(error)) from None


def _refuse_foreign(path: Path) -> None:
    begun = _begins(path, max(at + len(sign) for at, sign, _ in FOREIGN))
    for at, sign, framework in FOREIGN:
        if begun[at:].startswith(sign):
            raise CheckpointError("other_framework", name=path.name, framework=framework, file=path.name)


def _members(path: Path) -> list[str]:
    """The names in a zip archive. torch's own files are zip archives, and TorchScript is recognised by its members."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise CheckpointError("unreadable", name=path.name, kind="PyTorch", reason=reason_of(error)) from None


def _is_of_arrays(path: Path) -> bool:
    members = _members(path) if zipfile.is_zipfile(path) else []
    return bool(members) and all(member.endswith(".npy") for member in members)


def _unpickle(path: Path, device: str) -> Any:
    """Load a file of torch's without running code; on "meta" the numbers are not read."""
    is_archive = zipfile.is_zipfile(path)
    if is_archive and any(member.endswith("/constants.pkl") for member in _members(path)):
        raise CheckpointError("torchscript", name=path.name)
    if not is_archive and _begins(path, 1) != b"\x80":
        reason = Reason("begins_otherwise" if path.stat().st_size else "empty")
        raise CheckpointError("unreadable", name=path.name, kind="PyTorch", reason=reason)
    try:
        # torch itself skips the numbers of an archive for "meta"; in the older format they come last in the file.
        with torch.serialization.skip_data() if device == "meta" and not is_archive else nullcontext():
            return torch.load(path, map_location=device, weights_only=True)
    except pickle.UnpicklingError:
        raise CheckpointError("unsafe_pickle", name=path.name) from None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError) as error:
        raise CheckpointError("unreadable", name=path.name, kind="PyTorch", reason=reason_of(error)) from None
