"""Repeat a forward pass from the first edited quantity on, or one block with all its quantities.

Both begin with quantities that the trace has kept, so that nothing before them is computed again.
tests/properties/test_replay.py tests that replayed and recorded numbers are equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from vit_core.arguments import require_functions, require_model
from vit_core.config import ViTConfig
from vit_core.device import entering
from vit_core.tap import Tap, null_tap
from vit_core.trace import Edit, Trace, keep_all, keep_views, watched_pass

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedModel
    from vit_core.vit import VisionTransformer

BEFORE_BLOCKS = ("patches", "position", "tokens")


def rerun(
    model: LoadedModel,
    trace: Trace,
    edit: Edit,
    *,
    keep: Callable[[str], bool] = keep_views,
    watch: Tap = null_tap,
) -> Trace:
    """Trace the same picture with some quantities replaced, computing from the first replaced one on.

    Args:
        edit: functions by quantity name (vit_core.interventions).
        watch: called with each name as it is computed.

    Raises:
        KeyError: an edit names a quantity that this model never computes.
    """
    require_model("rerun", model, ViTConfig)
    require_functions("rerun", edit, keep=keep, watch=watch)
    config = trace.config
    first = min((_stage(name, config.n_layers) for name in edit), default=config.n_layers)

    def forward(net: VisionTransformer, tap: Tap) -> None:
        if first < 0:
            x = net.assemble(entering(trace["patches"], net), trace.geometry.grid, tap=tap)
        else:
            before = trace.resid(first, "pre") if first < config.n_layers else trace.resid(first - 1, "post")
            x = entering(before, net)
        net.read(net.encode(x, first=max(first, 0), tap=tap), tap=tap)

    again, seconds = watched_pass(model, forward, keep=keep, edit=edit, watch=watch)
    earlier = {name: x for name, x in trace.tensors.items() if _stage(name, config.n_layers) < first}
    return replace(trace, tensors=MappingProxyType(earlier | again), seconds=seconds)


def open_block(model: LoadedModel, trace: Trace, layer: int, edit: Edit | None = None) -> Trace:
    """Compute one block of a trace again with all its quantities, from the stream that enters it.

    Args:
        edit: what was replaced in the pass of the trace; edits of other layers are ignored.

    Raises:
        IndexError: there is no such layer.
    """
    stream = trace.resid(layer, "pre")
    at = f"blocks.{layer}"
    edit = {name: change for name, change in (edit or {}).items() if name.startswith(f"{at}.")}
    inside, _ = watched_pass(
        model, lambda net, tap: net.blocks[layer](entering(stream, net), tap=tap, at=at), keep=keep_all, edit=edit
    )
    return replace(trace, tensors=MappingProxyType({**trace.tensors, f"{at}.resid_pre": stream, **inside}))


def _stage(name: str, n_layers: int) -> int:
    """When a quantity is computed: -1 before the blocks, the layer inside them, n_layers after them."""
    if name in BEFORE_BLOCKS:
        return -1
    block = re.match(r"blocks\.([0-9]{1,3})\.", name)
    return min(int(block[1]), n_layers) if block else n_layers
