"""The chapter on the one vector: the table arrives as it was measured, translations as they were written."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from demo.endpoints import sentence_view
from demo.errors import VisitorError
from demo.recurrence.views.bottleneck import quality
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.services import Services
from tests.support.payload import unpack
from tests.support.perturb import perturb
from vit_core import RecurrentConfig
from vit_core.checkpoints.labels import ASSETS
from vit_core.quality_by_length import FEW, Measured, change, ratio
from vit_core.recurrent_seq2seq import untrained
from vit_core.training.export import export

TEXT = "Der Hund schläft unter dem Tisch."
MODELS = ("rnn-de-en", "gru-de-en", "gru-attention-de-en")
BUCKETS = {(1, 5): 7, (6, 10): FEW, (11, 15): FEW - 1, (16, 20): 3 * FEW}


def row(kind: str, bucket: tuple[int, int], model: str, n: int, metric: str = "chrf") -> Measured:
    """Another score for every combination, with an interval that is not even."""
    value = 10 * MODELS.index(model) + bucket[0] + (0.5 if metric == "bleu" else 0) + len(kind)
    return Measured(kind, bucket, model, n, metric, value, value - 2 - MODELS.index(model), value + 3)


ROWS = [
    row(kind, bucket, model, n, metric)
    for kind in ("single", "joined")
    for bucket, n in BUCKETS.items()
    for model in MODELS
    for metric in ("chrf", "bleu")
    if (kind, bucket) != ("joined", (1, 5))
]


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> SentenceService:
    """With a recurrent translator beside the shipped ones, whose words are those of the twins."""
    folder = tmp_path_factory.mktemp("models")
    config = RecurrentConfig(cell="lstm", d_embed=16, d_hidden=12, attention=False, vocab=3000)
    export(perturb(untrained(config, 3)), folder / "small-lstm", ASSETS / "checkpoints" / "twin-masked-de-en")
    return Services(models_dir=folder).sentences


def test_every_line_of_the_table_is_in_its_place_and_what_was_not_measured_is_no_number() -> None:
    arrays, facts = unpack(quality(ROWS, TEXT))
    assert (facts["kinds"], facts["metrics"], facts["models"]) == (["single", "joined"], ["chrf", "bleu"], [*MODELS])
    assert arrays["buckets"].tolist() == [[1, 5], [6, 10], [11, 15], [16, 20]]
    assert arrays["n"].tolist() == [[7, FEW, FEW - 1, 3 * FEW], [0, FEW, FEW - 1, 3 * FEW]]
    for line in ROWS:
        k, m, i = (facts[f"{name}s"].index(getattr(line, name)) for name in ("kind", "metric", "model"))
        seen = arrays["score"][k, m, i, [*BUCKETS].index(line.bucket)]
        assert seen.tolist() == [line.value, line.low, line.high]
    assert np.isnan(arrays["score"]).sum() == 3 * 2 * len(MODELS) and np.isnan(arrays["score"][1, :, :, 0]).all()


def test_changes_go_from_the_first_to_the_last_bucket_with_enough_behind_it() -> None:
    arrays, facts = unpack(quality(ROWS, TEXT))
    assert arrays["ends"].tolist() == [[1, 3], [1, 3]] and facts["few"] == FEW
    np.testing.assert_allclose(arrays["change"][..., 0], 10)  # from bucket 6 to bucket 16
    # By hand, for the GRU: value - low is 3, high - value is 3, at both ends.
    np.testing.assert_allclose(arrays["change"][0, 0, 1], [10, 10 - math.hypot(3, 3), 10 + math.hypot(3, 3)], rtol=1e-6)
    np.testing.assert_allclose(arrays["kept"][0, 0, :, 0], [22 / 12, 32 / 22, 42 / 32], rtol=1e-6)
    # Both changed alike: no points are kept, and the interval of that is wider than that of either.
    points, share = arrays["attention_change"][1, 0], arrays["attention_kept"][1, 0]
    assert points[0] == 0 and points[1] < -math.hypot(3, 3) and points[2] > math.hypot(3, 3)
    # As a share of what was there it is less.
    assert share[0] == pytest.approx((42 / 32) / (32 / 22)) and share[1] < share[0] < share[2]
    for name, compare in (("change", change), ("kept", ratio)):
        pair = [arrays[name][1, 0, MODELS.index(model)] for model in ("gru-de-en", "gru-attention-de-en")]
        np.testing.assert_allclose(arrays[f"attention_{name}"][1, 0], compare(*pair), rtol=1e-6)


def test_attention_that_holds_its_score_is_told_with_its_sign() -> None:
    def changed(line: Measured) -> Measured:
        if line.model == "gru-attention-de-en":
            return replace(line, value=90.0, low=88.0, high=92.0)
        return replace(line, value=100 - line.value, low=100 - line.high, high=100 - line.low)

    arrays = unpack(quality([changed(line) for line in ROWS], TEXT))[0]
    points, share = arrays["attention_change"][0, 0], arrays["attention_kept"][0, 0]
    assert points[0] == 10 and 0 < points[1] < 10 < points[2]
    assert share[0] == pytest.approx(78 / 68) and 1 < share[1] < share[0] < share[2]


def test_a_table_without_one_of_the_pair_says_nothing_of_attention() -> None:
    arrays, facts = unpack(quality([line for line in ROWS if line.model != "gru-attention-de-en"], TEXT))
    assert facts["models"] == ["rnn-de-en", "gru-de-en"] and not np.isnan(arrays["change"]).any()
    assert np.isnan(arrays["attention_change"]).all() and np.isnan(arrays["attention_kept"]).all()


@pytest.mark.parametrize(("words", "at"), [(1, 0), (5, 0), (6, 1), (20, 3), (21, -1), (40, -1)])
def test_a_sentence_stands_in_the_bucket_of_its_words(words: int, at: int) -> None:
    facts = unpack(quality(ROWS, " ".join(["Wort,"] * words)))[1]
    assert (facts["words"], facts["at"]) == (words, at)


def test_a_transformers_translation_is_its_greedy_one(sentences: SentenceService) -> None:
    # However the strip's own model translates: the chapter compares like with like.
    arrays, facts = unpack(
        sentence_view["translated"]
        .question(TranslationQuery(TEXT, how="beam:4:0.6:exponent"), {"name": "twin-masked-de-en"})
        .answer(sentences)
    )
    said = sentences.translation(TranslationQuery(TEXT, "twin-masked-de-en", "greedy"))
    assert (facts["tokens"], facts["text"], facts["stopped_by"]) == ([*said.tokens], said.text, said.stopped_by)
    np.testing.assert_allclose(np.log(arrays["probability"]).sum(), said.logprob, rtol=1e-5)
    assert facts["parameters"] == 1_312_696 and facts["source"] == len(said.source_ids)


def test_a_recurrent_networks_translation_has_the_probabilities_it_was_written_with(sentences: SentenceService) -> None:
    text = f"{TEXT} \U0001f436"
    arrays, facts = unpack(
        sentence_view["translated"].question(TranslationQuery(text), {"name": "small-lstm"}).answer(sentences)
    )
    said = sentences.recurrents.reading("small-lstm", text)
    assert (facts["tokens"], facts["text"], facts["stopped_by"]) == ([*said.tokens], said.text, said.stopped_by)
    # Greedy: of every token it is the largest probability there was, but for padding, which is never written.
    best = said.logprobs[:, 1:].exp().amax(dim=1).numpy()
    np.testing.assert_allclose(arrays["probability"], best, rtol=1e-6)
    model = sentences.recurrents.model("small-lstm").model
    assert facts["parameters"] == sum({id(p): p.numel() for p in model.parameters()}.values())
    assert facts["unknown"] == 1  # the vocabulary has no dog


@pytest.mark.parametrize("name", ["", "no-such-model", "vit-s14-everyday", "../twin-masked-de-en"])
def test_only_translators_on_offer_translate(sentences: SentenceService, name: str) -> None:
    with pytest.raises(VisitorError):
        sentence_view["translated"].question(TranslationQuery(TEXT), {"name": name}).answer(sentences)
