"""Unwrap a state dict from what training code puts around it: wrappers of several networks, prefixes of every name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from vit_core.checkpoints.errors import CheckpointError
from vit_core.reasons import Reason

# Keys under which training code stores its network. If there are two, the running mean of the weights is taken (EMA;
# DINO's teacher and MSN's target), which the authors evaluate and timm reads. "module" is DeepSpeed's.
WRAPPERS = (
    "state_dict_ema", "model_ema", "model", "state_dict", "model_state_dict", "teacher", "target_encoder", "module"
)  # fmt: skip
# The number of steps that torch's AveragedModel has averaged, which it stores among its weights.
COUNT = "n_averaged"
# Prefixes of parallel training, of torch.compile, of training code, and of transformers' wrapper of timm's models.
PREFIXES = ("module.", "_orig_mod.", "backbone.", "timm_model.")
# The prefix of training code that keeps its network in `self.model`, and the names of transformers' translators, which
# also begin with it.
MODEL, TRANSLATOR = "model.", ("model.encoder.embed_tokens.", "model.decoder.", "model.shared.")


class FileTensors(dict[str, Tensor]):
    """Tensors by their names in a file.

    Attributes:
        read: the part of the file that they come from; "" if it has only one.
        beside: other parts with tensors of the same names: other states of the network.
    """

    read = ""
    beside: tuple[str, ...] = ()


def unwrapped(loaded: Any, path: Path) -> FileTensors:
    """Take a state dict out of the usual wrappers of training code."""
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
    """Whether another part of a file has the same names as the part that is read, apart from prefixes."""
    if not isinstance(other, Mapping) or not chosen:
        return False
    last = {str(key).rpartition("blocks.")[2] for key in chosen}
    return 2 * len(last & {str(key).rpartition("blocks.")[2] for key in other}) > len(last)


def unprefixed(tensors: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Remove the prefixes that training code puts before every name, in any order.

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
