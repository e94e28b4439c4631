"""Taps: what is kept, what is edited, what is refused."""

from __future__ import annotations

import pytest
import torch

from vit_core.tap import EditTap, RecordTap, null_tap


def test_null_tap_returns_the_very_same_tensor() -> None:
    x = torch.ones(2)
    assert null_tap("anything", x) is x


def test_record_keeps_what_is_asked_for_and_passes_everything_on() -> None:
    record = RecordTap(lambda name: name.startswith("a"))
    a, b = torch.ones(2, requires_grad=True) * 2, torch.zeros(3)
    assert record("a", a) is a
    assert record("b", b) is b
    assert list(record.tensors) == ["a"]
    assert torch.equal(record.tensors["a"], a)
    assert not record.tensors["a"].requires_grad


@pytest.mark.parametrize("kept", [True, False])
def test_a_name_that_comes_twice_is_refused_even_when_it_is_not_kept(kept: bool) -> None:
    record = RecordTap(lambda name: kept)
    record("blocks.0.ln1", torch.ones(1))
    with pytest.raises(RuntimeError, match=r"blocks\.0\.ln1 was tapped twice"):
        record("blocks.0.ln1", torch.ones(1))


def test_record_keeps_what_the_next_tap_made_of_it() -> None:
    record = RecordTap(lambda name: True, then=EditTap({"a": lambda x: x + 1}))
    assert torch.equal(record("a", torch.ones(2)), torch.full((2,), 2.0))
    assert torch.equal(record.tensors["a"], torch.full((2,), 2.0))


def test_edit_replaces_only_its_names_and_remembers_which_never_came() -> None:
    edit = EditTap({"a": torch.neg, "typo": torch.neg})
    x = torch.ones(2)
    assert torch.equal(edit("a", x), -x)
    assert edit("b", x) is x
    assert edit.unused == {"typo"}


def test_an_edit_that_changes_the_shape_is_refused() -> None:
    edit = EditTap({"a": lambda x: x[:1]})
    with pytest.raises(ValueError, match=r"edit of a changed its shape from \(2,\) to \(1,\)"):
        edit("a", torch.ones(2))
