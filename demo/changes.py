"""What a visitor has switched off or moved, as one short text in an address: "position:off;residual:off@5".

order:3,0,1,...      the patches in another order: the i-th place shows patch order[i]
position:off         no position embedding is added
residual:off@L       block L (or "all") hands on what its branches compute, without adding it to the stream
scale:off@L          block L (or "all") does not divide q·k by sqrt(d_head)
"""

from __future__ import annotations

from dataclasses import replace

from demo.errors import VisitorError
from vit_core.config import ViTConfig
from vit_core.interventions import NOTHING, Intervention

MAX_LENGTH = 5000


def parse(change: str, config: ViTConfig, n_patches: int) -> Intervention:
    """What a change switches off or moves.

    Raises:
        VisitorError: bad_request, when the text is none of the above or does not fit the model.
    """
    if len(change) > MAX_LENGTH:
        raise VisitorError("bad_request")
    made = NOTHING
    for part in filter(None, change.split(";")):
        kind, _, value = part.partition(":")
        switch, _, where = value.partition("@")
        if kind == "order":
            made = replace(made, order=_order(value, n_patches))
        elif part == "position:off":
            made = replace(made, position_off=True)
        elif kind == "residual" and switch == "off":
            made = replace(made, residual_off=made.residual_off | _layers(where, config.n_layers))
        elif kind == "scale" and switch == "off":
            made = replace(made, unscaled=made.unscaled | _layers(where, config.n_layers))
        else:
            raise VisitorError("bad_request")
    return made


def in_order(change: str) -> str:
    """The same change with every patch at its place."""
    return ";".join(part for part in change.split(";") if not part.startswith("order:"))


def _order(text: str, n_patches: int) -> tuple[int, ...]:
    places = text.split(",")
    if not all(place.isascii() and place.isdigit() and len(place) <= 4 for place in places):
        raise VisitorError("bad_request")
    order = tuple(int(place) for place in places)
    if sorted(order) != list(range(n_patches)):
        raise VisitorError("bad_request")
    return order


def _layers(text: str, n_layers: int) -> frozenset[int]:
    if text == "all":
        return frozenset(range(n_layers))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) < n_layers):
        raise VisitorError("bad_request")
    return frozenset({int(text)})
