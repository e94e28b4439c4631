"""For every quantity of the image model, one rule that names the operands of each of its numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from vit_core.analysis.classifier import head_parts, logit_terms
from vit_core.blocks import LayerScale
from vit_core.config import ViTConfig
from vit_core.interventions import NOTHING, Intervention
from vit_core.provenance.explanation import Explanation, Index, Operation, Source
from vit_core.trace import Trace

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedModel


@dataclass(frozen=True)
class _Question:
    """One number of one pass, and what is known about the pass."""

    model: LoadedModel
    trace: Trace
    name: str
    layer: int
    index: Index
    what_if: Intervention

    @property
    def config(self) -> ViTConfig:
        return self.trace.config

    @property
    def block(self) -> nn.Module:
        return self.model.model.blocks[self.layer]

    def at(self, what: str) -> str:
        return f"blocks.{self.layer}.{what}"

    def value(self) -> float:
        return float(self.trace[self.name][self.index])

    def answer(
        self,
        operation: Operation,
        terms: Mapping[str, Tensor],
        sources: Mapping[str, Source] | None = None,
        numbers: Mapping[str, float] | None = None,
    ) -> Explanation:
        return Explanation(self.name, self.index, self.value(), operation, terms, sources or {}, numbers or {})


# -- attention: blocks.{i}.attn.*


def _projection(which: str) -> Callable[[_Question], Explanation]:
    """q, k or v of one head and token: one row of the projection's matrix with the normalised stream, plus a bias."""

    def rule(ask: _Question) -> Explanation:
        head, token, dim = ask.index
        row = head * ask.config.d_head + dim
        return _linear(ask, ask.block.get_submodule(f"attn.{which}"), ask.at(f"attn.{which}"), row, "ln1", token)

    return rule


def _scores(ask: _Question) -> Explanation:
    head, query, key = ask.index
    d = ask.config.d_head
    q, k = ask.trace[ask.at("attn.q")], ask.trace[ask.at("attn.k")]
    sources = {
        "a": Source(ask.at("attn.q"), (head, query, 0), (1, 1, d)),
        "b": Source(ask.at("attn.k"), (head, key, 0), (1, 1, d)),
    }
    scaled = ask.layer not in ask.what_if.unscaled
    return ask.answer("dot", {"a": q[head, query], "b": k[head, key]}, sources, {"divisor": d**0.5 if scaled else 1.0})


def _pattern(ask: _Question) -> Explanation:
    head, query, key = ask.index
    row = ask.trace[ask.at("attn.scores")][head, query]
    return ask.answer(
        "softmax", {"x": row}, {"x": Source(ask.at("attn.scores"), (head, query, 0), (1, 1, len(row)))}, {"at": key}
    )


def _z(ask: _Question) -> Explanation:
    head, query, dim = ask.index
    weights, v = ask.trace.pattern(ask.layer, head)[query], ask.trace[ask.at("attn.v")][head, :, dim]
    sources = {
        "a": Source(ask.at("attn.pattern"), (head, query, 0), (1, 1, len(weights))),
        "b": Source(ask.at("attn.v"), (head, 0, dim), (1, len(weights), 1)),
    }
    return ask.answer("dot", {"a": weights, "b": v}, sources)


def _attn_out(ask: _Question) -> Explanation:
    token, dim = ask.index
    z = ask.trace[ask.at("attn.z")]  # H N K
    joined = Source(ask.at("attn.z"), (0, token, 0), (z.shape[0], 1, z.shape[2]))
    proj = ask.block.get_submodule("attn.proj")
    return _affine(ask, proj, ask.at("attn.proj"), dim, z[:, token].flatten(), joined, _gamma(ask, "ls1", dim))


# -- the rest of a block


def _normed(norm: str, of: str) -> Callable[[_Question], Explanation]:
    def rule(ask: _Question) -> Explanation:
        return _layer_norm(ask, ask.block.get_submodule(norm), ask.at(of))

    return rule


def _mlp_pre(ask: _Question) -> Explanation:
    token, unit = ask.index
    return _linear(ask, ask.block.get_submodule("mlp.fc1"), ask.at("mlp.fc1"), unit, "ln2", token)


def _mlp_post(ask: _Question) -> Explanation:
    x = ask.trace[ask.at("mlp.pre")][ask.index]
    sources = {"x": Source(ask.at("mlp.pre"), ask.index, (1, 1))}
    return replace(ask.answer("activation", {"x": x[None]}, sources), act=ask.config.act)


def _mlp_out(ask: _Question) -> Explanation:
    token, dim = ask.index
    fc2 = ask.block.get_submodule("mlp.fc2")
    return _linear(ask, fc2, ask.at("mlp.fc2"), dim, "mlp.post", token, _gamma(ask, "ls2", dim))


def _residual(before: str, branch: str) -> Callable[[_Question], Explanation]:
    """The stream plus what a branch computed, or the branch alone where the residual connection is switched off."""

    def rule(ask: _Question) -> Explanation:
        kept = 0.0 if ask.layer in ask.what_if.residual_off else 1.0
        return _sum(ask, [(ask.at(before), ask.index, kept), (ask.at(branch), ask.index, 1.0)])

    return rule


def _resid_pre(ask: _Question) -> Explanation:
    name = "tokens" if ask.layer == 0 else f"blocks.{ask.layer - 1}.resid_post"
    x = ask.trace.resid(ask.layer, "pre")[ask.index]
    return Explanation(ask.name, ask.index, x.item(), "same", {"x": x[None]}, {"x": Source(name, ask.index, (1, 1))})


# -- before and behind the blocks


def _tokens(ask: _Question) -> Explanation:
    token, dim = ask.index
    prefix = ask.config.prefix
    learned = ["cls_token", *(["dist_token"] if ask.config.distilled else [])]
    placed_prefix = len(learned) if ask.config.prefix_positions else 0
    if token >= len(prefix):
        content: tuple[str, Index] = ("patches", (token - len(prefix), dim))
        row = placed_prefix + token - len(prefix)
    elif token < len(learned):
        content, row = (learned[token], (0, 0, dim)), token
    else:
        content, row = ("reg_token", (0, token - len(learned), dim)), -1
    has_position = token >= len(prefix) or token < placed_prefix
    parts = [(*content, 1.0)]
    if has_position:
        parts.append(("position", (row, dim), 0.0 if ask.what_if.position_off else 1.0))
    return _sum(ask, parts)


def _position(ask: _Question) -> Explanation:
    """The position table itself; of another picture size it is resized from the learned one, which is its origin."""
    x = _read(ask.model, ask.trace, "position", ask.index)
    return Explanation(ask.name, ask.index, x, "parameter", {"x": torch.tensor([x])})


def _patches(ask: _Question) -> Explanation:
    place, dim = ask.index
    patch = ask.what_if.order[place] if ask.what_if.order else place
    size, proj = ask.config.patch_size, ask.model.model.patch_embed.proj
    row, col = divmod(patch, ask.trace.geometry.grid[1])
    box = Source("pixels", (0, row * size, col * size), (3, size, size))
    pixels = ask.trace.pixels[:, row * size : (row + 1) * size, col * size : (col + 1) * size]
    return _affine(ask, proj, "patch_embed.proj", dim, pixels.flatten(), box)


def _pixels(ask: _Question) -> Explanation:
    channel, y, x = ask.index
    preprocess = ask.model.preprocess
    brightness = preprocess.undo(ask.trace.pixels)[channel, y, x].float()
    numbers = {"mean": preprocess.mean[channel], "std": preprocess.std[channel]}
    value = ask.trace.pixels[ask.index].item()
    return Explanation(ask.name, ask.index, value, "normalise", {"x": brightness[None]}, {}, numbers)


def _ln_final(ask: _Question) -> Explanation:
    return _layer_norm(ask, ask.model.model.norm, f"blocks.{ask.config.n_layers - 1}.resid_post")


def _logits(ask: _Question) -> Explanation:
    made = logit_terms(ask.trace, ask.model.model, ask.index[0])
    # CLS, and DIST where it has a head, are the first rows; a mean of the patches stands in no single row.
    parts = head_parts(ask.config)
    read = {} if "MEAN" in parts else {"a": Source("ln_final", (0, 0), (len(parts), ask.config.d_model))}
    return ask.answer("dot", {"a": made.inputs, "b": made.weights}, read, {"bias": made.bias})


RULES: dict[str, Callable[[_Question], Explanation]] = {
    "pixels": _pixels,
    "patches": _patches,
    "position": _position,
    "tokens": _tokens,
    "resid_pre": _resid_pre,
    "ln1": _normed("norm1", "resid_pre"),
    "attn.q": _projection("q"),
    "attn.k": _projection("k"),
    "attn.v": _projection("v"),
    "attn.scores": _scores,
    "attn.pattern": _pattern,
    "attn.z": _z,
    "attn_out": _attn_out,
    "resid_mid": _residual("resid_pre", "attn_out"),
    "ln2": _normed("norm2", "resid_mid"),
    "mlp.pre": _mlp_pre,
    "mlp.post": _mlp_post,
    "mlp_out": _mlp_out,
    "resid_post": _residual("resid_mid", "mlp_out"),
    "ln_final": _ln_final,
    "logits": _logits,
}


def layer_of(name: str) -> int | None:
    """The layer a quantity belongs to, None for one outside the blocks; `explain` needs that block opened."""
    block = re.match(r"blocks\.([0-9]{1,3})\.", name)
    return int(block[1]) if block else None


def explain(
    model: LoadedModel, trace: Trace, name: str, index: Index, *, what_if: Intervention = NOTHING
) -> Explanation:
    """How one number of a trace came to be.

    Args:
        trace: with the number's own block opened (vit_core.replay.open_block) if it stands in one.
        name: a quantity of vit_core.names, "pixels", or "blocks.{i}.resid_pre".
        what_if: what was switched off or moved in the pass.

    Raises:
        KeyError: there is no such quantity.
        IndexError: it has no such number.
    """
    layer = layer_of(name)
    rule = RULES.get(name if layer is None else name.split(".", 2)[2])
    if rule is None:
        raise KeyError(f"no rule for {name}")
    _check(model, trace, name, index)
    return rule(_Question(model, trace, name, -1 if layer is None else layer, index, what_if))


def _check(model: LoadedModel, trace: Trace, name: str, index: Index) -> None:
    shape = _tensor(model, trace, name).shape
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise IndexError(f"{name}{list(index)} of {list(shape)}")


def _tensor(model: LoadedModel, trace: Trace, name: str) -> Tensor:
    if name == "pixels":
        return trace.pixels
    if name == "position":  # as learned, also where the pass left it out: then the sum says so
        return model.model.position_table(*trace.geometry.grid).detach().float()[0]
    if name in ("cls_token", "dist_token", "reg_token"):
        return model.model.get_parameter(name).detach().float()
    return trace[name]


def _read(model: LoadedModel, trace: Trace, name: str, index: Index) -> float:
    return float(_tensor(model, trace, name)[index])


def _linear(
    ask: _Question, layer: nn.Module, parameter: str, row: int, stream: str, token: int, gamma: float | None = None
) -> Explanation:
    x = ask.trace[ask.at(stream)][token]
    return _affine(ask, layer, parameter, row, x, Source(ask.at(stream), (token, 0), (1, len(x))), gamma)


def _affine(
    ask: _Question, layer: nn.Module, parameter: str, row: int, x: Tensor, read: Source, gamma: float | None = None
) -> Explanation:
    """One output of a linear layer: its row of weights with x, plus its bias, times LayerScale's gamma if given."""
    weight, bias = layer.get_parameter("weight"), getattr(layer, "bias", None)
    numbers = {} if bias is None else {"bias": bias[row].item()}
    if gamma is not None:
        numbers["gamma"] = gamma
    weights = weight.detach()[row].float().flatten()
    wheres = Source(f"{parameter}.weight", (row, 0), (1, len(weights)))
    return ask.answer("dot", {"a": x, "b": weights}, {"a": read, "b": wheres}, numbers)


def _layer_norm(ask: _Question, norm: nn.Module, of: str) -> Explanation:
    token, dim = ask.index
    assert isinstance(norm, nn.LayerNorm)
    x = ask.trace.resid(ask.layer, "pre")[token] if of.endswith("resid_pre") else ask.trace[of][token]
    numbers = {
        "at": float(dim),
        "eps": norm.eps,
        "weight": norm.weight[dim].item(),
        "bias": norm.bias[dim].item(),
        "mean": x.double().mean().item(),
        "variance": x.double().var(unbiased=False).item(),
    }
    return ask.answer("norm", {"x": x}, {"x": Source(of, (token, 0), (1, len(x)))}, numbers)


def _sum(ask: _Question, parts: list[tuple[str, Index, float]]) -> Explanation:
    """Parts that are added; one that is switched off is told and not counted."""
    values = [_part(ask, name, index) for name, index, _ in parts]
    terms = {"parts": torch.tensor(values), "used": torch.tensor([used for *_, used in parts])}
    sources = {str(i): Source(name, index, (1,) * len(index)) for i, (name, index, _) in enumerate(parts)}
    return ask.answer("sum", terms, sources)


def _part(ask: _Question, name: str, index: Index) -> float:
    if name.endswith("resid_pre"):
        return ask.trace.resid(ask.layer, "pre")[index].item()
    return _read(ask.model, ask.trace, name, index)


def _gamma(ask: _Question, which: str, dim: int) -> float | None:
    scale = ask.block.get_submodule(which)
    return scale.gamma[dim].item() if isinstance(scale, LayerScale) else None
