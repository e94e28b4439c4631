"""Explanations that several rules share: linear layers, norms, sums, activations, softmax."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from vit_core.provenance.explanation import Curve, Explanation, Index, Origin
from vit_core.provenance.question import Question


def row_of(x: Tensor, name: str, token: int) -> Origin:
    """The origin of all numbers of one token."""
    return Origin(name, (token, 0), (1, x.shape[-1]))


def linear(question: Question, layer: str, row: int, stream: str, token: int, scale: str = "") -> Explanation:
    """One output of a linear layer that reads a token of a stream."""
    x = question.numbers(stream)
    return affine(question, layer, row, x[token], row_of(x, stream, token), scale)


def affine(question: Question, layer: str, row: int, x: Tensor, read: Origin, scale: str = "") -> Explanation:
    """One output of a linear layer: its row of weights with x, plus its bias, times LayerScale's gamma if it has one.

    Args:
        layer, scale: names of the two modules.
    """
    module = question.module(layer)
    weights = module.get_parameter("weight").detach()[row].float().flatten()
    numbers: dict[str, float] = {}
    sources = {"a": read, "b": Origin(f"{layer}.weight", (row, 0), (1, len(weights)))}
    learned = {"bias": (layer, getattr(module, "bias", None))}
    if scale:
        learned["gamma"] = (scale, getattr(question.module(scale), "gamma", None))
    for role, (owner, vector) in learned.items():
        if vector is not None:
            numbers[role], sources[role] = vector[row].item(), Origin(f"{owner}.{role}", (row,), (1,))
    return question.answer("dot", {"a": x, "b": weights}, sources, numbers)


def layer_norm(question: Question, norm: str, of: str) -> Explanation:
    """One number of a token whose numbers were normalised together. `norm` names the module, `of` the stream."""
    token, dim = question.index
    module = question.module(norm)
    assert isinstance(module, nn.LayerNorm)
    x = question.numbers(of)[token]
    numbers = {
        "at": float(dim),
        "eps": module.eps,
        "weight": module.weight[dim].item(),
        "bias": module.bias[dim].item(),
        "mean": x.double().mean().item(),
        "variance": x.double().var(unbiased=False).item(),
    }
    learned = {role: Origin(f"{norm}.{role}", (dim,), (1,)) for role in ("weight", "bias")}
    return question.answer("norm", {"x": x}, {"x": row_of(x, of, token), **learned}, numbers)


def added(question: Question, parts: list[tuple[str, Index, float]]) -> Explanation:
    """A sum of parts; a part that is switched off (0.0) is listed and not counted."""
    values = [float(question.numbers(name)[index]) for name, index, _ in parts]
    terms = {"parts": torch.tensor(values), "used": torch.tensor([used for *_, used in parts])}
    sources = {str(i): Origin(name, index, (1,) * len(index)) for i, (name, index, _) in enumerate(parts)}
    return question.answer("sum", terms, sources)


def same(question: Question, name: str, index: Index | None = None) -> Explanation:
    """The same number under another name; at the same index unless another one is given."""
    index = question.index if index is None else index
    return question.answer(
        "same", {"x": question.numbers(name)[index][None]}, {"x": Origin(name, index, (1,) * len(index))}
    )


def activated(question: Question, name: str, act: Curve) -> Explanation:
    """An activation applied to the same number of another quantity."""
    x = question.numbers(name)[question.index]
    told = question.answer(
        "activation", {"x": x[None]}, {"x": Origin(name, question.index, (1,) * len(question.index))}
    )
    return replace(told, act=act)


def softmax(question: Question, scores: str) -> Explanation:
    """One weight of a softmax over a row of scores."""
    *fixed, at = question.index
    row = question.numbers(scores)[tuple(fixed)]
    source = Origin(scores, (*fixed, 0), (*(1 for _ in fixed), len(row)))
    return question.answer("softmax", {"x": row}, {"x": source}, {"at": at})


def embedded(question: Question, table: str, row: int, factor: float) -> Explanation:
    """One number of a token's row in the embedding table, times a factor."""
    dim = question.index[1]
    x = question.numbers(table)[row, dim]
    return question.answer("scaled", {"x": x[None]}, {"x": Origin(table, (row, dim), (1, 1))}, {"factor": factor})


def scored(question: Question, read: str) -> Explanation:
    """The score of a word: the dot product of a token's vector with the word's embedding, plus the word's bias."""
    token, word = question.index
    x, embed = question.numbers(read), question.numbers("embed.weight")
    sources = {
        "a": row_of(x, read, token),
        "b": row_of(embed, "embed.weight", word),
        "bias": Origin("logits_bias", (word,), (1,)),
    }
    bias = question.numbers("logits_bias")[word].item()
    return question.answer("dot", {"a": x[token], "b": embed[word]}, sources, {"bias": bias})


def alone(question: Question) -> Explanation:
    """A number without operands: it is learned, and the same for every input."""
    return question.answer("parameter", {"x": torch.tensor([question.value()])})
