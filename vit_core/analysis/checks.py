"""Whether what the page shows adds up: identities of one forward pass, measured on its own numbers.

Every check compares two ways to the same quantity and gives the worst difference. A share is a difference divided by
the largest value of the quantity in that layer, because the residual stream has no scale of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vit_core.analysis.classifier import head_inputs
from vit_core.blocks import EncoderBlock
from vit_core.replay import open_block
from vit_core.trace import Trace

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedModel

# Float32 keeps 24 bits, which is 6e-8 of a value. Adding a few thousand terms in another order loses about ten times
# that.
TOLERANCE = 1e-5
NAMES = ("rows", "heads", "mid", "post", "stream", "replay", "logits")


@dataclass(frozen=True)
class Check:
    """One identity and how well it holds.

    Attributes:
        name: one of `NAMES`.
        deviations: the worst difference in each layer, or one number where there are no layers. NaN fails.
        tolerance: up to where a difference is rounding.
        seconds: the time the comparison took.
    """

    name: str
    deviations: Tensor
    tolerance: float
    seconds: float

    @property
    def worst(self) -> float:
        """The largest deviation; NaN when one is."""
        return self.deviations.max().item()

    @property
    def holds(self) -> bool:
        """Whether every deviation is within the tolerance."""
        return bool((self.deviations <= self.tolerance).all())


def rows_sum(trace: Trace, layer: int) -> Tensor:
    """How far the attention weights of a query are from adding up to exactly 1.

    Shapes: returns a scalar, the worst over heads and queries.
    Source: arXiv 1706.03762, equation (1): the softmax.
    """
    return (trace.pattern(layer).sum(dim=-1) - 1).abs().max()


def heads_sum(block: EncoderBlock, trace: Trace, opened: Trace, layer: int) -> Tensor:
    """How far the heads' results, each through its own columns of W_O, plus the bias, are from attention's output.

    Shapes: returns a scalar share.
    Source: arXiv 1706.03762, section 3.2.2: a product with W_O of joined heads is a sum over the heads;
        LayerScale after arXiv 2103.17239.
    """
    z = trace.pattern(layer) @ trace.at(layer, "attn.v")  # H N K
    weight = block.attn.proj.weight.detach().float().unflatten(1, (z.shape[0], -1))  # D H K
    summed = torch.stack([z[head] @ weight[:, head].T for head in range(z.shape[0])]).sum(dim=0)  # H N D -> N D
    with torch.inference_mode():
        out = block.ls1((summed + block.attn.proj.bias.float()).to(block.attn.proj.weight)).float()
    return _share(out, opened.at(layer, "attn_out"))


def mid_sum(trace: Trace, opened: Trace, layer: int) -> Tensor:
    """How far stream + attention is from the stream after it.

    Shapes: returns a scalar share.
    Source: arXiv 2010.11929, equation (2).
    """
    return _share(trace.resid(layer, "pre") + opened.at(layer, "attn_out"), trace.resid(layer, "mid"))


def post_sum(trace: Trace, opened: Trace, layer: int) -> Tensor:
    """How far stream + MLP is from the stream that leaves the block.

    Shapes: returns a scalar share.
    Source: arXiv 2010.11929, equation (3).
    """
    return _share(trace.resid(layer, "mid") + opened.at(layer, "mlp_out"), trace.resid(layer, "post"))


def replayed(trace: Trace, opened: Trace, layer: int) -> Tensor:
    """How far a block computed again, from the stream that entered it, is from the stream that was recorded.

    Shapes: returns a scalar share.
    """
    return _share(opened.at(layer, "resid_post"), trace.resid(layer, "post"))


def stream_sum(trace: Trace, added: Tensor) -> Tensor:
    """How far the first tokens plus everything that was added to them are from the last stream.

    Shapes: added [N, D], what all blocks added; returns a scalar share.
    Source: arXiv 2010.11929, equations (1) to (3), each put into the next.
    """
    return _share(trace["tokens"] + added, trace.resid(trace.config.n_layers - 1, "post"))


def last_layer_read(loaded: LoadedModel, trace: Trace) -> Tensor:
    """How far the scores worked out by hand from the last residual stream are from the scores of the pass.

    By hand: mean and variance, scale and shift, weights and bias, in float64. Without a class head the normalised
    stream is compared, which is then the model's answer.

    Shapes: returns a scalar share.
    Source: arXiv 2010.11929, equation (4); the norm arXiv 1607.06450, equation (3).
    """
    net = loaded.model
    x = trace.resid(trace.config.n_layers - 1, "post").double()
    if trace.config.norm_of_mean:
        x = x[len(trace.geometry.prefix) :].mean(dim=0, keepdim=True)
    variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    gain, shift = (p.detach().double() for p in (net.norm.weight, net.norm.bias))
    final = (x - mean) / (variance + trace.config.eps).sqrt() * gain + shift
    if net.head is None or trace.logits is None:
        return _share(final, trace["ln_final"])
    inputs = head_inputs(replace(trace, tensors={**trace.tensors, "ln_final": final}))
    heads = [net.head] if net.head_dist is None else [net.head, net.head_dist]
    weight = torch.cat([head.weight.detach().double() for head in heads], dim=1)
    bias = torch.stack([head.bias.detach().double() for head in heads]).sum(dim=0)
    return _share((weight @ inputs + bias) / len(heads), trace.logits)


def run_checks(loaded: LoadedModel, trace: Trace) -> tuple[Check, ...]:
    """Every identity on one trace, layer by layer; one opened block at a time is in memory.

    Args:
        trace: of an unchanged pass. On an edited pass the checks fail where it was edited: they compare with the
            unedited model.
    """
    clock = _Clock()
    added = torch.zeros_like(trace["tokens"])
    for layer in range(trace.config.n_layers):
        block = loaded.model.blocks[layer]
        assert isinstance(block, EncoderBlock)
        with clock.timing("rows"):
            clock.note("rows", rows_sum(trace, layer))
        with clock.timing("replay"):
            opened = open_block(loaded, trace, layer)
            clock.note("replay", replayed(trace, opened, layer))
        with clock.timing("heads"):
            clock.note("heads", heads_sum(block, trace, opened, layer))
        with clock.timing("mid"):
            clock.note("mid", mid_sum(trace, opened, layer))
        with clock.timing("post"):
            clock.note("post", post_sum(trace, opened, layer))
        added = added + opened.at(layer, "attn_out") + opened.at(layer, "mlp_out")
    with clock.timing("stream"):
        clock.note("stream", stream_sum(trace, added))
    with clock.timing("logits"):
        clock.note("logits", last_layer_read(loaded, trace))
    return tuple(clock.checks())


class _Clock:
    """Collects what each check finds in each layer and how long it takes."""

    def __init__(self) -> None:
        self.found: dict[str, list[Tensor]] = {}
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def note(self, name: str, deviation: Tensor) -> None:
        self.found.setdefault(name, []).append(deviation.float())

    def checks(self) -> Iterator[Check]:
        for name in NAMES:
            yield Check(name, torch.stack(self.found[name]), TOLERANCE, self.seconds[name])


def _share(a: Tensor, b: Tensor) -> Tensor:
    """The largest difference of two tensors as a share of the largest value."""
    return (a - b).abs().max() / b.abs().max()
