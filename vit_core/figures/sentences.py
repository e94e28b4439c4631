"""Figures of attention between words: Bahdanau et al. (arXiv 1409.0473), Fig. 3; Vaswani et al. (arXiv 1706.03762),
Figs. 3–5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.figure import Figure

from vit_core.arguments import described, require_place, require_several, require_texts
from vit_core.figures.errors import FigureError
from vit_core.figures.style import CAPTION, Style, drawing
from vit_core.figures.words import piece, pieces, said
from vit_core.recurrent_translation import RecurrentTrace
from vit_core.sentence_trace import Part, SentenceTrace, TextTrace

# The width of a word along an axis, in inches.
WORD = 0.27
# Inches per letter of a word, the number of letters that are counted at most, and inches between two panels.
LETTER, MOST_LETTERS, BETWEEN = 0.075, 16, 0.09
# Weights below this are not drawn: their lines would be invisible, and a long sentence has thousands of them.
FAINTEST = 0.01
# The ends of the lines between the queries, at 0, and the keys, at 1.
LOW, HIGH = 0.03, 0.97


def bahdanau3(
    trace: RecurrentTrace | SentenceTrace,
    *,
    layer: int | None = None,
    head: int | None = None,
    source: Sequence[str] | None = None,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """Soft alignment: the attention of every target word to the source words; black is 0, white is 1.

    Args:
        trace: of a recurrent translator with attention, or of a Transformer.
        layer, head: of a Transformer's cross-attention; its last layer and the mean of the heads when None.
        source: names of the source tokens (`vit_core.figures.as_written`); those of the vocabulary when None.

    Raises:
        FigureError: the network has no attention, or a recurrent one is asked for layers or heads.
        IndexError: there is no such layer or head.
    """
    weights, caption = _alignment(trace, layer, head, lang)
    rows, columns = weights.shape
    read, wrote = pieces(_source("bahdanau3", trace, source), lang), pieces(trace.target_tokens, lang)
    size = (WORD * columns + _longest(wrote) + 0.5, WORD * rows + _longest(read) + 0.7)
    with drawing(style, figsize=size) as figure:
        axis = figure.subplots()
        axis.imshow(weights, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axis.set_xticks(range(columns), read, rotation=90)
        axis.set_yticks(range(rows), wrote)
        axis.xaxis.tick_top()
        axis.xaxis.set_label_position("top")
        axis.tick_params(length=0)
        axis.set_xlabel(said("source", lang))
        axis.set_ylabel(said("target", lang))
        figure.supxlabel(caption, **CAPTION)
    return figure


def vaswani3(
    trace: SentenceTrace,
    *,
    layer: int | None = None,
    part: Part = "encoder",
    word: int | None = None,
    source: Sequence[str] | None = None,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """The attention of one word in all heads of a layer, each head in a colour of its own.

    Args:
        layer: the last but one when None, as in the paper.
        word: index of the query; when None, the word whose attention reaches farthest (`farthest`).
        source: as for `bahdanau3`.

    Raises:
        IndexError: there is no such layer or word.
    """
    patterns, names, layer = _of_layer(trace, layer, part, source, lang)
    word = _asking(patterns, names[0], word)
    with drawing(style, figsize=_size(names, 1)) as figure:
        axis = figure.subplots()
        _rows(axis, names, lang, [], word)
        for head, pattern in enumerate(patterns):
            _lines(axis, pattern, head, word)
            _cells(axis, pattern[word], head, len(patterns))
        heads = [axis.scatter([], [], s=22, marker="s", color=_colour(head)) for head in range(len(patterns))]
        named = [said("head", lang, n=head + 1) for head in range(len(patterns))]
        figure.legend(heads, named, loc="outside upper center", ncols=8, handletextpad=0.1, columnspacing=1.0)
        figure.supxlabel(_caption(trace, 3, part, layer, lang), **CAPTION)
    return figure


def vaswani4(
    trace: SentenceTrace,
    *,
    layer: int | None = None,
    part: Part = "encoder",
    heads: tuple[int, int] | None = None,
    word: int | None = None,
    source: Sequence[str] | None = None,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """Above, all attention of one head; below, the attention of one word in two heads.

    Args:
        layer, word, source: as for `vaswani3`.
        heads: two of the layer's heads; when None, the two with the sharpest attention (`sharpest`).

    Raises:
        IndexError: there is no such layer, head or word.
    """
    patterns, names, layer = _of_layer(trace, layer, part, source, lang)
    pair = _two(patterns, heads)
    word = _asking(patterns[list(pair)], names[0], word)
    with drawing(style, figsize=_size(names, 2)) as figure:
        upper, lower = _panels(figure)
        _rows(upper, names, lang, pair[:1])
        _lines(upper, patterns[pair[0]], pair[0])
        _rows(lower, names, lang, pair, word)
        for head in pair:
            _lines(lower, patterns[head], head, word)
        figure.supxlabel(_caption(trace, 4, part, layer, lang), **CAPTION)
    return figure


def vaswani5(
    trace: SentenceTrace,
    *,
    layer: int | None = None,
    part: Part = "encoder",
    heads: tuple[int, int] | None = None,
    source: Sequence[str] | None = None,
    lang: str = "en",
    style: Style = None,
) -> Figure:
    """All attention of two heads of a layer, one above the other: they have learned different tasks.

    Args, raises: as `vaswani4`.
    """
    patterns, names, layer = _of_layer(trace, layer, part, source, lang)
    with drawing(style, figsize=_size(names, 2)) as figure:
        for axis, head in zip(_panels(figure), _two(patterns, heads), strict=True):
            _rows(axis, names, lang, [head])
            _lines(axis, patterns[head], head)
        figure.supxlabel(_caption(trace, 5, part, layer, lang), **CAPTION)
    return figure


def farthest(patterns: np.ndarray, names: Sequence[str]) -> int:
    """The word whose attention reaches farthest, relative to its place in the sentence.

    Its reach is the mean distance to the keys, weighted by attention, divided by the mean distance to all words. The
    last key, where heads park their attention, does not count. Punctuation and special tokens are only chosen if there
    is nothing else.

    Shapes: patterns [H, query, key]; names, those of the queries.
    """
    among = patterns[:, :, : max(1, patterns.shape[2] - 1)]
    apart = np.abs(np.arange(among.shape[1])[:, None] - np.arange(among.shape[2]))
    reach = (among * apart).sum(axis=2).mean(axis=0) / np.maximum(apart.mean(axis=1), 1)
    words = np.array([name[:1] != "[" and any(map(str.isalnum, name)) for name in names])
    return int(np.where(words | ~words.any(), reach, -1).argmax())


def sharpest(patterns: np.ndarray) -> tuple[int, int]:
    """The two heads with the sharpest attention to another word: the largest weight of each row, averaged over the
    rows.

    Shapes: patterns [H, query, key]; a word's own key and the last one do not count.
    """
    others = patterns[:, :, :-1].copy()
    places = np.arange(min(others.shape[1:]))
    others[:, places, places] = 0
    first, *rest = np.argsort(-others.max(axis=2, initial=0).mean(axis=1), kind="stable").tolist()
    return first, (rest or [first])[0]


def _alignment(trace: Any, layer: int | None, head: int | None, lang: str) -> tuple[np.ndarray, str]:
    if isinstance(trace, RecurrentTrace):
        if not trace.config.attention:
            raise FigureError(f"{trace.checkpoint} has no attention, such as gru-attention-de-en has")
        if layer is not None or head is not None:
            raise FigureError(f"{trace.checkpoint} has one attention, without layers and heads")
        return trace["decoder.attn.pattern"].numpy(), said("as_bahdanau3", lang, model=trace.checkpoint)
    _require_trace(trace, "bahdanau3")
    layers = trace.config.decoder.n_layers
    at = layers - 1 if layer is None else layer
    pattern = trace.pattern(at, head, part="cross")
    which = said("mean_head", lang) if head is None else said("head", lang, n=head + 1)
    told = {"model": trace.checkpoint, "layer": said("layer", lang, n=at + 1, of=layers), "head": which}
    return (pattern.mean(dim=0) if head is None else pattern).numpy(), said("as_bahdanau3_head", lang, **told)


def _of_layer(
    trace: Any, layer: int | None, part: Part, source: Sequence[str] | None, lang: str
) -> tuple[np.ndarray, tuple[list[str], list[str]], int]:
    """A layer's patterns [H, query, key], the names of queries and keys, and which layer it is."""
    _require_trace(trace, "a figure of attention between words")
    stack = trace.config.encoder if part == "encoder" else trace.config.decoder
    at = max(0, stack.n_layers - 2) if layer is None else layer
    patterns = trace.pattern(at, part=part).numpy()
    reads = pieces(_source("a figure of attention between words", trace, source), lang)
    # A row of the decoder is named after the token it reads: the start token, then all target tokens but the last.
    read = [piece("<s>", lang), *pieces(trace.target_tokens, lang)[:-1]]
    names = {"encoder": (reads, reads), "decoder": (read, read), "cross": (read, reads)}[part]
    return patterns, names, at


def _asking(patterns: np.ndarray, names: Sequence[str], word: int | None) -> int:
    """The index of the query: the chosen one, or the word whose attention reaches farthest."""
    return farthest(patterns, names) if word is None else require_place("word", word, patterns.shape[1])


def _two(patterns: np.ndarray, heads: tuple[int, int] | None) -> tuple[int, int]:
    if heads is None:
        return sharpest(patterns)
    both = require_several("a figure of two heads", "heads", heads, "two heads, as (0, 3)")
    if len(both) != 2:
        raise ValueError(f"a figure of two heads: heads takes two heads, as (0, 3), not {described(heads)}")
    first, second = (require_place("head", head, len(patterns)) for head in both)
    return first, second


def _source(function: str, trace: TextTrace, source: Any) -> Sequence[str]:
    """The names of the source tokens."""
    tokens = trace.source_tokens
    return tokens if source is None else require_texts(function, "source", source, len(tokens))


def _panels(figure: Figure) -> tuple[Axes, Axes]:
    """Two panels, one above the other, with space for the words between them."""
    engine: Any = figure.get_layout_engine()
    engine.set(h_pad=BETWEEN)
    upper, lower = figure.subplots(2, 1)
    return upper, lower


def _rows(
    axis: Axes, names: tuple[list[str], list[str]], lang: str, heads: Sequence[int], asked: int | None = None
) -> None:
    """Write the queries below and the keys above, upright as in the paper, and the heads beside them."""
    queries, keys = names
    longest = max(len(queries), len(keys))
    for place, name in enumerate(queries):
        pale = asked not in (None, place)
        axis.text(place, -0.03, name, rotation=90, ha="center", va="top", color="0.6" if pale else "0")
    for place, name in enumerate(keys):
        axis.text(place, 1.03, name, rotation=90, ha="center", va="bottom")
    axis.set(xlim=(-0.7, longest - 0.3), ylim=(0, 1))
    axis.set_yticks([0, 1], [said("query", lang), said("key", lang)])
    axis.tick_params(length=0, labelcolor="0.35")
    for line, head in enumerate(heads):
        above = 0.5 + 0.14 * ((len(heads) - 1) / 2 - line)
        beside: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
        axis.annotate(said("head", lang, n=head + 1), (0, above), (-16, 0), ha="right", color="0.35", **beside)
        swatch = {"boxstyle": "square,pad=0", "facecolor": _colour(head), "edgecolor": "none"}
        axis.annotate("  ", (0, above), (-4, 0), ha="right", bbox=swatch, **beside)
    axis.set_xticks([])
    for spine in axis.spines.values():
        spine.set_visible(False)


def _lines(axis: Axes, pattern: np.ndarray, head: int, word: int | None = None) -> None:
    """Draw a line from every query, or from one alone, to every key, as opaque as its weight."""
    queries, keys = np.nonzero(pattern >= FAINTEST)
    if word is not None:
        queries, keys = queries[queries == word], keys[queries == word]
    segments = [np.array([(query, LOW), (key, HIGH)]) for query, key in zip(queries, keys, strict=True)]
    axis.add_collection(
        LineCollection(
            segments, array=pattern[queries, keys], cmap=_fading(head), norm=Normalize(0, 1), linewidths=1.8
        ),
        autolim=False,
    )


def _cells(axis: Axes, row: np.ndarray, head: int, heads: int) -> None:
    """Draw a small cell for every key and head, since the lines cover each other."""
    x, y = np.arange(len(row) + 1) - 0.5, 0.8 + 0.2 * np.array([head, head + 1]) / heads
    axis.pcolormesh(x, y, row[None], cmap=_fading(head), norm=Normalize(0, 1), linewidth=0)


def _colour(head: int) -> str:
    return f"C{head % 8}"


def _fading(head: int) -> LinearSegmentedColormap:
    """A colour map from transparent to a head's colour."""
    colour = to_rgb(_colour(head))
    return LinearSegmentedColormap.from_list(f"head {head}", [(*colour, 0.0), (*colour, 1.0)])


def _size(names: Sequence[Sequence[str]], panels: int) -> tuple[float, float]:
    words = max(map(len, names))
    lines = max(1.35, 0.03 * words)  # with a long sentence, flatter lines could not be told apart
    return max(4.2, WORD * words + 0.9), panels * (lines + 2 * max(map(_longest, names)) + 2 * BETWEEN) + 0.4


def _longest(names: Sequence[str]) -> float:
    """The length of the longest name, in inches."""
    return LETTER * min(max(map(len, names)), MOST_LETTERS)


def _caption(trace: SentenceTrace, n: int, part: Part, layer: int, lang: str) -> str:
    layers = (trace.config.encoder if part == "encoder" else trace.config.decoder).n_layers
    which = said("layer", lang, n=layer + 1, of=layers)
    return said("as_vaswani", lang, n=n, model=trace.checkpoint, part=said(part, lang), layer=which)


def _require_trace(trace: Any, function: str) -> None:
    if not isinstance(trace, SentenceTrace):
        raise TypeError(f"{function} takes the trace that vit_core.translate gives, not {described(trace)}")
