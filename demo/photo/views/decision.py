"""The data of the Decision screen: every class's score and probability, the head's inputs, the terms of one score."""

from __future__ import annotations

import numpy as np

from demo.views.payload import encode
from vit_core import LoadedModel, Trace
from vit_core.analysis import head_inputs, head_parts, logit_terms, scores_by_layer


def decision(trace: Trace) -> bytes:
    """The class scores and probabilities of a trace, the classes in order of probability, and the head's inputs.

    For a regression model, its numbers alone, in their own order; classes is then 0.

    Shapes: inputs [T], what the head reads; logits, probabilities, exponentials [C] of float32, order [C] of int32;
        all empty when the checkpoint has no class head. facts: parts, names of what T is made of, d_model numbers
        each; log_sum_exp and sum_exp, so that a probability can be shown as exponential / sum_exp or as
        exp(logit - log_sum_exp). Where e^logit is too large for a float32, exponentials is empty and sum_exp null.
        each: whether each class has a sigmoid of its own; then a probability is 1 / (1 + exponential), of e^-logit.
        numbers: how many a head gives that names no class; its logits are these, and probabilities and exponentials are
        empty.
    """
    nothing = np.zeros(0, np.float32)
    if trace.logits is None or not trace.config.names_classes:
        numbers = nothing if trace.logits is None else trace.logits.numpy()
        return encode(
            {
                "inputs": head_inputs(trace).numpy(),
                "logits": numbers,
                "probabilities": nothing,
                "exponentials": nothing,
                "order": np.arange(len(numbers), dtype=np.int32),
            },
            {"classes": 0, "numbers": len(numbers), "parts": list(head_parts(trace.config)), "each": False},
        )
    logits, probabilities = trace.logits.double(), trace.probabilities
    each = trace.config.answer == "each"
    exponentials = (-logits if each else logits).exp().numpy()
    fits = exponentials.sum() < np.finfo(np.float32).max
    return encode(
        {
            "inputs": head_inputs(trace).numpy(),
            "logits": trace.logits.numpy(),
            "probabilities": probabilities.numpy(),
            "exponentials": exponentials.astype(np.float32) if fits else nothing,
            "order": probabilities.argsort(descending=True, stable=True).numpy().astype(np.int32),
        },
        {
            "classes": len(probabilities),
            "numbers": 0,
            "each": each,
            "parts": list(head_parts(trace.config)),
            "log_sum_exp": logits.logsumexp(dim=0).item(),
            "sum_exp": float(exponentials.sum()) if fits else None,
        },
    )


def terms(trace: Trace, model: LoadedModel, index: int) -> bytes:
    """The terms of one class's score: T numbers times T weights, plus a bias.

    Shapes: inputs, weights, terms [T] of float32; order [T] of int32, largest term first. facts: the class, bias,
        logit, and the sums of the positive terms, of the negative ones and of all.

    Raises:
        IndexError: there is no such class, or no class head.
    """
    made = logit_terms(trace, model.model, index)
    exact = made.terms.double()
    return encode(
        {
            "inputs": made.inputs.numpy(),
            "weights": made.weights.numpy(),
            "terms": made.terms.numpy(),
            "order": made.terms.argsort(descending=True, stable=True).numpy().astype(np.int32),
        },
        {
            "class": index,
            "bias": made.bias,
            "logit": made.logit,
            "positive": exact.clamp(min=0).sum().item(),
            "negative": exact.clamp(max=0).sum().item(),
            "sum": exact.sum().item(),
        },
    )


def layers(trace: Trace, model: LoadedModel) -> bytes:
    """The class head applied to every layer's stream.

    Shapes: probabilities [L + 1, C] of float32: of the stream before the first layer, then after each; [0, 0] without
        a class head. numbers [L + 1, C]: the same of a head that gives numbers and names no class; else [0, 0].
    """
    scores, nothing = scores_by_layer(trace, model.model), np.zeros((0, 0), np.float32)
    if scores is None:
        return encode({"probabilities": nothing, "numbers": nothing}, {})
    if not trace.config.names_classes:
        return encode({"probabilities": nothing, "numbers": scores.numpy()}, {})
    return encode({"probabilities": trace.shares(scores).numpy(), "numbers": nothing}, {})
