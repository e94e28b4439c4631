"""Figures of recurrent networks: how far back their gradients reach, and quality by length of the sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from vit_core.analysis.gradients import InputGradients, input_gradients, untrained
from vit_core.arguments import described, require_model, require_several
from vit_core.checkpoints import LoadedRecurrent
from vit_core.checkpoints.recurrent_entries import SEED
from vit_core.config import RecurrentConfig
from vit_core.figures.errors import FigureError
from vit_core.figures.style import CAPTION, LINES, Style, drawing
from vit_core.figures.words import piece, pieces, power_of_ten, said
from vit_core.quality_by_length import FEW, Measured

# Every axis reaches down at least to the first of these powers of ten, and never below the second, where float32 ends.
LOW, LOWEST = -8, -38
MOST_POWERS = 8
# With more words than this, not all of them are named along an axis.
MOST_NAMED = 45
WORD = 0.15  # inches


@dataclass(frozen=True)
class Gradients:
    """The gradients of one cell, trained and untrained.

    Attributes:
        name: of the cell, as in "LSTM".
        trained, first: with its trained weights, and with the first weights of its training.
    """

    name: str
    trained: InputGradients
    first: InputGradients


def gradients_of(model: LoadedRecurrent, source_ids: Sequence[int], target_ids: Sequence[int], at: int) -> Gradients:
    """The gradients of the loss of target token `at`, with a model's trained weights and with its first ones.

    Raises:
        IndexError: the target has no such token.
    """
    require_model("gradients_of", model, RecurrentConfig)
    config = model.model.config
    nets = (model.model, untrained(config, SEED))
    return Gradients(config.cell.upper(), *(input_gradients(net, source_ids, target_ids, at) for net in nets))


def gradient(
    cells: Sequence[Gradients],
    source: Sequence[str],
    target: Sequence[str],
    *,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """Gradient norm of one word's loss with respect to every word read before it, a panel for each cell, on one scale.

    Args:
        cells: of networks that read the same words.
        source, target: the tokens; the target's up to the one that is asked, the last.

    Raises:
        FigureError: there are no cells, or not as many words as gradients.
    """
    source, target = (
        require_several("gradient", name, words, "the tokens, as a list of texts")
        for name, words in (("source", source), ("target", target))
    )
    names = [*pieces(source, lang), piece("<s>", lang), *pieces(target, lang)[:-1]]
    if not cells or any(len(one.norms) != len(names) for cell in cells for one in (cell.trained, cell.first)):
        raise FigureError("gradient takes cells that have read the same words, each with as many gradients as words")
    curves = [[np.ma.masked_less_equal(one.norms.numpy(), 0) for one in (cell.trained, cell.first)] for cell in cells]
    powers = [math.log10(value) for pair in curves for curve in pair for value in (curve.min(), curve.max()) if value]
    low = min(LOW, max(LOWEST, math.floor(min(powers, default=0))))
    high = max(0, math.ceil(max(powers, default=0)))
    wide = max(2.5, min(WORD * len(names), 7.0))
    with drawing(style, figsize=(wide * len(cells) + 0.8, 3.6)) as figure:
        axes = figure.subplots(1, len(cells), squeeze=False, sharey=True)[0]
        for axis, cell, pair in zip(axes, cells, curves, strict=True):
            for values, which, looks in zip(pair, ("trained", "first"), ("-", "--"), strict=True):
                axis.plot(values, looks, color="C0" if which == "trained" else "0.55", label=said(which, lang))
            axis.axvline(len(source) - 0.5, color="0.8", linewidth=0.8)
            axis.set_title(cell.name)
            _named(axis, names)
            axis.grid(True, axis="y")
        _powers(axes[0], low, high)
        axes[0].set_ylabel(said("gradient", lang), **LINES)
        axes[len(axes) // 2].set_xlabel(said("inputs", lang))
        axes[0].legend(loc="best")
        asked = pieces(target, lang)[-1]
        figure.supxlabel(said("as_gradient", lang, asked=asked), **CAPTION)
    return figure


def bahdanau2(
    rows: Sequence[Measured],
    *,
    kind: str = "joined",
    metric: str = "bleu",
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """Quality by length of the source, a line for each model with its interval.

    Args:
        rows: what was measured (vit_core.quality_by_length.read_quality).
        kind: of text: "single", "captions" or "joined".
        metric: "bleu", "chrf" or "next_token".
        names: what the models are called; as in the table when None.

    Raises:
        TypeError: the names are no mapping.
        FigureError: nothing of the kind was measured.
    """
    if names is not None and not isinstance(names, Mapping):
        raise TypeError(f"bahdanau2: names takes names by the table's, as a dict, not {described(names)}")
    found = [row for row in rows if (row.kind, row.metric) == (kind, metric)]
    if not found:
        raise FigureError(f"no {metric!r} of texts of the kind {kind!r} was measured")
    with drawing(style, figsize=(5.6, 3.6)) as figure:
        axis = figure.subplots()
        for at, model in enumerate(dict.fromkeys(row.model for row in found)):
            line = sorted((row for row in found if row.model == model), key=lambda row: row.bucket)
            middles = [sum(row.bucket) / 2 for row in line]
            colour, name = f"C{at % 8}", (names or {}).get(model, model)
            axis.plot(middles, [row.value for row in line], color=colour, label=name)
            axis.fill_between(middles, [r.low for r in line], [r.high for r in line], color=colour, alpha=0.12, lw=0)
            for row, middle in zip(line, middles, strict=True):
                axis.plot(middle, row.value, "o", color=colour, markerfacecolor="white" if row.n < FEW else colour)
        buckets = sorted({row.bucket for row in found})
        axis.set_xticks([sum(bucket) / 2 for bucket in buckets], [f"{low}–{high}" for low, high in buckets])
        axis.set_ylim(0, None)
        axis.grid(True, axis="y")
        axis.set_xlabel(said("words", lang))
        axis.set_ylabel(said(metric, lang))
        figure.legend(loc="outside right center")
        figure.supxlabel(said("as_bahdanau2", lang, few=FEW), **CAPTION)
    return figure


def _named(axis: Axes, names: Sequence[str]) -> None:
    every = -(-len(names) // MOST_NAMED)
    axis.set_xticks(range(0, len(names), every), names[::every], rotation=90, fontsize="x-small")
    axis.set_xlim(-0.5, len(names) - 0.5)


def _powers(axis: Axes, low: int, high: int) -> None:
    axis.set_yscale("log")
    axis.set_ylim(10.0**low, 10.0**high * 1.5)
    every = next(n for n in (1, 2, 4, 5, 10, 20, 40) if (high - low) / n <= MOST_POWERS)
    axis.yaxis.set_major_locator(FixedLocator([10.0**power for power in range(high, low - 1, -every)]))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(round(math.log10(value)))))
    axis.yaxis.set_minor_locator(FixedLocator([]))
