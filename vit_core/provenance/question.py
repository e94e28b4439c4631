"""One number that is asked for, and the answers that several rules share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from vit_core.config import BlockConfig, Seq2SeqConfig
from vit_core.interventions import Intervention
from vit_core.provenance.explanation import Explanation, Index, Operation, Source
from vit_core.provenance.places import Place, numbers_of
from vit_core.sentence_trace import SentenceTrace
from vit_core.trace import Trace

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedModel, LoadedTranslator


@dataclass(frozen=True)
class Question:
    """One number of one pass, and what is known about the pass."""

    model: LoadedModel | LoadedTranslator
    trace: Trace | SentenceTrace
    name: str
    place: Place
    index: Index
    what_if: Intervention

    @property
    def layer(self) -> int:
        assert self.place.layer is not None, f"{self.name} stands outside the blocks"
        return self.place.layer

    @property
    def block(self) -> BlockConfig:
        """The shape of the blocks of its stack."""
        config = self.trace.config
        if not isinstance(config, Seq2SeqConfig):
            return config.block
        return config.block(config.encoder if self.place.stack == "encoder." else config.decoder)

    @property
    def n_layers(self) -> int:
        """Blocks of its stack."""
        config = self.trace.config
        if not isinstance(config, Seq2SeqConfig):
            return config.n_layers
        return (config.encoder if self.place.stack == "encoder." else config.decoder).n_layers

    @property
    def photo(self) -> Trace:
        assert isinstance(self.trace, Trace)
        return self.trace

    @property
    def sentence(self) -> SentenceTrace:
        assert isinstance(self.trace, SentenceTrace)
        return self.trace

    def at(self, what: str) -> str:
        """The full name of something in the same block: a quantity, a module or a parameter."""
        return f"{self.place.stack}blocks.{self.layer}.{what}"

    def module(self, name: str) -> nn.Module:
        return self.model.model.get_submodule(name)

    def numbers(self, name: str) -> Tensor:
        """Any quantity of the pass, or parameter of its model.

        Raises:
            KeyError: there is no such quantity.
        """
        return numbers_of(self.model, self.trace, name)

    def value(self) -> float:
        """What the model used."""
        return float(self.numbers(self.name)[self.index])

    def answer(
        self,
        operation: Operation,
        terms: Mapping[str, Tensor],
        sources: Mapping[str, Source] | None = None,
        numbers: Mapping[str, float] | None = None,
    ) -> Explanation:
        return Explanation(self.name, self.index, self.value(), operation, terms, sources or {}, numbers or {})


Rule = Callable[[Question], Explanation]


def row_of(x: Tensor, name: str, token: int) -> Source:
    """All numbers of one token."""
    return Source(name, (token, 0), (1, x.shape[-1]))


def linear(ask: Question, layer: str, row: int, stream: str, token: int, scale: str = "") -> Explanation:
    """One output of a linear layer that reads a token of a stream."""
    x = ask.numbers(stream)
    return affine(ask, layer, row, x[token], row_of(x, stream, token), scale)


def affine(ask: Question, layer: str, row: int, x: Tensor, read: Source, scale: str = "") -> Explanation:
    """One output of a linear layer: its row of weights with x, plus its bias, times LayerScale's gamma if it has one.

    Args:
        layer, scale: names of the two modules.
    """
    module = ask.module(layer)
    weights = module.get_parameter("weight").detach()[row].float().flatten()
    numbers: dict[str, float] = {}
    sources = {"a": read, "b": Source(f"{layer}.weight", (row, 0), (1, len(weights)))}
    learned = {"bias": (layer, getattr(module, "bias", None))}
    if scale:
        learned["gamma"] = (scale, getattr(ask.module(scale), "gamma", None))
    for role, (owner, vector) in learned.items():
        if vector is not None:
            numbers[role], sources[role] = vector[row].item(), Source(f"{owner}.{role}", (row,), (1,))
    return ask.answer("dot", {"a": x, "b": weights}, sources, numbers)


def layer_norm(ask: Question, norm: str, of: str) -> Explanation:
    """One number of a token whose numbers were normalised together. `norm` names the module, `of` the stream."""
    token, dim = ask.index
    module = ask.module(norm)
    assert isinstance(module, nn.LayerNorm)
    x = ask.numbers(of)[token]
    numbers = {
        "at": float(dim),
        "eps": module.eps,
        "weight": module.weight[dim].item(),
        "bias": module.bias[dim].item(),
        "mean": x.double().mean().item(),
        "variance": x.double().var(unbiased=False).item(),
    }
    learned = {role: Source(f"{norm}.{role}", (dim,), (1,)) for role in ("weight", "bias")}
    return ask.answer("norm", {"x": x}, {"x": row_of(x, of, token), **learned}, numbers)


def added(ask: Question, parts: list[tuple[str, Index, float]]) -> Explanation:
    """Parts that are added; one that is switched off (0.0) is told and not counted."""
    values = [float(ask.numbers(name)[index]) for name, index, _ in parts]
    terms = {"parts": torch.tensor(values), "used": torch.tensor([used for *_, used in parts])}
    sources = {str(i): Source(name, index, (1,) * len(index)) for i, (name, index, _) in enumerate(parts)}
    return ask.answer("sum", terms, sources)


def same(ask: Question, name: str) -> Explanation:
    """The same number under another name."""
    x = ask.numbers(name)[ask.index]
    return ask.answer("same", {"x": x[None]}, {"x": Source(name, ask.index, (1,) * len(ask.index))})


def alone(ask: Question) -> Explanation:
    """A number that is an origin itself: learned, the same for every input."""
    return ask.answer("parameter", {"x": torch.tensor([ask.value()])})
