"""What the steps recorded, joined into the quantities of one target text.

A step computes one token of every hypothesis; the text that won is put together from the rows it went through. So no
second pass over it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

import torch
from torch import Tensor
from torch.nn import functional as F

from vit_core.decoding.state import Source, StepTrace, Written
from vit_core.record import ordinary
from vit_core.seq2seq import EncoderDecoder
from vit_core.tap import RecordTap, Tap, null_tap


def of_steps(written: Sequence[Written]) -> dict[str, Tensor]:
    """What each step's newest token computed, one behind the other.

    Shapes: stream [T, D]; queries, keys, values [H, T, K]; scores and patterns [H, T, T or S], where the steps before
        a key existed have score -inf and weight 0.
    """
    found, n, rows = {}, len(written), _rows(written)
    for name in written[0].passed.tensors:
        parts = [at.passed.tensors[name] for at in written]
        if name.endswith((".attn.scores", ".attn.pattern")):  # one key more with each step
            fill = float("-inf") if name.endswith("scores") else 0.0
            parts = [F.pad(part, (0, n - part.shape[-1]), value=fill) for part in parts]
        whole = _path(parts, rows)
        found[name] = ordinary(whole[:, 0] if whole.ndim == 3 else whole[:, :, 0].transpose(0, 1))
    return found


def of_one_pass(
    net: EncoderDecoder,
    source: Source,
    target: Sequence[int],
    keep: Callable[[str], bool],
    watch: Tap = null_tap,
) -> dict[str, Tensor]:
    """What the decoder computes when the whole target is given ("teacher forcing"); the logits are always kept.

    Shapes: as `of_steps`.
    """
    read = (source.constraints.start, *target[:-1])
    record = RecordTap(lambda name: name == "logits" or keep(name), then=watch)
    with torch.inference_mode():
        ids = torch.tensor([read], device=net.logits_bias.device)
        x, _ = net.decode(ids, source.handed, mask=net.target_mask(len(read)), source_mask=source.mask, tap=record)
        net.read(x, tap=record)
    return without_batch(record.tensors)


def without_batch(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What a pass over a single sentence announced, without its batch dimension of 1."""
    return {name: ordinary(x[0]) for name, x in tensors.items()}


def steps_of(written: Sequence[Written]) -> tuple[StepTrace, ...]:
    """Each token's distributions, rows of three tensors [T, V]: those of hypotheses that lost are let go."""
    rows = _rows(written)
    logits = ordinary(_path([at.passed.logits for at in written], rows))
    logprobs = ordinary(_path([at.passed.logprobs for at in written], rows))
    weighed = ordinary(_path([at.choice.weighed for at in written], rows))
    return tuple(map(StepTrace, logits, logprobs, weighed, (at.token for at in written)))


def _rows(written: Sequence[Written]) -> Tensor:
    """Where the text's own rows lie when the rows of all steps' hypotheses stand below each other. Shapes: [T]."""
    before = accumulate((at.passed.logits.shape[0] for at in written), initial=0)
    return torch.tensor([first + at.row for first, at in zip(before, written, strict=False)])


def _path(parts: list[Tensor], rows: Tensor) -> Tensor:
    """Of every step's rows the one that the text went through. Shapes: T times [A, ...] -> [T, ...]."""
    whole = torch.cat(parts)
    # One row per step: a single hypothesis, or the same for all of them (the position).
    return whole if whole.shape[0] == len(parts) else whole[rows.to(whole.device)]
