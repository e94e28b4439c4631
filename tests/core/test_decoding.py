"""States, strategies and beam trees: what a page that steps through a translation relies on."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import torch

from tests.support.translators import END, PAD, V, as_translator, tiny_network
from vit_core import read_along, translate
from vit_core.decoding import Beam, DecodeState, Forced, Greedy, Sample, length_norm, start, step
from vit_core.decoding.state import Pass
from vit_core.trace import keep_all

SOURCE = "2 2 40 11 7 9 30"
IDS = [2, 2, 40, 11, 7, 9, 30, END]


@pytest.fixture(scope="module")
def model() -> Any:
    return as_translator(tiny_network(seed=2, end_bias=2.0))


# ---- states


def test_a_state_knows_its_words_and_the_state_before(model: Any) -> None:
    first = start(model, IDS)
    assert first.tokens == () and first.step is None and first.back is None and not first.done
    state = step(model, first, Forced((9,)))
    state = step(model, state, Forced((9, 31)))
    assert state.tokens == (9, 31) and state.length == 2 and state.step.chosen == 31
    assert state.back.tokens == (9,) and state.back.back is first and first.tokens == ()
    assert state.logprob == pytest.approx(float(state.back.step.logprobs[9] + state.step.logprobs[31]), abs=1e-5)
    assert state.step.probability == pytest.approx(float(state.step.logits.softmax(0)[31]), abs=1e-6)
    best, p = state.step.top(3)[0]
    assert best == int(state.step.logits.argmax()) and p == pytest.approx(float(state.step.logits.softmax(0).max()))


def test_another_word_leads_elsewhere_and_leaves_the_first_way_alone(model: Any) -> None:
    state = step(model, start(model, IDS), Greedy())
    one, other = (step(model, step(model, state, Forced((*state.tokens, word))), Greedy()) for word in (5, 6))
    assert one.tokens[1] == 5 and other.tokens[1] == 6
    assert (one.step.logits - other.step.logits).abs().max() > 1e-3


def test_a_finished_translation_takes_no_further_step(model: Any) -> None:
    state = step(model, start(model, IDS), Forced((END,)))
    assert state.done and state.tokens == (END,)
    with pytest.raises(ValueError, match="finished"):
        step(model, state, Greedy())


def test_only_a_beam_goes_on_from_several_hypotheses(model: Any) -> None:
    state = step(model, start(model, IDS), Beam(3))
    assert len(state.alive) == 3
    for strategy in (Greedy(), Sample(), Forced((1, 2, 3))):
        with pytest.raises(ValueError, match="3 hypotheses are alive"):
            step(model, state, strategy)
    assert len(step(model, state, Beam(2)).alive) == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sample(temperature=0.0), "Greedy is its limit"),
        (lambda: Sample(temperature=float("nan")), "not above 0"),
        (lambda: Sample(top_k=0), "nothing to draw"),
        (lambda: Sample(top_p=0.0), "no probability"),
        (lambda: Sample(top_p=1.1), "no probability"),
        (lambda: Beam(0), "beam takes a width of at least 1, not 0"),
        (lambda: Beam(4, 1.0, "google"), "google"),
    ],
)
def test_senseless_settings_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_given_words_have_to_be_there_and_to_be_words(model: Any) -> None:
    first = start(model, IDS)
    with pytest.raises(ValueError, match="writes token 1, but 0 are given"):
        step(model, first, Forced(()))
    with pytest.raises(ValueError, match=f"{V} is no token of {V}"):
        step(model, first, Forced((V,)))
    with pytest.raises(ValueError, match="each of ids takes a whole number from 0, not -1"):
        Forced((-1,))


def test_the_same_seed_draws_the_same_words_and_another_seed_others(model: Any) -> None:
    texts = [translate(model, SOURCE, strategy=Sample(2.0, seed=seed)).ids for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1] and len(set(texts)) == 3
    # So hot that all words are alike: each step draws anew.
    assert len(set(translate(model, SOURCE, strategy=Sample(1e6, seed=4)).ids)) > 5


# ---- limits


def test_a_sentence_beyond_the_positions_is_refused_by_its_number(model: Any) -> None:
    assert translate(model, " ".join(["7"] * 39)).source_ids[-1] == END
    with pytest.raises(ValueError, match="41 tokens; tiny reads 1 to 40"):
        translate(model, " ".join(["7"] * 40))
    with pytest.raises(ValueError, match="0 tokens"):
        start(model, [])
    with pytest.raises(ValueError, match="none of 60"):
        start(model, [60, END])


def test_the_text_stops_at_the_smallest_limit() -> None:
    endless = tiny_network(seed=2, end_bias=-50.0)
    by_length = translate(as_translator(endless, max_length=9), SOURCE)
    assert len(by_length.ids) == 8 and by_length.stopped_by == "limit"
    assert len(translate(as_translator(endless, max_length=9), SOURCE, max_new=5).ids) == 5
    assert len(translate(as_translator(endless, max_length=100), SOURCE).ids) == 40, "positions"
    assert start(as_translator(tiny_network(seed=2, max_positions=200), max_length=512), IDS).source.limit == 200
    # By default at three times the source and 50.
    roomy = as_translator(tiny_network(seed=2, end_bias=-50.0, max_positions=200), max_length=512)
    assert len(translate(roomy, "7", strategy=Greedy()).ids) == 3 * 2 + 50
    with pytest.raises(ValueError, match="no room"):
        translate(roomy, "7", max_new=0)


def test_a_prefix_is_kept_and_the_strategy_goes_on(model: Any) -> None:
    for strategy in (Greedy(), Beam(3), Sample(seed=1)):
        found = translate(model, SOURCE, strategy=strategy, prefix=(8, 31))
        assert found.ids[:2] == (8, 31) and len(found.ids) > 2 and len(found.steps) == len(found.ids)
    ended = translate(model, SOURCE, prefix=(8, END))
    assert ended.ids == (8, END) and ended.stopped_by == "end"
    assert [node.token for node in ended.tree.path()] == [8, END]
    assert ended.score == pytest.approx(ended.logprob / 2**0.6, abs=1e-6)
    with pytest.raises(ValueError, match="11 tokens leaves no room"):
        translate(model, SOURCE, prefix=[3] * 11)
    with pytest.raises(ValueError, match=f"from 0 to {V - 1}, not {V}"):
        translate(model, SOURCE, prefix=[V])


def test_given_words_end_where_they_end(model: Any) -> None:
    given = translate(model, SOURCE, strategy=Forced((4, 9, 33)))
    assert given.ids == (4, 9, 33) and given.stopped_by == "limit" and given.tree is None
    assert given.score == pytest.approx(given.logprob / 3**0.6, abs=1e-6)
    along = read_along(model, SOURCE, (4, 9, 33))
    assert along.logprob == pytest.approx(given.logprob, abs=1e-4) and along.text == "4 9 33"
    for nonsense in ((), (V,), [3] * 41):
        with pytest.raises(ValueError):
            read_along(model, SOURCE, nonsense)


def test_why_a_text_and_its_search_ended() -> None:
    """A text that was cut says so even where the checkpoint then forces an end token, which nobody chose."""
    endless, willing = tiny_network(seed=2, end_bias=-50.0), tiny_network(seed=2, end_bias=4.0)

    def reasons(net: Any, strategy: Any, forced_end: int | None = None, **more: Any) -> tuple[str, str | None, int]:
        found = translate(as_translator(net, max_length=9, forced_end=forced_end), SOURCE, strategy=strategy, **more)
        return found.stopped_by, found.search_stopped_by, found.limit

    for strategy in (Greedy(), Beam(1), Beam(3), Sample(seed=1)):
        assert reasons(endless, strategy) == reasons(endless, strategy, forced_end=END) == ("limit", "limit", 8)
    assert reasons(willing, Greedy()) == reasons(willing, Greedy(), forced_end=END) == ("end", "end", 8)
    assert reasons(willing, Beam(3)) == ("end", "settled", 8)
    assert reasons(endless, Forced((4, END)), forced_end=END) == ("end", "end", 2)  # given, not forced
    along = read_along(as_translator(endless), SOURCE, (4, 9, END))
    assert (along.stopped_by, along.search_stopped_by, along.limit) == ("end", None, 3)


def test_progress_is_told_and_may_cancel(model: Any) -> None:
    told: list[tuple[int, int]] = []
    found = translate(model, SOURCE, strategy=Greedy(), progress=lambda done, limit: told.append((done, limit)))
    assert told == [(n + 1, 11) for n in range(len(found.ids))]

    def cancel(done: int, limit: int) -> None:
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        translate(model, SOURCE, progress=cancel)


def test_a_model_in_training_mode_is_refused() -> None:
    with pytest.raises(RuntimeError, match="eval"):
        start(as_translator(tiny_network().train()), IDS)


# ---- forbidden words


def test_forbidden_words_have_no_chance_and_keep_their_probability(model: Any) -> None:
    state = step(model, start(model, IDS), Greedy())
    assert state.step.weighed[PAD] == float("-inf") and state.step.logprobs[PAD].exp() > 1e-3
    assert torch.equal(state.step.weighed[:PAD], state.step.logprobs[:PAD])


def test_the_end_can_not_be_forbidden() -> None:
    model = as_translator(tiny_network(seed=2), bad_words=((END,), (PAD,)))
    assert step(model, start(model, IDS), Greedy()).step.weighed[END] > float("-inf")


# ---- length rules and trees


def test_length_rules_by_hand() -> None:
    assert length_norm(8, 0.0) == 1 and length_norm(8, 2.0) == 64
    assert length_norm(7, 1.0, "paper") == 2 and length_norm(7, 2.0, "paper") == 4


def test_a_tree_holds_what_was_kept_what_ended_and_what_was_cut(model: Any) -> None:
    width = 3
    found = translate(model, SOURCE, beam=width, length_penalty=1.0)
    tree = found.tree
    assert tree.width == width and tuple(node.token for node in tree.path()) == found.ids
    assert [node.id for node in tree.nodes] == list(range(len(tree.nodes)))
    ended = sorted((node for node in tree.nodes if node.place is not None), key=lambda node: node.place)
    assert [node.place for node in ended] == list(range(width)) and ended[0].on_path
    assert ended[0].score == found.score and ended[0].total == pytest.approx(found.logprob, abs=1e-6)
    for node in tree.nodes:
        parent = None if node.parent is None else tree.nodes[node.parent]
        assert (parent is None) == (node.step == 0)
        if parent is not None:
            assert parent.fate == "kept" and parent.step == node.step - 1
        assert node.total == pytest.approx((parent.total if parent else 0) + node.logprob, abs=1e-4)
        assert (node.score is not None) == (node.fate == "ended")
    last = max(node.step for node in tree.nodes)
    for at in range(last + 1):
        nodes = tree.step(at)
        assert [node.rank for node in nodes] == list(range(3 * width)), "of each step twice as many as are kept are cut"
        assert [node.total for node in nodes] == sorted((node.total for node in nodes), reverse=True)
        kept = [node for node in nodes if node.fate == "kept"]
        assert len(kept) == (width if at < last or kept else 0)
        # What was cut is less probable than what was kept, unless it was an end that came too late.
        cut = [node for node in nodes if node.fate == "cut" and node.token != END]
        assert not kept or max(node.total for node in cut) <= min(node.total for node in kept)


def test_a_forced_word_is_the_trees_trunk(model: Any) -> None:
    tree = translate(model, SOURCE, beam=3, prefix=(8, 31)).tree
    assert [len(tree.step(at)) for at in range(3)] == [1, 1, 9]
    trunk = tree.nodes[:2]
    assert [node.token for node in trunk] == [8, 31] and all(node.on_path and node.fate == "kept" for node in trunk)
    assert trunk[1].total == pytest.approx(trunk[0].logprob + trunk[1].logprob, abs=1e-6)


# ---- traces


def test_names_layers_heads_and_parts_that_are_not_there_are_told(model: Any) -> None:
    trace = translate(model, SOURCE).trace
    with pytest.raises(KeyError, match=r"decoder.blocks.0.attn.z"):
        trace["decoder.blocks.0.attn.zz"]
    with pytest.raises(IndexError, match="layer takes a whole number from 0 to 1, not 2"):
        trace.pattern(2)
    assert trace.pattern(2, part="cross").shape == (4, len(trace.target_tokens), 8)
    with pytest.raises(IndexError, match="head takes a whole number from 0 to 2, not 3"):
        trace.pattern(0, 3)
    for layer in (None, "0"):
        with pytest.raises(TypeError, match=f"^layer takes a whole number from 0 to 1, not {layer!r}$"):
            trace.pattern(layer)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="none of encoder, decoder, cross"):
        trace.pattern(0, part="self")  # type: ignore[arg-type]


def test_a_translation_counts_its_bytes(model: Any) -> None:
    found = translate(model, SOURCE, keep=keep_all)
    n = len(found.ids)
    assert found.trace.nbytes == sum(4 * tensor.numel() for tensor in found.trace.tensors.values())
    assert found.nbytes == found.trace.nbytes + 3 * 4 * n * V
    assert found.tokens[-1] == f"t{found.ids[-1]}" and found.source_tokens == tuple(f"s{i}" for i in IDS)
    assert found.trace.logits.shape == (n, V) and found.text == " ".join(str(i) for i in found.ids if i != END)


def _states_held() -> int:
    gc.collect()
    return sum(type(held) is DecodeState for held in gc.get_objects())


def test_hypotheses_that_lost_are_held_until_somebody_looks(model: Any) -> None:
    before = _states_held()
    found = translate(model, SOURCE)
    assert _states_held() > before  # nothing is put together for who only wants the text
    steps = found.steps
    assert _states_held() == before
    assert found.steps is steps and found.tree is not None and "decoder.blocks.0.attn.q" in found.trace.tensors


def test_what_is_no_number_is_no_candidate_of_a_beam(model: Any) -> None:
    state = start(model, IDS)
    passed = step(model, state, Greedy()).passed
    spoilt = passed.logprobs.clone()
    spoilt[:, 9] = torch.nan
    choice = Beam(4).choose(state, Pass(passed.logits, spoilt, {}))
    assert choice.candidates and 9 not in {candidate.token for candidate in choice.candidates}
