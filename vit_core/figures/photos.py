"""The figures of "An Image is Worth 16x16 Words" (arXiv 2010.11929), of any model and picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import MaxNLocator

from vit_core.analysis import arranged_pixels, attention_distance, embedding_filters, rollout, similarity_maps
from vit_core.arguments import described, require_model, require_place
from vit_core.checkpoints import LoadedModel
from vit_core.config import ViTConfig
from vit_core.figures.errors import FigureError
from vit_core.figures.style import CAPTION, LINES, Style, drawing
from vit_core.figures.words import number, said
from vit_core.interventions import NOTHING, Intervention
from vit_core.trace import Trace

# A black overlay: opaque where attention is 0, transparent where it is largest.
SHADE = LinearSegmentedColormap.from_list("shade", [(0, 0, 0, 1), (0, 0, 0, 0)])
# Brightness is this power of weight / largest weight: 0.5, as on the page. The paper uses 1, with which one patch of
# much attention leaves all others black.
GAMMA = 0.5
PAIR = 1.75  # inches along the side of a picture
FILTER_COLUMNS, FILTER_GAP = 7, 0.1
# More heads than this are not listed in the legend, as in the paper.
NAMED_HEADS = 8
MOST_TICKS = 8


def fig6(
    model: LoadedModel,
    *traces: Trace,
    intervention: Intervention = NOTHING,
    query: int = 0,
    gamma: float = GAMMA,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """Attention rollout: every picture beside the same picture, in which brightness shows how much of a patch reaches
    CLS.

    Args:
        intervention: what was moved in the passes of the traces.
        query: the token of the last layer; CLS by default.
        gamma: brightness is this power of weight / largest weight (GAMMA).

    Raises:
        FigureError: there is no trace.
        IndexError: there is no such token.
    """
    _require_drawable(model, traces, "fig6")
    with drawing(style, figsize=(2 * PAIR + 0.1, (PAIR + 0.03) * len(traces) + 0.75)) as figure:
        axes = figure.subplots(len(traces), 2, squeeze=False)
        peaks = [
            _pair(pair, model, trace, intervention, query, gamma) for pair, trace in zip(axes, traces, strict=True)
        ]
        _entitle(axes[0], lang)
        peak = ", ".join(f"{number(100 * one)} %" for one in peaks)
        figure.supxlabel(said("as_fig6", lang, model=model.name, peak=peak, gamma=gamma), **CAPTION)
    return figure


def fig14(
    model: LoadedModel,
    *traces: Trace,
    pairs: int = 4,
    query: int = 0,
    gamma: float = GAMMA,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """The grid of the paper's appendix: more pictures and their attention as in Fig. 6, `pairs` of them in a row.

    Raises:
        FigureError: there is no trace.
        IndexError: there is no such token.
    """
    _require_drawable(model, traces, "fig14")
    columns = max(1, min(pairs, len(traces)))
    rows = -(-len(traces) // columns)
    with drawing(style, figsize=(1.9 * columns + 0.1, 0.96 * rows + 0.5)) as figure:
        axes = figure.subplots(rows, 2 * columns, squeeze=False)
        for axis in axes.flat:
            axis.axis("off")
        for at, trace in enumerate(traces):
            row, column = divmod(at, columns)
            pair = axes[row, 2 * column : 2 * column + 2]
            _pair(pair, model, trace, NOTHING, query, gamma)
            if row == 0:
                _entitle(pair, lang, fontsize="small")
        figure.supxlabel(said("as_fig14", lang, model=model.name, gamma=gamma), **CAPTION)
    return figure


def fig7_left(model: LoadedModel, *, lang: str = "en", style: Style = None) -> Figure:
    """The first principal components of the filters that embed a patch."""
    require_model("fig7_left", model, ViTConfig)
    with drawing(style, figsize=(3.6, 2.6)) as figure:
        _filters(figure, model, lang)
        figure.supxlabel(said("as_fig7", lang, model=model.name), **CAPTION)
    return figure


def fig7_centre(
    model: LoadedModel, rows: int | None = None, cols: int | None = None, *, lang: str = "en", style: Style = None
) -> Figure:
    """Similarity of every patch's position embedding to all others, one map for each patch.

    Args:
        rows, cols: the grid of the picture; as the model was trained when None.
    """
    require_model("fig7_centre", model, ViTConfig)
    with drawing(style, figsize=(3.9, 3.5)) as figure:
        grid = model.model.config.grid
        _similarity(figure, model, rows or grid, cols or rows or grid, lang)
        figure.supxlabel(said("as_fig7", lang, model=model.name), **CAPTION)
    return figure


def fig7_right(trace: Trace, *, lang: str = "en", style: Style = None) -> Figure:
    """How far each head looks, by depth: one dot per head and layer."""
    _require_drawable(None, [trace], "fig7_right")
    with drawing(style, figsize=(3.6, 3.1)) as figure:
        _distance(figure.subplots(), trace, lang)
        figure.supxlabel(said("as_fig7_photo", lang, model=trace.checkpoint), **CAPTION)
    return figure


def fig7(model: LoadedModel, trace: Trace, *, lang: str = "en", style: Style = None) -> Figure:
    """The three panels of Fig. 7, as they stand in the paper."""
    _require_drawable(model, [trace], "fig7")
    with drawing(style, figsize=(10.6, 3.3)) as figure:
        panels: Any = figure.subfigures(1, 3, width_ratios=[3.1, 3.7, 3.6])
        left, centre, right = panels
        _filters(left, model, lang)
        _similarity(centre, model, *trace.geometry.grid, lang)
        _distance(right.subplots(), trace, lang)
        figure.supxlabel(said("as_fig7_photo", lang, model=model.name), **CAPTION)
    return figure


def fig11(*traces: Trace, lang: str = "en", style: Style = None) -> Figure:
    """Size of the attended area by head and depth, a panel for each model, on one scale."""
    _require_drawable(None, traces, "fig11")
    with drawing(style, figsize=(3.3 * len(traces) + 0.3, 3.1)) as figure:
        axes = figure.subplots(1, len(traces), squeeze=False, sharey=True)[0]
        for axis, trace in zip(axes, traces, strict=True):
            _distance(axis, trace, lang)
            if (
                len({trace.geometry.height for trace in traces}) > 1
            ):  # distances in pixels cannot be compared between picture sizes
                axis.set_title(f"{trace.checkpoint} · {trace.geometry.height} × {trace.geometry.width} px")
        for axis in axes[1:]:
            axis.set_ylabel("")
        figure.supxlabel(said("as_fig11", lang), **CAPTION)
    return figure


def reached(trace: Trace, query: int = 0) -> np.ndarray:
    """Rollout of one token of the last layer, usually the class token, over the patches.

    Shapes: returns [rows, cols]; the tokens ahead of the patches are left out.

    Raises:
        IndexError: there is no such token.
    """
    require_place("query", query, trace.geometry.n_tokens)
    return rollout(trace)[query, len(trace.geometry.prefix) :].reshape(trace.geometry.grid).numpy()


def _entitle(pair: Iterable[Axes], lang: str, **text: Any) -> None:
    for axis, words in zip(pair, ("input", "attention"), strict=True):
        axis.set_title(said(words, lang), **text)


def _pair(
    axes: np.ndarray, model: LoadedModel, trace: Trace, intervention: Intervention, query: int, gamma: float
) -> float:
    """Draw a picture and its darkened copy side by side, and return the weight of the brightest patch."""
    preprocess = model.preprocess.at(trace.geometry.height)
    picture = preprocess.undo(arranged_pixels(trace, intervention)).permute(1, 2, 0).numpy()
    weights = reached(trace, query)
    # Both axes count patches, so that each weight lies on its patch.
    edges = (-0.5, weights.shape[1] - 0.5, weights.shape[0] - 0.5, -0.5)
    for axis in axes:
        axis.imshow(picture, extent=edges)
        axis.axis("off")
    axes[1].imshow(weights, extent=edges, cmap=SHADE, norm=PowerNorm(gamma, 0, weights.max()), interpolation="bilinear")
    return float(weights.max())


def _filters(figure: FigureBase, model: LoadedModel, lang: str) -> None:
    colours = embedding_filters(model.model).colours.numpy()
    axis, side = figure.subplots(), 1 - FILTER_GAP
    for at, picture in enumerate(colours):
        row, column = divmod(at, FILTER_COLUMNS)
        axis.imshow(picture, extent=(column, column + side, row + side, row), interpolation="nearest")
    axis.set(xlim=(0, FILTER_COLUMNS - FILTER_GAP), ylim=(-(-len(colours) // FILTER_COLUMNS) - FILTER_GAP, 0))
    axis.axis("off")
    axis.set_anchor("N")  # its title is level with those of the other panels
    axis.set_title(said("filters", lang, n=len(colours)), **LINES)


def _similarity(figure: FigureBase, model: LoadedModel, rows: int, cols: int, lang: str) -> None:
    """Shapes: the picture is [down * (rows + gap) - gap, across * (cols + gap) - gap], NaN between the maps."""
    maps, step = similarity_maps(model.model, rows, cols)
    down, across = -(-rows // step), -(-cols // step)
    gap = max(1, round(max(rows, cols) / 8))
    mosaic = np.full((down, rows + gap, across, cols + gap), np.nan, np.float32)
    mosaic[:, :rows, :, :cols] = maps.reshape(down, across, rows, cols).permute(0, 2, 1, 3).numpy()
    whole = mosaic.reshape(down * (rows + gap), across * (cols + gap))[:-gap, :-gap]
    axis = figure.subplots()
    image = axis.imshow(whole, vmin=-1, vmax=1, interpolation="nearest")
    for along, count, side in ((axis.xaxis, across, cols), (axis.yaxis, down, rows)):
        every = -(-count // MOST_TICKS)
        places = range(0, count, every)
        along.set_ticks([(side + gap) * at + (side - 1) / 2 for at in places], [f"{at * step + 1}" for at in places])
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.tick_params(length=0)
    axis.set_xlabel(said("column", lang))
    axis.set_ylabel(said("row", lang))
    axis.set_title(said("similarity", lang))
    bar = figure.colorbar(image, ax=axis, shrink=0.9, ticks=[-1, 0, 1])
    bar.set_label(said("cosine", lang), labelpad=0)
    bar.outline.set_visible(False)


def _distance(axis: Axes, trace: Trace, lang: str) -> None:
    distances = attention_distance(trace).numpy()  # L H
    layers, heads = distances.shape
    named = range(heads) if heads <= NAMED_HEADS else range(3)
    for head, column in enumerate(distances.T):
        label = said("head", lang, n=head + 1) if head in named else "_"
        axis.scatter(range(1, layers + 1), column, s=18, label=label, color=f"C{head % 8}", clip_on=False)
    if len(named) < heads:
        axis.scatter([], [], s=0, label="…")
    axis.set_xlim(0.5, layers + 0.5)
    axis.set_ylim(0, None)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=MOST_TICKS))
    axis.set_xlabel(said("depth", lang))
    axis.set_ylabel(said("distance", lang))
    axis.set_title(trace.checkpoint)
    # Outside the axes: a legend's dots among the data would be read as data.
    axis.legend(loc="upper left", bbox_to_anchor=(1, 1), handletextpad=0.1, borderaxespad=0.2)


def _require_drawable(model: Any, traces: Sequence[Any], function: str) -> None:
    """Raises: FigureError: there is nothing to draw; TypeError: what is given is no trace or no such model."""
    if model is not None:
        require_model(function, model, ViTConfig)
    if not traces:
        raise FigureError(f"{function} takes at least one picture")
    for trace in traces:
        if not isinstance(trace, Trace):
            raise TypeError(f"{function} takes what vit_core.trace_image gives, not {described(trace)}")
