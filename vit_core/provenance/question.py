"""The number that a rule explains, and the pass and model that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor, nn

from vit_core.config import BlockConfig
from vit_core.interventions import AnyIntervention, Intervention
from vit_core.provenance.explanation import Explanation, Index, Operation, Origin
from vit_core.provenance.places import Place, numbers_of
from vit_core.recurrent_translation import RecurrentTrace
from vit_core.sentence_trace import SentenceTrace, TextTrace
from vit_core.trace import Trace

if TYPE_CHECKING:
    from vit_core.provenance.places import AnyModel


@dataclass(frozen=True)
class Question:
    """One number of one pass, with the trace, the model and the edits of that pass."""

    model: AnyModel
    trace: Trace | TextTrace
    name: str
    place: Place
    index: Index
    intervention: AnyIntervention

    @property
    def layer(self) -> int:
        assert self.place.layer is not None, f"{self.name} stands outside the blocks"
        return self.place.layer

    @property
    def block_name(self) -> str:
        """The trace name of the block, as in "encoder.blocks.1"."""
        return f"{self.place.stack}blocks.{self.layer}"

    @property
    def moved(self) -> Intervention:
        """The intervention of a photo's pass."""
        assert isinstance(self.intervention, Intervention)
        return self.intervention

    @property
    def block(self) -> BlockConfig:
        """The shape of the blocks of its stack."""
        if isinstance(self.trace, Trace):
            return self.trace.config.block
        config = self.sentence.config
        return config.block(config.encoder if self.place.stack == "encoder." else config.decoder)

    @property
    def n_layers(self) -> int:
        """Blocks of its stack."""
        if isinstance(self.trace, Trace):
            return self.trace.config.n_layers
        config = self.sentence.config
        return (config.encoder if self.place.stack == "encoder." else config.decoder).n_layers

    @property
    def photo(self) -> Trace:
        assert isinstance(self.trace, Trace)
        return self.trace

    @property
    def sentence(self) -> SentenceTrace:
        assert isinstance(self.trace, SentenceTrace)
        return self.trace

    @property
    def recurrent(self) -> RecurrentTrace:
        assert isinstance(self.trace, RecurrentTrace)
        return self.trace

    def at(self, what: str) -> str:
        """The full name of something in the same block: a quantity, a module or a parameter."""
        return f"{self.block_name}.{what}"

    def module(self, name: str) -> nn.Module:
        return self.model.model.get_submodule(name)

    def numbers(self, name: str) -> Tensor:
        """Any quantity of the pass, or parameter of its model.

        Raises:
            KeyError: there is no such quantity.
        """
        return numbers_of(self.model, self.trace, name)

    def value(self) -> float:
        """The number that the model used."""
        return float(self.numbers(self.name)[self.index])

    def answer(
        self,
        operation: Operation,
        terms: Mapping[str, Tensor],
        sources: Mapping[str, Origin] | None = None,
        numbers: Mapping[str, float] | None = None,
    ) -> Explanation:
        return Explanation(self.name, self.index, self.value(), operation, terms, sources or {}, numbers or {})


Rule = Callable[[Question], Explanation]
