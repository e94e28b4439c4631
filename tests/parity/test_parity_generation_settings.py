"""Settings of a checkpoint that say which words may be written, each against transformers' `generate` with the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch
from torch.testing import assert_close

from tests.support.translators import END, PAD, V, as_translator, marian, tiny_network
from vit_core import translate
from vit_core.decoding import Beam, GenerationConfig, Greedy, Strategy, constraints

pytestmark = pytest.mark.parity

FP32 = 1e-5
MODELS = [(1, 1.5), (2, 2.0), (3, 0.0), (4, 1.5)]  # seed, and how much the end token is favoured
SOURCES = ["5 17 33 8", "2 2 40 11 7 9 30"]
BEAMS = [(4, 0.6), (3, 1.0), (2, 2.0)]
# Every two of a model, a source and a beam come together.
SEARCHES = [
    (model, SOURCES[(i + j) % len(SOURCES)], *beam) for i, model in enumerate(MODELS) for j, beam in enumerate(BEAMS)
]
OFTEN = list(range(2, V, 3))  # a third of all words

# By name: transformers' words, and ours for the same.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "min_length": ({"min_length": 8}, {"min_length": 8}),
    "min_new_tokens": ({"min_new_tokens": 6}, {"min_length": 7}),
    "no_repeat_ngram_size 1": ({"no_repeat_ngram_size": 1}, {"no_repeat_ngram": 1}),
    "no_repeat_ngram_size 2": ({"no_repeat_ngram_size": 2}, {"no_repeat_ngram": 2}),
    "encoder_no_repeat_ngram_size": ({"encoder_no_repeat_ngram_size": 1}, {"source_no_repeat_ngram": 1}),
    "repetition_penalty": ({"repetition_penalty": 1.6}, {"repetition_penalty": 1.6}),
    "repetition_penalty below 1": ({"repetition_penalty": 0.7}, {"repetition_penalty": 0.7}),
    "encoder_repetition_penalty": ({"encoder_repetition_penalty": 2.5}, {"source_penalty": 2.5}),
    "suppress_tokens": ({"suppress_tokens": OFTEN}, {"suppressed": tuple(OFTEN)}),
    "begin_suppress_tokens": ({"begin_suppress_tokens": OFTEN}, {"suppressed_first": tuple(OFTEN)}),
    "forced_bos_token_id": ({"forced_bos_token_id": 9}, {"forced_first": 9}),
    "forced_eos_token_id": ({"forced_eos_token_id": END}, {"forced_end": END}),
    "exponential_decay_length_penalty": (
        {"exponential_decay_length_penalty": (2, 1.3)},
        {"end_pull": (2, 1.3)},
    ),
    "early_stopping": ({"early_stopping": True}, {"early_stopping": True}),
    "early_stopping never": ({"early_stopping": "never"}, {"early_stopping": "never"}),
    "renormalize_logits": ({"renormalize_logits": True}, {"renormalize": True}),
}
CASES["a forced first word and those that may not follow it"] = (
    CASES["forced_bos_token_id"][0] | CASES["begin_suppress_tokens"][0],
    CASES["forced_bos_token_id"][1] | CASES["begin_suppress_tokens"][1],
)
CASES["all at once"] = (
    {
        **CASES["min_length"][0], **CASES["repetition_penalty"][0], **CASES["no_repeat_ngram_size 2"][0],
        **CASES["encoder_repetition_penalty"][0], **CASES["exponential_decay_length_penalty"][0],
        **CASES["forced_eos_token_id"][0], **CASES["suppress_tokens"][0], "renormalize_logits": True,
    },
    {
        **CASES["min_length"][1], **CASES["repetition_penalty"][1], **CASES["no_repeat_ngram_size 2"][1],
        **CASES["encoder_repetition_penalty"][1], **CASES["exponential_decay_length_penalty"][1],
        **CASES["forced_eos_token_id"][1], **CASES["suppress_tokens"][1], "renormalize": True,
    },
)  # fmt: skip
OF_A_SEARCH = {"early_stopping", "early_stopping never"}
GREEDY = Greedy()


@cache
def network(seed: int, end_bias: float) -> Any:
    return tiny_network(seed=seed, end_bias=end_bias)


@cache
def plain(model: tuple[int, float], source: str, **how: Any) -> Any:
    """What is written without any setting."""
    return translate(as_translator(network(*model)), source, **how)


@cache
def theirs_of(name: str, model: tuple[int, float], source: str, width: int, penalty: float) -> Any:
    """What transformers writes with the setting of that name. A slip of ours is compared with the same again."""
    return generated(*model, source, num_beams=width, length_penalty=penalty, **CASES[name][0])


def generated(seed: int, end_bias: float, source: str, **settings: Any) -> Any:
    ids = torch.tensor([[*map(int, source.split()), END]])
    asked = {"max_length": 12, "bad_words_ids": [[PAD]], **settings}
    with torch.inference_mode():
        return marian(seed, end_bias).generate(
            ids, return_dict_in_generate=True, output_scores=True, output_logits=True, **asked
        )


def check_greedy(name: str, model: tuple[int, float], source: str, strategy: Strategy = GREEDY) -> bool:
    """That words and scores are the same; returns whether the setting changed anything."""
    _, ours_said = CASES[name]
    theirs = theirs_of(name, model, source, 1, 1.0)
    ours = translate(as_translator(network(*model), **ours_said), source, strategy=strategy)
    assert list(ours.ids) == theirs.sequences[0, 1:].tolist()
    for step, logits, scores in zip(ours.steps, theirs.logits, theirs.scores, strict=True):
        shares = scores[0].softmax(0) if ours_said.get("renormalize") else scores[0].exp() / logits[0].exp().sum()
        if scores[0].isfinite().sum() == 1:  # forced
            shares = scores[0].softmax(0)
        assert_close(step.weighed.exp(), shares.clone(), atol=FP32, rtol=FP32)
    without = plain(model, source, strategy=Greedy())
    return ours.ids != without.ids or not all(
        torch.equal(a.weighed, b.weighed) for a, b in zip(ours.steps, without.steps, strict=True)
    )


def check_beam(name: str, model: tuple[int, float], source: str, width: int, penalty: float) -> bool:
    """As `check_greedy`, of a beam search."""
    _, ours_said = CASES[name]
    theirs = theirs_of(name, model, source, width, penalty)
    ours = translate(as_translator(network(*model), **ours_said), source, beam=width, length_penalty=penalty)
    assert list(ours.ids) == theirs.sequences[0, 1:].tolist()
    assert ours.score == pytest.approx(theirs.sequences_scores.item(), abs=FP32)
    without = plain(model, source, beam=width, length_penalty=penalty)
    return ours.ids != without.ids or ours.score != without.score


@pytest.mark.parametrize("name", [name for name in CASES if name not in OF_A_SEARCH])
@pytest.mark.parametrize("strategy", [GREEDY, Beam(1, 1.0)], ids=["greedy", "a beam of one"])
def test_the_most_probable_words_are_transformers(name: str, strategy: Strategy) -> None:
    changed = [check_greedy(name, model, source, strategy) for model in MODELS for source in SOURCES]
    assert any(changed), "the setting changes nothing here"


@pytest.mark.parametrize("name", sorted(OF_A_SEARCH))
def test_a_beam_of_one_knows_no_end_of_a_search(name: str) -> None:
    for model in MODELS:
        for source in SOURCES:
            check_greedy(name, model, source, Beam(1, 1.0))


@pytest.mark.parametrize("name", CASES)
def test_beam_search_finds_transformers_words_with_its_score(name: str) -> None:
    changed = [check_beam(name, *search) for search in SEARCHES]
    assert any(changed), "the setting changes nothing here"


@pytest.mark.parametrize("prefix", [(7,), (31, 44, 2)])
def test_a_search_that_never_ends_early_leaves_given_words_out_of_the_length(prefix: tuple[int, ...]) -> None:
    for model in MODELS:
        theirs = generated(
            *model,
            SOURCES[0],
            num_beams=4,
            length_penalty=1.0,
            early_stopping="never",
            decoder_input_ids=torch.tensor([[PAD, *prefix]]),
        )
        said = as_translator(network(*model), early_stopping="never")
        ours = translate(said, SOURCES[0], beam=4, length_penalty=1.0, prefix=prefix)
        assert list(ours.ids) == theirs.sequences[0, 1:].tolist()
        assert ours.score == pytest.approx(theirs.sequences_scores.item(), abs=FP32)


# ---- planted bugs: each must make the comparison fail


def every(name: str) -> None:
    for model in MODELS:
        for source in SOURCES:
            if name not in OF_A_SEARCH:
                check_greedy(name, model, source)
    for search in SEARCHES:
        check_beam(name, *search)


@pytest.mark.parametrize(
    ("name", "slip"),
    [
        ("min_length", {"min_length": 7}),
        ("no_repeat_ngram_size 2", {"no_repeat_ngram": 3}),
        ("encoder_no_repeat_ngram_size", {"source_no_repeat_ngram": 0, "no_repeat_ngram": 1}),
        ("repetition_penalty", {"repetition_penalty": 1 / 1.6}),
        ("encoder_repetition_penalty", {"source_penalty": 1 / 2.5}),
        ("suppress_tokens", {"suppressed": (), "suppressed_first": tuple(OFTEN)}),
        ("begin_suppress_tokens", {"suppressed": tuple(OFTEN), "suppressed_first": ()}),
        ("forced_bos_token_id", {"forced_first": None}),
        ("exponential_decay_length_penalty", {"end_pull": (3, 1.3)}),
        ("early_stopping", {"early_stopping": False}),
        ("early_stopping never", {"early_stopping": False}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_check_fails_when_a_setting_is_taken_for_another(
    monkeypatch: pytest.MonkeyPatch, name: str, slip: dict[str, Any]
) -> None:
    theirs, ours = CASES[name]
    monkeypatch.setitem(CASES, name, (theirs, ours | slip))
    with pytest.raises(AssertionError):
        every(name)


def test_the_check_fails_when_penalties_multiply_log_probabilities_outside_a_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(constraints.Constraints, "scales", False)
    with pytest.raises(AssertionError):
        for model in MODELS:
            check_greedy("repetition_penalty", model, SOURCES[0])


def test_settings_that_mean_nothing_are_refused() -> None:
    usual = GenerationConfig(12)
    for changes in ({"repetition_penalty": 0.0}, {"source_penalty": -1.0}, {"early_stopping": "soon"}):
        with pytest.raises(ValueError, match=next(iter(changes))):
            replace(usual, **changes)
