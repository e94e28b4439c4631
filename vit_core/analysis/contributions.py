"""What a block adds to the residual stream, and how one token's attention comes about inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import Tensor, nn

from vit_core.analysis.entropy import entropy_bits
from vit_core.blocks import EncoderBlock, LayerScale
from vit_core.trace import Trace
from vit_core.vit import VisionTransformer

Branch = Literal["attn", "mlp"]


def branch_output(trace: Trace, layer: int, branch: Branch) -> Tensor:
    """What attention or the MLP hands to the residual stream, LayerScale included.

    It is taken from the trace where it was recorded (always where the residual connection is switched off), and else
    computed as the difference of the stream after and before the branch.

    Shapes: returns [N, D].
    Source: the terms added in arXiv 2010.11929, equations (2) and (3).
    """
    recorded = trace.tensors.get(f"blocks.{layer}.{branch}_out")
    if recorded is not None:
        return recorded
    before, after = ("pre", "mid") if branch == "attn" else ("mid", "post")
    return trace.resid(layer, after) - trace.resid(layer, before)


@dataclass(frozen=True)
class BranchLengths:
    """Length (L2 norm) of what every block adds, and of the stream it is added to.

    Attributes:
        attention: of what attention hands over, [L, N].
        mlp: of what the MLP hands over, [L, N].
        stream: of the residual stream as it enters the first block and as it leaves each, [L + 1, N].
        middle: of the residual stream between attention and MLP, [L, N].
    """

    attention: Tensor
    mlp: Tensor
    stream: Tensor
    middle: Tensor

    @property
    def attention_share(self) -> Tensor:
        """`attention` divided by the length of the stream before it, [L, N]; may exceed 1, since vectors may cancel."""
        return self.attention / self.stream[:-1]

    @property
    def mlp_share(self) -> Tensor:
        """`mlp` divided by the length of the stream before it, [L, N]."""
        return self.mlp / self.middle


def branch_lengths(trace: Trace) -> BranchLengths:
    """How much attention and MLP add in every layer, for every token.

    Source: lengths of the summands of arXiv 2010.11929, equations (2) and (3).
    """
    layers = range(trace.config.n_layers)
    stream = [trace.resid(0, "pre"), *(trace.resid(layer, "post") for layer in layers)]
    return BranchLengths(
        attention=torch.stack([branch_output(trace, layer, "attn").norm(dim=-1) for layer in layers]),
        mlp=torch.stack([branch_output(trace, layer, "mlp").norm(dim=-1) for layer in layers]),
        stream=torch.stack([x.norm(dim=-1) for x in stream]),
        middle=torch.stack([trace.resid(layer, "mid").norm(dim=-1) for layer in layers]),
    )


def dot_products(trace: Trace, layer: int, query: int) -> Tensor:
    """q·k of one query with every key, not yet divided by sqrt(d_head).

    Shapes: returns [H, N].
    Source: arXiv 1706.03762, equation (1), QKᵀ.
    """
    return trace.scores_from_queries(trace.attention(layer), query=query, scaled=False)


def weighted_value_lengths(trace: Trace, layer: int, query: int) -> Tensor:
    """Length of each value vector times its attention weight: how much of every token is really carried over.

    Shapes: returns [H, N].
    Source: Kobayashi et al. (arXiv 2004.10102), section 3.2; here before the projection that follows.
    """
    return trace.pattern(layer)[:, query] * trace.at(layer, "attn.v").norm(dim=-1)


def peak_and_entropy(weights: Tensor) -> tuple[Tensor, Tensor]:
    """How saturated a softmax is: its largest weight, and its entropy in bits, 0 (one key) .. log2 N (all alike).

    Shapes: weights [..., N], each row adding up to 1 -> [...], [...].
    Source: arXiv 1706.03762, section 3.2.1, on why the products are divided by sqrt(d_head).
    """
    return weights.amax(dim=-1), entropy_bits(weights)


@dataclass(frozen=True)
class ScaledBranch:
    """A branch with LayerScale: what comes out of its last matrix, times one learned factor per dimension.

    Attributes:
        before: [D], of one token.
        gamma: [D].
    """

    before: Tensor
    gamma: Tensor


def before_layer_scale(trace: Trace, model: VisionTransformer, layer: int, token: int) -> dict[Branch, ScaledBranch]:
    """Attention and MLP of an opened block before LayerScale, for one token; empty for a model without it.

    Source: CaiT (arXiv 2103.17239), equation (8).
    """
    if not trace.config.layer_scale:
        return {}
    block = cast(EncoderBlock, model.blocks[layer])
    weights = block.attn.proj.weight
    joined = trace.at(layer, "attn.z")[:, token].flatten().to(weights)
    hidden = trace.at(layer, "mlp.post")[token].to(weights)
    with torch.inference_mode():
        before: dict[Branch, Tensor] = {"attn": block.attn.proj(joined), "mlp": block.mlp.fc2(hidden)}
    scales: dict[Branch, nn.Module] = {"attn": block.ls1, "mlp": block.ls2}
    gammas = {name: cast(LayerScale, scale).gamma.detach() for name, scale in scales.items()}
    return {name: ScaledBranch(x.float(), gammas[name].float()) for name, x in before.items()}
