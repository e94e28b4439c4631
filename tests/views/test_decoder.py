"""What the Decoder screen is sent: the trace's weights and scores, the alignment, and the twins."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from demo.endpoints import sentence_view
from demo.errors import VisitorError
from demo.query.text_limits import MAX_CHARACTERS
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.sentence.views.decoder import THUMB_SIDE
from demo.services import Services
from tests.support.payload import close_to_weights, unpack
from vit_core import Translation
from vit_core.analysis import even_share, head_alignment, parked_share, prediction_difference
from vit_core.sentence_trace import Part

TRANSLATION = TranslationQuery("Der Hund schläft heute.", how="greedy")
LIFTED = TranslationQuery(TRANSLATION.text, how="greedy", change="causal:off")
every_part = pytest.mark.parametrize("part", get_args(Part))


@pytest.fixture(scope="module")
def sentences() -> SentenceService:
    return Services().sentences


@pytest.fixture(scope="module")
def said(sentences: SentenceService) -> Translation:
    return sentences.translation(TRANSLATION)


def view(
    sentences: SentenceService, name: str, translation_query: TranslationQuery = TRANSLATION, **query: str
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """A view as the page reads it."""
    return unpack(sentence_view[name].question(translation_query, query).answer(sentences))


@every_part
def test_every_layer_and_head_is_the_traces(sentences: SentenceService, said: Translation, part: Part) -> None:
    arrays, _ = view(sentences, "all_layers", part=part)
    patterns = torch.stack([said.trace.pattern(layer, part=part) for layer in range(3)])
    close_to_weights(arrays["pattern"], patterns)
    close_to_weights(arrays["mean"], patterns.mean(dim=1))
    if part == "decoder":
        assert not np.triu(arrays["pattern"], 1).any()


@every_part
def test_one_layer_is_a_slice_of_all(sentences: SentenceService, part: Part) -> None:
    whole, _ = view(sentences, "all_layers", part=part)
    one, facts = view(sentences, "attention", part=part, layer="1")
    assert facts == {"part": part, "layer": 1}
    assert (one["pattern"] == whole["pattern"][1]).all() and (one["mean"] == whole["mean"][1]).all()


@every_part
def test_thumbnails_and_what_is_parked(sentences: SentenceService, said: Translation, part: Part) -> None:
    arrays, facts = view(sentences, "heads", part=part)
    patterns = np.stack([said.trace.pattern(layer, part=part).numpy() for layer in range(3)])
    assert_allclose((arrays["levels"] / 255.0) ** 2, patterns, atol=1 / 250)
    assert_allclose(arrays["parked"], parked_share(said.trace, part).numpy())
    assert_allclose(arrays["parked_layer"], parked_share(said.trace, part).mean(dim=1).numpy())
    assert facts["parked_all"] == pytest.approx(parked_share(said.trace, part).mean().item())
    assert facts["even"] == even_share(said.trace, part)
    assert facts["parking"] == (0 if part == "decoder" else len(said.source_ids) - 1)


def test_a_thumbnail_of_a_long_sentence_keeps_its_largest_weights(sentences: SentenceService) -> None:
    translation_query = TranslationQuery("gut " * 40, how="greedy")
    arrays, _ = view(sentences, "heads", translation_query, part="encoder")
    pattern = sentences.translation(translation_query).trace.pattern(2, 5, "encoder").numpy()
    assert max(arrays["levels"].shape[2:]) <= THUMB_SIDE < len(pattern)
    assert arrays["levels"][2, 5].max() == round(255 * pattern.max() ** 0.5)
    assert arrays["levels"][2, 5, 0, 0] == round(255 * pattern[:2, :2].max() ** 0.5)


def test_scores_before_the_mask_make_the_weights(sentences: SentenceService, said: Translation) -> None:
    scores = torch.from_numpy(view(sentences, "scores", part="decoder", layer="2")[0]["scores"])
    assert torch.isfinite(scores).all()
    ahead = torch.ones(scores.shape[1:], dtype=torch.bool).triu(1)
    assert_allclose(
        scores.masked_fill(ahead, -torch.inf).softmax(dim=-1).numpy(),
        said.trace.pattern(2, part="decoder").numpy(),
        atol=1e-5,
    )


def test_the_best_aligning_head(sentences: SentenceService, said: Translation) -> None:
    arrays, facts = view(sentences, "alignment")
    difference = prediction_difference(sentences.models.load(TRANSLATION.model).model, said.source_ids, said.ids)
    made = head_alignment(said.trace, difference)
    assert facts == {"best": list(made.best), "equals": [list(one) for one in made.equals], "why": ""}
    assert arrays["partner"].tolist() == made.partner.tolist()
    assert arrays["found"][made.best] == arrays["found"].max() == made.found.max()
    for row, partner in enumerate(arrays["partner"]):
        if partner >= 0:
            assert_allclose(arrays["cost"][row], difference[row, partner], atol=1e-5)
    # A noun depends on its noun: the judge itself can be judged.
    at = said.tokens.index("▁dog")
    assert said.source_tokens[arrays["partner"][at]] == "▁Hund"


def test_a_sentence_too_long_to_be_judged_says_so(sentences: SentenceService) -> None:
    _, facts = view(sentences, "alignment", TranslationQuery("gut " * 90, how="greedy"))
    assert facts == {"best": None, "equals": [], "why": "long"}


def test_with_the_mask_lifted_the_decoder_looks_ahead(sentences: SentenceService) -> None:
    pattern = view(sentences, "all_layers", LIFTED, part="decoder")[0]["pattern"]
    close_to_weights(pattern[1], sentences.translation(LIFTED).trace.pattern(1, part="decoder"))
    assert np.triu(pattern, 1).max() > 0.1
    assert view(sentences, "alignment", LIFTED)[1]["best"] is not None


@pytest.mark.parametrize("query", [{"part": "nobody"}, {}, {"part": "cross", "layer": "x"}])
def test_what_does_not_exist_is_refused(sentences: SentenceService, query: dict[str, str]) -> None:
    with pytest.raises(VisitorError):
        view(sentences, "attention", **{"layer": "0", **query})
    with pytest.raises(IndexError):
        view(sentences, "scores", part="cross", layer="3")


# ---- the twins


@pytest.fixture(scope="module")
def with_twins(sentences: SentenceService) -> SentenceService:
    if not sentences.twins():
        pytest.skip("the twins' weights are not shipped yet")
    return sentences


def test_the_masked_twin_comes_first(with_twins: SentenceService) -> None:
    assert [with_twins.models.load(name).model.config.causal for name in with_twins.twins()] == [True, False]


def test_each_twin_fed_the_answer_and_alone(with_twins: SentenceService) -> None:
    reference = "The dog is sleeping today."
    arrays, facts = view(with_twins, "twins", reference=reference)
    for i, (name, told) in enumerate(zip(with_twins.twins(), facts["twins"], strict=True)):
        twin = with_twins.models.load(name)
        ids = twin.tokenizer.encode_target(reference)
        # The twin itself, asked without any of the page's code.
        logits = twin.model(
            torch.tensor([twin.tokenizer.encode(TRANSLATION.text)]),
            torch.tensor([[twin.model.config.start, *ids]]),
            mask=twin.model.target_mask(len(ids) + 1),
        )[0, :-1]
        assert_allclose(arrays[f"probability_{i}"], logits.softmax(dim=-1)[range(len(ids)), ids].numpy(), atol=1e-5)
        assert arrays[f"right_{i}"].tolist() == [
            int(a == b) for a, b in zip(logits.argmax(-1).tolist(), ids, strict=True)
        ]
        assert told["given"] == [twin.tokenizer.token(token) for token in ids]
        assert told["written"] == with_twins.translation(TranslationQuery(TRANSLATION.text, name, "greedy")).text
        share = arrays[f"share_{i}"]
        assert divmod(int(share.argmax()), share.shape[1]) == (told["layer"], told["head"])
    assert arrays["pattern_0"].shape == (len(ids), len(ids) + 1)
    ahead = [np.triu(arrays[f"pattern_{i}"], 1).sum() for i in range(2)]
    assert ahead[0] == 0 < ahead[1]


def test_a_reference_is_bounded_like_the_sentence(with_twins: SentenceService) -> None:
    for reference, code in (("", "sentence_empty"), ("a" * (MAX_CHARACTERS + 1), "sentence_too_long")):
        with pytest.raises(VisitorError) as refused:
            view(with_twins, "twins", reference=reference)
        assert refused.value.code == code


def test_without_twins_nothing_is_claimed(sentences: SentenceService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences.models, "offered", lambda: ["marian-s-de-en"])
    assert view(sentences, "twins", reference="x") == ({}, {"twins": [], "offers": []})
    assert sentences.twins() == []
