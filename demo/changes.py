"""What a visitor has switched off or moved, as one short text in an address: "position:off;residual:off@5".

order:3,0,1,...      the patches in another order: the i-th place shows patch order[i]
position:off         no position embedding is added
residual:off@L       block L (or "all") hands on what its branches compute, without adding it to the stream
scale:off@L          block L (or "all") does not divide q·k by sqrt(d_head)
"""

from __future__ import annotations

from demo.errors import VisitorError
from vit_core.config import ViTConfig
from vit_core.interventions import Edits, shuffled_patches, unscaled_scores, without_position, without_residual

MAX_LENGTH = 5000


def edits(change: str, config: ViTConfig, n_patches: int) -> Edits:
    """The edits a change stands for; new ones for every pass.

    Raises:
        VisitorError: bad_request, when the text is none of the above or does not fit the model.
    """
    made: Edits = {}
    for part in filter(None, change[: MAX_LENGTH + 1].split(";")):
        kind, _, value = part.partition(":")
        made |= _one(kind, value, config, n_patches)
    if len(change) > MAX_LENGTH:
        raise VisitorError("bad_request")
    return made


def _one(kind: str, value: str, config: ViTConfig, n_patches: int) -> Edits:
    switch, _, where = value.partition("@")
    if kind == "order":
        return shuffled_patches(_order(value, n_patches))
    if kind == "position" and value == "off":
        return without_position()
    made: Edits = {}
    if switch == "off" and kind == "residual":
        for layer in _layers(where, config.n_layers):
            made |= without_residual(layer)
    elif switch == "off" and kind == "scale":
        for layer in _layers(where, config.n_layers):
            made |= unscaled_scores(layer, config.d_head)
    else:
        raise VisitorError("bad_request")
    return made


def _order(text: str, n_patches: int) -> list[int]:
    places = text.split(",")
    if not all(place.isascii() and place.isdigit() and len(place) <= 4 for place in places):
        raise VisitorError("bad_request")
    order = [int(place) for place in places]
    if sorted(order) != list(range(n_patches)):
        raise VisitorError("bad_request")
    return order


def _layers(text: str, n_layers: int) -> list[int]:
    if text == "all":
        return list(range(n_layers))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) < n_layers):
        raise VisitorError("bad_request")
    return [int(text)]
