"""Parse and write changes, which are short texts in an address: "position:off;residual:off@6,9".

position:off         no position embedding is added (a sentence: to no word of the source)
residual:off@L       block L hands on what its branches compute, without adding it to the stream
scale:off@L          block L does not divide q·k by sqrt(d_head)
causal:off           the decoder looks ahead although it was not trained so
order:TEXT           the patches in another order (orders.py)

L is layers counted from 1, as on the page, with commas between them, or "all"; of a translator "e2" is layer 2 of its
encoder, "d1" layer 1 of its decoder, in all of whose attentions and branches it is off. Parts are joined by ";" in the
order above. Addresses once named a kind again for each layer ("residual:off@6;residual:off@9"), which is still read.
assets/js/core/change.js does the same in the page; tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from demo.query.orders import TEXT, read_order
from demo.query.parameters import WHOLE, ParameterError
from vit_core.config import Seq2SeqConfig, ViTConfig
from vit_core.interventions import Intervention, SentenceIntervention

MAX_LENGTH = 5000
MAX_LAYERS = 999
ALL = "all"
# The stacks of a translator, by the letter before a layer's number.
STACKS = {"e": "encoder", "d": "decoder"}
TAKES = "position:off, residual:off@L, scale:off@L, causal:off and order:TEXT, joined by ;"


Layer = int | str
Layers = frozenset[Layer] | None


@dataclass(frozen=True)
class Change:
    """A change of a pass, of a photo or of a sentence.

    Attributes:
        position_off, causal_off: whether positions, or the causal mask, are switched off.
        residual_off, unscaled: the layers concerned, counted from 1, those of a translator as in "e2"; None for all.
        order: the patches' order as text, "" where each is at its place.
    """

    position_off: bool = False
    residual_off: Layers = frozenset()
    unscaled: Layers = frozenset()
    causal_off: bool = False
    order: str = ""

    def written(self) -> str:
        """The text that `parse` reads."""
        switches = (("residual", self.residual_off), ("scale", self.unscaled))
        parts = ["position:off"] if self.position_off else []
        parts += [f"{kind}:off@{_written(layers)}" for kind, layers in switches if layers != frozenset()]
        parts += ["causal:off"] if self.causal_off else []
        parts += [f"order:{self.order}"] if self.order else []
        return ";".join(parts)

    def intervention(self, config: ViTConfig, n_patches: int) -> Intervention:
        """The intervention in a pass of an image model.

        Raises:
            ParameterError: it does not fit the model or the picture.
        """
        if self.causal_off:
            raise ParameterError("change", "for a picture no causal:off", self.written())
        return Intervention(
            order=read_order(self.order, n_patches) if self.order else (),
            position_off=self.position_off,
            residual_off=_layers_of(self.residual_off, config.n_layers),
            unscaled=_layers_of(self.unscaled, config.n_layers),
        )

    def of_sentence(self, config: Seq2SeqConfig) -> SentenceIntervention:
        """The intervention in a pass of a translator, without the causal mask, which is part of the model.

        Raises:
            ParameterError: it does not fit the model.
        """
        if self.order:
            raise ParameterError("change", "for a sentence no order:TEXT", self.written())
        depth = {"e": config.encoder.n_layers, "d": config.decoder.n_layers}
        return SentenceIntervention(
            self.position_off, _blocks_of(self.residual_off, depth), _blocks_of(self.unscaled, depth)
        )


def parse(text: str) -> Change:
    """Parse a change.

    Raises:
        ParameterError: the text is no change.
    """
    if len(text) > MAX_LENGTH:
        raise ParameterError("change", f"{TAKES}, at most {MAX_LENGTH} characters", text)
    made = Change()
    for part in filter(None, text.split(";")):
        kind, _, value = part.partition(":")
        switch, _, where = value.partition("@")
        if part == "position:off":
            made = replace(made, position_off=True)
        elif part == "causal:off":
            made = replace(made, causal_off=True)
        elif kind == "residual" and switch == "off":
            made = replace(made, residual_off=_with_layers(made.residual_off, where))
        elif kind == "scale" and switch == "off":
            made = replace(made, unscaled=_with_layers(made.unscaled, where))
        elif kind == "order" and TEXT.fullmatch(value):
            made = replace(made, order=value)
        else:
            raise ParameterError("change", TAKES, part)
    return made


def in_order(text: str) -> str:
    """The same change with every patch in its own place."""
    return replace(parse(text), order="").written()


def _written(layers: Layers) -> str:
    return ALL if layers is None else ",".join(map(str, sorted(layers, key=_place)))


def _place(layer: Layer) -> tuple[int, int]:
    """The sort key of layers: an image model's first, then the encoder's, then the decoder's."""
    return (0, layer) if isinstance(layer, int) else (1 + [*STACKS].index(layer[0]), int(layer[1:]))


def _with_layers(layers: Layers, text: str) -> Layers:
    if text == ALL:
        return None
    more = {_layer(one) for one in text.split(",")}
    return None if layers is None else layers | more


def _layer(text: str) -> Layer:
    number = text[1:] if text[:1] in STACKS else text
    if number == "0" or len(number) > 3 or not WHOLE.fullmatch(number):
        raise ParameterError("change", f"layers from 1 to {MAX_LAYERS}, of a translator as in e1 or d1, or {ALL}", text)
    return int(text) if number is text else text


def _layers_of(layers: Layers, n_layers: int) -> frozenset[int]:
    """The layers counted from 0, as in vit_core."""
    if layers is None:
        return frozenset(range(n_layers))
    found = {layer for layer in layers if isinstance(layer, int) and layer <= n_layers}
    if wrong := layers - found:
        raise ParameterError("change", f"layers from 1 to {n_layers} or {ALL}", max(wrong, key=_place))
    return frozenset(layer - 1 for layer in found)


def _blocks_of(layers: Layers, depth: Mapping[str, int]) -> frozenset[str]:
    """The trace names of a translator's blocks, given the depth of its stacks."""
    every = {f"{s}{i + 1}": f"{stack}.blocks.{i}" for s, stack in STACKS.items() for i in range(depth[s])}
    if layers is None:
        return frozenset(every.values())
    if wrong := layers - every.keys():
        takes = f"layers e1 to e{depth['e']}, d1 to d{depth['d']} or {ALL}"
        raise ParameterError("change", takes, max(wrong, key=_place))
    return frozenset(every[str(layer)] for layer in layers)
