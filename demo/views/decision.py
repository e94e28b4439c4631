"""What the Decision screen draws: every class's score and probability."""

from __future__ import annotations

import numpy as np

from demo.views.payload import encode
from vit_core import Trace


def decision(trace: Trace) -> bytes:
    """The class scores and probabilities of a trace, with the classes in order of probability.

    Shapes: logits, probabilities [C] of float32, order [C] of int32; empty when the checkpoint has no class head. facts:
        log_sum_exp, so that each probability can be shown as exp(logit - log_sum_exp).
    """
    if trace.logits is None:
        return encode({"logits": np.zeros(0, np.float32)}, {"classes": 0})
    probabilities = trace.probabilities
    return encode(
        {
            "logits": trace.logits.numpy(),
            "probabilities": probabilities.numpy(),
            "order": probabilities.argsort(descending=True).numpy().astype(np.int32),
        },
        {"classes": len(probabilities), "log_sum_exp": trace.logits.logsumexp(dim=0).item()},
    )
