"""The class head as a sum: one weight times one number for each number of the token, plus a bias."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.arguments import require_place
from vit_core.config import ViTConfig
from vit_core.trace import Trace
from vit_core.vit import VisionTransformer


def head_parts(config: ViTConfig) -> tuple[str, ...]:
    """What reaches the class head, in the order in which the head reads it: d_model numbers of each.

    "CLS" and "DIST" are tokens after the last norm. "MEAN" is the mean of the patch tokens after it, or, with
    ViTConfig.norm_of_mean, the mean of the patch tokens before it, normalised. Empty without a class head.
    """
    if not config.n_classes:
        return ()
    cls = ("CLS",) if "cls" in config.pool else ()
    mean = ("MEAN",) if "mean" in config.pool else ()
    return (*cls, *mean, *(("DIST",) if config.distilled_head else ()))


def head_rows(trace: Trace) -> tuple[int, ...] | None:
    """The rows of `ln_final` that the class head reads, side by side; None if it also reads a mean of rows.

    A mean that is normalised after it was taken is the only row there.
    """
    parts = head_parts(trace.config)
    if trace.config.norm_of_mean:
        return (0,) if parts else ()
    return None if "MEAN" in parts else tuple(trace.geometry.prefix.index(part) for part in parts)


def head_inputs(trace: Trace) -> Tensor:
    """The numbers the class head reads: the parts of `head_parts`, joined.

    Shapes: returns [T], T = d_model times the number of parts.
    Source: arXiv 2010.11929, equation (4); the mean joined to CLS after DINOv2 (arXiv 2304.07193), the second token
        after DeiT (arXiv 2012.12877), the mean in place of CLS after MAE (arXiv 2111.06377, appendix A.1).
    """
    final, prefix = trace["ln_final"], trace.geometry.prefix
    if trace.config.norm_of_mean:
        return final[0] if trace.config.n_classes else final.new_zeros(0)
    rows = {"MEAN": final[len(prefix) :].mean(dim=0), **dict(zip(prefix, final, strict=False))}
    parts = head_parts(trace.config)
    return torch.cat([rows[part] for part in parts]) if parts else final.new_zeros(0)


def scores_by_layer(trace: Trace, model: VisionTransformer) -> Tensor | None:
    """The class scores that the head gives for every layer's residual stream (the logit lens); None without a head.

    Only the last row is the model's answer: the head was trained on the last stream alone.

    Shapes: returns [L + 1, C]: of the tokens as they enter the first layer, then as they leave each.
    Source: the logit lens (nostalgebraist 2020; its limits: Belrose et al., arXiv 2303.08112), here with the last norm
        and the head of arXiv 2010.11929, equation (4).
    """
    if model.head is None or trace.logits is None:
        return None
    layers = range(trace.config.n_layers)
    streams = [trace.resid(0, "pre"), *(trace.resid(layer, "post") for layer in layers[:-1])]
    with torch.no_grad():
        earlier = [model.read(x[None].to(model.head.weight)) for x in streams]
    return torch.cat([*(scores.float() for scores in earlier if scores is not None), trace.logits[None]])


@dataclass(frozen=True)
class LogitTerms:
    """How one class's score came to be: logit = bias + sum(inputs * weights).

    Attributes:
        inputs: what the head reads, [T].
        weights: the class's row of the head, [T]; where two heads are averaged (DeiT's distilled head) each is already
            halved.
        terms: inputs * weights, [T].
        bias: added at the end; the mean of the two where two heads are averaged.
        logit: the score in the trace.
    """

    inputs: Tensor
    weights: Tensor
    terms: Tensor
    bias: float
    logit: float


def logit_terms(trace: Trace, model: VisionTransformer, index: int) -> LogitTerms:
    """The terms of one class's score.

    Raises:
        IndexError: there is no such class, or no class head.
    Source: arXiv 2010.11929, equation (4): y = LN(z_L^0), read by the linear head of section 3.2; one entry of y W + b.
    """
    if model.head is None or trace.logits is None:
        raise IndexError("the model has no class head")
    require_place("class", index, len(trace.logits))
    heads = [model.head] if model.head_dist is None else [model.head, model.head_dist]
    weights = torch.cat([head.weight.detach()[index].float() for head in heads]) / len(heads)
    bias = sum(head.bias.detach()[index].item() for head in heads) / len(heads)
    inputs = head_inputs(trace)
    return LogitTerms(inputs, weights, inputs * weights, bias, trace.logits[index].item())
