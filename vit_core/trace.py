"""A Trace: the record of one forward pass, from which every view is derived.

What is cheap to derive is not kept: a pattern is computed again as softmax(q·kᵀ/√d), and tests/properties checks that
it equals the one the model used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vit_core.arguments import described, require_functions, require_model, require_place, require_whole
from vit_core.config import ViTConfig
from vit_core.device import entering, passing
from vit_core.lasting import copied_together, held
from vit_core.names import VIT_NAMES
from vit_core.patchify import Patchify
from vit_core.pictures import Picture
from vit_core.record import Record, ordinary
from vit_core.tap import EditTap, RecordTap, Tap, null_tap
from vit_core.trace_files import wrong_shapes

if TYPE_CHECKING:
    from vit_core.checkpoints import LoadedModel
    from vit_core.vit import VisionTransformer

Edit = Mapping[str, Callable[[Tensor], Tensor]]
VIEWED = (".attn.q", ".attn.k", ".attn.v", ".resid_mid", ".resid_post")
ALWAYS = ("patches", "tokens", "pooled", "ln_final", "logits")


def keep_all(name: str) -> bool:
    """Keep every announced quantity (about 180 MB at ViT-B/16): for tests and research."""
    return True


def keep_views(name: str) -> bool:
    """Keep what the screens need and cannot derive cheaply (about 24 MB at ViT-S/14, 36 MB at ViT-B/16)."""
    return name in ALWAYS or name.endswith(VIEWED)


@dataclass(frozen=True)
class ClassProbability:
    """One class of a trace.

    Attributes:
        index: its place among the model's classes.
        name: its name, which another class may share.
        probability: 0..1.
    """

    index: int
    name: str
    probability: float


@dataclass(frozen=True, eq=False)  # compared by identity: two tensors have no single truth value
class Trace(Record):
    """The record of one model on one picture.

    Attributes:
        checkpoint: name of the checkpoint that ran.
        config: its architecture.
        geometry: where the tokens lie in the picture the model saw.
        pixels: the normalised input, [3, H, W].
        tensors: announced quantities by name (vit_core.names), CPU, float32, without batch dimension.
        labels: class names, empty if the checkpoint has none.
        seconds: wall time of the forward pass.
    """

    checkpoint: str
    config: ViTConfig
    geometry: Patchify
    pixels: Tensor
    tensors: Mapping[str, Tensor]
    labels: tuple[str, ...] = ()
    seconds: float = 0.0

    def at(self, layer: int, name: str) -> Tensor:
        """A quantity of one block, as in `trace.at(3, "attn.q")`."""
        return self[f"blocks.{self._layer(layer)}.{name}"]

    def resid(self, layer: int, where: str) -> Tensor:
        """The residual stream of a block: "pre" (as it enters), "mid" (attention added), "post" (MLP added).

        Shapes: [N, D].
        """
        if where == "pre":
            return self["tokens"] if self._layer(layer) == 0 else self.at(layer - 1, "resid_post")
        return self.at(layer, f"resid_{where}")

    def pattern(self, layer: int, head: int | None = None) -> Tensor:
        """Attention weights: how much of each key's value every query takes, 0..1, rows sum to 1.

        Shapes: [H, N, N] as (head, query, key), or [N, N] for one head.
        Source: arXiv 1706.03762, equation (1).
        """
        return self.pattern_at(self.attention(layer), head)

    def attention(self, layer: int) -> str:
        """Name of a block's attention, as in "blocks.3.attn".

        Raises:
            IndexError: there is no such layer.
        """
        return f"blocks.{self._layer(layer)}.attn"

    @property
    def logits(self) -> Tensor | None:
        """Class scores [C], or None when the checkpoint has no class head."""
        return self.tensors.get("logits")

    @property
    def probabilities(self) -> Tensor:
        """Class probabilities [C], 0..1: a softmax, summing to 1, or, with several classes at once, a sigmoid of each
        score.

        Raises:
            ValueError: the checkpoint names no class: it has no head, or one that gives numbers.
        """
        if self.logits is None:
            raise ValueError(f"{self.checkpoint} has no class head: it describes pictures but names no class")
        if not self.config.names_classes:
            raise ValueError(f"{self.checkpoint} names no class: its answer is what trace.numbers() has")
        return self.shares(self.logits)

    def numbers(self) -> list[tuple[str, float]]:
        """The answer of a regression model: (label, number) of each output, in the head's order.

        Raises:
            ValueError: the checkpoint has no such head.
        """
        if self.logits is None or self.config.names_classes:
            raise ValueError(f"{self.checkpoint} has no head that answers with numbers")
        return [(self.label(i), number) for i, number in enumerate(self.logits.tolist())]

    def shares(self, scores: Tensor) -> Tensor:
        """Probabilities of class scores [..., C]: a softmax, or a sigmoid of each, as the model's `answer` says."""
        return scores.sigmoid() if self.config.answer == "each" else scores.softmax(dim=-1)

    def top(self, k: int = 5) -> list[tuple[str, float]]:
        """The k most probable classes as (label, probability), best first; several may have one label.

        Raises:
            ValueError: the checkpoint names no class.
        """
        return [(one.name, one.probability) for one in self.top_classes(k)]

    def top_classes(self, k: int = 5) -> list[ClassProbability]:
        """The k most probable classes, best first; all of them where there are fewer.

        Raises:
            ValueError: the checkpoint names no class, or k is below 1.
        """
        require_whole("top", "k", k)
        if k < 1:
            raise ValueError(f"top: k takes a whole number from 1, not {k}")
        best = self.probabilities.topk(min(k, len(self.probabilities)))
        ranked = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [ClassProbability(i, self.label(i), p) for i, p in ranked]

    def leading(self, k: int) -> tuple[int, ...]:
        """Indices of the scores to show first: the k most probable classes, or the first k numbers; none without a
        head.
        """
        if self.config.names_classes:
            return tuple(one.index for one in self.top_classes(k))
        return tuple(range(0 if self.logits is None else min(k, len(self.logits))))

    def label(self, index: int) -> str:
        """The name of a class, or of a regression's number; its index if the checkpoint has no names."""
        kind = "class" if self.config.names_classes else "output"
        return self.labels[index] if self.labels else f"{kind} {index}"

    @property
    def nbytes(self) -> int:
        """Bytes held: the recorded tensors and the input."""
        return held([self.pixels, *self.tensors.values()])

    def lasting(self, earlier: Trace | None = None) -> Trace:
        """A copy of the trace in memory maps of its own (vit_core.lasting), to be kept for long.

        Args:
            earlier: a lasting trace; tensors that are in both are not copied.
        """
        there = {id(x) for x in (earlier.pixels, *earlier.tensors.values())} if earlier else set()
        numbers = {"pixels": self.pixels, **self.tensors}
        found = numbers | copied_together({name: x for name, x in numbers.items() if id(x) not in there})
        return replace(self, pixels=found.pop("pixels"), tensors=MappingProxyType(found))

    def objections(self) -> Iterator[str]:
        """Check the tensors against the configuration: a sentence for each that does not fit."""
        config, geometry = self.config, self.geometry
        if (geometry.patch_size, geometry.prefix) != (config.patch_size, config.prefix):
            yield "its geometry is not that of its configuration"
        if list(self.pixels.shape) != [3, geometry.height, geometry.width]:
            yield f"its pixels have the shape {list(self.pixels.shape)}, not {[3, geometry.height, geometry.width]}"
        if len(self.labels) not in (0, config.n_classes):
            yield f"it names {len(self.labels)} classes of {config.n_classes}"
        lengths = {
            **{axis: geometry.n_tokens for axis in ("token", "query", "key")},
            **{"patch": geometry.n_patches, "head": config.n_heads, "d_head": config.d_head},
            **{"d_model": config.d_model, "d_mlp": config.d_mlp, "class": config.n_classes, "mean": 1},
        }
        layers = range(config.n_layers)
        axes = {name.template.format(i=i): name.axes for name in VIT_NAMES for i in layers}
        if config.norm_of_mean:
            axes["ln_final"] = axes["pooled"]
        yield from wrong_shapes(self.tensors, axes, lambda _: lengths)

    def _layer(self, layer: int) -> int:
        return require_place("layer", layer, self.config.n_layers)


def trace_image(
    model: LoadedModel,
    image: Picture,
    *,
    size: int | None = None,
    keep: Callable[[str], bool] = keep_views,
    edit: Edit | None = None,
    watch: Tap = null_tap,
) -> Trace:
    """Run a model on a picture and keep what the views need.

    Args:
        image: a PIL image in any mode, the path of a file, an array [H, W, 3] or a tensor [3, H, W] of uint8 or of
            floats from 0 to 1 (vit_core.pictures); preprocessing happens inside.
        size: side in pixels of the square the model reads, a multiple of the patch size; the
            checkpoint's own when None.
        edit: functions that replace named quantities on the way (ablation, patching); what was edited is always kept.
        watch: called with each name as it is computed, after the edits: progress, cancellation (by raising).

    Raises:
        ValueError: the size is no multiple of the patch size, or an array is no picture.
        TypeError: the model reads no pictures, or the image is none of those.
        KeyError: an edit names a quantity that this model never computes.
    """
    require_model("trace_image", model, ViTConfig)
    require_whole("trace_image", "size", size)
    require_functions("trace_image", edit, keep=keep, watch=watch)
    if size is not None and size < 1:
        raise ValueError(f"trace_image: size takes a whole number from 1, not {size}")
    preprocess = model.preprocess if size is None else model.preprocess.at(size)
    return trace_pixels(model, preprocess(image), keep=keep, edit=edit, watch=watch)


def trace_pixels(
    model: LoadedModel,
    pixels: Tensor,
    *,
    keep: Callable[[str], bool] = keep_views,
    edit: Edit | None = None,
    watch: Tap = null_tap,
) -> Trace:
    """`trace_image` for a picture that is already normalised.

    Shapes: pixels [3, H, W] of float.

    Raises:
        TypeError: the model reads no pictures, or the pixels are no such tensor.
    """
    require_model("trace_pixels", model, ViTConfig)
    require_functions("trace_pixels", edit, keep=keep, watch=watch)
    if not (isinstance(pixels, Tensor) and pixels.is_floating_point() and pixels.ndim == 3 and len(pixels) == 3):
        found = f"{pixels.dtype} {list(pixels.shape)}" if isinstance(pixels, Tensor) else described(pixels)
        raise TypeError(f"trace_pixels takes normalised pixels, a float tensor [3, H, W], not {found}")
    if model.model.training:
        raise RuntimeError("the model is in training mode; call eval() first")
    geometry = model.model.geometry(*pixels.shape[-2:])
    tensors, seconds = watched_pass(
        model, lambda net, tap: net(entering(pixels, net), tap=tap), keep=keep, edit=edit or {}, watch=watch
    )
    return Trace(
        checkpoint=model.name,
        config=model.model.config,
        geometry=geometry,
        pixels=pixels.to("cpu", torch.float32, copy=True),
        tensors=MappingProxyType(tensors),
        labels=model.labels,
        seconds=seconds,
    )


def watched_pass(
    model: LoadedModel,
    forward: Callable[[VisionTransformer, Tap], object],
    *,
    keep: Callable[[str], bool],
    edit: Edit,
    watch: Tap = null_tap,
) -> tuple[dict[str, Tensor], float]:
    """Run a pass, or a part of one, and return the quantities to be kept and its wall time in seconds.

    Args:
        forward: runs the network where the model's passes run.
        keep, edit, watch: as in `trace_image`.

    Raises:
        KeyError: an edit names a quantity that `forward` never computes.
    """

    def run(there: LoadedModel) -> tuple[dict[str, Tensor], float]:
        edits = EditTap(edit)
        record = RecordTap(lambda name: keep(name) or name in edit, then=lambda name, x: watch(name, edits(name, x)))
        started = time.perf_counter()
        with passing(there.model):
            forward(there.model, record)
        tensors = {name: ordinary(x[0]) for name, x in record.tensors.items()}
        seconds = time.perf_counter() - started
        if edits.unused:
            raise KeyError(f"no such quantity to edit: {', '.join(sorted(edits.unused))}")
        return tensors, seconds

    return model.run(run)
