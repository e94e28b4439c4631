"""Every table is its own inverse, and nothing that is not exactly right gets through."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from vit_core.checkpoints import CheckpointError
from vit_core.checkpoints.convert import expected_shapes, find_dialect, from_dialect, to_dialect
from vit_core.checkpoints.dialect import Dialect
from vit_core.checkpoints.dialects import DIALECTS, family
from vit_core.config import ViTConfig

TINY = {"image_size": 32, "patch_size": 8, "d_model": 48, "n_layers": 2, "n_heads": 3, "d_mlp": 96, "n_classes": 7}
DISTILLED: dict[str, Any] = {"distilled": True}
DINOV2: dict[str, Any] = {"layer_scale": True, "pool": "cls+mean"}
# The richest shape that each family's published models have.
SHAPES: dict[str, dict[str, Any]] = {
    "native": {"distilled": True, "distilled_head": True, "n_registers": 2, "layer_scale": True, "gated": True},
    "timm": {"distilled": True, "distilled_head": True, "layer_scale": True, "prefix_positions": False, "gated": True},
    "mae": {},
    "dinov2": {"layer_scale": True},
    "dinov2_registers": {"layer_scale": True, "n_registers": 2},
    "google": {},
    "torchvision": {},
    "hf_vit": {},
    "hf_deit": DISTILLED,
    "hf_deit_teacher": {**DISTILLED, "distilled_head": True},
    "hf_dinov2": DINOV2,
    "hf_dinov2_with_registers": {**DINOV2, "n_registers": 2},
}
# What tells a file from one of another family that has the same names: a tensor of its training.
OF_TRAINING = {"dinov2": "mask_token", "mae": "decoder_pos_embed"}


def config_of(dialect: Dialect) -> ViTConfig:
    name = dialect.name.removesuffix("_memory")
    gate = {"gated": True} if name.endswith("_gated") else {}
    return ViTConfig(**{**TINY, **SHAPES[name.removesuffix("_gated")], **gate})


def weights_of(config: ViTConfig) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(shape, generator=generator) for name, shape in expected_shapes(config).items()}


@cache
def _file_of(name: str) -> dict[str, Tensor]:
    return to_dialect(weights_of(config_of(DIALECTS[name])), DIALECTS[name])


def file_of(dialect: Dialect) -> dict[str, Tensor]:
    """Names to tensors; a test may change the dictionary, but not a tensor in place."""
    return dict(_file_of(dialect.name))


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(CheckpointError) as caught:
        action()
    return caught.value.code


every_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)


# ---- the tables


@every_dialect
def test_there_and_back_is_the_identity(dialect: Dialect) -> None:
    config = config_of(dialect)
    ours = weights_of(config)
    theirs = to_dialect(ours, dialect)
    back, report = from_dialect(theirs, dialect, config)
    assert back.keys() == ours.keys()
    assert all(torch.equal(back[name], ours[name]) for name in ours)
    again = to_dialect(back, dialect)
    assert again.keys() == theirs.keys()
    assert all(torch.equal(again[key], theirs[key]) for key in theirs)
    assert set(report.used) == theirs.keys()
    assert report.dropped_on_purpose == report.missing == report.unexpected == ()


@every_dialect
def test_each_key_fits_exactly_one_rule(dialect: Dialect) -> None:
    for rule in dialect.rules:
        key = rule.theirs.format(i=3, p="bias", rest="x.y", chunk=0)
        assert [other for other in dialect.rules if other.read(key) is not None] == [rule]
    for name in expected_shapes(config_of(dialect)):
        assert sum(rule.write(name) is not None for rule in dialect.rules) == 1


@every_dialect
def test_a_file_tells_its_dialect(dialect: Dialect) -> None:
    training = OF_TRAINING.get(dialect.name.removesuffix("_gated"))
    more = [training] if training else []
    assert find_dialect([*file_of(dialect), *more], DIALECTS.values()) is dialect
    assert dialect in family(dialect.family)


def test_a_layer_number_has_any_number_of_digits() -> None:
    rule = next(rule for rule in DIALECTS["timm"].rules if rule.theirs == "blocks.{i}.norm1.{p}")
    assert rule.read("blocks.123.norm1.weight") == ("blocks.123.norm1.weight",)
    assert rule.read("blocks..norm1.weight") is None
    assert rule.read("xblocks.1.norm1.weight") is None


@pytest.mark.parametrize("name", ["hf_vit", "hf_dinov2_with_registers_memory"])
def test_a_body_saved_without_its_head_has_no_prefix(name: str) -> None:
    dialect = DIALECTS[name]
    config = ViTConfig(**{**TINY, **SHAPES[name.removesuffix("_memory")], "n_classes": 0})
    theirs = to_dialect(weights_of(config), dialect)
    bare = {key.removeprefix(dialect.body): tensor for key, tensor in theirs.items()}
    assert not bare.keys() & theirs.keys()
    assert find_dialect(bare, family(dialect.family)) is dialect
    back, report = from_dialect(bare, dialect, config)
    assert all(torch.equal(back[key], tensor) for key, tensor in weights_of(config).items())
    assert set(report.used) == bare.keys()


def test_what_is_not_on_the_way_to_the_class_is_dropped_on_purpose() -> None:
    extra = {"vit.pooler.dense.weight": torch.zeros(48, 48), "vit.embeddings.mask_token": torch.zeros(1, 1, 48)}
    dialect = DIALECTS["hf_vit"]
    _, report = from_dialect({**file_of(dialect), **extra}, dialect, config_of(dialect))
    assert report.dropped_on_purpose == tuple(extra)
    projection = {"head.mlp.0.weight": torch.zeros(2, 48), "head.last_layer.weight_g": torch.zeros(2, 1)}
    projection |= {"fc.fc1.weight": torch.zeros(2, 48), "fc.bn1.running_mean": torch.zeros(2)}
    dialect = DIALECTS["timm"]
    _, report = from_dialect({**file_of(dialect), **projection}, dialect, config_of(dialect))
    assert report.dropped_on_purpose == tuple(projection)


# ---- what must not get through


@every_dialect
def test_each_missing_tensor_is_missed(dialect: Dialect) -> None:
    theirs = file_of(dialect)
    for key in theirs:
        rest = {other: tensor for other, tensor in theirs.items() if other != key}
        with pytest.raises(CheckpointError) as caught:
            from_dialect(rest, dialect, config_of(dialect), name="model.bin")
        assert caught.value.code == "missing_tensor"
        assert caught.value.params["tensor"] == key
        assert key in str(caught.value) and "model.bin" in str(caught.value)


@every_dialect
def test_a_tensor_too_many_is_refused(dialect: Dialect) -> None:
    theirs = file_of(dialect)
    for extra in ("blocks.7.surprise", next(iter(theirs)) + "_2", "fc_norm.weight"):
        with pytest.raises(CheckpointError) as caught:
            from_dialect({**theirs, extra: torch.zeros(48)}, dialect, config_of(dialect))
        assert (caught.value.code, caught.value.params["tensor"]) == ("unexpected_tensor", extra)


def test_a_third_layer_in_a_file_for_two_is_refused() -> None:
    dialect = DIALECTS["timm"]
    deeper = ViTConfig(**{**TINY, **SHAPES["timm"], "n_layers": 3})
    theirs = to_dialect(weights_of(deeper), dialect)
    assert code_of(lambda: from_dialect(theirs, dialect, config_of(dialect))) == "unexpected_tensor"


def test_a_tensor_under_two_spellings_is_refused() -> None:
    dialect = DIALECTS["torchvision"]
    theirs = file_of(dialect)
    key = "encoder.layers.encoder_layer_0.mlp.0.weight"
    both = {**theirs, key.replace("mlp.0", "mlp.linear_1"): theirs[key]}
    assert code_of(lambda: from_dialect(both, dialect, config_of(dialect))) == "unexpected_tensor"


@every_dialect
def test_each_wrong_shape_is_refused(dialect: Dialect) -> None:
    """One row more, and the same numbers in another arrangement: a transposed square matrix is all that can hide."""
    theirs = file_of(dialect)
    for key, tensor in theirs.items():
        for wrong in (torch.cat([tensor, tensor[:1]]), tensor[None]):
            with pytest.raises(CheckpointError) as caught:
                from_dialect({**theirs, key: wrong}, dialect, config_of(dialect))
            assert (caught.value.code, caught.value.params["tensor"]) == ("wrong_shape", key)
            assert str(list(wrong.shape)) in str(caught.value) and str(list(tensor.shape)) in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@every_dialect
def test_one_number_that_is_none_is_refused(dialect: Dialect, value: float) -> None:
    theirs = file_of(dialect)
    key = list(theirs)[-1]
    theirs[key] = theirs[key].clone()
    theirs[key].view(-1)[-1] = value
    assert code_of(lambda: from_dialect(theirs, dialect, config_of(dialect))) == "not_finite"


def test_a_number_too_large_for_float32_is_refused() -> None:
    theirs = file_of(DIALECTS["timm"])
    theirs["norm.bias"] = theirs["norm.bias"].double() + 1e300
    assert code_of(lambda: from_dialect(theirs, DIALECTS["timm"], config_of(DIALECTS["timm"]))) == "not_finite"


@pytest.mark.parametrize("dtype", [torch.int8, torch.int64, torch.bool, torch.complex64])
def test_numbers_that_are_no_weights_are_refused(dtype: torch.dtype) -> None:
    theirs = file_of(DIALECTS["timm"])
    theirs["norm.bias"] = theirs["norm.bias"].to(dtype)
    assert code_of(lambda: from_dialect(theirs, DIALECTS["timm"], config_of(DIALECTS["timm"]))) == "wrong_dtype"


@given(data=st.data())
def test_a_file_with_one_renamed_key_never_loads(data: st.DataObject) -> None:
    dialect = data.draw(st.sampled_from(list(DIALECTS.values())), label="dialect")
    theirs = file_of(dialect)
    keys = sorted(theirs)
    key = data.draw(st.sampled_from(keys), label="key")
    at = data.draw(st.integers(0, len(key) - 1))
    renamed = data.draw(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(keys),  # over another tensor
            st.just(key[:at] + key[at + 1 :]),
            st.sampled_from("019axW._").map(lambda letter: key[:at] + letter + key[at + 1 :]),
            st.just(key.upper()),
            st.just(f"module.{key}"),
        ).filter(lambda other: other != key),
        label="renamed",
    )
    broken = {renamed if name == key else name: tensor for name, tensor in theirs.items()}
    if renamed in theirs:  # the other tensor is lost
        broken[renamed] = theirs[key]
    code = code_of(
        lambda: from_dialect(broken, find_dialect(broken, family(dialect.family)), config_of(dialect), name="x")
    )
    assert code in ("missing_tensor", "unexpected_tensor", "wrong_shape")


def test_names_of_no_family_are_called_that() -> None:
    strange = {f"decoder.{i}.w": torch.zeros(1) for i in range(4)}
    with pytest.raises(CheckpointError) as caught:
        find_dialect(strange, DIALECTS.values(), name="strange.bin")
    assert caught.value.code == "unknown_dialect"
    assert "strange.bin" in str(caught.value) and "decoder.0.w" in str(caught.value)
    assert code_of(lambda: find_dialect({}, DIALECTS.values())) == "unknown_dialect"
