"""The same word in two sentences: who is whose partner, and how far it moved."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.support.translators import as_translator, tiny_network
from vit_core.analysis.sentences import encoder_output, moved_tokens, same_tokens
from vit_core.decoding import Greedy
from vit_core.interventions import without_source_position
from vit_core.tap import EditTap
from vit_core.translation import translate

TOKENS = st.lists(st.integers(0, 5), max_size=8)


def test_what_was_edited_and_what_was_moved() -> None:
    assert same_tokens([1, 2, 3, 4], [1, 9, 3, 4]) == [0, None, 2, 3]
    assert same_tokens([1, 2, 3, 4], [1, 2, 9, 3, 4]) == [0, 1, None, 2, 3]
    assert same_tokens([1, 2, 3, 4], [4, 1, 2, 3]) == [3, 0, 1, 2]
    assert same_tokens([7, 7, 1], [1, 7, 7]) == [2, 0, 1]
    assert same_tokens([], [5]) == [None]


@given(before=TOKENS, after=TOKENS)
def test_every_token_has_a_partner_of_its_own_as_long_as_there_are_any(before: list[int], after: list[int]) -> None:
    partner = same_tokens(before, after)
    given_away = [place for place in partner if place is not None]
    assert len(partner) == len(after) and len(set(given_away)) == len(given_away)
    assert all(place is None or before[place] == token for place, token in zip(partner, after, strict=True))
    assert len(given_away) == (Counter(before) & Counter(after)).total()


def test_how_far_a_vector_moved_by_hand() -> None:
    before, after = torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[1.0, 0.0], [3.0, 5.0], [9.0, 9.0]])
    relative, largest = moved_tokens(before, after, [1, 0, None])
    assert relative[:2].tolist() == pytest.approx([0.0, 0.2]) and largest[:2].tolist() == [0.0, 1.0]
    assert math.isnan(relative[2]) and math.isnan(largest[2])


def test_what_leaves_the_encoder_is_what_the_decoder_reads() -> None:
    for norm in ("post", "pre"):
        net = tiny_network(norm=norm)
        trace = translate(as_translator(net), "17 4 52", strategy=Greedy()).trace
        with torch.inference_mode():
            assert torch.allclose(encoder_output(trace), net.encode(torch.tensor([[17, 4, 52, 0]]))[0], atol=1e-6)


def test_without_positions_the_encoder_reads_a_bag_of_words() -> None:
    model = as_translator(tiny_network())
    for off in (True, False):
        one, other = (
            translate(
                model, text, strategy=Greedy(), watch=EditTap(without_source_position()) if off else lambda _, x: x
            )
            for text in ("17 4 52 8", "8 52 17 4")
        )
        partner = same_tokens(one.source_ids, other.source_ids)
        _, largest = moved_tokens(encoder_output(one.trace), encoder_output(other.trace), partner)
        assert (float(largest.max()) < 1e-5) is off
        assert not off or one.ids == other.ids
