"""What every checkpoint in memory has in common, whatever its task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from torch import Tensor, nn

from vit_core.shapes_only import shapes_only

C = TypeVar("C")
M = TypeVar("M", bound=nn.Module)


class InMemory:
    """A model with its weights."""

    model: nn.Module

    @property
    def nbytes(self) -> int:
        """Bytes the weights take in memory."""
        return sum(parameter.nbytes for parameter in self.model.parameters())


def filled(network: Callable[[C], M], config: C, state: Mapping[str, Tensor]) -> M:
    """A network with weights from a file, in evaluation mode and without gradients for them.

    Raises:
        RuntimeError: names or shapes of the weights are not the network's.
    """
    with shapes_only():  # no memory for, and no time on, weights that are about to be replaced
        model = network(config)
    model.load_state_dict(state, strict=True, assign=True)
    return model.eval().requires_grad_(False)
