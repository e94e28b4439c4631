"""The registry's entries against what the installed libraries say about the same checkpoints."""

from __future__ import annotations

import math
from typing import Any

import pytest
import timm
import torch
import torchvision
import transformers
from torchvision.transforms import InterpolationMode

from vit_core import CheckpointSpec, available
from vit_core.checkpoints.convert import expected_shapes, find_dialect, to_dialect
from vit_core.checkpoints.dialects import TIMM, TORCHVISION
from vit_core.checkpoints.dialects import family as candidates
from vit_core.checkpoints.timm_architectures import TIMM_ARCHITECTURES
from vit_core.config import ViTConfig

pytestmark = pytest.mark.parity

OF_TORCHVISION = [spec for spec in available() if spec.dialect == "torchvision"]
OF_TRANSFORMERS = [spec for spec in available() if spec.dialect.startswith("hf_")]
OF_TIMM = [spec for spec in available() if spec.dialect == "timm"]


def names(spec: CheckpointSpec) -> str:
    return spec.name


def their_shapes(config: ViTConfig, dialect: Any) -> dict[str, torch.Size]:
    """What a file of the dialect must hold for a model of this shape."""
    with torch.device("meta"):
        state = {name: torch.empty(shape) for name, shape in expected_shapes(config).items()}
        return {key: tensor.shape for key, tensor in to_dialect(state, dialect).items()}


def shapes_of(module: torch.nn.Module) -> dict[str, torch.Size]:
    return {key: tensor.shape for key, tensor in module.state_dict().items()}


@pytest.mark.parametrize("spec", OF_TORCHVISION, ids=names)
def test_torchvision_entries(spec: CheckpointSpec) -> None:
    weights = torchvision.models.get_model_weights(spec.name).IMAGENET1K_V1
    assert spec.source_url == weights.url
    assert weights.url.endswith(f"-{spec.sha256}.pth")
    assert sum(shape.numel() for shape in expected_shapes(spec.config).values()) == weights.meta["num_params"]
    top = weights.meta["_metrics"]["ImageNet-1K"]
    assert spec.metrics == {"ImageNet-1k": f"top-1 {top['acc@1']} %, top-5 {top['acc@5']} %"}
    wanted = weights.transforms()
    ours = spec.preprocess
    assert ([ours.crop], [ours.resize], ours.fit) == (wanted.crop_size, wanted.resize_size, "shortest")
    assert (list(ours.mean), list(ours.std)) == (wanted.mean, wanted.std)
    assert InterpolationMode(ours.interpolation) == wanted.interpolation
    with torch.device("meta"):
        module = torchvision.models.get_model(spec.name)
    assert their_shapes(spec.config, TORCHVISION) == shapes_of(module)
    assert module.encoder.layers[0].num_heads == spec.config.n_heads
    assert {m.eps for m in module.modules() if isinstance(m, torch.nn.LayerNorm)} == {spec.config.eps}


@pytest.mark.parametrize("spec", OF_TIMM, ids=names)
def test_timm_entries(spec: CheckpointSpec) -> None:
    wanted = timm.models.get_pretrained_cfg(spec.name)
    assert wanted is not None
    ours = spec.preprocess
    assert spec.hub == wanted.hf_hub_id
    assert (ours.mean, ours.std, ours.interpolation) == (wanted.mean, wanted.std, wanted.interpolation)
    assert (3, ours.crop, ours.crop) == wanted.input_size
    assert ours.resize == math.floor(ours.crop / wanted.crop_pct)
    assert (ours.fit, wanted.crop_mode) == ("shortest", "center")
    assert spec.config.n_classes == wanted.num_classes
    assert spec.licence.lower() == wanted.license


@pytest.mark.parametrize("spec", OF_TRANSFORMERS, ids=names)
def test_transformers_entries(spec: CheckpointSpec) -> None:
    """transformers' model of the entry's shape holds the entry's tensors, and those that are dropped on purpose."""
    config = spec.config
    kind = spec.dialect.removeprefix("hf_")
    sizes: dict[str, Any] = {
        "image_size": config.image_size,
        "patch_size": config.patch_size,
        "hidden_size": config.d_model,
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "num_labels": config.n_classes,
        "layer_norm_eps": config.eps,
        **({"mlp_ratio": 4} if "dinov2" in kind else {"intermediate_size": config.d_mlp}),
    }
    family = {
        "vit": transformers.ViTForImageClassification,
        "deit": transformers.DeiTForImageClassificationWithTeacher,
        "dinov2": transformers.Dinov2Model,
        "dinov2_with_registers": transformers.Dinov2WithRegistersModel,
    }[kind]
    with torch.device("meta"):
        module = family(family.config_class(**sizes))
    theirs = dict(module.state_dict())
    dialect = find_dialect(theirs, candidates(spec.dialect))
    plain = {key.removeprefix(dialect.body): tensor.shape for key, tensor in theirs.items()}
    ours = {key.removeprefix(dialect.body): shape for key, shape in their_shapes(config, dialect).items()}
    assert {key: shape for key, shape in plain.items() if key in ours} == ours
    assert plain.keys() - ours.keys() <= {"embeddings.mask_token"}


@pytest.mark.parametrize("name", TIMM_ARCHITECTURES)
def test_the_shapes_behind_timms_names(name: str) -> None:
    config = TIMM_ARCHITECTURES[name]
    with torch.device("meta"):
        # Where the mean is taken, the last norm has another name; a folder says which.
        module = timm.create_model(name, num_classes=config.n_classes, weight_init="skip", global_pool="token")
    assert their_shapes(config, TIMM) == shapes_of(module)
    assert module.blocks[0].attn.num_heads == config.n_heads
    assert {m.eps for m in module.modules() if isinstance(m, torch.nn.LayerNorm)} == {config.eps}
    assert module.patch_embed.img_size == (config.image_size, config.image_size)
    assert module.no_embed_class is not config.prefix_positions
