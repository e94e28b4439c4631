"""The chapters on the gradient and the cost: what travels is what autograd, the shapes and the clock say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

import vit_core
from demo.endpoints import sentence_view
from demo.errors import VisitorError
from demo.recurrence.endpoints.recurrence import ALONE
from demo.recurrence.long_sentences import MOST_WORDS, long_texts, others
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.services import Services
from tests.support.payload import unpack
from vit_core.analysis.gradients import input_gradients, radius_gradients, spectral_radius, step_factors
from vit_core.analysis.late_words import late_word
from vit_core.quality_by_length import n_words
from vit_core.recurrent import CELLS
from vit_core.recurrent_seq2seq import untrained
from vit_core.training.recipes import RECIPES

TRANSLATION = TranslationQuery("Der Hund schläft unter dem Tisch.", how="greedy")
KINDS = ("rnn", "lstm", "gru")


@pytest.fixture(scope="module")
def sentences() -> SentenceService:
    return Services().sentences


def seen(
    sentences: SentenceService, name: str, translation_query: TranslationQuery = TRANSLATION, **query: object
) -> tuple[dict[str, np.ndarray], Any]:
    """A view's arrays and facts."""
    words = {word: str(value) for word, value in query.items()}
    return unpack(sentence_view[name].question(translation_query, words).answer(sentences))


def test_the_words_are_the_sentence_its_translation_and_test_sentences_behind_them(sentences: SentenceService) -> None:
    written, tokenizer = sentences.translation(TRANSLATION).text, sentences.recurrents.model("gru-de-en").tokenizer
    _, alone = seen(sentences, "gradient_text", cell="gru", count=1)
    assert alone["source"] == tokenizer.pieces(TRANSLATION.text)
    assert [tokenizer.target_ids[piece] for piece in alone["target"]] == tokenizer.encode_target(written)
    assert alone["start"] == "<pad>" and alone["own"] == [len(alone["source"]), len(alone["target"])]
    assert [length["count"] for length in alone["lengths"]] == [1, 2, 4, 8, 16]
    _, joined = seen(sentences, "gradient_text", cell="gru", count=4)
    assert joined["own"] == alone["own"] and joined["source"][: len(alone["source"]) - 1] == alone["source"][:-1]
    (german, english) = zip(*others()[:3], strict=True)
    assert joined["source"] == tokenizer.pieces(" ".join([TRANSLATION.text, *german]))
    assert tokenizer.decode([tokenizer.target_ids[p] for p in joined["target"]]) == " ".join([written, *english])
    assert alone["lengths"][2] == {"count": 4, "words": n_words(" ".join([TRANSLATION.text, *german]))}


@pytest.mark.parametrize(
    ("text", "asked", "behind"),
    [
        ("Ich bin mir sicher, dass er morgen kommen wird.", "▁come", "▁kommen"),
        ("Warum hast du mir gestern nicht geholfen?", "▁help", "▁geholfen"),
        ("Der Hund schläft unter dem Tisch.", "▁table", None),
    ],
)
def test_the_chapter_opens_on_a_word_that_german_says_late(
    sentences: SentenceService, text: str, asked: str, behind: str | None
) -> None:
    _, facts = seen(sentences, "gradient_text", TranslationQuery(text), cell="rnn", count=1)
    late = facts["late"]
    assert facts["target"][late["step"]] == asked
    assert behind == (None if late["source"] is None else facts["source"][late["source"]])
    if behind is None:
        assert late["share"] == 0
        return
    model, written = vit_core.load("gru-attention-de-en"), sentences.translation(TranslationQuery(text)).text
    read = vit_core.read_along_recurrent(model, text, model.tokenizer.encode_target(written))
    pattern = read.trace["decoder.attn.pattern"]
    assert late["share"] == pytest.approx(pattern[late["step"]].max().item(), rel=1e-5)
    # Before words of which the German word comes earlier.
    looks = pattern.argmax(dim=-1)
    assert (looks[late["step"] + 1 : -1] < late["source"]).any()


def test_the_late_word_is_the_latest_of_those_that_jump_ahead() -> None:
    looks = torch.tensor([0, 3, 2, 4, 1, 4])  # each step's source word; the last two are no words
    weights = torch.tensor([0.9, 0.5, 0.5, 0.6, 0.9, 0.9])
    pattern = torch.zeros(6, 5).scatter(1, looks[:, None], weights[:, None])
    words = [True] * 4 + [False] * 2
    # Of words, only that which looks at 3 jumps ahead of one that looks at an earlier word; then also the one at 4.
    assert late_word(pattern, [True] * 5, words) == (1, 3)
    assert late_word(pattern, [True] * 5, [True] * 5 + [False]) == (3, 4)
    assert late_word(pattern, [True] * 4 + [False], [True] * 5 + [False]) == (1, 3)
    assert late_word(pattern, [True] * 5, [True, False, True, True, False, False]) == (3, None)
    assert late_word(pattern, [True] * 5, [False] * 6) == (5, None)
    # Two that look at the same word: the one that looks more.
    pattern[2] = torch.tensor([0.0, 0.0, 0.0, 0.7, 0.0])
    assert late_word(pattern, [True] * 5, [True] * 3 + [False, True, False]) == (2, 3)


def test_what_the_vocabulary_lacks_keeps_its_own_name(sentences: SentenceService) -> None:
    _, facts = seen(
        sentences, "gradient_text", TranslationQuery("Das ist 안녕 hier.", how="greedy"), cell="gru", count=1
    )
    assert "안녕" in "".join(facts["surfaces"].values())
    assert all(facts["source"][int(place)] == "<unk>" for place in facts["surfaces"])


def test_others_come_behind_as_long_as_the_text_is_not_too_long() -> None:
    texts = long_texts("Ja.", "Yes.")
    assert [text.count for text in texts] == [1, 2, 4, 8, 16]
    assert all(n_words(text.source) == text.words <= MOST_WORDS for text in texts)
    assert len(set(others())) == 15
    assert [text.count for text in long_texts("so " * 119, "so")] == [1] and long_texts("so " * 140, "so")[
        0
    ].words == 140
    assert [text.count for text in long_texts("so " * 110, "so")] == [1, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradients_are_those_of_the_shipped_weights_and_of_the_first_ones(
    sentences: SentenceService, kind: str
) -> None:
    model, recipe = vit_core.load(f"{kind}-de-en"), RECIPES[kind]
    source = model.tokenizer.encode(TRANSLATION.text)
    target = model.tokenizer.encode_target(sentences.translation(TRANSLATION).text)
    for weights, net in (("trained", model.model), ("first", untrained(model.model.config, recipe.seed))):
        arrays, facts = seen(sentences, "gradient", cell=kind, count=1, step=2, weights=weights)
        found = input_gradients(net, source, target, 2)
        assert arrays["norms"].shape == (len(source) + 3,) and arrays["norms"].dtype == np.float32
        assert np.array_equal(arrays["norms"], torch.cat([found.source, found.target]).numpy())
        assert arrays["reach"][0] == pytest.approx(found.source[0].item() / found.target[-1].item(), rel=1e-6)
        with torch.inference_mode():
            given = torch.tensor([[model.model.config.start, *target[:2]]])
            scores = net(torch.tensor([source]), given)[0, -1]
        factors = step_factors(net, source, target, 2)
        assert np.array_equal(arrays["factors"], torch.cat([factors.source, factors.target]).numpy())
        means = [side.mean().item() for side in (factors.source, factors.target)]
        np.testing.assert_allclose(arrays["mean_factor"], means, rtol=1e-5)
        radii = [spectral_radius(net.encoder), spectral_radius(net.decoder)] if kind == "rnn" else None
        assert facts["radii"] == radii
        assert facts["probability"] == pytest.approx(scores.softmax(-1)[target[2]].item(), rel=1e-4)


def test_a_longer_text_has_more_inputs_and_the_last_step_is_its_end(sentences: SentenceService) -> None:
    _, text = seen(sentences, "gradient_text", cell="lstm", count=2)
    step = len(text["target"]) - 1
    arrays, _ = seen(sentences, "gradient", cell="lstm", count=2, step=step, weights="trained")
    assert len(arrays["norms"]) == len(text["source"]) + len(text["target"])
    with pytest.raises(IndexError):
        seen(sentences, "gradient", cell="lstm", count=2, step=step + 1, weights="trained")


@pytest.mark.parametrize(
    "asked",
    [{"weights": "other"}, {"count": 3}, {"count": 1000}, {"step": "x"}, {"cell": "none"}, {"cell": "../gru"}],
)
def test_what_is_not_offered_is_refused(sentences: SentenceService, asked: dict[str, object]) -> None:
    with pytest.raises(VisitorError):
        seen(sentences, "gradient", **{"cell": "gru", "count": 1, "step": 0, "weights": "trained", **asked})
    for view, more in (("gradient", {"step": 0, "weights": "trained"}), ("gradient_text", {})):
        with pytest.raises(VisitorError) as empty:
            seen(sentences, view, TranslationQuery(" "), cell="gru", count=1, **more)
        assert empty.value.code == "sentence_empty"


def test_the_curves_of_the_radius_are_logarithms_of_true_gradients(sentences: SentenceService) -> None:
    arrays, facts = seen(sentences, "radius")
    norms, power, radii, n = arrays["norms"], arrays["power"], arrays["radii"], facts["steps"]
    assert norms.shape == (2, 21, n) and power.shape == (21, n) and radii[[0, -1]].tolist() == [0.5, 1.5]
    for row, inputs in ((0, 0.0), (1, 1.0)):
        expected = radius_gradients(facts["units"], n, float(np.float64(0.7)), 0, inputs)
        np.testing.assert_allclose(norms[row, 4], expected.log10().numpy(), atol=1e-4)
    # Straight, each radius multiplies by itself in the long run; the bent tanh only ever shrinks.
    np.testing.assert_allclose((norms[0, :, 0] - norms[0, :, 40]) / 40, np.log10(radii), atol=0.03)
    np.testing.assert_allclose(power[:, 1:] - power[:, :-1], -np.log10(radii)[:, None].repeat(n - 1, 1), atol=1e-4)
    np.testing.assert_allclose(power[:, -1], norms[0, :, -1], atol=1e-6)
    assert (norms[1, :, 0] < norms[0, :, 0]).all() and norms[1, -1, 0] < norms[1, -1, -1]


def test_the_costs_are_those_of_cells_of_these_sizes(sentences: SentenceService) -> None:
    arrays, facts = seen(sentences, "cell_costs")
    assert facts["readings"] == ["same", "own"] and facts["cells"] == list(KINDS)
    assert [len(facts["gates"][kind]) for kind in KINDS] == [1, 4, 3]
    for reading in range(2):
        for i, kind in enumerate(KINDS):
            d_in, d_hidden = arrays["sizes"][reading, i].tolist()
            cell = CELLS[kind](d_in, d_hidden)
            if reading:
                shipped = vit_core.load(f"{kind}-de-en").model.encoder
                assert {n: p.shape for n, p in cell.named_parameters()} == {
                    n: p.shape for n, p in shipped.named_parameters()
                }
            assert arrays["parameters"][reading, i] == sum(p.numel() for p in cell.parameters())
            matrices = cell.weight_ih.numel() + cell.weight_hh.numel()
            assert arrays["multiplications"][reading, i] == matrices + facts["products"][kind] * d_hidden
    assert arrays["sizes"][0].tolist() == [[128, 256]] * 3
    assert facts["quality"] == {kind: vit_core.load(f"{kind}-de-en").spec.metrics[ALONE] for kind in KINDS}
    np.testing.assert_allclose(arrays["parameters_ratio"][0], [1, 4, 3], rtol=1e-6)
    spread = arrays["parameters"][1].max() / arrays["parameters"][1].min()
    assert spread < 1.1, "the shipped cells are about equally large"


def test_times_are_measured_anew_each_time(sentences: SentenceService) -> None:
    (first, facts), (second, _) = seen(sentences, "cell_times", run=1), seen(sentences, "cell_times", run=2)
    assert first["seconds"].shape == (2, 3) and (first["seconds"] > 0).all() and (first["seconds"] < 1).all()
    assert (first["ratio"][:, 0] == 1).all() and not np.array_equal(first["seconds"], second["seconds"])
    assert all(steps >= 8 for steps in facts["steps"]) and facts["threads"] == torch.get_num_threads()
    assert all(math.isfinite(ratio) for ratio in first["ratio"].flat)
