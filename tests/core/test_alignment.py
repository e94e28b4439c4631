"""Heads that align words are judged by what the loss of a source token costs; parked attention; what a mask hides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

import vit_core
from tests.support.translators import CONFIG, END, as_translator, tiny_network
from vit_core.analysis import (
    answer_share,
    even_share,
    head_alignment,
    parked_share,
    prediction_difference,
    root_effect,
    scores_before_mask,
)
from vit_core.decoding import Forced
from vit_core.sentence_trace import SentenceTrace

TEXT = "17 4 52 23 8"
TARGET = (30, 11, 44, 9, END)


@pytest.fixture(scope="module")
def said() -> vit_core.Translation:
    return vit_core.translate(as_translator(tiny_network()), TEXT, strategy=Forced(TARGET))


def with_patterns(cross: torch.Tensor) -> SentenceTrace:
    """A trace whose cross-attention is what the test says: [L, H, T, S]."""
    _, _, target, source = cross.shape
    return SentenceTrace(
        checkpoint="made",
        config=CONFIG,
        source_tokens=(*(f"s{i}" for i in range(source - 1)), "</s>"),
        target_tokens=(*(f"t{i}" for i in range(target - 1)), "</s>"),
        source_ids=tuple(range(source)),
        target_ids=tuple(range(target)),
        tensors={f"decoder.blocks.{i}.cross.pattern": cross[i] for i in range(len(cross))},
    )


def test_the_difference_is_what_reading_without_the_token_costs(said: vit_core.Translation) -> None:
    """The definition, one source token and one pass at a time, through the model's own doors."""
    net = tiny_network()
    found = prediction_difference(net, said.source_ids, said.ids)
    read = torch.tensor([[net.config.start, *said.ids[:-1]]])
    full = torch.tensor([step.probability for step in said.steps])
    assert found.shape == (len(said.ids), len(said.source_ids))
    for source in range(len(said.source_ids)):

        def without(name: str, words: torch.Tensor, source: int = source) -> torch.Tensor:
            if name != "encoder.words":
                return words
            return torch.cat([words[:, :source], 0 * words[:, source : source + 1], words[:, source + 1 :]], dim=1)

        logits = net(torch.tensor([said.source_ids]), read, mask=net.target_mask(len(said.ids)), tap=without)[0]
        without_it = logits.softmax(dim=-1)[range(len(said.ids)), list(said.ids)]
        assert_close(found[:, source], full - without_it, atol=1e-5, rtol=0)
    assert found.abs().max() > 0.01


def test_the_difference_does_not_depend_on_how_many_sentences_go_at_once(
    said: vit_core.Translation, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = prediction_difference(tiny_network(), said.source_ids, said.ids)
    monkeypatch.setattr("vit_core.analysis.alignment.BATCH", 4)
    assert_close(prediction_difference(tiny_network(), said.source_ids, said.ids), whole, atol=1e-5, rtol=0)


def test_the_best_head_is_the_one_that_finds_the_partners() -> None:
    # Three words from source 2, 0 and 1; the fourth depends on nothing.
    difference = torch.zeros(5, 4)
    difference[0, 2], difference[1, 0], difference[2, 1] = 0.9, 0.5, 0.2
    difference[3, 1] = 0.01
    difference[:, 3] = 1.0  # the end token counts neither as a partner
    difference[4, 0] = 1.0  # nor as a word
    cross = torch.full((3, 4, 5, 4), 0.05)
    cross[..., 3] = 0.85  # every head parks on the end token, which is no answer
    cross[..., 1, 2] = 0.07  # and is wrong on every word it is not told
    for layer, head, rows in ((0, 1, (0,)), (1, 2, (0, 1, 2)), (2, 3, (0, 2))):
        for row, key in ((0, 2), (1, 0), (2, 1)):
            if row in rows:
                cross[layer, head, row, key] = 0.1
    made = head_alignment(with_patterns(cross), difference)
    assert made.partner.tolist() == [2, 0, 1, -1, -1]
    assert made.best == (1, 2)
    assert [made.found[at].item() for at in ((0, 1), (1, 2), (2, 3))] == [1, 3, 2]
    assert_close(made.weight[1, 2], torch.tensor(0.1))


def test_among_equals_the_larger_weight_decides() -> None:
    difference = torch.tensor([[0.9, 0.0, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 0.0]])
    cross = torch.zeros(3, 4, 3, 3)
    cross[..., 0, 0] = cross[..., 1, 1] = 0.3
    cross[2, 1, 0, 0] = 0.4
    made = head_alignment(with_patterns(cross), difference)
    assert made.best == (2, 1)
    assert made.equals == tuple((layer, head) for layer in range(3) for head in range(4)), "all twelve tie"
    cross[0, 3, 1] = torch.tensor([0.9, 0.1, 0.0])
    assert (0, 3) not in head_alignment(with_patterns(cross), difference).equals


def test_without_a_word_that_depends_on_another_nothing_aligns() -> None:
    with pytest.raises(ValueError, match="no target token depends"):
        head_alignment(with_patterns(torch.rand(3, 4, 3, 3)), torch.full((3, 3), 0.04))


def test_parked_is_what_goes_to_the_token_without_a_word(said: vit_core.Translation) -> None:
    trace = said.trace
    for part, key, first in (("encoder", -1, 0), ("cross", -1, 0), ("decoder", 0, 1)):
        shares = parked_share(trace, part)  # type: ignore[arg-type]
        for layer in range(len(shares)):
            pattern = trace.pattern(layer, part=part)  # type: ignore[arg-type]
            assert_close(shares[layer], pattern[:, first:, key].mean(dim=1))


def test_scores_before_the_mask_are_those_after_it_where_it_is_open(said: vit_core.Translation) -> None:
    for layer in range(3):
        before, after = scores_before_mask(said.trace, layer, "decoder"), said.trace.scores(layer, part="decoder")
        open_ = torch.ones(len(TARGET), len(TARGET), dtype=torch.bool).tril()
        assert_close(before[:, open_], after[:, open_])
        assert torch.isfinite(before).all() and torch.isneginf(after[:, ~open_]).all()


def test_only_without_the_mask_is_there_attention_on_the_answer() -> None:
    translator = as_translator(tiny_network())
    fed = vit_core.read_along(translator, TEXT, TARGET)
    assert answer_share(fed.trace).abs().max() == 0
    open_ = as_translator(tiny_network(causal=False))
    trace = vit_core.read_along(open_, TEXT, TARGET).trace
    shares = answer_share(trace)
    pattern = trace.pattern(1, 2, "decoder")
    assert_close(shares[1, 2], torch.stack([pattern[t, t + 1] for t in range(len(TARGET) - 1)]).mean())
    assert shares.max() > 0


@pytest.mark.parametrize("part", ["encoder", "decoder", "cross"])
def test_an_even_head_parks_the_even_share(said: vit_core.Translation, part: str) -> None:
    """The same function on a trace in which every head looks at every key it may see alike."""
    n_target, n_source = len(said.ids), len(said.source_ids)
    even = torch.full((4, n_target, n_source), 1 / n_source)
    if part == "encoder":
        even = torch.full((3, n_source, n_source), 1 / n_source)
    if part == "decoder":
        even = torch.ones(4, n_target, n_target).tril()
        even = even / even.sum(dim=-1, keepdim=True)
    side, kind = ("decoder", "cross") if part == "cross" else (part, "attn")
    trace = replace(said.trace, tensors={f"{side}.blocks.{i}.{kind}.pattern": even for i in range(3)})
    expected = torch.full((2 if part == "encoder" else 3, len(even)), even_share(trace, part))  # type: ignore[arg-type]
    assert_close(parked_share(trace, part), expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("part", ["encoder", "decoder", "cross"])
def test_the_root_narrows_the_scores_and_softens_the_weights(said: vit_core.Translation, part: str) -> None:
    """Against numpy in float64, from the queries and keys themselves."""
    trace, layer = said.trace, 1
    at = trace.attention(layer, part)  # type: ignore[arg-type]
    source = f"decoder.blocks.{layer}.cross" if part == "cross" else at
    q, k = (trace[f"{one}.{name}"].double().numpy() for one, name in ((at, "q"), (source, "k")))
    found = root_effect(trace, layer, part)  # type: ignore[arg-type]
    for head in range(len(q)):
        products = q[head] @ k[head].T
        seen = np.tril(np.ones_like(products)) > 0 if part == "decoder" else np.ones_like(products) > 0
        rows = seen.sum(axis=1) > 1

        def peak(scores: np.ndarray, seen: np.ndarray = seen, rows: np.ndarray = rows) -> float:
            weights = np.exp(scores - scores.max()) * seen
            return float((weights / weights.sum(axis=1, keepdims=True)).max(axis=1)[rows].mean())

        root = q.shape[-1] ** 0.5
        assert found.spread[head].item() == pytest.approx(products[seen].std(), rel=1e-5)
        assert found.divided[head].item() == pytest.approx(products[seen].std() / root, rel=1e-5)
        assert found.undivided_peak[head].item() == pytest.approx(peak(products), abs=1e-5)
        assert found.peak[head].item() == pytest.approx(peak(products / root), abs=1e-5)
    assert (found.undivided_peak > found.peak).all()
