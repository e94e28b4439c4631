"""Intermediate quantities of a recurrent translator that it does not announce, and the place of the state before a
step.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from vit_core.provenance.explanation import Index
from vit_core.recurrent_seq2seq import AdditiveAttention, RecurrentTranslator
from vit_core.recurrent_translation import RecurrentTrace

# Computed again from the trace: [T, H], [S, H], [T, S, H] twice, and [T, E].
BETWEEN = ("decoder.attn.q", "decoder.attn.k", "decoder.attn.fit.pre", "decoder.attn.fit", "decoder.readout.pre")


class Row(NamedTuple):
    """The numbers of one step, and where the first of them stands; None for zeros, which come from nowhere."""

    x: Tensor
    name: str
    start: Index | None


def before(trace: RecurrentTrace, stack: str, what: str, step: int) -> Row:
    """The state, or the LSTM's cell c, before a step: zeros for the encoder, the encoder's last state for the decoder.

    Args:
        stack: "encoder." or "decoder.".
        what: "state" or "cell".

    Source: arXiv 1409.3215, section 2.
    """
    if step == 0 and stack == "encoder.":
        return Row(torch.zeros(trace.config.d_hidden), "", None)
    name = f"{stack}{what}" if step else f"encoder.{what}"
    row = step - 1 if step else len(trace.source_ids) - 1
    return Row(trace[name][row], name, (row, 0))


def derived(net: RecurrentTranslator, trace: RecurrentTrace, name: str) -> Tensor | None:
    """One of BETWEEN, None for anything else and where the decoder has no attention.

    Source: arXiv 1409.0473, appendix A.1.2: q = W s_{t-1}, k = U h_s, fit = tanh(q + k).
    """
    with torch.inference_mode():
        if name == "decoder.readout.pre":
            seen = trace["decoder.state"]
            seen = seen if net.attn is None else torch.cat([seen, trace["decoder.context"]], dim=-1)
            return net.readout(seen)
        if net.attn is None or name not in BETWEEN:
            return None
        return _fitting(net.attn, trace, name)


def _fitting(attn: AdditiveAttention, trace: RecurrentTrace, name: str) -> Tensor:
    """The hidden units of the network that compares a decoder state with an encoder state."""
    if name == "decoder.attn.k":
        return attn.k(trace["encoder.state"])
    q = attn.q(torch.cat([before(trace, "decoder.", "state", 0).x[None], trace["decoder.state"][:-1]]))
    if name == "decoder.attn.q":
        return q
    pre = q[:, None] + attn.k(trace["encoder.state"])  # T S H
    return pre if name == "decoder.attn.fit.pre" else pre.tanh()
