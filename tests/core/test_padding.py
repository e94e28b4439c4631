"""Padding: with the mask it changes nothing, without it it leaks, and the leak is counted as it is."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from tests.support.translators import CONFIG, as_translator, tiny_network
from vit_core.analysis.padding import encode_padded, moved_from_alone, padded_ids, translate_padded
from vit_core.decoding import Beam, Greedy
from vit_core.interventions import without_source_position
from vit_core.tap import EditTap, RecordTap
from vit_core.translation import translate

ROWS = ([17, 4, 0], [5, 9, 33, 21, 8, 2, 0], [7, 0])
NORMS = ("post", "pre")


def test_rows_are_filled_up_behind_their_end() -> None:
    ids = padded_ids(ROWS, pad=59)
    assert ids.tolist() == [[17, 4, 0, 59, 59, 59, 59], [5, 9, 33, 21, 8, 2, 0], [7, 0, 59, 59, 59, 59, 59]]


@pytest.mark.parametrize("norm", NORMS)
def test_with_the_mask_nothing_falls_on_padding_and_every_sentence_is_as_if_alone(norm: str) -> None:
    net = tiny_network(norm=norm)
    batch = encode_padded(net, ROWS, masked=True)
    assert batch.lengths == (3, 7, 2) and batch.outputs.shape == (3, 7, CONFIG.d_model)
    assert torch.count_nonzero(batch.on_padding) == 0
    assert float(moved_from_alone(net, batch).max()) < 1e-5


@pytest.mark.parametrize("norm", NORMS)
def test_without_it_the_shorter_sentences_move_and_the_longest_stays(norm: str) -> None:
    net = tiny_network(norm=norm)
    batch = encode_padded(net, ROWS, masked=False)
    moved = moved_from_alone(net, batch)
    assert moved[0] > 1e-3 and moved[2] > 1e-3 and moved[1] < 1e-5
    assert torch.count_nonzero(batch.on_padding[:, 1]) == 0


def test_the_share_on_padding_is_that_of_the_recorded_patterns() -> None:
    net = tiny_network()
    batch = encode_padded(net, ROWS, masked=False)
    record = RecordTap(lambda name: name.endswith(".attn.pattern"))
    with torch.inference_mode():
        net.encode(padded_ids(ROWS, CONFIG.pad), tap=record)
    for layer in range(CONFIG.encoder.n_layers):
        pattern = record.tensors[f"encoder.blocks.{layer}.attn.pattern"]  # B H N N
        for row, n in enumerate(batch.lengths):
            for token in range(7):
                heads = [float(pattern[row, head, token, n:].sum()) for head in range(3)]
                told = sum(heads) / 3 if token < n else 0.0  # nobody reads what padding looks at
                assert float(batch.on_padding[layer, row, token]) == pytest.approx(told, abs=1e-6)
            mean = batch.on_padding[layer, row, :n].mean()
            assert_close(batch.leaked()[layer, row], mean)


@pytest.mark.parametrize("strategy", [Greedy(), Beam(3, 0.6)])
def test_a_padded_sentence_is_translated_as_alone_only_behind_the_mask(strategy: Greedy | Beam) -> None:
    model = as_translator(tiny_network())
    sentences = [[17, 4, 0], [5, 9, 0], [44, 0], [12, 30, 3, 0]]
    alone = [translate(model, " ".join(map(str, ids[:-1])), strategy=strategy).text for ids in sentences]
    assert [translate_padded(model, ids, 12, strategy, masked=True) for ids in sentences] == alone
    assert [translate_padded(model, ids, 12, strategy, masked=False) for ids in sentences] != alone


def test_an_edited_pass_is_edited_in_the_batch_as_alone() -> None:
    model = as_translator(tiny_network())
    edit = EditTap(without_source_position())
    batch = encode_padded(model.model, ROWS, masked=True, tap=edit)
    assert float(moved_from_alone(model.model, batch, tap=edit).max()) < 1e-5
    assert float(moved_from_alone(model.model, batch).min()) > 1e-3
    sentences = [[17, 4, 0], [5, 9, 0], [44, 0], [12, 30, 3, 0]]
    alone = [translate(model, " ".join(map(str, ids[:-1])), strategy=Greedy(), watch=edit).text for ids in sentences]
    assert [translate_padded(model, ids, 12, Greedy(), masked=True, tap=edit) for ids in sentences] == alone


def test_what_is_no_batch_is_refused() -> None:
    net = tiny_network()
    for rows, words in (([], "there is no sentence"), ([[3, 0], []], "every sentence")):
        with pytest.raises(ValueError, match=words):
            encode_padded(net, rows, masked=True)
    with pytest.raises(ValueError, match="4 tokens do not fit into 3"):
        translate_padded(as_translator(net), [1, 2, 3, 0], 3, Greedy(), masked=True)
