"""Masks as values: True = may attend."""

from __future__ import annotations

import pytest
import torch

from vit_core.attention import Attention
from vit_core.masks import causal, hide, padding


def test_causal_lets_a_token_see_itself_and_what_came_before() -> None:
    assert causal(3).shape == (1, 1, 3, 3)
    assert causal(3)[0, 0].tolist() == [[True, False, False], [True, True, False], [True, True, True]]


def test_padding_hides_what_lies_after_the_end() -> None:
    mask = padding(torch.tensor([1, 3, 2]), 3)
    assert mask.shape == (3, 1, 1, 3)
    assert mask[:, 0, 0].tolist() == [[True, False, False], [True, True, True], [True, True, False]]


def test_hide_puts_minus_infinity_and_leaves_the_input_alone() -> None:
    scores = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    hidden = hide(scores, torch.tensor([[True, False], [True, True]]))
    assert hidden.tolist() == [[1.0, float("-inf")], [3.0, 4.0]]
    assert scores.tolist() == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    "mask",
    [
        torch.tensor([[True, True], [False, False]]),
        padding(torch.tensor([2, 0]), 2),
        causal(2) & torch.tensor([False, True]),
    ],
    ids=["one row", "empty sequence", "causal and a hidden first token"],
)
def test_a_query_that_may_attend_to_nothing_is_refused(mask: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="may not attend to any key"):
        hide(torch.zeros(2, 1, 2, 2), mask)
    with pytest.raises(ValueError, match="may not attend to any key"):
        Attention(4, 2)(torch.randn(2, 2, 4), mask=mask)
