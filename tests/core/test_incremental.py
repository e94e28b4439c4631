"""The decoder for one token against the decoder: every announced quantity, norms before or after, few rows and many."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tests.support.translators import V, tiny_network
from vit_core.decoding.incremental import IncrementalDecoder
from vit_core.masks import padding
from vit_core.seq2seq import EncoderDecoder
from vit_core.tap import EditTap, RecordTap
from vit_core.trace import keep_all

WRITTEN, SOURCE = 4, 9


def _situation(net: EncoderDecoder, rows: int, masked: bool) -> tuple:
    """The source handed over, its mask, and the cache after some tokens of every hypothesis."""
    draw = torch.Generator().manual_seed(7)
    mask = padding(torch.tensor([SOURCE - 2]), SOURCE) if masked else None
    handed = net.decoder.cross_keys_values(net.encode(torch.randint(2, V, (1, SOURCE), generator=draw), mask))
    target = torch.randint(2, V, (rows, WRITTEN + 1), generator=draw)
    _, past = net.decode(target[:, :-1], handed, mask=net.target_mask(WRITTEN), source_mask=mask)
    return target[:, -1:], handed, mask, past


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize(("rows", "masked"), [(1, False), (1, True), (3, True), (6, False)])
def test_every_quantity_is_the_decoders(norm: str, rows: int, masked: bool) -> None:
    net = tiny_network(seed=5, norm=norm, act="silu").double()
    ids, handed, mask, past = _situation(net, rows, masked)
    for before in (past, None):
        ours, theirs = RecordTap(keep_all), RecordTap(keep_all)
        x, cache = IncrementalDecoder(net)(ids, handed, source_mask=mask, past=before, tap=ours)
        y, other = net.decode(ids, handed, source_mask=mask, past=before, tap=theirs)
        assert list(ours.tensors) == list(theirs.tensors)
        for name, expected in theirs.tensors.items():
            _same(ours.tensors[name], expected)
        _same(x, y)
        for mine, its in zip(cache, other, strict=True):
            _same(mine.k, its.k)
            _same(mine.v, its.v)


def test_what_a_tap_gives_back_is_gone_on_with() -> None:
    net = tiny_network(seed=5).double()
    ids, handed, mask, past = _situation(net, 2, masked=False)
    plain, _ = IncrementalDecoder(net)(ids, handed, source_mask=mask, past=past)
    found = RecordTap(keep_all)
    net.decode(ids, handed, past=past, tap=found)
    for name in list(found.tensors):
        outcomes = []
        for run in (IncrementalDecoder(net), net.decode):
            tap = EditTap({name: lambda x: x + torch.linspace(0, 1, x.numel(), dtype=x.dtype).view(x.shape)})
            outcomes.append(run(ids, handed, source_mask=mask, past=past, tap=tap)[0])
            assert not tap.unused
        _same(*outcomes)
        assert not torch.allclose(outcomes[0], plain, atol=1e-9), name  # the edit did move something


def test_what_a_tap_gives_back_may_lie_in_memory_as_it_likes() -> None:
    net = tiny_network(seed=5).double()
    for rows in (1, 3):
        ids, handed, mask, past = _situation(net, rows, masked=False)
        plain, _ = IncrementalDecoder(net)(ids, handed, source_mask=mask, past=past)

        def turned(name: str, x: Tensor) -> Tensor:
            return x.movedim(-1, 0).contiguous().movedim(0, -1)

        _same(IncrementalDecoder(net)(ids, handed, source_mask=mask, past=past, tap=turned)[0], plain)


def _same(x: Tensor, y: Tensor) -> None:
    assert x.shape == y.shape
    torch.testing.assert_close(x, y, rtol=0, atol=1e-12)
