"""A fake of the package `spaces` of a hosted Space, as far as the program uses it: a function runs in a forked process.

Arguments and results are pickled as between processes: a tensor is sent as shared memory, and one that is not on the
CPU cannot be sent back.
"""

from __future__ import annotations

import io
import multiprocessing
import pickle
import signal
from collections.abc import Callable
from functools import wraps
from multiprocessing.reduction import ForkingPickler
from types import ModuleType
from typing import Any

import torch

SECONDS = 30.0


class OnlyFromTheCpu(ForkingPickler):
    """Refuses tensors of other devices, which the process that reads them could not reach."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, torch.Tensor) and obj.device.type != "cpu":
            raise pickle.PicklingError(f"a tensor on {obj.device}")
        return NotImplemented


def gpu(function: Callable[..., Any] | None = None, *, duration: int = 60) -> Any:
    """The decorator `spaces.GPU`, with or without its options."""
    if function is None:
        return lambda given: gpu(given, duration=duration)

    @wraps(function)
    def in_a_fork(*args: Any, **kwargs: Any) -> Any:
        sent = pickle.dumps((args, kwargs))
        context = multiprocessing.get_context("fork")
        reader, writer = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(function, sent, writer), daemon=True)
        process.start()
        try:
            if not reader.poll(SECONDS):
                raise TimeoutError("the forked process does not answer")
            done, answer = pickle.loads(reader.recv_bytes())
        finally:
            process.kill()
            process.join()
        if not done:
            raise RuntimeError(answer)
        return answer

    return in_a_fork


def _work(function: Callable[..., Any], sent: bytes, writer: Any) -> None:
    args, kwargs = pickle.loads(sent)
    file = io.BytesIO()
    try:
        OnlyFromTheCpu(file).dump((True, function(*args, **kwargs)))
        told = file.getvalue()
    except BaseException as error:  # the caller has to get it, and this process ends anyway
        told = pickle.dumps((False, repr(error)))
    writer.send_bytes(told)
    signal.pause()  # the shared memory is fetched from this process


def package() -> ModuleType:
    """What `import spaces` gives."""
    module = ModuleType("spaces")
    module.GPU = gpu  # type: ignore[attr-defined]
    return module
