"""Decoding compared with transformers' `generate`: words, scores, distributions and all three kinds of attention.

The models are random, of unequal depth (2 encoder, 3 decoder layers), and likely to write padding if nobody forbids
it. The planted bugs at the end show that each comparison can fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.testing import assert_close

import vit_core
from tests.support.sentences import SENTENCES
from tests.support.translators import END, PAD, as_translator, marian, tiny_network
from vit_core import Translation, translate
from vit_core.decoding import Beam, DecodeState, Greedy, LengthRule, Sample, Strategy, beam, length_norm
from vit_core.trace import keep_all

if TYPE_CHECKING:
    from transformers import MarianMTModel

pytestmark = pytest.mark.parity

FP32 = 1e-5
MODELS = [(1, 1.5), (2, 2.0), (3, 2.0)]  # seed, and how much the end token is favoured
SOURCES = ["5 17 33 8", "2 2 40 11 7 9 30", "50"]
BEAMS = [(4, 0.6), (3, 1.0)]
MORE_BEAMS = [(4, 0.0), (4, 1.0), (4, 2.0), (3, 0.0), (3, 0.6), (3, 2.0)]


@lru_cache(maxsize=None, typed=True)  # a PaperLength is no other number than what it is made of
def generated(seed: int, end_bias: float, source: str, *, prefix: tuple[int, ...] = (), **settings: Any) -> Any:
    """What transformers writes, after given words where there are some."""
    ids = torch.tensor([[*map(int, source.split()), END]])
    given = {"decoder_input_ids": torch.tensor([[PAD, *prefix]])} if prefix else {}
    with torch.inference_mode():
        return marian(seed, end_bias).generate(
            ids,
            max_length=12,
            bad_words_ids=[[PAD]],
            return_dict_in_generate=True,
            output_scores=True,
            output_logits=True,
            output_attentions=True,
            **given,
            **settings,
        )


@cache
def tiny(seed: int, end_bias: float) -> Any:
    return as_translator(tiny_network(seed=seed, end_bias=end_bias))


def check_beam(model: Any, seed: int, end_bias: float, source: str, width: int, penalty: float) -> Translation:
    theirs = generated(seed, end_bias, source, num_beams=width, length_penalty=penalty)
    ours = translate(model, source, beam=width, length_penalty=penalty)
    assert list(ours.ids) == theirs.sequences[0, 1:].tolist()
    assert ours.score == pytest.approx(theirs.sequences_scores.item(), abs=FP32)
    return ours


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("seed", "end_bias"), MODELS)
def test_greedy_writes_the_same_words_by_the_same_scores(seed: int, end_bias: float, source: str) -> None:
    theirs = generated(seed, end_bias, source, num_beams=1)
    ours = translate(tiny(seed, end_bias), source, strategy=Greedy())
    assert list(ours.ids) == theirs.sequences[0, 1:].tolist()
    for step, logits, scores in zip(ours.steps, theirs.logits, theirs.scores, strict=True):
        assert_close(step.logits, logits[0].clone(), atol=FP32, rtol=0)
        assert_close(step.weighed, scores[0].clone() - logits[0].logsumexp(0), atol=FP32, rtol=0)
        assert step.weighed[PAD] == float("-inf")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("seed", "end_bias"), MODELS)
def test_every_head_attends_alike_in_every_layer_and_step(seed: int, end_bias: float, source: str) -> None:
    theirs = generated(seed, end_bias, source, num_beams=1)
    trace = translate(tiny(seed, end_bias), source, strategy=Greedy(), keep=keep_all).trace
    for layer, pattern in enumerate(theirs.encoder_attentions):
        assert_close(trace.pattern(layer, part="encoder"), pattern[0].clone(), atol=FP32, rtol=0)
    assert len(theirs.encoder_attentions) == 2 and len(theirs.decoder_attentions[0]) == 3
    for t, layers in enumerate(theirs.decoder_attentions):
        for layer, pattern in enumerate(layers):
            ours = trace.pattern(layer, part="decoder")[:, t]
            assert_close(ours[:, : t + 1], pattern[0, :, 0].clone(), atol=FP32, rtol=0)
            assert not ours[:, t + 1 :].any()
    for t, layers in enumerate(theirs.cross_attentions):
        for layer, pattern in enumerate(layers):
            assert_close(trace.pattern(layer, part="cross")[:, t], pattern[0, :, 0].clone(), atol=FP32, rtol=0)


@pytest.mark.parametrize(
    ("width", "penalty"), [*BEAMS, *(pytest.param(*case, marks=pytest.mark.slow) for case in MORE_BEAMS)]
)
def test_beam_search_finds_the_same_words_with_the_same_score(width: int, penalty: float) -> None:
    for seed, end_bias in MODELS:
        for source in SOURCES:
            check_beam(tiny(seed, end_bias), seed, end_bias, source, width, penalty)


def test_the_cases_are_of_several_lengths_and_stop_for_both_reasons() -> None:
    found = [translate(tiny(*model), source, beam=4) for model in MODELS for source in SOURCES]
    assert {translation.stopped_by for translation in found} == {"end", "limit"}
    assert len({len(translation.ids) for translation in found}) >= 4


@pytest.mark.parametrize("width", [1, 4])
def test_an_end_forced_at_the_limit_is_transformers(width: int) -> None:
    seed, end_bias = 1, 0.0
    for source in SOURCES:
        theirs = generated(seed, end_bias, source, num_beams=width, length_penalty=0.6, forced_eos_token_id=END)
        model = as_translator(tiny_network(seed=seed, end_bias=end_bias), forced_end=END)
        ours = translate(model, source, strategy=Greedy() if width == 1 else None)
        assert list(ours.ids) == theirs.sequences[0, 1:].tolist() and ours.ids[-1] == END and len(ours.ids) == 11
        if width > 1:
            assert ours.score == pytest.approx(theirs.sequences_scores.item(), abs=FP32)


def test_what_the_forbidden_leave_over_is_shared_out_as_in_transformers() -> None:
    for seed, end_bias in MODELS:
        theirs = generated(seed, end_bias, SOURCES[0], num_beams=4, length_penalty=0.6, renormalize_logits=True)
        ours = translate(as_translator(tiny_network(seed=seed, end_bias=end_bias), renormalize=True), SOURCES[0])
        assert list(ours.ids) == theirs.sequences[0, 1:].tolist()
        assert ours.score == pytest.approx(theirs.sequences_scores.item(), abs=FP32)
        assert ours.score - translate(tiny(seed, end_bias), SOURCES[0]).score > 1e-3  # it does make a difference


@pytest.mark.parametrize("first", [0, 1], ids=["from the start token on", "in the middle"])
def test_a_forbidden_phrase_is_never_completed(first: int) -> None:
    seed, end_bias = 2, 1.0
    free = (PAD, *translate(tiny(seed, end_bias), SOURCES[0], length_penalty=1.0).ids)
    banned = free[first : first + 3]
    words = [[PAD], list(banned)]
    ids = torch.tensor([[*map(int, SOURCES[0].split()), END]])
    with torch.inference_mode():
        theirs = marian(seed, end_bias).generate(
            ids, max_length=12, num_beams=4, length_penalty=1.0, bad_words_ids=words
        )
    model = as_translator(tiny_network(seed=seed, end_bias=end_bias), bad_words=tuple(map(tuple, words)))
    ours = translate(model, SOURCES[0], length_penalty=1.0)
    assert list(ours.ids) == theirs[0, 1:].tolist() and ours.ids != free[1:]
    after = translate(model, SOURCES[0], strategy=Greedy(), prefix=free[1 : first + 2]).steps[first + 1]
    assert after.weighed[banned[-1]] == float("-inf") and after.logprobs[banned[-1]] > float("-inf")


PREFIXES = [(7,), (31, 44, 2), (9, 9, 30, 12, 5)]


class PaperLength(float):
    """A length penalty with which transformers' n ** penalty becomes the paper's ((5 + n) / 6) ** α."""

    def __rpow__(self, n: float, _modulo: None = None) -> float:
        return ((5 + n) / 6) ** float(self)


def check_prefix(
    prefix: tuple[int, ...], width: int, penalty: float, rule: LengthRule, of: Sequence[int] = (0, 1, 2)
) -> list[Translation]:
    """Given tokens against transformers' `decoder_input_ids`, for every model; `of`: its sources, from its own on."""
    found = []
    for at, (seed, end_bias) in enumerate(MODELS):
        for source in (SOURCES[(at + other) % len(SOURCES)] for other in of):
            theirs = generated(
                seed,
                end_bias,
                source,
                num_beams=width,
                length_penalty=penalty if rule == "exponent" else PaperLength(penalty),
                prefix=prefix,
            )
            ours = translate(tiny(seed, end_bias), source, strategy=Beam(width, penalty, rule), prefix=prefix)
            assert list(ours.ids) == theirs.sequences[0, 1:].tolist()
            assert ours.score == pytest.approx(theirs.sequences_scores.item(), abs=FP32)
            assert (ours.ids[: len(prefix)], ours.given) == (prefix, len(prefix))
            chosen = (ours.logprob - ours.given_logprob) / length_norm(len(ours.ids) - ours.given, penalty, rule)
            assert ours.score == pytest.approx(chosen, abs=FP32)
            found.append(ours)
    return found


# Every rule, search and prefix together; of the nine pairs of a model and a source three a time, and each pair in every
# search.
@pytest.mark.parametrize("rule", ["exponent", "paper"])
@pytest.mark.parametrize(("width", "penalty"), [(2, 1.0), (4, 0.6), (5, 0.0), (3, 2.0)])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_given_words_stand_outside_the_score_as_a_prompt_does(
    prefix: tuple[int, ...], width: int, penalty: float, rule: LengthRule
) -> None:
    check_prefix(prefix, width, penalty, rule, [PREFIXES.index(prefix)])


def test_given_words_of_greedy_search_stand_outside_as_well() -> None:
    greedy = translate(tiny(2, 2.0), SOURCES[1], strategy=Greedy(), prefix=PREFIXES[1])
    narrow = translate(tiny(2, 2.0), SOURCES[1], beam=1, prefix=PREFIXES[1])
    assert greedy.ids == narrow.ids and greedy.score == pytest.approx(narrow.score, abs=FP32)


@pytest.mark.parametrize(
    "settings",
    [{"temperature": 0.7}, {"top_k": 5}, {"top_p": 0.6}, {"temperature": 1.6, "top_k": 20, "top_p": 0.8}],
    ids=str,
)
def test_what_is_drawn_from_is_transformers_distribution(settings: dict[str, Any]) -> None:
    theirs = generated(1, 1.5, SOURCES[1], do_sample=True, num_beams=1, **{"top_k": 0, **settings})
    ids = tuple(theirs.sequences[0, 1:].tolist())
    model = tiny(1, 1.5)
    for t, scores in enumerate(theirs.scores):
        # Given what transformers drew before, the next draw is from the same shares.
        step = translate(model, SOURCES[1], strategy=Sample(**settings), prefix=ids[:t], max_new=t + 1).steps[t]
        assert_close(step.weighed.exp(), scores[0].softmax(0).clone(), atol=FP32, rtol=0)
        assert (step.weighed > float("-inf")).sum() == (scores[0] > float("-inf")).sum()


# ---- the shipped translator


@pytest.fixture(scope="module")
def shipped() -> tuple[Any, MarianMTModel]:
    from transformers import MarianMTModel

    model = vit_core.load("marian-s-de-en")
    folder = model.spec.folder
    reference = MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    return model, reference


def same_translation(shipped: tuple[Any, MarianMTModel], sentence: str, strategy: Strategy) -> None:
    model, reference = shipped
    ids = torch.tensor([model.tokenizer.encode(sentence)])
    width = strategy.width if isinstance(strategy, Beam) else 1
    with torch.inference_mode():
        theirs = reference.generate(
            ids, num_beams=width, length_penalty=0.6, return_dict_in_generate=True, output_scores=True
        )
    ours = translate(model, sentence, strategy=strategy)
    assert list(ours.ids) == theirs.sequences[0, 1:].tolist(), sentence
    assert ours.text == model.tokenizer.decode(theirs.sequences[0].tolist()) and ours.stopped_by == "end"
    if width > 1:
        assert ours.score == pytest.approx(theirs.sequences_scores.item(), abs=FP32)


@pytest.mark.parametrize("strategy", [Greedy(), Beam(4, 0.6)], ids=str)
def test_a_real_sentence_is_translated_alike(shipped: tuple[Any, MarianMTModel], strategy: Strategy) -> None:
    same_translation(shipped, SENTENCES[5], strategy)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", [Greedy(), Beam(4, 0.6)], ids=str)
def test_twenty_real_sentences_are_translated_alike(shipped: tuple[Any, MarianMTModel], strategy: Strategy) -> None:
    for sentence in SENTENCES:
        same_translation(shipped, sentence, strategy)


def test_a_forced_first_word_does_not_let_the_longer_text_win(shipped: tuple[Any, MarianMTModel]) -> None:
    """With the forced word among the counted, the beam took a text less probable than transformers' by 1.3 nats."""
    model, reference = shipped
    sentence = "Warum hast du mir gestern nicht geholfen?"
    prefix = tuple(model.tokenizer.encode_target("Because")[:-1])
    with torch.inference_mode():
        theirs = reference.generate(
            torch.tensor([model.tokenizer.encode(sentence)]),
            decoder_input_ids=torch.tensor([[model.model.config.start, *prefix]]),
            num_beams=4,
            length_penalty=0.6,
            return_dict_in_generate=True,
            output_scores=True,
        )
    ours = translate(model, sentence, prefix=prefix)
    assert ours.text == "Because didn't you help me yesterday?"
    assert list(ours.ids) == theirs.sequences[0, 1:].tolist()
    assert ours.score == pytest.approx(theirs.sequences_scores.item(), abs=FP32)
    assert ours.logprob == pytest.approx(-14.57, abs=0.005)


# ---- planted bugs: each must make the comparison fail


def every_case(model_of: Any = tiny) -> None:
    for seed, end_bias in MODELS:
        for source in SOURCES:
            for width, penalty in BEAMS:
                check_beam(model_of(seed, end_bias), seed, end_bias, source, width, penalty)


def test_the_check_fails_when_the_end_token_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    norm = beam.length_norm
    monkeypatch.setattr(beam, "length_norm", lambda n, *rule: norm(max(n - 1, 1), *rule))
    with pytest.raises(AssertionError):
        every_case()


def test_the_check_fails_with_the_papers_length_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    norm = beam.length_norm
    monkeypatch.setattr(beam, "length_norm", lambda n, penalty, _rule: norm(n, penalty, "paper"))
    with pytest.raises(AssertionError):
        every_case()


def test_the_check_fails_when_padding_is_not_forbidden() -> None:
    def careless(seed: int, end_bias: float) -> Any:
        return as_translator(tiny_network(seed=seed, end_bias=end_bias), bad_words=())

    with pytest.raises(AssertionError):
        every_case(careless)


def test_the_check_fails_when_a_beams_score_is_not_carried_on(monkeypatch: pytest.MonkeyPatch) -> None:
    grown = beam._grown

    def forgetful(state: Any, candidate: Any) -> Any:
        hypothesis = grown(state, candidate)
        return beam.Hypothesis(hypothesis.tokens, candidate.logprob, hypothesis.row, hypothesis.score)

    monkeypatch.setattr(beam, "_grown", forgetful)
    with pytest.raises(AssertionError):
        every_case()


def test_the_check_fails_when_the_search_ends_with_its_first_finished_hypotheses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """early_stopping=True of transformers: it ends as soon as `width` hypotheses are finished."""
    monkeypatch.setattr(Beam, "_is_done", lambda self, _state, alive, ended: not alive or len(ended) == self.width)
    with pytest.raises(AssertionError):
        every_case()


@pytest.mark.parametrize("counted", ["length", "probability"])
def test_the_check_fails_when_given_words_are_counted(monkeypatch: pytest.MonkeyPatch, counted: str) -> None:
    choose = Beam.choose

    def careless(self: Beam, state: DecodeState, passed: Any) -> Any:
        given = state.given
        given = replace(given, tokens=()) if counted == "length" else replace(given, logprob=0.0)
        return choose(self, replace(state, given=given), passed)

    monkeypatch.setattr(Beam, "choose", careless)
    with pytest.raises(AssertionError):
        for prefix in PREFIXES:
            check_prefix(prefix, 4, 1.0, "exponent")
