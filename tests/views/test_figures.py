"""The papers' figures hold the page's numbers: what an artist draws is what a view sends, to its last digit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.collections import LineCollection, PatchCollection, PathCollection, QuadMesh
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal
from torch import Tensor

import vit_core
from demo.photo.views import attention, patches, position
from demo.recurrence.views import bottleneck as bottleneck_views
from demo.recurrence.views import chain as chain_views
from demo.recurrence.views import gradient as gradient_views
from demo.sentence.views import decoder, translation
from tests.support.payload import close_to_weights, unpack
from vit_core import figures
from vit_core.analysis import positions
from vit_core.analysis.gradients import StepFactors
from vit_core.decoding import Beam, Greedy
from vit_core.figures.sentences import FAINTEST, farthest, sharpest
from vit_core.interventions import Intervention
from vit_core.quality_by_length import FEW, read_quality
from vit_core.replay import rerun
from vit_core.trace import Trace, trace_pixels
from vit_core.vit import VisionTransformer

SENTENCE = "Der alte Mann war früher Lehrer."


@pytest.fixture(scope="module")
def model(make_vit: Callable[..., VisionTransformer], as_loaded: Any) -> Any:
    return as_loaded(make_vit(n_registers=2))


@pytest.fixture(scope="module")
def trace(model: Any, pixels: Tensor) -> Trace:
    return trace_pixels(model, pixels)


@pytest.fixture(scope="module")
def translator() -> Any:
    return vit_core.load("marian-s-de-en")


@pytest.fixture(scope="module")
def said(translator: Any) -> Any:
    return vit_core.translate(translator, SENTENCE, strategy=Beam(3, 1.4, "paper"))


def told(figure: Figure) -> str:
    """Every text in a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(lambda one: hasattr(one, "get_text")))


# ---- of a photo


def test_rollout_is_drawn_as_it_is_sent_and_the_picture_is_the_pixels_that_were_read(model: Any, trace: Trace) -> None:
    sent = unpack(attention.depth(trace))[0]["rollout"]
    embedded = unpack(patches.embedding(trace, model, (40, 32)))[0]
    picture, overlaid = figures.fig6(model, trace).axes
    assert_array_equal(picture.images[0].get_array(), embedded["pixels"].transpose(1, 2, 0))
    assert_array_equal(overlaid.images[0].get_array(), picture.images[0].get_array())
    shade = overlaid.images[1]
    close_to_weights(sent[0, 3:].reshape(4, 5), shade.get_array())
    # All of the picture is seen where most is looked at, and none of it where nothing is.
    assert shade.norm.vmin == 0 and shade.norm.vmax == shade.get_array().max()
    assert shade.cmap(1.0)[3] == 0 and shade.cmap(0.0) == (0, 0, 0, 1)
    of_patch = figures.fig6(model, trace, query=7).axes[1].images[1]
    close_to_weights(sent[7, 3:].reshape(4, 5), of_patch.get_array())


def test_a_jigsaw_is_shown_as_the_model_read_it(model: Any, trace: Trace) -> None:
    order = torch.randperm(20, generator=torch.Generator().manual_seed(5)).tolist()
    intervention = Intervention(order=tuple(order))
    moved = rerun(model, trace, intervention.edits(16))
    figure = figures.fig6(model, moved, intervention=intervention)
    sent = unpack(patches.embedding(moved, model, (40, 32), intervention))[0]["pixels"]
    assert_array_equal(figure.axes[0].images[0].get_array(), sent.transpose(1, 2, 0))


def test_the_grid_holds_every_picture_beside_its_attention(model: Any, trace: Trace) -> None:
    axes = [axis for axis in figures.fig14(model, *[trace] * 5, pairs=3).axes if axis.images]
    assert [len(axis.images) for axis in axes] == [1, 2] * 5
    close_to_weights(unpack(attention.depth(trace))[0]["rollout"][0, 3:].reshape(4, 5), axes[9].images[1].get_array())


def test_the_filters_are_the_bytes_that_are_sent(model: Any) -> None:
    sent = unpack(patches.filters(model))[0]["filters"]
    drawn = [image.get_array() for image in figures.fig7_left(model).axes[0].images]
    assert_array_equal(drawn, sent)


@pytest.mark.parametrize(("rows", "cols", "most"), [(4, 4, 800), (3, 5, 800), (5, 6, 12)])
def test_every_map_of_similarities_lies_at_its_place(
    model: Any, rows: int, cols: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "MOST_MAPS", most)
    arrays, facts = unpack(position.similarity(model, rows, cols))
    figure = figures.fig7_centre(model, rows, cols)
    drawn = np.ma.filled(figure.axes[0].images[0].get_array(), np.nan)
    across, step = -(-cols // facts["step"]), facts["step"]
    for at, sent in enumerate(arrays["similarity"]):
        row, column = divmod(at, across)
        y, x = row * (rows + 1), column * (cols + 1)
        close_to_weights(sent.reshape(rows, cols), drawn[y : y + rows, x : x + cols])
    assert np.isnan(drawn).sum() == drawn.size - arrays["similarity"].size
    assert [one.get_text() for one in figure.axes[0].get_xticklabels()] == [f"{at * step + 1}" for at in range(across)]
    assert figure.axes[0].images[0].get_clim() == (-1, 1)


def test_a_dot_for_every_head_and_layer(model: Any, trace: Trace) -> None:
    sent = unpack(attention.depth(trace))[0]["distance"]
    for axis in (*figures.fig7_right(trace).axes, *figures.fig11(trace, trace).axes):
        dots = [one.get_offsets() for one in axis.collections if isinstance(one, PathCollection)]
        assert_allclose([column[:, 1] for column in dots], sent.T, rtol=1e-6)
        assert all(column[:, 0].tolist() == [*range(1, len(sent) + 1)] for column in dots)
        assert len(axis.get_legend().get_texts()) == sent.shape[1]
    assert "Head 1" in told(figures.fig7_right(trace)) and "헤드 1" in told(figures.fig7_right(trace, lang="ko"))


def test_the_three_panels_are_the_three_figures(model: Any, trace: Trace) -> None:
    left, centre, _, right = figures.fig7(model, trace).axes
    assert len(left.images) == 28
    alone = figures.fig7_centre(model, *trace.geometry.grid).axes[0].images[0].get_array()
    assert_array_equal(centre.images[0].get_array(), alone)
    assert len(right.collections) == trace.config.n_heads


# ---- of a sentence


def test_an_alignment_of_a_recurrent_network_is_its_reading() -> None:
    aligner = vit_core.load("gru-attention-de-en")
    reading = vit_core.translate_recurrent(aligner, SENTENCE)
    sent = unpack(chain_views.chain(reading, aligner, SENTENCE))[0]["pattern"]
    axis = figures.bahdanau3(reading.trace).axes[0]
    close_to_weights(sent, axis.images[0].get_array())
    assert axis.images[0].get_clim() == (0, 1) and axis.images[0].get_cmap()(0.0)[:3] == (0, 0, 0)
    assert [one.get_text() for one in axis.get_xticklabels()][:2] == ["Der", "alte"]
    assert axis.get_yticklabels()[-1].get_text() == "[end]"
    with pytest.raises(figures.FigureError, match="without layers and heads"):
        figures.bahdanau3(reading.trace, layer=0)


@pytest.mark.parametrize("head", [None, 3])
def test_an_alignment_of_a_transformer_is_a_head_or_their_mean(said: Any, head: int | None) -> None:
    sent = unpack(decoder.attention(said, "cross", 1))[0]
    drawn = figures.bahdanau3(said.trace, layer=1, head=head).axes[0].images[0].get_array()
    close_to_weights(sent["mean"] if head is None else sent["pattern"][head], drawn)


def lines_of(axis: Any, shape: tuple[int, int]) -> list[np.ndarray]:
    """For every head that has lines the weights of its lines, 0 where there is none."""
    found = []
    for lines in axis.collections:
        if isinstance(lines, LineCollection):
            weights = np.zeros(shape)
            for (query, key), weight in zip(
                [(one[0, 0], one[1, 0]) for one in lines.get_segments()], lines.get_array(), strict=True
            ):
                weights[int(query), int(key)] = weight
            found.append(weights)
    return found


@pytest.mark.parametrize("part", ["encoder", "decoder", "cross"])
def test_lines_are_as_strong_as_the_weights_that_are_sent(said: Any, part: Any) -> None:
    sent = unpack(decoder.attention(said, part, 1))[0]["pattern"]
    shape = sent.shape[1:]
    seen = [np.where(head >= FAINTEST, head, 0) for head in said.trace.pattern(1, part=part).numpy()]

    axis = figures.vaswani3(said.trace, part=part, word=2).axes[0]  # the last layer but one of three
    only = np.arange(shape[0])[:, None] == 2
    assert_allclose(lines_of(axis, shape), [np.where(only, head, 0) for head in seen], atol=1e-7)
    cells = [one.get_array().ravel() for one in axis.collections if isinstance(one, QuadMesh)]
    close_to_weights(sent[:, 2], np.array(cells))

    upper, lower = figures.vaswani4(said.trace, layer=1, part=part, heads=(4, 1), word=2).axes
    [whole] = lines_of(upper, shape)
    assert_allclose(whole, seen[4], atol=1e-7)
    assert_allclose(lines_of(lower, shape), [np.where(only, seen[head], 0) for head in (4, 1)], atol=1e-7)

    both = figures.vaswani5(said.trace, layer=1, part=part, heads=(0, 7)).axes
    assert_allclose([lines_of(axis, shape)[0] for axis in both], [seen[0], seen[7]], atol=1e-7)
    assert min(head[head > 0].min() for head in seen) >= FAINTEST


def test_the_word_that_looks_farthest_and_the_sharpest_heads_by_hand() -> None:
    near, far = np.eye(5), np.eye(5)[[4, 3, 1, 0, 0]]
    names = ["A", "·,", "B", "C", "[end]"]
    # Token 3 looks three words away; token 1, a sign, and token 0, which looks at the last key, do not count.
    assert farthest(np.stack([near, far]), names) == 3
    assert sharpest(np.stack([near, 0.5 * near + 0.1, np.eye(5)[[1, 0, 1, 2, 0]]])) == (2, 1)


# ---- of a search


def test_the_tree_is_the_one_that_is_sent(said: Any, translator: Any) -> None:
    strategy = Beam(3, 1.4, "paper")
    sent, _ = unpack(translation.tree(said, translator, strategy))
    figure = figures.beam(translator, said, strategy)
    [bars] = [one for one in figure.axes[0].collections if isinstance(one, PatchCollection)]
    widths = [np.ptp(path.vertices[:, 0]) for path in bars.get_paths()]
    assert_allclose(widths, 0.3 * sent["share"][sent["fate"] != translation.FATES["cut"]], rtol=1e-5)
    words = told(figure)
    for node in np.flatnonzero(sent["fate"] == translation.FATES["ended"]):
        assert f"{sent['judged'][node]:.3g}".replace("-", "−") in words
    assert "step 1" in words and "α = 1.4" in words
    with pytest.raises(figures.FigureError, match="none made this translation"):
        figures.beam(translator, vit_core.translate(translator, "Hallo.", strategy=Greedy()))


def test_every_hypothesis_is_followed_by_what_its_nodes_are_worth(said: Any, translator: Any) -> None:
    strategy = Beam(3, 1.4, "paper")
    sent, _ = unpack(translation.tree(said, translator, strategy))
    left, right = figures.length(said, strategy).axes
    path = np.flatnonzero(sent["on_path"])
    for axis, name in ((left, "total"), (right, "judged")):
        [winner] = [line for line in axis.lines if line.get_linewidth() > 2 and line.get_marker() == "None"]
        assert_array_equal(winner.get_xdata(), [*range(1, len(said.ids) + 1)])
        assert_allclose(winner.get_ydata(), sent[name][path], rtol=1e-6)
        leaves = set(range(len(sent["parent"]))) - {*sent["parent"].tolist()}
        ends = sorted(line.get_ydata()[-1] for line in axis.lines if line.get_marker() == "None")
        assert_allclose(ends, sorted(sent[name][[*leaves]]), rtol=1e-6)


# ---- before attention


def test_gradients_are_those_that_are_sent(translator: Any) -> None:
    ids, target, cells = [5, 9, 2, 0], [7, 3, 0], []
    for name in ("rnn-de-en", "gru-de-en"):
        cells.append(figures.gradients_of(vit_core.load(name), ids, target, 1))  # type: ignore[arg-type]
    figure = figures.gradient(cells, ["▁a", "b", "▁c", "</s>"], ["▁x", "y"])
    nothing = StepFactors(torch.zeros(4), torch.zeros(2))
    for axis, cell in zip(figure.axes, cells, strict=True):
        for line, found in zip(axis.lines, (cell.trained, cell.first), strict=False):
            sent = unpack(gradient_views.gradient(found, nothing, None))[0]["norms"]
            assert_array_equal(line.get_ydata(), sent)
        assert [one.get_text() for one in axis.get_xticklabels()] == ["a", "·b", "c", "[end]", "[start]", "x"]
        assert axis.get_yscale() == "log"
    with pytest.raises(figures.FigureError, match="as many gradients as words"):
        figures.gradient(cells, ["▁a"], ["▁x"])


@pytest.mark.parametrize(("kind", "metric"), [("joined", "bleu"), ("single", "chrf")])
def test_quality_by_length_is_the_table(kind: str, metric: str) -> None:
    arrays, facts = unpack(bottleneck_views.quality(read_quality(), SENTENCE))
    score = arrays["score"][facts["kinds"].index(kind), facts["metrics"].index(metric)]
    axis = figures.bahdanau2(read_quality(), kind=kind, metric=metric).axes[0]
    curves = [line for line in axis.lines if line.get_marker() == "None"]
    for line, values in zip(curves, score[..., 0], strict=True):
        assert_allclose(line.get_ydata(), values[~np.isnan(values)], rtol=1e-6)
    hollow = sum(line.get_markerfacecolor() == "white" for line in axis.lines)
    counted = arrays["n"][facts["kinds"].index(kind)]
    assert hollow == len(facts["models"]) * ((counted > 0) & (counted < FEW)).sum()
    with pytest.raises(figures.FigureError, match="was measured"):
        figures.bahdanau2(read_quality(), kind="poems")
