"""A state dict without what training code puts around it: wrappers of several networks, prefixes of every name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from vit_core.checkpoints.errors import CheckpointError
from vit_core.reasons import Reason

# Where training code keeps its network. Of two, the mean of the weights over its steps (EMA; DINO's teacher and MSN's
# target are such), which its authors evaluate and timm reads. "module" is DeepSpeed's.
WRAPPERS = (
    "state_dict_ema", "model_ema", "model", "state_dict", "model_state_dict", "teacher", "target_encoder", "module"
)  # fmt: skip
# How many steps torch's AveragedModel has taken the mean of; it keeps the number among its weights.
COUNT = "n_averaged"
# Of parallel training, of torch.compile, of the code that trained it, and of transformers' wrapper of timm's models.
PREFIXES = ("module.", "_orig_mod.", "backbone.", "timm_model.")
# Of training code that keeps its network in `self.model`, unless it is part of the names of transformers' translators.
MODEL, TRANSLATOR = "model.", ("model.encoder.embed_tokens.", "model.decoder.", "model.shared.")


class FileTensors(dict[str, Tensor]):
    """Tensors by their names in a file.

    Attributes:
        read: the part of the file that they are; "" where it has but one.
        beside: other parts with tensors of the same names, each of them another state of the network.
    """

    read = ""
    beside: tuple[str, ...] = ()


def unwrapped(loaded: Any, path: Path) -> FileTensors:
    """The state dict inside the usual wrappers of training code."""
    read, beside = "", tuple[str, ...]()
    for wrapper in WRAPPERS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(wrapper), Mapping):
            others = (str(key) for key in loaded if key != wrapper and _is_twin(loaded[key], loaded[wrapper]))
            read, beside = wrapper, (*beside, *others)
            loaded = loaded[wrapper]
    if not (isinstance(loaded, Mapping) and loaded and all(isinstance(value, Tensor) for value in loaded.values())):
        raise CheckpointError("unreadable", name=path.name, kind="PyTorch", reason=Reason("no_tensors"))
    tensors = FileTensors((str(key), value) for key, value in loaded.items() if key != COUNT)
    tensors.read, tensors.beside = read, beside
    return tensors


def _is_twin(other: Any, chosen: Mapping[Any, Any]) -> bool:
    """Whether a part of a file has the names of the part that is read, whatever stands before them."""
    if not isinstance(other, Mapping) or not chosen:
        return False
    last = {str(key).rpartition("blocks.")[2] for key in chosen}
    return 2 * len(last & {str(key).rpartition("blocks.")[2] for key in other}) > len(last)


def unprefixed(tensors: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """The tensors without what training code puts before every name, in whatever order it was put there.

    Raises:
        CheckpointError: unexpected_tensor, where two would have the same name.
    """
    while prefix := _prefix(tensors):
        bare = {key.removeprefix(prefix): value for key, value in tensors.items()}
        if len(bare) < len(tensors):
            twice = next(key for key in tensors if prefix + key in tensors)
            raise CheckpointError("unexpected_tensor", name=path.name, count=len(tensors) - len(bare), tensor=twice)
        tensors = bare
    return tensors


def _prefix(names: Iterable[str]) -> str | None:
    names = list(names)
    found = next((prefix for prefix in PREFIXES if any(name.startswith(prefix) for name in names)), None)
    if found or any(name.startswith(TRANSLATOR) for name in names):
        return found
    return MODEL if names and all(name.startswith(MODEL) for name in names) else None
