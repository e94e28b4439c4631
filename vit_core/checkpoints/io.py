"""Read files of tensors: .safetensors, or pickled state dicts without running what is in them."""

from __future__ import annotations

import hashlib
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from vit_core.checkpoints.errors import CheckpointError

# In the order in which a folder is searched: safetensors can hold nothing but tensors.
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
WRAPPERS = ("model", "state_dict", "teacher")
PREFIXES = ("module.", "backbone.")


def read_tensors(path: Path, *, sha256: str | None = None) -> dict[str, Tensor]:
    """Every tensor of a file by its name in the file.

    Args:
        sha256: the digest the file must have, or its first digits.

    Raises:
        CheckpointError: wrong_sha256, unsafe_pickle or unreadable.
    """
    if sha256 is not None:
        verify(path, sha256)
    if path.suffix == ".safetensors":
        try:
            return safetensors.torch.load_file(path)
        except (safetensors.SafetensorError, OSError) as error:
            raise CheckpointError("unreadable", name=path.name, kind="safetensors", reason=error) from None
    return _plain(_unpickle(path), path)


def weights_in(folder: Path) -> Path | None:
    """The file of weights of a folder."""
    return next((folder / file for file in WEIGHT_FILES if (folder / file).exists()), None)


def tensor_names(path: Path) -> list[str]:
    """The names of a file's tensors, without reading the tensors.

    Raises:
        CheckpointError: unsafe_pickle or unreadable.
    """
    if path.suffix == ".safetensors":
        try:
            with safetensors.safe_open(path, framework="pt") as file:
                return list(file.keys())
        except (safetensors.SafetensorError, OSError) as error:
            raise CheckpointError("unreadable", name=path.name, kind="safetensors", reason=error) from None
    return list(_plain(_unpickle(path, device="meta"), path))


def verify(path: Path, sha256: str, *, name: str = "") -> None:
    """Read a file once to see that it is the one it should be.

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


def _unpickle(path: Path, *, device: str = "cpu") -> Any:
    with path.open("rb") as file:
        is_pickle = file.read(1) == b"\x80" or zipfile.is_zipfile(path)
    if not is_pickle:
        raise CheckpointError("unreadable", name=path.name, kind="PyTorch", reason="it does not begin like one")
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except pickle.UnpicklingError:
        raise CheckpointError("unsafe_pickle", name=path.name) from None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CheckpointError("unreadable", name=path.name, kind="PyTorch", reason=reason) from None


def _plain(loaded: Any, path: Path) -> dict[str, Tensor]:
    """The state dict inside the usual wrappers of training code."""
    for wrapper in WRAPPERS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(wrapper), Mapping):
            loaded = loaded[wrapper]
    if not (isinstance(loaded, Mapping) and loaded and all(isinstance(value, Tensor) for value in loaded.values())):
        raise CheckpointError("unreadable", name=path.name, kind="PyTorch", reason="it is not a table of named tensors")
    tensors = {str(key): value for key, value in loaded.items()}
    for prefix in PREFIXES:
        if any(key.startswith(prefix) for key in tensors):
            tensors = {key.removeprefix(prefix): value for key, value in tensors.items()}
    return tensors
