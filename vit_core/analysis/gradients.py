"""How far back a recurrent network learns: the true gradient of one loss with respect to every word read before it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from vit_core.analysis.chain import KEEPS
from vit_core.arguments import require_ids, require_place
from vit_core.recurrent import Cell, RNNCell
from vit_core.recurrent_seq2seq import RecurrentTranslator, untrained
from vit_core.tap import RecordTap

__all__ = [
    "InputGradients",
    "StepFactors",
    "input_gradients",
    "radius_gradients",
    "spectral_radius",
    "step_factors",
    "untrained",
]

# Inputs so small that, with a radius up to 1.5, the state stays where tanh is linear for a hundred steps: then only the
# radius decides.
TINY_INPUTS = 1e-20


@dataclass(frozen=True, eq=False)
class InputGradients:
    """How strongly each word that was read moves the loss of one word that is to be written.

    Attributes:
        loss: -log p of the wanted word, nats.
        source: [S], for every source step the L2 norm of the gradient with respect to the embedding read there.
        target: [at + 1], the same for the decoder's steps up to the one that is asked.
    """

    loss: float
    source: Tensor
    target: Tensor

    @property
    def norms(self) -> Tensor:
        """Every step in the order in which it was read, [S + at + 1]."""
        return torch.cat([self.source, self.target])


def input_gradients(
    model: RecurrentTranslator, source_ids: Sequence[int], target_ids: Sequence[int], at: int = -1
) -> InputGradients:
    """The gradient of the loss of target token `at`, by autograd through every step.

    Computed in float64, returned in float32.

    Args:
        target_ids: what the decoder is given and asked for, end token included.
        at: which of them; negative counts from the end.

    Raises:
        TypeError: source or target is no row of ids.
        ValueError: the source is empty, or an id is no token of the network's.
        IndexError: the target has no such token.
    Source: Pascanu et al., "On the difficulty of training recurrent neural networks" (arXiv 1211.5063), section 2.
    """
    source_ids, target_ids = _read("input_gradients", model, source_ids, target_ids)
    at = require_place("at", at, len(target_ids), from_end=True)
    net = deepcopy(model).double().eval().requires_grad_(False)
    words: dict[str, Tensor] = {}

    def catch(name: str, x: Tensor) -> Tensor:
        if name.endswith(".words"):
            x = words[name] = x.detach().requires_grad_()
        return x

    with torch.enable_grad():
        memory = net.encode(torch.tensor([list(source_ids)]), tap=catch)
        x, _ = net.decode(torch.tensor([[net.config.start, *target_ids[:at]]]), memory, tap=catch)
        loss = -net.read(x[:, -1:])[0, 0].log_softmax(dim=-1)[target_ids[at]]
        gradients = torch.autograd.grad(loss, [words["encoder.words"], words["decoder.words"]])
    source, target = (gradient[0].norm(dim=-1).float() for gradient in gradients)
    return InputGradients(float(loss.detach()), source, target)


@dataclass(frozen=True, eq=False)
class StepFactors:
    """What the units multiply a gradient by on its way one step back, mean over the units of each step.

    Of a plain network tanh′(a), 0..1, where a is what goes into tanh: besides it the gradient passes through W_hh.
    Of an LSTM the forget gate, of a GRU the update gate: the direct way from state to state, past all matrices.

    Attributes:
        source: [S], the encoder's steps.
        target: [at + 1], the decoder's, up to the one that is asked.
    """

    source: Tensor
    target: Tensor


def step_factors(
    model: RecurrentTranslator, source_ids: Sequence[int], target_ids: Sequence[int], at: int = -1
) -> StepFactors:
    """The factors of every step that `input_gradients` of the same arguments goes back through.

    Computed in float64 and returned in float32: the slope of a saturated tanh is tiny, but not zero.

    Raises: as `input_gradients`.
    Source: Pascanu et al. (arXiv 1211.5063), section 2; the LSTM's memory Hochreiter and Schmidhuber (1997).
    """
    source_ids, target_ids = _read("step_factors", model, source_ids, target_ids)
    at = require_place("at", at, len(target_ids), from_end=True)
    net = deepcopy(model).double().eval().requires_grad_(False)
    record = RecordTap(lambda name: name.endswith((".candidate.pre", ".forget_gate", ".update_gate")))
    with torch.inference_mode():
        memory = net.encode(torch.tensor([list(source_ids)]), tap=record)
        net.decode(torch.tensor([[net.config.start, *target_ids[:at]]]), memory, tap=record)

    def mean(side: str) -> Tensor:
        gate = KEEPS.get(net.config.cell)
        factors = (
            record.tensors[f"{side}.candidate.pre"].cosh() ** -2 if gate is None else record.tensors[f"{side}.{gate}"]
        )
        return factors[0].mean(dim=-1).float().clone()

    return StepFactors(mean("encoder"), mean("decoder"))


def _read(function: str, model: RecurrentTranslator, source: Any, target: Any) -> tuple[tuple[int, ...], ...]:
    rows = (("source_ids", source), ("target_ids", target))
    read = tuple(require_ids(function, name, ids, model.config.vocab) for name, ids in rows)
    if not read[0]:
        raise ValueError(f"{function}: the source is empty")
    return read


def spectral_radius(cell: Cell) -> float:
    """The length of the largest eigenvalue of a plain network's W_hh.

    Raises:
        ValueError: the cell has gates, and more than one such matrix.
    Source: Pascanu et al. (arXiv 1211.5063), section 2.1.
    """
    if len(cell.gates) > 1:
        raise ValueError(f"a cell with {len(cell.gates)} matrices has no one radius")
    return float(torch.linalg.eigvals(cell.weight_hh.detach().double()).abs().max())


def radius_gradients(d_hidden: int, steps: int, radius: float, seed: int, inputs: float = TINY_INPUTS) -> Tensor:
    """Norms of the gradient of a last loss of a plain tanh network with respect to each step's input.

    The weights are normal numbers, W_hh scaled until its largest eigenvalue has the length `radius`; the loss is a
    fixed direction of the last state.

    Args:
        inputs: standard deviation of the input's numbers. Tiny ones leave tanh as good as straight, so that only the
            radius decides; with large ones the units are saturated, and every step shrinks the gradient.

    Shapes: returns [steps] of float64, which float32 could not hold: the L2 norms, the last step's last.

    Raises:
        ValueError: there is no step, no unit, or the radius is negative.
    Source: Pascanu et al. (arXiv 1211.5063), sections 2.1 and 2.2.
    """
    if steps < 1 or d_hidden < 1 or radius < 0:
        raise ValueError(f"{steps} steps of {d_hidden} units with a radius of {radius}")
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64) * d_hidden**-0.5

    cell = RNNCell(d_hidden, d_hidden).double().requires_grad_(False)
    cell.weight_ih.copy_(normal(d_hidden, d_hidden))
    recurrent = normal(d_hidden, d_hidden)
    cell.weight_hh.copy_(recurrent * (radius / torch.linalg.eigvals(recurrent).abs().max()))
    for bias in (cell.bias_ih, cell.bias_hh):
        bias.zero_()
    direction = normal(d_hidden)
    with torch.enable_grad():
        x = (inputs * d_hidden**0.5 * normal(1, steps, d_hidden)).requires_grad_()
        _, last = cell.read(x)
        (gradient,) = torch.autograd.grad(last.h[0] @ direction, x)
    return gradient[0].norm(dim=-1)
