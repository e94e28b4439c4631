"""Parse and write changes, which are short texts in an address: "position:off;residual:off@6,9".

position:off         no position embedding is added (a sentence: to no word of the source)
residual:off@L       block L hands on what its branches compute, without adding it to the stream
scale:off@L          block L does not divide q·k by sqrt(d_head)
causal:off           the decoder looks ahead although it was not trained so
order:TEXT           the patches in another order: of up to 64, place i shows patch TEXT[i], a letter each; of more,
                     TEXT is its place among all orders, sorted, as a number of base 64

L is layers counted from 1, as on the page, with commas between them, or "all"; of a translator "e2" is layer 2 of its
encoder, "d1" layer 1 of its decoder, in all of whose attentions and branches it is off. Parts are joined by ";" in the
order above. Addresses once named a kind again for each layer ("residual:off@6;residual:off@9") and gave each of more
than 64 patches two letters: both are still read.
assets/js/core/change.js does the same in the page; tests compare the two.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce
from math import factorial

from demo.query.parameters import WHOLE, ParameterError
from vit_core.config import Seq2SeqConfig, ViTConfig
from vit_core.interventions import Intervention, SentenceIntervention

MAX_LENGTH = 5000
MAX_LAYERS = 999
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
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
        elif kind == "order" and value and set(value) <= set(LETTERS):
            made = replace(made, order=value)
        else:
            raise ParameterError("change", TAKES, part)
    return made


def in_order(text: str) -> str:
    """The same change with every patch in its own place."""
    return replace(parse(text), order="").written()


def write_order(order: Sequence[int]) -> str:
    """Write an order of patches as text; "" if every patch is in its own place."""
    if list(order) == list(range(len(order))):
        return ""
    if len(order) <= len(LETTERS):
        return "".join(LETTERS[patch] for patch in order)
    left, number = list(range(len(order))), 0
    for patch in order:
        place = left.index(patch)
        number = number * len(left) + place
        left.pop(place)
    return "".join(LETTERS[number >> 6 * digit & 63] for digit in reversed(range(_n_letters(len(order)))))


@cache
def _n_letters(n_patches: int) -> int:
    """The letters of a number that tells all orders of so many patches apart."""
    return -(-(factorial(n_patches) - 1).bit_length() // 6)


def read_order(text: str, n_patches: int) -> tuple[int, ...]:
    """Parse an order of patches for a picture with so many of them.

    Raises:
        ParameterError: it does not contain every patch once.
    """
    digits = [LETTERS.find(letter) for letter in text]
    if -1 in digits:
        digits = []
    elif n_patches > len(LETTERS):
        if len(text) == _n_letters(n_patches):
            digits = _numbered(digits, n_patches)
        elif len(text) == 2 * n_patches:
            digits = [64 * high + low for high, low in zip(digits[::2], digits[1::2], strict=True)]
    if sorted(digits) != list(range(n_patches)):
        raise ParameterError("change", f"an order with each of {n_patches} patches once", text)
    return tuple(digits)


def _numbered(digits: Sequence[int], n_patches: int) -> list[int]:
    """The order of a number, given its digits of base 64; [] if there is none."""
    number = reduce(lambda so_far, digit: 64 * so_far + digit, digits)
    if number >= factorial(n_patches):
        return []
    places = []
    for size in range(1, n_patches + 1):
        number, place = divmod(number, size)
        places.append(place)
    left = list(range(n_patches))
    return [left.pop(place) for place in reversed(places)]


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
