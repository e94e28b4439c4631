"""Read the .npz files of google-research/vision_transformer and big_vision, whose arrays have JAX's layout.

Source: the layouts are those that timm's _load_weights turns (tests/parity/test_parity_google.py runs it on the same
files). Nothing pickled is read.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vit_core.checkpoints.errors import CheckpointError
from vit_core.reasons import Reason, reason_of

# Prefixes that Google's training code puts before the names of the weights.
PREFIXES = ("opt/target/", "params/img/", "params/")
# An array that every Vision Transformer has.
OF_ALL = "embedding/kernel"
# NumPy has no bfloat16: JAX stores such numbers as pairs of bytes.
BFLOAT16 = np.dtype("V2")
# big_vision stacks the layers of a model in one array; each is stored under the name of its layer.
STACKED, LAYER = "Transformer/encoderblock/", "Transformer/encoderblock_{i}/"


def read_npz(path: Path, device: str = "cpu") -> dict[str, Tensor]:
    """Read the weights by name, in PyTorch's layout: each row of a matrix gives one number of its result.

    Args:
        device: "cpu", or "meta" for the shapes alone, for which only the headers of the arrays are read.

    Raises:
        CheckpointError: numpy_archive, unsafe_pickle or unreadable.
    """
    with _opened(path) as arrays:
        names = _weights_among(arrays.files, path)
        read = _shape_alone if device == "meta" else _array
        try:
            whole = {name: read(arrays, full) for name, full in names.items()}
            return {name: _laid(name, x) for name, x in _layer_by_layer(whole)}
        except ValueError as error:
            if "pickle" in str(error):
                raise CheckpointError("unsafe_pickle", name=path.name) from None
            raise _unreadable(path, error) from None
        except (TypeError, zipfile.BadZipFile, OSError, EOFError) as error:
            raise _unreadable(path, error) from None


def _layer_by_layer(whole: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    for name, x in whole.items():
        if name.startswith(STACKED) and x.ndim:
            yield from ((LAYER.format(i=i) + name.removeprefix(STACKED), layer) for i, layer in enumerate(x))
        else:
            yield name, x


def _array(arrays: np.lib.npyio.NpzFile, name: str) -> Tensor:
    x = np.array(arrays[name])
    return torch.from_numpy(x.view(np.uint16)).view(torch.bfloat16) if x.dtype == BFLOAT16 else torch.from_numpy(x)


def _shape_alone(arrays: np.lib.npyio.NpzFile, name: str) -> Tensor:
    assert arrays.zip is not None  # until it is closed
    with arrays.zip.open(f"{name}.npy") as file:
        is_first = np.lib.format.read_magic(file) == (1, 0)
        head = (np.lib.format.read_array_header_1_0 if is_first else np.lib.format.read_array_header_2_0)(file)
    shape, _, dtype = head
    if dtype.hasobject:
        raise ValueError(Reason("pickled"))
    known = torch.bfloat16 if dtype == BFLOAT16 else torch.from_numpy(np.empty(0, dtype)).dtype
    return torch.empty(shape, dtype=known, device="meta")


def _opened(path: Path) -> np.lib.npyio.NpzFile:
    try:
        opened = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from None
    assert isinstance(opened, np.lib.npyio.NpzFile)  # the caller has seen that it is an archive of arrays
    return opened


def _unreadable(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError("unreadable", name=path.name, kind="NumPy", reason=reason_of(error))


def _weights_among(names: Iterable[str], path: Path) -> dict[str, str]:
    names = list(names)
    prefix = next((before for before in ("", *PREFIXES) if before + OF_ALL in names), None)
    if prefix is None:
        raise CheckpointError("numpy_archive", name=path.name)
    # The weights have a prefix; names without it belong to the optimiser.
    return {name.removeprefix(prefix): name for name in names if name.startswith(prefix)}


def _laid(name: str, x: Tensor) -> Tensor:
    what, _, kind = name.rpartition("/")
    if what.endswith(("/query", "/key", "/value")):
        return (x.flatten(1).T if kind == "kernel" else x.flatten()).contiguous()  # D H K -> HK D
    if kind == "kernel" and x.ndim == 3:  # of a head's results: H K D -> D HK
        return x.flatten(0, 1).T.contiguous()
    if kind == "kernel" and x.ndim == 4:  # P P 3 D -> D 3 P P
        return x.permute(3, 2, 0, 1).contiguous()
    return x.T.contiguous() if kind == "kernel" and x.ndim == 2 else x
