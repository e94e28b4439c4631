"""Find the place of a quantity in a model by its name, and its numbers, whether a trace keeps or derives them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from torch import Tensor, nn

from vit_core.provenance.recurrent_places import derived
from vit_core.recurrent_translation import RecurrentTrace
from vit_core.sentence_trace import Part, SentenceTrace, TextTrace
from vit_core.trace import Trace

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedModel, LoadedRecurrent, LoadedTranslator

    AnyModel = LoadedModel | LoadedTranslator | LoadedRecurrent


class Place(NamedTuple):
    """The stack and layer of a quantity, and its name there.

    Attributes:
        stack: "encoder." or "decoder." of a translator, "" of a model that has one stack.
        layer: None outside the blocks.
        kind: the rest of the name, as in "attn.q".
    """

    stack: str
    layer: int | None
    kind: str


_NAME = re.compile(r"(encoder\.|decoder\.)?(?:blocks\.([0-9]{1,3})\.)?(.+)", re.DOTALL)


def place_of(name: str) -> Place:
    """Parse the name of a quantity into its place."""
    found = _NAME.fullmatch(name)
    if found is None:  # the empty name
        return Place("", None, name)
    return Place(found[1] or "", None if found[2] is None else int(found[2]), found[3])


def layer_of(name: str) -> int | None:
    """The layer of a quantity, None outside the blocks; `explain` needs that block opened."""
    return place_of(name).layer


def entering(stack: str, layer: int) -> str:
    """Name of the stream that enters a block."""
    return f"{stack}tokens" if layer == 0 else f"{stack}blocks.{layer - 1}.resid_post"


def numbers_of(model: AnyModel, trace: Trace | TextTrace, name: str) -> Tensor:
    """A quantity of a pass or a parameter of its model; a filter of several dimensions lies flat, one row per output.

    Raises:
        KeyError: there is no such quantity.
    """
    if isinstance(trace, Trace):
        if name == "pixels":
            return trace.pixels
        if name == "position":  # as learned, even if the pass left it out: the sum then shows that
            net = cast("LoadedModel", model).model
            return net.position_table(*trace.geometry.grid).detach().float()[0]
    if name in trace.tensors:
        return trace.tensors[name]
    stack, layer, kind = place_of(name)
    if kind == "resid_pre" and layer is not None:
        return trace[entering(stack, layer)]
    at, _, which = name.rpartition(".")
    if which in ("scores", "pattern") and layer is not None and f"{at}.q" in trace.tensors:
        mask = trace.mask(part_of(name)) if isinstance(trace, SentenceTrace) else None
        return trace.scores_at(at, None, mask) if which == "scores" else trace.pattern_at(at, None, mask)
    if isinstance(trace, RecurrentTrace):
        between = derived(cast("LoadedRecurrent", model).model, trace, name)
        if between is not None:
            return between
    learned = parameter(model.model, name)
    if learned is None:
        return trace[name]  # its error lists similar names
    return learned.flatten(1) if learned.ndim > 2 and name.endswith(".weight") else learned


def part_of(name: str) -> Part:
    """Which of a translator's three attentions a quantity of an attention belongs to."""
    stack, _, kind = place_of(name)
    if kind.startswith("cross."):
        return "cross"
    return "encoder" if stack == "encoder." else "decoder"


def parameter(net: nn.Module, name: str) -> Tensor | None:
    """A learned parameter by its name in the model, None if it has none of that name."""
    try:
        return net.get_parameter(name).detach().float()
    except AttributeError:
        return None
