"""Every number's explanation adds up to the number the model used, and its sources stand where it says."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from vit_core.interventions import NOTHING, Intervention
from vit_core.names import VIT_NAMES
from vit_core.provenance import Explanation, attention_row, explain, layer_of
from vit_core.provenance.block_rules import BLOCK_RULES
from vit_core.provenance.image_rules import IMAGE_RULES
from vit_core.replay import open_block, rerun
from vit_core.trace import Trace, trace_image
from vit_core.vit import VisionTransformer

ORDER = tuple(torch.randperm(16, generator=torch.Generator().manual_seed(5)).tolist())
MODELS: dict[str, dict[str, Any]] = {
    "plain": {},
    "DINOv2 with registers": {"n_registers": 2, "layer_scale": True, "pool": "cls+mean"},
    "DeiT distilled": {"distilled": True, "qkv_bias": False},
    "DeiT with two heads": {"distilled": True, "distilled_head": True},
    "mean of the patches": {"pool": "mean"},
    "normalised mean": {"pool": "mean+norm", "n_registers": 1},
    "SwiGLU": {"act": "silu", "gated": True, "layer_scale": True},
    "no position before CLS": {"act": "gelu_tanh", "prefix_positions": False},
}
PASSES: dict[str, Intervention] = {
    "plain": NOTHING,
    "switched": Intervention(ORDER, True, frozenset({1}), frozenset({0, 1})),
}
# What no image model computes: the sum before a norm that stands after it, and cross-attention.
QUANTITIES = [*IMAGE_RULES, *(kind for kind in BLOCK_RULES if "cross" not in kind and not kind.endswith("_sum"))]


# Every kind of model in a plain pass, and the two that differ most in a switched one.
SEEN = [*((model, "plain") for model in MODELS), ("plain", "switched"), ("DINOv2 with registers", "switched")]


@pytest.fixture(scope="module", params=SEEN, ids=str)
def seen(request: pytest.FixtureRequest, make_vit: Callable[..., VisionTransformer], as_loaded: Any, photo: Any) -> Any:
    """A model, the two opened blocks of a pass, and what was switched off in it."""
    name, what = request.param
    model, intervention = as_loaded(make_vit(**MODELS[name])), PASSES[what]
    trace = trace_image(model, photo)
    if what != "plain":
        trace = rerun(model, trace, intervention.edits(16))
    return model, [open_block(model, trace, layer, intervention.edits(16)) for layer in range(2)], intervention


def shape_of(model: Any, trace: Trace, name: str) -> tuple[int, ...]:
    if name == "pixels":
        return tuple(trace.pixels.shape)
    if name == "position":
        return tuple(model.model.position_table(*trace.geometry.grid).shape[1:])
    return tuple(trace[name].shape)


def cells(model: Any, trace: Trace, name: str, n: int = 12) -> list[tuple[int, ...]]:
    """Random cells, the first and the last."""
    shape, chance = shape_of(model, trace, name), random.Random(name)
    corners = [tuple(0 for _ in shape), tuple(size - 1 for size in shape)]
    return corners + [tuple(chance.randrange(size) for size in shape) for _ in range(n)]


def is_absent(quantity: str, model: Any) -> bool:
    """Whether only other models have the quantity."""
    if quantity in ("mlp.gate", "mlp.value"):
        return not model.model.config.gated
    return quantity == "pooled" and not model.model.config.norm_of_mean


def full(quantity: str, layer: int) -> str:
    return quantity if quantity in IMAGE_RULES else (f"blocks.{layer}.{quantity}")


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_terms_give_the_number_the_model_used(seen: Any, quantity: str) -> None:
    model, traces, intervention = seen
    if is_absent(quantity, model):
        with pytest.raises(KeyError):
            explain(model, traces[0], full(quantity, 0), (0, 0))
        return
    for layer in (0, 1):
        name, trace = full(quantity, layer), traces[layer]
        for index in cells(model, trace, name):
            told = explain(model, trace, name, index, intervention=intervention)
            used = (
                trace.pixels[index] if name == "pixels"
                else told.value if name == "position" else trace[name][index]
            )  # fmt: skip
            assert told.value == pytest.approx(float(used), abs=1e-7)
            assert told.recompute() == pytest.approx(told.value, abs=1e-6 * size_of(told)), (name, index)


def size_of(told: Explanation) -> float:
    """What float32 rounds by: a sum's error grows with the sizes that went into it, not with the small rest of them."""
    if "a" in told.terms:
        return max(1.0, float((told.terms["a"] * told.terms["b"]).abs().sum()) / 2)
    return max(1.0, abs(told.value))


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_source_stands_where_it_says(seen: Any, quantity: str) -> None:
    """The value of each operand is read again at the place its source names."""
    model, traces, intervention = seen
    if is_absent(quantity, model):
        return
    for layer in (0, 1):
        name, trace = full(quantity, layer), traces[layer]
        for index in cells(model, trace, name, 3):
            told = explain(model, trace, name, index, intervention=intervention)
            for role, source in told.sources.items():
                box = read(model, trace, source.name)[tuple(
                    slice(start, start + run) for start, run in zip(source.start, source.run, strict=True)
                )].flatten()  # fmt: skip
                assert_close(box[: len(operands(told, role))], operands(told, role), atol=1e-6, rtol=1e-6)


def operands(told: Explanation, role: str) -> Tensor:
    if role.isdigit():
        return told.terms["parts"][int(role)][None]
    if role in ("gate0", "value0"):
        return told.terms[f"{role[:-1]}s"]
    return told.terms[role] if role in told.terms else torch.tensor([told.numbers[role]])


def read(model: Any, trace: Trace, name: str) -> Tensor:
    if name == "pixels":
        return trace.pixels
    if name in dict(model.model.named_parameters()):
        weight = model.model.get_parameter(name).detach()
        return weight.flatten(1) if name == "patch_embed.proj.weight" else weight
    if name == "position":
        return model.model.position_table(*trace.geometry.grid).detach()[0]
    layer = layer_of(name)
    if layer is not None and name.endswith("resid_pre"):
        return trace.resid(layer, "pre")
    return trace[name] if name in trace.tensors else trace.pattern(layer or 0)


def test_every_quantity_of_the_table_has_a_rule() -> None:
    named = {entry.template.removeprefix("blocks.{i}.") for entry in VIT_NAMES}
    assert named | {"pixels", "resid_pre"} == set(QUANTITIES)


def test_a_weight_leads_down_to_a_pixel(seen: Any) -> None:
    """Always the largest operand first: attention, score, query, norm, stream, ..., patch, pixel."""
    model, traces, intervention = seen
    told = explain(model, traces[1], "blocks.1.attn.pattern", (2, 0, 9), intervention=intervention)
    path = [told.name]
    while told.sources and len(path) < 40:
        name, index = strongest(told)
        if name in dict(model.model.named_parameters()):
            return  # a learned token: the end of the path as well
        told = explain(model, traces[layer_of(name) or 0], name, index, intervention=intervention)
        path.append(told.name)
    assert path[:4] == ["blocks.1.attn.pattern", "blocks.1.attn.scores", "blocks.1.attn.q", "blocks.1.ln1"]
    assert path[-1] in ("pixels", "position")


def strongest(told: Explanation) -> tuple[str, tuple[int, ...]]:
    """Where the operand that gives most stands, weights aside."""
    if "parts" in told.terms:
        role = str(int((told.terms["parts"] * told.terms["used"]).abs().argmax()))
        source, at = told.sources[role], 0
    elif "a" in told.terms:
        source, at = told.sources["a"], int((told.terms["a"] * told.terms["b"]).abs().argmax())
    else:
        source, at = told.sources["x"], int(told.numbers.get("at", 0))
    offset = torch.unravel_index(torch.tensor(at), source.run)
    return source.name, tuple(start + int(o) for start, o in zip(source.start, offset, strict=True))


def test_the_terms_of_a_head_are_those_of_the_model(seen: Any) -> None:
    _, traces, intervention = seen
    for layer in (0, 1):
        row = attention_row(traces[layer], layer, 1, 3, intervention=intervention)
        trace = traces[layer]
        assert_close(row.scores, trace.at(layer, "attn.scores")[1, 3], atol=1e-5, rtol=1e-5)
        assert_close(row.k @ row.q / row.divisor, row.scores, atol=1e-5, rtol=1e-5)
        assert_close(row.weights, trace.at(layer, "attn.pattern")[1, 3], atol=1e-6, rtol=0)
        assert_close(row.z, trace.at(layer, "attn.z")[1, 3], atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "index", "error"),
    [
        ("blocks.1.attn.q", (0, 0, 16), IndexError), ("blocks.1.attn.q", (0, 0), IndexError),
        ("blocks.1.attn.q", (-1, 0, 0), IndexError), ("logits", (7,), IndexError),
        ("blocks.1.attn.w", (0, 0), KeyError), ("nonsense", (0,), KeyError),
        (f"blocks.{'9' * 5000}.ln1", (0, 0), KeyError),
        ("blocks.9.ln1", (0, 0), KeyError),
    ],
)  # fmt: skip
def test_what_is_not_there_is_an_error(
    make_vit: Callable[..., VisionTransformer], as_loaded: Any, photo: Any, name: str, index: Any, error: Any
) -> None:
    model = as_loaded(make_vit())
    with pytest.raises(error):
        explain(model, open_block(model, trace_image(model, photo), 1), name, index)


def test_a_model_without_layer_scale_has_no_gamma(seen: Any) -> None:
    model, traces, intervention = seen
    told = explain(model, traces[0], "blocks.0.mlp_out", (0, 0), intervention=intervention)
    assert ("gamma" in told.numbers) == model.model.config.layer_scale
