"""Published measurements of a checkpoint, under names for which the page has words in every language."""

from __future__ import annotations

from vit_core import CheckpointSpec
from vit_core.checkpoints.published_quality import LABELLED, LINEAR, NEIGHBOURS

# The words are models.figure_<key>.
FIGURES = {
    LABELLED: "imagenet",
    LINEAR: "linear",
    NEIGHBOURS: "neighbours",
    "held-out photos of its 29 collections, 1,200": "held_out",
    "held-out photos of its 16 classes": "course",
    "sharp ImageNet photos, 200": "sharp",
    "Tatoeba test, 649 sentences": "tatoeba",
    "captions of photos, 1,014": "captions",
    "Tatoeba test, fed with the answer": "fed",
}


def figures(spec: CheckpointSpec) -> list[dict[str, str]]:
    """Each figure of a checkpoint as {"of": what was measured, "value": as it was published}."""
    # A number and its "%" stay on one line.
    values = {name: value.replace(" %", "\N{NO-BREAK SPACE}%") for name, value in spec.metrics.items()}
    return [{"of": FIGURES[name], "value": value} for name, value in values.items()]
