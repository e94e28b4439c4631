"""A sentence arrives as text from anybody: what can be translated is, once; everything else is told in a sentence."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from safetensors.numpy import load

from demo.endpoints import sentence_view
from demo.errors import VisitorError
from demo.query.text_limits import MAX_CHARACTERS
from demo.sentence import strategies
from demo.sentence.facts import sentence_facts
from demo.sentence.query import TranslationQuery
from demo.sentence.service import MAX_TOKENS
from demo.services import Services
from vit_core.decoding import Beam, Greedy, Sample

SENTENCE = "Ich habe einen Hund gesehen."


@pytest.mark.parametrize(
    ("how", "strategy"),
    [
        ("greedy", Greedy()),
        ("beam:4:0.6:exponent", Beam(4, 0.6, "exponent")),
        ("beam:1:1:paper", Beam(1, 1.0, "paper")),
        ("sample:0.7:40:0.9:7", Sample(0.7, 40, 0.9, 7)),
        ("sample:1.4:0:1:7", Sample(1.4, None, 1.0, 7)),
    ],
)
def test_what_a_choice_names(how: str, strategy: object) -> None:
    assert strategies.parse(how) == strategy


@pytest.mark.parametrize(
    "how",
    [
        "", "best", "greedy:1", "beam", "beam:4:0.6", "beam:0:1:paper", "beam:99:1:paper", "beam:4:nan:paper",
        "beam:4:-1:paper", "beam:٣:1:paper", "beam:4:1:longest",
        "sample:0:0:1:1", "sample:1:0:0:1", "sample:1:0:1.5:1", "sample:1:0:1:-1",
    ],
)  # fmt: skip
def test_any_other_choice_is_refused(how: str) -> None:
    with pytest.raises(VisitorError) as refused:
        strategies.parse(how)
    assert refused.value.code == "bad_request" and refused.value.params["parameter"] == "how"
    assert "WIDTH from 1 to 8, ALPHA from 0 to 5, RULE exponent or paper" in str(refused.value.params["takes"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "sentence_empty"),
        (" \n\t\u00a0", "sentence_empty"),
        ("\u200b\u2060", "sentence_empty"),
        ("a" * (MAX_CHARACTERS + 1), "sentence_too_long"),
        ("qx" * (MAX_CHARACTERS // 2), "sentence_too_many_tokens"),
    ],
)
def test_what_cannot_be_translated_is_told_and_nothing_is_cut(bundled: Services, text: str, code: str) -> None:
    with pytest.raises(VisitorError) as refused:
        bundled.sentences.translation(TranslationQuery(text))
    assert refused.value.code == code
    if code != "sentence_empty":
        limit = MAX_TOKENS if code.endswith("tokens") else MAX_CHARACTERS
        assert refused.value.params["limit"] == limit < refused.value.params["found"]


@pytest.mark.parametrize(
    "text",
    [
        "🙂🎉",
        "안녕하세요 세계",
        "ab\x00c\x1b[0m",
        "\u202eHund\u202c مرحبا",
        "<b>${x}</b> {{y}} <script>alert(1)</script>",
    ],
)
def test_unusual_text_is_translated_like_any_other(bundled: Services, text: str) -> None:
    facts = sentence_facts(bundled.sentences, TranslationQuery(text, how="greedy"))
    assert facts["text"] == text
    assert facts["source"][-1] == "</s>" and len(facts["source"]) == len(facts["source_ids"])
    assert json.loads(json.dumps(facts)) == facts


def test_the_same_question_is_computed_once(bundled: Services) -> None:
    sentences = bundled.sentences
    first = sentences.translation(TranslationQuery(SENTENCE))
    assert sentences.translation(TranslationQuery(SENTENCE)) is first
    other = sentences.translation(TranslationQuery(SENTENCE, how="greedy"))
    assert other is not first
    forced = sentences.translation(TranslationQuery(SENTENCE, prefix=first.ids[:2]))
    assert forced.ids[:2] == first.ids[:2] and forced is not first


@pytest.mark.parametrize(
    "translation_query",
    [
        TranslationQuery(SENTENCE, prefix=(99_999_999,)),
        TranslationQuery(SENTENCE, change="mask:on"),
        TranslationQuery(SENTENCE, how="beam"),
        TranslationQuery(SENTENCE, "nobody"),
    ],
)
def test_what_does_not_exist_is_refused(bundled: Services, translation_query: TranslationQuery) -> None:
    with pytest.raises(VisitorError) as refused:
        bundled.sentences.translation(translation_query)
    assert refused.value.code in ("bad_request", "model_unknown")


def test_the_first_sentence_is_finished_before_anybody_asks(bundled: Services) -> None:
    kept = bundled.sentences._translations
    assert kept.get(bundled.sentences.first) is not None


def test_facts_over_the_wire(http: httpx.Client, bundled: Services) -> None:
    answer = http.get("microscope/sentence/facts", params={"text": SENTENCE, "how": "greedy"})
    said = bundled.sentences.translation(TranslationQuery(SENTENCE, how="greedy"))
    assert answer.status_code == 200
    assert answer.json()["written"] == said.text
    assert answer.json()["target_ids"] == list(said.ids)
    fresh = {"text": "Ein Satz, den hier noch niemand hatte.", "how": "greedy"}
    told = [http.get("microscope/sentence/facts", params=fresh).json()["now"] for _ in range(2)]
    assert told == [True, False], "what was kept was not computed now"
    for wrong in ({"text": ""}, {"text": SENTENCE, "prefix": "1,x"}, {"text": SENTENCE, "how": "??"}):
        refused = http.get("microscope/sentence/facts", params=wrong)
        assert refused.status_code == 400 and "error" in refused.json()
    assert http.get("microscope/sentence/view/nothing", params={"text": SENTENCE}).status_code == 400


# Something that exists, for every word that a view declares.
ASKED: dict[str, dict[str, str | int]] = {
    "chain": {"cell": "gru"},
    "path": {},
    "number": {"name": "encoder.tokens", "index": "1,2"},
    "row": {"part": "cross", "layer": 0, "head": 1, "query": 2},
    "attention": {"part": "cross", "layer": 0},
    "all_layers": {"part": "encoder"},
    "heads": {"part": "decoder"},
    "scores": {"part": "decoder", "layer": 2},
    "alignment": {},
    "twins": {"reference": "I saw a dog."},
    "block": {"stack": "decoder", "layer": 1, "token": 2, "source": 1},
    "head_matrix": {"stack": "decoder", "layer": 1, "head": 2, "of": "cross", "which": "proj"},
    "root": {"part": "cross", "layer": 1, "query": 2},
    "likeness": {"part": "cross", "layer": 1, "query": 2},
    "steps": {},
    "tree": {},
    "pieces": {"word": "dogs"},
    "words": {},
    "moved": {"before": "Ich habe einen Hund."},
    "training_curve": {},
    "padding": {"others": "Es regnet.", "mask": "off"},
    "gradient_text": {"cell": "gru", "count": 2},
    "gradient": {"cell": "gru", "count": 1, "step": 1, "weights": "first"},
    "radius": {},
    "cell_costs": {},
    "cell_times": {"run": 1},
    "quality_by_length": {},
    "translated": {"name": "gru-de-en"},
}


@pytest.mark.parametrize("name", sentence_view)
def test_every_view_answers_what_it_declares_and_nothing_else(name: str, http: httpx.Client) -> None:
    address, asked = f"microscope/sentence/view/{name}", {"text": SENTENCE, "how": "greedy", **ASKED[name]}
    answer = http.get(address, params={**asked, "v": "1"})
    assert answer.status_code == 200 and load(answer.content) is not None
    refused = http.get(address, params={**asked, "threshold": 1})
    assert (refused.status_code, refused.json()["error"]) == (400, "bad_request")


PLACES = [
    (view, name)
    for view, words in ASKED.items()
    for name in ("layer", "head", "query", "token", "source", "step")
    if name in words
]


@pytest.mark.parametrize(("view", "place"), PLACES)
def test_a_place_that_a_sentence_does_not_have_is_named_with_those_that_it_has(
    view: str, place: str, http: httpx.Client
) -> None:
    asked = {"text": SENTENCE, "how": "greedy", **ASKED[view], place: 9999}
    told = http.get(f"microscope/sentence/view/{view}", params=asked)
    assert (told.status_code, told.json()["error"]) == (400, "bad_request")
    assert re.fullmatch(rf"{place} takes a whole number from 0 to \d+, not 9999", told.json()["params"]["reason"])


def test_given_words_that_leave_no_room_are_told(bundled: Services) -> None:
    with pytest.raises(VisitorError) as refused:
        bundled.sentences.translation(TranslationQuery("Hund", how="greedy", prefix=(504,) * 60))
    assert (refused.value.code, refused.value.params) == ("prefix_no_room", {"found": 60})
    full = bundled.sentences.translation(TranslationQuery("Hund", how="greedy", prefix=(504,) * 50))
    assert full.ids[:50] == (504,) * 50


def test_the_answer_of_the_twin_without_the_mask_says_what_it_is(bundled):
    """Its texts are no translations; whoever chose it from the list has to hear so wherever they stand."""
    for model in bundled.sentences.twins():
        facts = sentence_facts(bundled.sentences, TranslationQuery("Guten Morgen.", model=model))
        assert ("without_mask" in facts["notes"]) == (model == "twin-unmasked-de-en")
