"""A forward pass again, but only the part that an edit changes; and one block again, with all its quantities.

Both begin with numbers the trace has kept, so nothing before them is computed twice. Replayed = recorded is pinned by
tests/properties/test_replay.py.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vit_core.record import ordinary
from vit_core.tap import EditTap, RecordTap, Tap, null_tap
from vit_core.trace import Trace, keep_views

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedModel

Edit = Mapping[str, Callable[[Tensor], Tensor]]
BEFORE_BLOCKS = ("patches", "position", "tokens")


def rerun(
    model: LoadedModel,
    trace: Trace,
    edit: Edit,
    *,
    keep: Callable[[str], bool] = keep_views,
    watch: Tap = null_tap,
) -> Trace:
    """The trace of the same picture with some quantities replaced; computed from the first replaced one on.

    Args:
        edit: functions by quantity name (vit_core.interventions).
        watch: called with each name as it is computed.

    Raises:
        KeyError: an edit names a quantity that this model never computes.
    """
    net, config = model.model, trace.config
    first = min((_stage(name, config.n_layers) for name in edit), default=config.n_layers)
    edits = EditTap(edit)
    record = RecordTap(lambda name: keep(name) or name in edit, then=lambda name, x: watch(name, edits(name, x)))
    with torch.inference_mode():
        started = time.perf_counter()
        if first < 0:
            x = net.assemble(_batch(trace["patches"], net), trace.geometry.grid, tap=record)
        else:
            before = trace.resid(first, "pre") if first < config.n_layers else trace.resid(first - 1, "post")
            x = _batch(before, net)
        net.read(net.encode(x, first=max(first, 0), tap=record), tap=record)
        seconds = time.perf_counter() - started
    if edits.unused:
        raise KeyError(f"no such quantity to edit: {', '.join(sorted(edits.unused))}")
    earlier = {name: x for name, x in trace.tensors.items() if _stage(name, config.n_layers) < first}
    again = {name: ordinary(x[0]) for name, x in record.tensors.items()}
    return replace(trace, tensors=MappingProxyType(earlier | again), seconds=seconds)


def open_block(model: LoadedModel, trace: Trace, layer: int, edit: Edit | None = None) -> Trace:
    """One block of a trace with every quantity in it, computed again from the stream that enters the block.

    Args:
        edit: what was replaced in the pass that the trace is of; edits of other layers are passed over.

    Raises:
        IndexError: there is no such layer.
    """
    entering = trace.resid(layer, "pre")
    at = f"blocks.{layer}"
    edits = EditTap({name: change for name, change in (edit or {}).items() if name.startswith(f"{at}.")})
    record = RecordTap(lambda name: True, then=edits)
    with torch.inference_mode():
        model.model.blocks[layer](_batch(entering, model.model), tap=record, at=at)
    inside = {name: ordinary(x[0]) for name, x in record.tensors.items()}
    return replace(trace, tensors=MappingProxyType({**trace.tensors, f"{at}.resid_pre": entering, **inside}))


def _stage(name: str, n_layers: int) -> int:
    """Where in the pass a quantity is computed: -1 before the blocks, the layer inside them, n_layers behind them."""
    if name in BEFORE_BLOCKS:
        return -1
    block = re.match(r"blocks\.([0-9]{1,3})\.", name)
    return min(int(block[1]), n_layers) if block else n_layers


def _batch(x: Tensor, net: torch.nn.Module) -> Tensor:
    """A kept quantity as the model takes it: a batch of one, on the device and in the precision of the weights."""
    return x[None].to(next(net.parameters()))
