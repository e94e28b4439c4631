"""The rules before and behind the blocks of a Vision Transformer: from pixels to tokens and to class scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from vit_core.analysis.classifier import head_rows, logit_terms
from vit_core.provenance.answers import added, affine, alone, layer_norm
from vit_core.provenance.explanation import Explanation, Index, Origin
from vit_core.provenance.question import Question, Rule

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedModel


# The parameter behind each token that stands for no patch; all registers are rows of one.
LEARNED = {"CLS": "cls_token", "DIST": "dist_token"}


def _tokens(question: Question) -> Explanation:
    token, dim = question.index
    prefix, config = question.photo.geometry.prefix, question.photo.config
    placed_prefix = config.n_positions - config.grid**2
    if token >= len(prefix):
        content: tuple[str, Index] = ("patches", (token - len(prefix), dim))
        row = placed_prefix + token - len(prefix)
    else:
        registers = [name for name in prefix if name not in LEARNED]
        name, row = prefix[token], token
        content = (LEARNED[name], (0, 0, dim)) if name in LEARNED else ("reg_token", (0, registers.index(name), dim))
    parts = [(*content, 1.0)]
    if token >= len(prefix) or token < placed_prefix:
        parts.append(("position", (row, dim), 0.0 if question.moved.position_off else 1.0))
    return added(question, parts)


def _patches(question: Question) -> Explanation:
    place, dim = question.index
    trace = question.photo
    patch = question.moved.order[place] if question.moved.order else place
    size = trace.config.patch_size
    row, col = divmod(patch, trace.geometry.grid[1])
    box = Origin("pixels", (0, row * size, col * size), (3, size, size))
    pixels = trace.pixels[:, row * size : (row + 1) * size, col * size : (col + 1) * size]
    return affine(question, "patch_embed.proj", dim, pixels.flatten(), box)


def _pixels(question: Question) -> Explanation:
    channel, y, x = question.index
    preprocess = cast("LoadedModel", question.model).preprocess
    brightness = preprocess.undo(question.photo.pixels)[channel, y, x].float()
    numbers = {"mean": preprocess.mean[channel], "std": preprocess.std[channel]}
    return question.answer("normalise", {"x": brightness[None]}, {}, numbers)


def _last_stream(question: Question) -> str:
    return f"blocks.{question.n_layers - 1}.resid_post"


def _pooled(question: Question) -> Explanation:
    """The mean of the patches: each number times one over how many there are."""
    (_, dim), stream, first = question.index, _last_stream(question), len(question.photo.geometry.prefix)
    x = question.numbers(stream)[first:, dim]
    shares = x.new_full((len(x),), 1 / len(x))
    return question.answer("dot", {"a": x, "b": shares}, {"a": Origin(stream, (first, dim), (len(x), 1))})


def _ln_final(question: Question) -> Explanation:
    return layer_norm(question, "norm", "pooled" if question.photo.config.norm_of_mean else _last_stream(question))


def _logits(question: Question) -> Explanation:
    net, (index,) = cast("LoadedModel", question.model).model, question.index
    made = logit_terms(question.photo, net, index)
    # One row, or two that stand side by side; a mean of the normalised patches stands in no single row.
    rows, d = head_rows(question.photo), question.photo.config.d_model
    sources = {} if rows is None else {"a": Origin("ln_final", (rows[0], 0), (len(rows), d))}
    if net.head_dist is None:  # the mean of two heads stands in neither
        sources |= {"b": Origin("head.weight", (index, 0), (1, len(made.weights)))}
        sources |= {"bias": Origin("head.bias", (index,), (1,))}
    return question.answer("dot", {"a": made.inputs, "b": made.weights}, sources, {"bias": made.bias})


IMAGE_RULES: dict[str, Rule] = {
    "pixels": _pixels,
    "patches": _patches,
    # Of another picture size it is resized from the learned table, which is its origin.
    "position": alone,
    "tokens": _tokens,
    "pooled": _pooled,
    "ln_final": _ln_final,
    "logits": _logits,
}
