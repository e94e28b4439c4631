"""Where several are meant, a text is one thing: it is refused by name, and never taken letter by letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import vit_core
from tests.support.recurrent import tiny_translator
from tests.support.translators import as_translator, tiny_network
from vit_core import figures
from vit_core.analysis import gradients, late_words, padding
from vit_core.analysis.alignment import prediction_difference
from vit_core.decoding import Beam, Forced, GenerationConfig, Greedy, Sample, start
from vit_core.interventions import (
    Intervention,
    SentenceIntervention,
    shuffled_patches,
    unscaled_scores,
    without_residual,
)
from vit_core.preprocess import Preprocess
from vit_core.text import MarianTokenizer

BLOCK = "encoder.blocks.0"


@pytest.fixture(scope="module")
def translator() -> Any:
    return as_translator(tiny_network())


@pytest.fixture(scope="module")
def tokenizer() -> MarianTokenizer:
    return vit_core.load("twin-masked-de-en").tokenizer


def calls(model: Any, tokenizer: MarianTokenizer) -> dict[str, Callable[[Any], object]]:
    """What takes several, by function and parameter, each called with one value for it."""
    net, gru = model.model, tiny_translator("gru")
    of = SentenceIntervention
    trace = vit_core.translate(model, "7").trace
    return {
        "Intervention: order": lambda given: Intervention(order=given),
        "Intervention: residual_off": lambda given: Intervention(residual_off=given),
        "Intervention: unscaled": lambda given: Intervention(unscaled=given),
        "SentenceIntervention: residual_off": lambda given: of(residual_off=given),
        "SentenceIntervention: unscaled": lambda given: of(unscaled=given),
        "shuffled_patches: order": shuffled_patches,
        "Forced: ids": Forced,
        "start: source_ids": lambda given: start(model, given),
        "translate: prefix": lambda given: vit_core.translate(model, "7", prefix=given),
        "read_along: target_ids": lambda given: vit_core.read_along(model, "7", given),
        "decode: ids": tokenizer.decode,
        "input_gradients: source_ids": lambda given: gradients.input_gradients(gru, given, [3, 1]),
        "input_gradients: target_ids": lambda given: gradients.input_gradients(gru, [3, 1], given),
        "step_factors: source_ids": lambda given: gradients.step_factors(gru, given, [3, 1]),
        "step_factors: target_ids": lambda given: gradients.step_factors(gru, [3, 1], given),
        "attention_to_source: source_ids": lambda given: late_words.attention_to_source(gru, given, [3, 1]),
        "late_word_of: target_ids": lambda given: late_words.late_word_of(gru, tokenizer, [3, 1], given),
        "prediction_difference: source_ids": lambda given: prediction_difference(net, given, [3, 1]),
        "prediction_difference: target_ids": lambda given: prediction_difference(net, [3, 1], given),
        "padded_ids: sentences": lambda given: padding.padded_ids(given, 0),
        "encode_padded: sentences": lambda given: padding.encode_padded(net, given, masked=True),
        "translate_padded: ids": lambda given: padding.translate_padded(model, given, 9, Greedy(), masked=True),
        "GenerationConfig: suppressed": lambda given: GenerationConfig(max_length=9, suppressed=given),
        "GenerationConfig: bad_words": lambda given: GenerationConfig(max_length=9, bad_words=given),
        "Preprocess: mean": lambda given: Preprocess(mean=given),
        "Preprocess: std": lambda given: Preprocess(std=given),
        "source": lambda given: figures.vaswani3(trace, source=given),
        "heads": lambda given: figures.vaswani5(trace, heads=given),
        "gradient: target": lambda given: figures.gradient([], ["a"], given),
        "bahdanau2: names": lambda given: figures.bahdanau2([], names=given),
    }


@pytest.mark.parametrize("given", ["12", "012", b"12"])
def test_a_text_is_never_taken_letter_by_letter(translator: Any, tokenizer: MarianTokenizer, given: Any) -> None:
    for name, call in calls(translator, tokenizer).items():
        with pytest.raises(TypeError, match=rf"{name} takes .*, not {re.escape(repr(given))}$"):
            call(given)


def test_one_number_is_not_several(translator: Any, tokenizer: MarianTokenizer) -> None:
    for name, call in calls(translator, tokenizer).items():
        with pytest.raises(TypeError, match=rf"{name} takes .*, not 3$"):
            call(3)


def of_blocks(names: Any) -> object:
    return SentenceIntervention(residual_off=names).edits(tiny_network().config)


def test_a_text_for_one_of_several_is_refused() -> None:
    for call, kind, words in [
        (lambda: Intervention(residual_off=frozenset({"1"})), TypeError, "each of residual_off takes a whole number"),  # type: ignore[arg-type]
        (lambda: Intervention(unscaled=frozenset({-1})), ValueError, "each of unscaled takes a whole number from 0"),
        (lambda: Intervention(order=(0, True)), TypeError, "each of order takes a whole number from 0, not True"),
        (lambda: Intervention(position_off="no"), TypeError, "position_off takes True or False, not 'no'"),  # type: ignore[arg-type]
        (lambda: SentenceIntervention(unscaled=frozenset({"e1"})), ValueError, "takes the name of a block"),
        (lambda: of_blocks({"decoder.blocks.9"}), ValueError, "decoder.blocks.9 is none of the"),
        (lambda: Beam("4"), TypeError, "Beam: width takes a whole number, not '4'"),  # type: ignore[arg-type]
        (lambda: Sample(temperature="hot"), TypeError, "Sample: temperature takes a number, not 'hot'"),  # type: ignore[arg-type]
        (lambda: Sample(top_k="5"), TypeError, "Sample: top_k takes a whole number, not '5'"),  # type: ignore[arg-type]
        (lambda: Sample(seed="5"), TypeError, "Sample: seed takes a whole number, not '5'"),  # type: ignore[arg-type]
        (lambda: without_residual("1"), TypeError, "without_residual: layer takes a whole number from 0, not '1'"),  # type: ignore[arg-type]
        (lambda: unscaled_scores(1, "64"), TypeError, "unscaled_scores: d_head takes a whole number"),  # type: ignore[arg-type]
        (lambda: shuffled_patches([1.0, 0.0]), TypeError, "each of order takes a whole number"),  # type: ignore[list-item]
        (lambda: Preprocess(mean=(0.5, 0.5)), TypeError, "mean takes three numbers"),  # type: ignore[arg-type]
    ]:
        with pytest.raises(kind, match=re.escape(words)):
            call()


def test_a_list_of_texts_is_no_text(tokenizer: MarianTokenizer) -> None:
    for encode in (tokenizer.encode, tokenizer.encode_target):
        with pytest.raises(TypeError, match=r"^encode takes one text \(str\), not \['Ja.', 'Nein.'\]$"):
            encode(["Ja.", "Nein."])  # type: ignore[arg-type]


def test_several_may_come_in_any_row_or_set(translator: Any) -> None:
    rows: list[Any] = [[1, 0], (1, 0), np.array([1, 0]), torch.tensor([1, 0])]
    assert {Intervention(order=row).order for row in rows} == {(1, 0)}
    assert {Intervention(residual_off=row) for row in [*rows, {0, 1}]} == {Intervention(residual_off=frozenset({0, 1}))}
    assert SentenceIntervention(residual_off=[BLOCK]).residual_off == frozenset({BLOCK})  # type: ignore[arg-type]
    assert {Forced(row).ids for row in rows} == {(1, 0)}
