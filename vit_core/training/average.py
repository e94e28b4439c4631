"""Average the last saved weights of a run: better than any single ones while the learning rate is still high.

Source: arXiv 1706.03762, section 6.1, where the last 5 or 20 checkpoints are averaged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor


def keep_recent(weights: Mapping[str, Tensor], folder: Path, *, step: int, most: int) -> None:
    """Write the weights of a step into the folder and remove the oldest beyond `most`."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "writing.part"
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, part)
    os.replace(part, folder / f"{step:08d}.safetensors")
    for old in _kept(folder)[:-most]:
        old.unlink()


def mean_of_recent(folder: Path) -> dict[str, Tensor]:
    """The mean of every weight over the files of the folder, computed in float64.

    Raises:
        FileNotFoundError: nothing has been kept yet.
    """
    files = _kept(folder)
    if not files:
        raise FileNotFoundError(f"{folder} holds no weights yet")
    total: dict[str, Tensor] = {}
    for file in files:
        for name, tensor in load_file(file).items():
            total[name] = total[name] + tensor.double() if name in total else tensor.double()
    return {name: (tensor / len(files)).to(torch.float32) for name, tensor in total.items()}


def _kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors"))
