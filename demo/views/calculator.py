"""The data of the calculator: one number with its operands, or a whole row of attention with all of its arithmetic."""

from __future__ import annotations

import math

import numpy as np
import torch

from demo.views.payload import as_float32, encode
from vit_core import LoadedModel, LoadedRecurrent, LoadedTranslator, RecurrentTrace, SentenceTrace, Trace
from vit_core.interventions import NOTHING, AnyIntervention
from vit_core.provenance import CURVES, attention_row, explain, numbers_of
from vit_core.sentence_trace import Part

# Points of an activation's curve.
CURVE = 121


def number(
    trace: Trace | SentenceTrace | RecurrentTrace,
    model: LoadedModel | LoadedTranslator | LoadedRecurrent,
    name: str,
    index: tuple[int, ...],
    intervention: AnyIntervention = NOTHING,
) -> bytes:
    """One number: the operation, the operands' values and where each of them stands.

    Shapes: one float32 array [n] per role; for an activation its curve as curve_x, curve_y [CURVE]; of a recurrent
        network also row [n], the numbers beside this one: all units of the step. facts: name, index,
        shape of the whole, value (null for -inf), operation, act, numbers by name, sources by role as
        {name, start, run}, token (the word that an embedding or a score of a vocabulary stands for, else null).

    Raises:
        IndexError: there is no such quantity, or no such number in it.
    """
    try:
        told = explain(model, trace, name, index, intervention=intervention)
    except KeyError as error:
        raise IndexError(*error.args) from error
    arrays = as_float32(told.terms)
    if told.operation == "activation":
        reach = max(3.0, 1.2 * abs(float(told.terms["x"][0])))
        x = torch.linspace(-reach, reach, CURVE)
        arrays |= {"curve_x": x.numpy(), "curve_y": CURVES[told.act](x).numpy()}
    if isinstance(trace, RecurrentTrace) and name != "logits" and told.operation != "parameter":
        arrays["row"] = numbers_of(model, trace, name)[index[:-1]].numpy()
    return encode(
        arrays,
        {
            "name": told.name,
            "index": list(told.index),
            "shape": list(told.shape),
            "value": told.value if math.isfinite(told.value) else None,
            "operation": told.operation,
            "act": told.act,
            "numbers": dict(told.numbers),
            "sources": {
                role: {"name": source.name, "start": list(source.start), "run": list(source.run)}
                for role, source in told.sources.items()
            },
            "token": None if isinstance(model, LoadedModel) else _token(model, name, index),
        },
    )


def row(
    trace: Trace | SentenceTrace,
    layer: int,
    head: int,
    query: int,
    intervention: AnyIntervention = NOTHING,
    part: Part = "encoder",
) -> bytes:
    """One head's result for one query: the query, every key and value, scores, weights and the weighted sum.

    Args:
        part: which attention of a translator.

    Shapes: q, z [K], k, v [S, K], scores (-inf where masked), weights, exponentials [S] of float32; where there is a
        mask also allowed [S] of uint8, 0 for what it hides. facts: divisor, sum_exp, and shift, taken off every score
        before it is exponentiated, so that e^score is within float32's reach (0 if it need not be).

    Raises:
        IndexError: there is no such layer, head or query.
    """
    made = attention_row(trace, layer, head, query, part=part, intervention=intervention)
    scores = made.scores.double().numpy()
    shift = float(scores.max()) if scores.max() > 80 else 0.0
    exponentials = np.exp(scores - shift)
    arrays = {name: getattr(made, name).numpy() for name in ("q", "k", "v", "z", "scores", "weights")}
    if made.allowed is not None:
        arrays["allowed"] = made.allowed.numpy().astype(np.uint8)
    return encode(
        {**arrays, "exponentials": exponentials.astype(np.float32)},
        {"divisor": made.divisor, "sum_exp": float(exponentials.sum()), "shift": shift},
    )


def _token(model: LoadedTranslator | LoadedRecurrent, name: str, index: tuple[int, ...]) -> str | None:
    """The token of a vocabulary to which a number belongs."""
    row = {"logits": 1, "logits_bias": 0, "embed.weight": 0, "source_embed.weight": 0}.get(name)
    return None if row is None else model.tokenizer.token(index[row], source=name == "source_embed.weight")
