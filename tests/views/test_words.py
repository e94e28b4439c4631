"""The bytes of the Words screen are the translation's own numbers, for the shipped translator."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from demo.endpoints import sentence_view
from demo.errors import VisitorError
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.services import Services
from tests.support.payload import unpack
from vit_core.positions import sinusoidal_table

TRANSLATION = TranslationQuery("Der Hund schläft unter dem Tisch.", how="greedy")
OTHERS = "Es regnet.\nIch weiß nicht, was ich heute Abend kochen soll."


@pytest.fixture(scope="module")
def sentences() -> SentenceService:
    return Services().sentences


def seen(
    sentences: SentenceService, name: str, translation_query: TranslationQuery = TRANSLATION, **query: str
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """A view's arrays and facts."""
    return unpack(sentence_view[name].question(translation_query, query).answer(sentences))


def test_a_token_is_its_row_times_the_factor_plus_its_position(sentences: SentenceService) -> None:
    arrays, facts = seen(sentences, "words")
    translation, model = sentences.translation(TRANSLATION), sentences.model_of(TRANSLATION)
    assert facts["factor"] == math.sqrt(256)
    read = [model.model.config.start, *translation.ids[:-1]]
    for side, ids, stack in (("source", translation.source_ids, "encoder"), ("target", read, "decoder")):
        row, content, position, tokens = (arrays[f"{side}_{part}"] for part in ("row", "content", "position", "tokens"))
        assert np.array_equal(row, model.model.embed.weight[list(ids)].numpy())
        np.testing.assert_allclose(content, facts["factor"] * row, rtol=1e-6)
        np.testing.assert_allclose(content + position, tokens, atol=1e-6)
        assert np.array_equal(tokens, translation.trace[f"{stack}.tokens"].numpy())
        np.testing.assert_allclose(position, sinusoidal_table(len(ids), 256, "halves").numpy(), atol=1e-6)


def test_both_orders_of_the_table_hold_the_same_numbers_in_other_columns(sentences: SentenceService) -> None:
    arrays, facts = seen(sentences, "words")
    halves, interleaved = (arrays[name] for name in ("halves", "interleaved"))
    assert facts["layout"] == "halves"
    assert np.array_equal(halves[:, :128], interleaved[:, ::2]) and np.array_equal(
        halves[:, 128:], interleaved[:, 1::2]
    )
    # The formula the page prints: number 4 of place 5 is sin(5 / 10000^(2·3/256)) in Marian's order.
    assert halves[5, 3] == pytest.approx(math.sin(5 / 10000 ** (6 / 256)), abs=1e-6)
    assert interleaved[5, 3] == pytest.approx(math.cos(5 / 10000 ** (2 / 256)), abs=1e-6)


def test_the_curve_is_the_cosine_of_two_places(sentences: SentenceService) -> None:
    curve, table = seen(sentences, "words")[0]["by_offset"], sinusoidal_table(64, 256, "halves").double().numpy()
    for k in (0, 1, 17, 63):
        for first in (0, 64 - 1 - k):  # wherever it starts
            one, other = table[first], table[first + k]
            assert curve[k] == pytest.approx(one @ other / np.linalg.norm(one) / np.linalg.norm(other), abs=1e-5)


def test_the_sizes_are_those_of_the_model_and_the_paper(sentences: SentenceService) -> None:
    facts, net = seen(sentences, "words")[1], sentences.model_of(TRANSLATION).model
    assert facts["parameters"] == sum(parameter.numel() for parameter in net.parameters())
    paper = {key: facts["paper"][key] for key in ("d_model", "heads", "layers", "vocabulary")}
    assert paper == {"d_model": 512, "heads": 8, "layers": [6, 6], "vocabulary": 37000}


def test_an_edit_moves_the_words_beside_it_and_marks_the_new_one(sentences: SentenceService) -> None:
    edited = replace(TRANSLATION, text="Der Hund schläft unter dem Bett.")
    arrays, facts = seen(sentences, "moved", edited, before=TRANSLATION.text)
    before, after = sentences.translation(TRANSLATION), sentences.translation(edited)
    assert (facts["before"], facts["after"]) == (before.text, after.text)
    bed = after.source_tokens.index("▁Bett")
    assert np.flatnonzero(arrays["partner"] < 0).tolist() == [bed]
    assert np.flatnonzero(np.isnan(arrays["relative"])).tolist() == [bed]
    last = "encoder.blocks.2.resid_post"
    for token, partner in enumerate(arrays["partner"]):
        if partner < 0:
            continue
        was, now = before.trace[last][partner], after.trace[last][token]
        assert arrays["relative"][token] == pytest.approx(float((now - was).norm() / was.norm()), rel=1e-5)
        assert arrays["largest"][token] == pytest.approx(float((now - was).abs().max()), rel=1e-5)
    assert np.nanmin(arrays["relative"]) > 1e-3


def test_shuffled_words_are_the_same_to_an_encoder_without_positions_only(sentences: SentenceService) -> None:
    shuffled = "Tisch. unter schläft Der dem Hund"
    off, facts = seen(
        sentences, "moved", replace(TRANSLATION, text=shuffled, change="position:off"), before=TRANSLATION.text
    )
    assert off["largest"].max() < min(1e-5, facts["rounding"]) and facts["after"] == facts["before"]
    on, facts = seen(sentences, "moved", replace(TRANSLATION, text=shuffled), before=TRANSLATION.text)
    assert on["largest"].min() > 1e-2
    # Off is another pass than on: the answers beside each other are not one and the same.
    assert facts["before"] == sentences.translation(TRANSLATION).text
    assert sentences.translation(replace(TRANSLATION, change="position:off")).text != facts["before"]


def test_a_batch_with_its_mask_is_three_sentences_alone_and_without_it_is_not(sentences: SentenceService) -> None:
    on, told = seen(sentences, "padding", others=OTHERS, mask="on")
    alone = [
        sentences.translation(replace(TRANSLATION, text=text)).text for text in (TRANSLATION.text, *OTHERS.split("\n"))
    ]
    assert told["written"] == told["alone"] == alone
    assert told["lengths"] == [len(row) for row in told["tokens"]] and on["ids"].shape == (3, max(told["lengths"]))
    assert not on["on_padding"].any() and on["moved"].max() < min(1e-5, told["rounding"])
    assert told["offers"] == [[] for _ in OTHERS.split("\n")]
    off, told = seen(sentences, "padding", others=OTHERS, mask="off")
    assert told["alone"] == alone and told["written"] != alone
    short = told["lengths"].index(min(told["lengths"]))
    assert off["leaked"][:, short].min() > 0.1 and off["moved"][short] > 0.1


def test_what_is_switched_off_in_a_sentence_is_off_in_its_batch(sentences: SentenceService) -> None:
    changed = replace(TRANSLATION, change="position:off")
    found, told = seen(sentences, "padding", changed, others=OTHERS, mask="on")
    alone = [
        sentences.translation(replace(changed, text=text)).text for text in (TRANSLATION.text, *OTHERS.split("\n"))
    ]
    assert told["written"] == told["alone"] == alone and alone[0] != sentences.translation(TRANSLATION).text
    assert found["moved"].max() < min(1e-5, told["rounding"])


@pytest.mark.parametrize(
    "query", [{"others": "a\nb\nc", "mask": "on"}, {"others": "Es regnet.", "mask": ""}, {"others": "", "mask": "on"}]
)
def test_what_is_no_batch_is_refused(sentences: SentenceService, query: dict[str, str]) -> None:
    with pytest.raises(VisitorError):
        sentence_view["padding"].question(TRANSLATION, query).answer(sentences)
