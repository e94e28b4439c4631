"""What the Translation screen is sent: the Translation's own distributions, scores and tree."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import vit_core
from demo.sentence import strategies
from demo.sentence.views import decoder, translation
from tests.support.payload import unpack
from vit_core import LoadedTranslator, Translation
from vit_core.analysis.next_words import next_words
from vit_core.decoding import length_norm

SENTENCE = "Er war so arm, dass er kein Brot kaufen konnte."
# Of each kind, and one beam search with another rule and exponent.
HOWS = ["greedy", "beam:4:0.6:exponent", "beam:3:1.4:paper", "sample:1.3:12:0.9:5"]


@pytest.fixture(scope="module")
def model() -> LoadedTranslator:
    return vit_core.load("marian-s-de-en")


@pytest.fixture(scope="module", params=HOWS)
def said(request: Any, model: LoadedTranslator) -> tuple[str, Translation]:
    return request.param, vit_core.translate(model, SENTENCE, strategy=strategies.parse(request.param))


def test_the_candidates_of_every_step_are_the_steps_own(said: tuple[str, Translation], model: LoadedTranslator) -> None:
    how, made = said
    arrays, facts = unpack(translation.steps(made, model, strategies.parse(how)))
    assert arrays["ids"].shape == (len(made.ids), translation.TOP)
    for t, step in enumerate(made.steps):
        top = step.top(translation.TOP)
        assert arrays["ids"][t].tolist() == [token for token, _ in top]
        np.testing.assert_allclose(arrays["shares"][t], [share for _, share in top], rtol=1e-6)
        np.testing.assert_allclose(arrays["weighed"][t], step.weighed.exp()[arrays["ids"][t].tolist()], rtol=1e-6)
        assert arrays["chosen_share"][t] == pytest.approx(step.probability)
        assert arrays["chosen_weighed"][t] == pytest.approx(float(step.weighed[step.chosen].exp()))
        assert step.logprobs.argsort(descending=True, stable=True)[arrays["rank"][t]] == step.chosen
        shares = step.logprobs.double().exp()
        assert arrays["entropy"][t] == pytest.approx(float(-(shares * shares.log2()).sum()), abs=1e-4)
        drawn = step.weighed.double().exp()
        assert arrays["weighed_entropy"][t] == pytest.approx(float(-drawn.xlogy(drawn).sum() / math.log(2)), abs=1e-4)
        assert arrays["choices"][t] == int((step.weighed.exp() > 0).sum())
    assert facts["vocabulary"] == 8000 and facts["most_entropy"] == math.log2(8000)
    assert all(facts["words"][str(token)] == model.tokenizer.token(int(token)) for token in arrays["ids"].flatten())
    assert all(facts["words"][str(token)] == piece for token, piece in zip(made.ids, made.tokens, strict=True))


def test_drawing_shows_another_distribution_than_the_models(model: LoadedTranslator) -> None:
    how = "sample:1.3:12:0.9:5"
    arrays, _ = unpack(
        translation.steps(
            vit_core.translate(model, SENTENCE, strategy=strategies.parse(how)), model, strategies.parse(how)
        )
    )
    assert (arrays["choices"] <= 12).all() and (arrays["choices"] >= 1).all()
    np.testing.assert_allclose(arrays["weighed"].sum(axis=1), 1, rtol=1e-5)  # all that could be drawn stands in it
    assert (arrays["weighed"][:, 12:] == 0).all()
    assert (arrays["shares"].sum(axis=1) < 1).all() and not np.allclose(arrays["weighed"], arrays["shares"])


def test_the_score_is_the_sum_divided_as_it_says(said: tuple[str, Translation], model: LoadedTranslator) -> None:
    how, made = said
    _, facts = unpack(translation.steps(made, model, strategies.parse(how)))
    assert facts["logprob"] / facts["divisor"] == pytest.approx(made.score)
    assert facts["divisor"] == length_norm(len(made.ids), facts["alpha"], facts["rule"])
    expected = {"beam:3:1.4:paper": (1.4, "paper")}.get(how, (0.6, "exponent"))
    assert (facts["alpha"], facts["rule"]) == expected


@pytest.mark.parametrize("how", ["greedy", "beam:4:0.6:exponent", "beam:3:1.4:paper"])
def test_given_words_stand_beside_the_score_not_in_it(model: LoadedTranslator, how: str) -> None:
    strategy, prefix = strategies.parse(how), tuple(model.tokenizer.encode_target("He could")[:-1])
    made = vit_core.translate(model, SENTENCE, strategy=strategy, prefix=prefix)
    of_steps = [float(step.logprobs[step.chosen]) for step in made.steps]
    _, facts = unpack(translation.steps(made, model, strategy))
    assert (facts["given"], facts["length"]) == (len(prefix), len(made.ids) - len(prefix))
    assert facts["given_logprob"] == pytest.approx(sum(of_steps[: len(prefix)]), abs=1e-4)
    assert facts["logprob"] == pytest.approx(sum(of_steps[len(prefix) :]), abs=1e-4)
    assert facts["divisor"] == length_norm(facts["length"], facts["alpha"], facts["rule"])
    assert facts["logprob"] / facts["divisor"] == pytest.approx(made.score)
    arrays, facts = unpack(translation.tree(made, model, strategy))
    if made.tree is None:
        return
    path = np.flatnonzero(arrays["on_path"])
    np.testing.assert_allclose(arrays["total"][path[: len(prefix)]], np.cumsum(of_steps[: len(prefix)]), atol=1e-4)
    np.testing.assert_allclose(arrays["total"][path[len(prefix) :]], np.cumsum(of_steps[len(prefix) :]), atol=1e-4)
    assert np.isnan(arrays["judged"][: len(prefix)]).all() and facts["given"] == len(prefix)
    assert arrays["judged"][path[-1]] == pytest.approx(made.score, rel=1e-6)


def test_a_translation_ended_by_given_words_is_divided_by_the_same_rule(model: LoadedTranslator) -> None:
    strategy = strategies.parse("beam:3:1.4:paper")
    made = vit_core.translate(model, SENTENCE, strategy=strategy, prefix=(9, 29, model.model.config.end))
    _, facts = unpack(translation.steps(made, model, strategy))
    assert made.ids == (9, 29, model.model.config.end)
    assert facts["logprob"] / facts["divisor"] == pytest.approx(made.score)


def test_the_tree_is_the_searchs_tree(said: tuple[str, Translation], model: LoadedTranslator) -> None:
    how, made = said
    arrays, facts = unpack(translation.tree(made, model, strategies.parse(how)))
    if not how.startswith("beam"):
        assert made.tree is None and all(len(array) == 0 for array in arrays.values())
        return
    assert made.tree is not None and len(arrays["parent"]) == len(made.tree.nodes)
    fates = {number: name for name, number in translation.FATES.items()}
    for i, node in enumerate(made.tree.nodes):
        assert (arrays["parent"][i], arrays["place"][i]) == (
            -1 if node.parent is None else node.parent,
            -1 if node.place is None else node.place,
        )
        assert (arrays["step"][i], arrays["token"][i], arrays["rank"][i]) == (node.step, node.token, node.rank)
        assert fates[int(arrays["fate"][i])] == node.fate and bool(arrays["on_path"][i]) == node.on_path
        assert arrays["total"][i] == pytest.approx(node.total, rel=1e-6)
        assert arrays["share"][i] == pytest.approx(math.exp(node.logprob), rel=1e-5)
        assert arrays["total"][i] / arrays["divisor"][i] == pytest.approx(arrays["judged"][i], rel=1e-5)
        if node.score is not None:
            assert arrays["judged"][i] == pytest.approx(node.score, rel=1e-6)
        assert facts["words"][str(node.token)] == model.tokenizer.token(node.token)
    path = np.flatnonzero(arrays["on_path"])
    assert arrays["token"][path].tolist() == list(made.ids)
    assert arrays["judged"][path[-1]] == pytest.approx(made.score, rel=1e-6)


@pytest.mark.parametrize("part", ["encoder", "decoder", "cross"])
def test_attention_and_its_mean_are_the_traces(said: tuple[str, Translation], part: Any) -> None:
    made = said[1]
    arrays, facts = unpack(decoder.attention(made, part, 1))
    pattern = made.trace.pattern(1, part=part)
    np.testing.assert_allclose(arrays["pattern"], pattern, atol=5e-4)
    np.testing.assert_allclose(arrays["mean"], pattern.mean(dim=0), atol=5e-4)
    assert facts == {"part": part, "layer": 1}


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("dog", ["▁dog"]),
        ("  house boat ", ["▁house", "▁boat"]),
        (".", ["."]),  # a sign joins the word before it
        ("'", ["'"]),
    ],
)
def test_a_typed_word_becomes_the_pieces_that_write_it(model: LoadedTranslator, typed: str, written: list[str]) -> None:
    arrays, facts = unpack(translation.pieces(model, typed))
    assert [facts["words"][str(token)] for token in arrays["ids"]] == written
    assert facts["unknown"] == 0
    assert model.tokenizer.decode([*arrays["ids"].tolist()]) == typed.strip()


@pytest.mark.parametrize(("typed", "unknown"), [("안녕", 1), ("${x}", 2), ("🙂", 1)])
def test_what_the_vocabulary_lacks_is_counted(model: LoadedTranslator, typed: str, unknown: int) -> None:
    assert unpack(translation.pieces(model, typed))[1]["unknown"] == unknown


def test_entropy_knows_its_ends() -> None:
    sure, even = torch.full((8,), -torch.inf), torch.zeros(8).log_softmax(0)
    sure[3] = 0.0
    steps = tuple(SimpleNamespace(logprobs=one, weighed=one) for one in (sure, even))
    found = next_words(SimpleNamespace(steps=steps, ids=(3, 5)), 2)  # type: ignore[arg-type]
    assert found.entropy.tolist() == [0.0, 3.0]
    assert found.rank[0] == 0 and found.choices.tolist() == [1, 8]
    with pytest.raises(ValueError, match="none"):
        next_words(SimpleNamespace(steps=steps, ids=(3, 5)), 0)  # type: ignore[arg-type]
