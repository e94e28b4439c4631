"""Figures of a beam search: its tree, and the effect of length on its scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve
from matplotlib.ticker import MaxNLocator

from vit_core.arguments import described, require_model
from vit_core.checkpoints import LoadedTranslator
from vit_core.config import Seq2SeqConfig
from vit_core.decoding import BeamNode, BeamTree, Judged, Strategy, length_rule
from vit_core.decoding.beam import Beam, LengthRule
from vit_core.figures.errors import FigureError
from vit_core.figures.style import CAPTION, Style, drawing
from vit_core.figures.words import number, piece, said, setting
from vit_core.translation import Translation

# Sizes in units of a column; each step has a column, and a node stands at its left.
NODE, ROW, CUT_ROW, GAP, BAR = 0.8, 1.0, 0.62, 0.5, 0.3
COLUMN_INCHES, ROW_INCHES = 0.98, 0.36
# The height of a line of text, as a share of a panel's height.
LABEL = 0.085
LINE = {"kept": "0.55", "ended": "0.35", "cut": "0.85"}
WINNER = "C1"


def beam(
    model: LoadedTranslator,
    translation: Translation,
    strategy: Strategy | None = None,
    *,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """The tree of a beam search: tokens that were kept or finished above, most probable first, and those that were cut
    below.

    Args:
        model: the translator.
        strategy: the strategy of the search; the default of `translate` when None.

    Raises:
        FigureError: no beam search made the translation.
    """
    require_model("beam", model, Seq2SeqConfig)
    tree, judged, alpha, _ = _searched(translation, strategy, "beam")
    names = [piece(model.tokenizer.token(node.token), lang) for node in tree.nodes]
    places, cut_from, height = layout(tree)
    steps = max(node.step for node in tree.nodes) + 1
    with drawing(style, figsize=(COLUMN_INCHES * steps + 0.3, ROW_INCHES * (height + 1) + 0.4)) as figure:
        axis = figure.subplots()
        axis.set(xlim=(-0.05, steps - 0.1), ylim=(height, -0.75))
        axis.axis("off")
        for kind, wide in (("cut", 0.6), ("kept", 0.9), ("ended", 0.9)):
            _edges(axis, tree, places, [node for node in tree.nodes if node.fate == kind], LINE[kind], wide)
        _edges(axis, tree, places, tree.path(), WINNER, 1.8)
        for node, (x, y), worth, name in zip(tree.nodes, places, judged, names, strict=True):
            _node(axis, node, x, y, worth, name, lang)
        _bars(axis, tree, places)
        for step in range(steps):
            axis.text(step + NODE / 2, -0.55, said("step", lang, n=step + 1), ha="center", va="center", color="0.35")
        axis.text(0, cut_from - 0.28, said("cut", lang), va="center", color="0.5", fontsize="small")
        told = {"model": translation.trace.checkpoint, "width": tree.width, "alpha": setting(alpha)}
        figure.supxlabel(said("as_beam", lang, **told), **CAPTION)
    return figure


def length(
    translation: Translation, strategy: Strategy | None = None, *, lang: str = "en", style: Style = None
) -> Figure:
    """The effect of length: log-probability and score of every hypothesis of a beam search, token by token.

    A longer text is always less probable; with its log-probability divided by a function of the length it may still
    win.

    Args, raises: as `beam`.
    """
    tree, judged, alpha, rule = _searched(translation, strategy, "length")
    with drawing(style, figsize=(7.4, 3.1)) as figure:
        left, right = figure.subplots(1, 2)
        divisor = f"n^{setting(alpha)}" if rule == "exponent" else f"((5 + n) / 6)^{setting(alpha)}"
        named: set[str] = set()
        ended: list[tuple[int, int, float]] = []
        for path in hypotheses(tree):
            totals, scores = ([getattr(judged[node.id], what) for node in path] for what in ("total", "score"))
            lengths = [node.step + 1 - translation.given for node in path]
            end, kind = path[-1], "winner" if path[-1].on_path else path[-1].fate
            looks: dict[str, Any] = {
                "winner": {"color": WINNER, "linewidth": 2.2, "zorder": 4},
                "ended": {"color": "C0", "zorder": 3},
                "kept": {"color": "0.6", "linewidth": 0.9},
                "cut": {"color": "0.85", "linewidth": 0.7, "zorder": 1},
            }[kind]
            words = kind if kind in ("winner", "ended") else f"{kind}_path"
            label = said(words, lang) if kind not in named else "_"
            named.add(kind)
            for axis, values in ((left, totals), (right, scores)):
                axis.plot(lengths, values, label=label, **looks)
                if end.fate == "ended":
                    axis.plot(lengths[-1:], values[-1:], "o", label="_", **looks)
            if end.place is not None:
                ended.append((end.place, lengths[-1], scores[-1]))
        for axis, title in ((left, said("logprob", lang)), (right, said("score", lang, divisor=divisor))):
            axis.set_xlabel(said("tokens", lang))
            axis.set_title(title)
            axis.grid(True, axis="y")
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
            axis.set_xlim(0.5, 1.06 * (max(node.step for node in tree.nodes) + 1 - translation.given))
        _places(right, ended, lang)
        left.legend(loc="best")
        told = {"model": translation.trace.checkpoint, "alpha": setting(alpha)}
        figure.supxlabel(said("as_length", lang, **told), **CAPTION)
    return figure


def _places(axis: Axes, ended: Sequence[tuple[int, int, float]], lang: str) -> None:
    """Write rank and score of each ended hypothesis beside the panel, with a line to its end, and keep these labels
    apart.

    Args:
        ended: place, length and score.
    """
    scores = [score for _, _, score in ended]
    if not scores:
        return
    low, high = 2.2 * min(scores), -0.1 * min(scores)
    axis.set_ylim(low, high)
    step = LABEL * (high - low)
    at = high
    for place, n, score in sorted(ended, key=lambda one: -one[2]):
        at = min(at - step, score)
        axis.annotate(
            f"{said('place', lang, n=place + 1)} {number(score)}", (n, score), (1.03, at),
            textcoords=axis.get_yaxis_transform(), va="center", annotation_clip=False, fontsize="small",
            arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": "0.5", "shrinkA": 1, "shrinkB": 2},
        )  # fmt: skip


def hypotheses(tree: BeamTree) -> list[list[BeamNode]]:
    """Every path from a first token to a leaf; the path of the translation comes last."""
    parents = {node.parent for node in tree.nodes}
    leaves = [node for node in tree.nodes if node.id not in parents]
    leaves.sort(key=lambda node: (node.on_path, node.fate == "ended"))
    return [_path(tree, leaf) for leaf in leaves]


def layout(tree: BeamTree) -> tuple[list[tuple[float, float]], float, float]:
    """The coordinates of the nodes, with a column for each step; the height at which the cut nodes begin; the total
    height.
    """
    columns: dict[tuple[int, bool], list[BeamNode]] = {}
    for node in tree.nodes:
        columns.setdefault((node.step, node.fate == "cut"), []).append(node)
    most = {cut: max((len(column) for (_, of), column in columns.items() if of == cut), default=0) for cut in (0, 1)}
    cut_from = most[0] * ROW + GAP
    places = [(0.0, 0.0)] * len(tree.nodes)
    for (step, cut), column in columns.items():
        for at, node in enumerate(sorted(column, key=lambda node: node.rank)):
            places[node.id] = (float(step), cut_from + at * CUT_ROW if cut else at * ROW)
    return places, cut_from, cut_from + most[1] * CUT_ROW


def _searched(
    translation: Any, strategy: Strategy | None, function: str
) -> tuple[BeamTree, tuple[Judged, ...], float, LengthRule]:
    if not isinstance(translation, Translation):
        raise TypeError(f"{function} takes what vit_core.translate gives, not {described(translation)}")
    tree = translation.tree
    if tree is None or not tree.nodes:
        raise FigureError(f"{function} shows a beam search, and none made this translation")
    alpha, rule = length_rule(strategy or Beam())
    return tree, tree.judged(alpha, rule, translation.given, translation.given_logprob), alpha, rule


def _path(tree: BeamTree, node: BeamNode) -> list[BeamNode]:
    path = [node]
    while path[0].parent is not None:
        path.insert(0, tree.nodes[path[0].parent])
    return path


def _tall(node: BeamNode) -> float:
    return CUT_ROW if node.fate == "cut" else ROW


def _node(axis: Axes, node: BeamNode, x: float, y: float, worth: Judged, name: str, lang: str) -> None:
    cut, tall = node.fate == "cut", _tall(node)
    edge, wide = (WINNER, 1.5) if node.on_path else ("0.35" if node.fate == "ended" else "0.75", 0.7)
    if not cut:
        axis.add_patch(Rectangle((x, y + 0.06), NODE, tall - 0.12, facecolor="white", edgecolor=edge, linewidth=wide))
    shown = name if len(name) <= 11 else f"{name[:10]}…"
    grey, size = ("0.5", "x-small") if cut else ("0", "small")
    ended = node.fate == "ended" and not math.isnan(worth.score)
    told = number(worth.score if ended else node.logprob)
    if ended and node.place is not None:
        told = f"{said('place', lang, n=node.place + 1)} {told}"
    if cut:
        axis.text(x + 0.03, y + tall / 2, shown, va="center", color=grey, fontsize=size)
        axis.text(x + NODE - 0.03, y + tall / 2, told, va="center", ha="right", color=grey, fontsize="xx-small")
        return
    axis.text(x + 0.04, y + 0.36, shown, va="center", color=grey, fontsize=size)
    axis.text(x + NODE - 0.04, y + 0.72, told, va="center", ha="right", color="0.35", fontsize="x-small")


def _bars(axis: Axes, tree: BeamTree, places: Sequence[tuple[float, float]]) -> None:
    """Draw the probability of every kept token, given its ancestors, as a bar in its node."""
    kept = [node for node in tree.nodes if node.fate != "cut"]
    shares = np.exp([node.logprob for node in kept])
    bars = [
        Rectangle((places[node.id][0] + 0.04, places[node.id][1] + 0.66), BAR * share, 0.12)
        for node, share in zip(kept, shares, strict=True)
    ]
    axis.add_collection(PatchCollection(bars, facecolor="C0", linewidth=0, zorder=3), autolim=False)


def _edges(
    axis: Axes,
    tree: BeamTree,
    places: Sequence[tuple[float, float]],
    nodes: Sequence[BeamNode],
    colour: str,
    wide: float,
) -> None:
    curves = []
    for node in nodes:
        if node.parent is None:
            continue
        (x, y), (to_x, to_y) = places[node.parent], places[node.id]
        x, y, to_y = x + NODE, y + _tall(tree.nodes[node.parent]) / 2, to_y + _tall(node) / 2
        bend = (to_x - x) * 0.6
        corners = [(x, y), (x + bend, y), (to_x - bend, to_y), (to_x, to_y)]
        curves.append(Curve(corners, [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]))
    if curves:
        lines = Curve.make_compound_path(*curves)
        axis.add_patch(PathPatch(lines, edgecolor=colour, facecolor="none", linewidth=wide, zorder=0.5))
