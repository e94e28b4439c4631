"""What was measured of a checkpoint, named by keys: the page has words in every language for `models.figure_<key>`."""

from __future__ import annotations

from collections.abc import Mapping

from vit_core.checkpoints.figures import LABELLED, LINEAR, NEIGHBOURS

FIGURES = {
    LABELLED: "imagenet",
    LINEAR: "linear",
    NEIGHBOURS: "neighbours",
    "Tiny-ImageNet validation at 112 px, 2,000 photos": "tiny",
    "sharp ImageNet photos, 200": "sharp",
    "Tatoeba test, 649 sentences": "tatoeba",
    "Tatoeba test, fed with the answer": "fed",
}


def measured(metrics: Mapping[str, str]) -> list[dict[str, str]]:
    """Every figure of a checkpoint: the key of what was measured, and its value as it is printed."""
    return [{"of": FIGURES[name], "value": value} for name, value in metrics.items()]
