"""Simulate a second device on a computer without one: its tensors have real numbers and cannot be mixed with the CPU's.

As on a real one, an operation on tensors of both devices is an error (but for single numbers), and NumPy cannot read
what lies there. `at_most` bounds its memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import finalize

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map, tree_map_only

# A device type that torch only has a name for.
NAME = "xla"
THERE, CPU = torch.device(NAME), torch.device("cpu")
# Functions that torch's Python binding handles itself, before an operation could be intercepted.
DIRECT = (Tensor.__getitem__, Tensor.__setitem__, Tensor.__invert__, Tensor.new_tensor)
# Functions that bring numbers from any device into Python.
READ = (Tensor.tolist, Tensor.item, Tensor.__int__, Tensor.__float__, Tensor.__bool__)


class Distant(Tensor):
    """A tensor of the second device; `here` has its numbers."""

    here: Tensor

    @staticmethod
    def __new__(cls, here: Tensor) -> Distant:
        made = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls, here.shape, here.stride(), here.storage_offset(), dtype=here.dtype, layout=here.layout, device=THERE
        )
        made.here = here
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        raise AssertionError("the second device is used outside of `second_device`")


class _Operations(TorchDispatchMode):
    """Performs the second device's operations on the CPU."""

    def __init__(self, at_most: int | None) -> None:
        super().__init__()
        self.at_most, self._held, self._users = at_most, 0, Counter[int]()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        tensors = [x for x in tree_flatten((args, kwargs))[0] if isinstance(x, Tensor)]
        moves = func in (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)
        there = any(isinstance(x, Distant) for x in tensors)
        if there and not moves:
            _require_one_device(func, tensors)
        device = kwargs.get("device")
        if device is not None:
            there, kwargs["device"] = torch.device(device) == THERE, CPU
        args, kwargs = tree_map_only(Distant, lambda x: x.here, (args, kwargs))
        answer = func(*args, **kwargs)
        return tree_map_only(Tensor, self._kept, answer) if there else answer

    def _kept(self, here: Tensor) -> Distant:
        with torch.inference_mode(False):  # as views of weights are
            made = Distant(here)
        if self.at_most is not None:
            storage = here.untyped_storage()  # a view takes no memory of its own
            self._users[storage.data_ptr()] += 1
            finalize(made, self._let_go, storage.data_ptr(), storage.nbytes())
            if self._users[storage.data_ptr()] == 1:
                self._held += storage.nbytes()
            if self._held > self.at_most:
                raise torch.OutOfMemoryError(f"{NAME} out of memory")
        return made

    def _let_go(self, place: int, nbytes: int) -> None:
        self._users[place] -= 1
        if not self._users[place]:
            self._held -= nbytes


class _Functions(TorchFunctionMode):
    """Moves tensors there and creates them there: torch itself would look for the real device first."""

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if "device" in kwargs and torch.device(kwargs["device"] or CPU) == THERE:
            return _there(func(*tree_map(_back, args), **{**kwargs, "device": CPU}))
        if func in READ:
            return _back(args[0]).tolist()
        if func in DIRECT and isinstance(args[0], Distant):
            _require_one_device(func, tree_flatten(args)[0])
            answer = func(*tree_map(_back, args), **kwargs)
            return answer if answer is None else _there(answer)
        if func is Tensor.to:
            target = [x for x in args[1:] if isinstance(x, (str, torch.device, Distant))]
            if target and (isinstance(target[0], Distant) or torch.device(target[0]) == THERE):
                dtype = {"dtype": target[0].dtype} if isinstance(target[0], Distant) else {}
                return args[0].to(**dtype) if isinstance(args[0], Distant) else _there(args[0].to(**dtype))
        return func(*args, **kwargs)


def _require_one_device(func: Any, operands: Sequence[Any]) -> None:
    if any(isinstance(x, Tensor) and not isinstance(x, Distant) and x.ndim for x in operands):
        raise RuntimeError(f"{func}: expected all tensors to be on the same device")


def _there(x: Tensor) -> Tensor:
    return torch.ops.aten._to_copy.default(x, device=THERE)


def _back(x: Any) -> Any:
    return x.here if isinstance(x, Distant) else x


@contextmanager
def second_device(at_most: int | None = None) -> Iterator[None]:
    """Inside, torch has a second device called `NAME` in this thread."""
    with _Operations(at_most), _Functions():
        yield
