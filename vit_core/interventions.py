"""Edits of a forward pass that switch off or move one mechanism of the model.

Each function returns edits by quantity name, for `trace_image(..., edit=...)` and `replay.rerun`; several are joined
with `|`. Edits that remember something belong to one pass: make new ones for the next. `Intervention` records which of
them a pass had, so that its numbers can be explained.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from vit_core.arguments import described, require_flag, require_index, require_places, require_several
from vit_core.blocks import ATTN, CROSS, MLP, Sublayer
from vit_core.config import Norm, Seq2SeqConfig, StackConfig

Edits = dict[str, Callable[[Tensor], Tensor]]
BLOCK = re.compile(r"(encoder|decoder)\.blocks\.\d+")


class AnyIntervention(Protocol):
    """What was switched off in a pass, by block; a block is named as in the trace: "encoder.blocks.1"."""

    def has_residual(self, block: str) -> bool:
        """Whether a block adds what its branches compute to the stream, and does not hand on that alone."""
        ...

    def divides(self, block: str) -> bool:
        """Whether a block divides q·k by sqrt(d_head)."""
        ...

    def places(self, stack: str) -> bool:
        """Whether positions are added to the tokens of a stack: "encoder." or "decoder.", "" of a picture."""
        ...


@dataclass(frozen=True)
class Intervention:
    """What is moved or switched off in one forward pass.

    Attributes:
        order: which patch stands at each place; empty for the order of the picture.
        position_off: no position embedding is added to any token.
        residual_off: layers that hand on only what their branches compute.
        unscaled: layers that do not divide q·k by sqrt(d_head).

    Raises:
        TypeError: a field is given anything else; layers and places are whole numbers, and a text is no set of layers.
        ValueError: a layer is negative.
    """

    order: tuple[int, ...] = ()
    position_off: bool = False
    residual_off: frozenset[int] = frozenset()
    unscaled: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        require_flag("Intervention", "position_off", self.position_off)
        object.__setattr__(self, "order", require_places("Intervention", "order", self.order))
        for field in ("residual_off", "unscaled"):
            layers = require_places("Intervention", field, getattr(self, field))
            object.__setattr__(self, field, frozenset(layers))

    def edits(self, d_head: int) -> Edits:
        """The edits that do it; new ones for every pass."""
        made = shuffled_patches(self.order) if self.order else {}
        if self.position_off:
            made |= without_position()
        for layer in self.residual_off:
            made |= without_residual(layer)
        for layer in self.unscaled:
            made |= unscaled_scores(layer, d_head)
        return made

    def has_residual(self, block: str) -> bool:
        return _layer(block) not in self.residual_off

    def divides(self, block: str) -> bool:
        return _layer(block) not in self.unscaled

    def places(self, stack: str) -> bool:
        return not self.position_off


NOTHING = Intervention()


def _blocks(field: str, given: Any) -> frozenset[str]:
    names = require_several("SentenceIntervention", field, given, "a set of names of blocks, as encoder.blocks.0")
    for name in names:
        if not isinstance(name, str) or not BLOCK.fullmatch(name):
            takes = f"SentenceIntervention: each of {field} takes the name of a block, as encoder.blocks.0"
            raise ValueError(f"{takes}, not {described(name)}")
    return frozenset(names)


@dataclass(frozen=True)
class SentenceIntervention:
    """What is switched off in one translation.

    Attributes:
        position_off: no position is added to any word of the source.
        residual_off: blocks, by their trace names, that hand on only what their branches compute.
        unscaled: blocks whose attentions do not divide q·k by sqrt(d_head).

    Raises:
        TypeError: a field is given anything else; one name alone is no set of names.
        ValueError: a name is none of a block.
    """

    position_off: bool = False
    residual_off: frozenset[str] = frozenset()
    unscaled: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        require_flag("SentenceIntervention", "position_off", self.position_off)
        for field in ("residual_off", "unscaled"):
            object.__setattr__(self, field, _blocks(field, getattr(self, field)))

    def edits(self, config: Seq2SeqConfig) -> Edits:
        """The edits that do it; new ones for every pass.

        Raises:
            ValueError: a network of this shape has no such block.
        """
        for block in sorted(self.residual_off | self.unscaled):
            layers = _stack(block, config).n_layers
            if _layer(block) >= layers:
                raise ValueError(f"SentenceIntervention: {block} is none of the {layers} blocks of its stack")
        made = without_source_position() if self.position_off else {}
        for block in self.residual_off:
            made |= _only_branches(block, branches_of(block), config.norm)
        for block in self.unscaled:
            made |= {name: _undivided(_d_head(block, config)) for name in scores_of(block)}
        return made

    def undivided(self) -> frozenset[str]:
        """Names of the scores that are not q·k / sqrt(d_head): a trace has to keep them, since it cannot derive
        them.
        """
        return frozenset(name for block in self.unscaled for name in scores_of(block))

    def has_residual(self, block: str) -> bool:
        return block not in self.residual_off

    def divides(self, block: str) -> bool:
        return block not in self.unscaled

    def places(self, stack: str) -> bool:
        return not (self.position_off and stack == "encoder.")


UNCHANGED = SentenceIntervention()


def switched_off(intervention: AnyIntervention, block: str) -> list[str]:
    """What a block of a pass did without: "residual", "scale" (the division by sqrt(d_head)), both or none."""
    done = {"residual": intervention.has_residual(block), "scale": intervention.divides(block)}
    return [name for name, is_done in done.items() if not is_done]


def branches_of(block: str) -> tuple[Sublayer, ...]:
    """The branches of a block, by its trace name, in their order."""
    return (ATTN, CROSS, MLP) if block.startswith("decoder.") else (ATTN, MLP)


def attentions_of(block: str) -> tuple[str, ...]:
    """Names of the attentions of a block, by its trace name: a decoder's has two."""
    return tuple(f"{block}.{kind}" for kind in (("attn", "cross") if block.startswith("decoder.") else ("attn",)))


def scores_of(block: str) -> tuple[str, ...]:
    """Names of the scores of a block's attentions."""
    return tuple(f"{attention}.scores" for attention in attentions_of(block))


def shuffled_patches(order: Sequence[int]) -> Edits:
    """Put patch `order[i]` in the place of patch i, before positions are added.

    Raises:
        TypeError: it is no sequence of whole numbers.
        ValueError: the order leaves a patch out or names one twice.
    """
    order = require_places("shuffled_patches", "order", order)
    if sorted(order) != list(range(len(order))):
        raise ValueError("an order names every patch once")
    return {"patches": lambda x: x[:, torch.as_tensor(order, device=x.device)]}


def without_position() -> Edits:
    """Add no position embedding to any token."""
    return {"position": torch.zeros_like}


def without_source_position() -> Edits:
    """Add no position embedding to any source token; the decoder keeps its own."""
    return {"encoder.position": torch.zeros_like}


def without_residual(layer: int) -> Edits:
    """Leave out the residual connections of a block: attention's output, and then the MLP's, replaces the stream.

    Takes the terms `x +` out of arXiv 2010.11929, equations (2) and (3).

    Raises:
        TypeError: the layer is no whole number.
    """
    block = f"blocks.{require_index('without_residual', 'layer', layer)}"
    return _only_branches(block, branches_of(block), "pre")


def unscaled_scores(layer: int, d_head: int) -> Edits:
    """Leave out the division by sqrt(d_head) in a block's attention (arXiv 1706.03762, equation 1, without its
    denominator).

    Raises:
        TypeError: one of the two is no whole number.
    """
    block, width = (require_index("unscaled_scores", *one) for one in (("layer", layer), ("d_head", d_head)))
    return {name: _undivided(width) for name in scores_of(f"blocks.{block}")}


def _only_branches(block: str, branches: Sequence[Sublayer], norm: Norm) -> Edits:
    """Replace each sum of a block by its branch alone, before the norm where that stands after the sum.

    With the norm behind the sum it takes `x +` out of LayerNorm(x + Sublayer(x)), arXiv 1706.03762, section 3.1.
    """
    found: dict[str, Tensor] = {}

    def remember(name: str) -> Callable[[Tensor], Tensor]:
        def edit(x: Tensor) -> Tensor:
            found[name] = x
            return x

        return edit

    def recall(name: str) -> Callable[[Tensor], Tensor]:
        return lambda _: found[name]

    made: Edits = {}
    for names in branches:
        made[f"{block}.{names.out}"] = remember(names.out)
        made[f"{block}.{names.resid if norm == 'pre' else names.sum}"] = recall(names.out)
    return made


def _undivided(d_head: int) -> Callable[[Tensor], Tensor]:
    return lambda scores: scores * math.sqrt(d_head)


def _d_head(block: str, config: Seq2SeqConfig) -> int:
    return config.d_model // _stack(block, config).n_heads


def _stack(block: str, config: Seq2SeqConfig) -> StackConfig:
    return config.decoder if block.startswith("decoder.") else config.encoder


def _layer(block: str) -> int:
    return int(block.rpartition(".")[2])
