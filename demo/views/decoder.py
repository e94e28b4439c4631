"""What the figures of attention between words draw."""

from __future__ import annotations

from demo.views.payload import PLANES, encode, weight_planes
from vit_core import Translation
from vit_core.sentence_trace import Part


def attention(translation: Translation, part: Part, layer: int) -> bytes:
    """Every head's attention of one layer of one part, and its mean over the heads.

    Shapes: pattern [H, query, key], mean [query, key], float16 in two byte planes.

    Raises:
        IndexError: there is no such layer.
    """
    pattern = translation.trace.pattern(layer, part=part)
    return encode(
        {
            f"pattern{PLANES}": weight_planes(pattern.numpy()),
            f"mean{PLANES}": weight_planes(pattern.mean(dim=0).numpy()),
        },
        {"part": part, "layer": layer},
    )
