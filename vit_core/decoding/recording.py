"""Join what the decoding steps recorded into the quantities of one target text.

A step computes one token of every hypothesis. The quantities of the final text are collected from the rows of its
hypothesis in each step, so that no second pass is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from vit_core.decoding.state import Source, StepTrace, WrittenToken
from vit_core.device import passing
from vit_core.record import ordinary
from vit_core.seq2seq import EncoderDecoder
from vit_core.tap import RecordTap, Tap, null_tap


def of_steps(written: Sequence[WrittenToken]) -> dict[str, Tensor]:
    """The quantities of each step's newest token, joined along the target.

    Shapes: stream [T, D]; queries, keys, values [H, T, K]; scores and patterns [H, T, T or S], where the steps before
        a key existed have score -inf and weight 0.
    """
    names, n, found = written[0].passed.tensors, len(written), {}
    with torch.inference_mode():
        for name in names:
            parts = [_of_row(at.passed.tensors[name], at.row) for at in written]  # [1, 1, D] or [1, H, 1, K]
            if name.endswith((".attn.scores", ".attn.pattern")):  # one key more with each step
                fill = float("-inf") if name.endswith("scores") else 0.0
                parts = [F.pad(part, (0, n - part.shape[-1]), value=fill) for part in parts]
            found[name] = torch.cat(parts, dim=-2)
    return without_batch(found)


def of_one_pass(
    net: EncoderDecoder,
    source: Source,
    target: Sequence[int],
    keep: Callable[[str], bool],
    watch: Tap = null_tap,
) -> dict[str, Tensor]:
    """The quantities of one pass over a given target ("teacher forcing"); the logits are always kept.

    Shapes: as `of_steps`.
    """
    read = (source.constraints.start, *target[:-1])
    record = RecordTap(lambda name: name == "logits" or keep(name), then=watch)
    with passing(net):
        ids = torch.tensor([read])
        x, _ = net.decode(ids, source.handed, mask=net.target_mask(len(read)), source_mask=source.mask, tap=record)
        net.read(x, tap=record)
    return without_batch(record.tensors)


def without_batch(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The quantities of a pass over a single sentence, without their batch dimension of 1."""
    return {name: ordinary(x[0]) for name, x in tensors.items()}


def steps_of(written: Sequence[WrittenToken]) -> tuple[StepTrace, ...]:
    """The distributions of each token, as rows of three tensors [T, V]; those of other hypotheses are released."""
    with torch.inference_mode():
        logits = torch.cat([_of_row(at.passed.logits, at.row) for at in written])
        logprobs = torch.cat([_of_row(at.passed.logprobs, at.row) for at in written])
        weighed = torch.cat([_of_row(at.choice.weighed, at.row) for at in written])
    tokens = (at.token for at in written)
    return tuple(map(StepTrace, ordinary(logits), ordinary(logprobs), ordinary(weighed), tokens))


def _of_row(x: Tensor, row: int) -> Tensor:
    """The row of one hypothesis, or the only row of what all share (the position). [A, ...] -> [1, ...]"""
    return x if x.shape[0] == 1 else x[row : row + 1]
