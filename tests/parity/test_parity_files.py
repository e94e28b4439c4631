"""Folders and files as the libraries write them, loaded by `load`, against the library that wrote them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import timm
import torch
import transformers
from PIL import Image
from timm.data import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD, create_transform, resolve_data_config
from timm.layers import SwiGLUPacked
from torch import Tensor, nn

import vit_core
from tests.support.perturb import perturb
from tests.support.references import (
    HF_SIZES,
    REFERENCES,
    TIMM_GATED,
    Reference,
    assert_same,
    divergence,
    timm_vit,
    torchvision_vit,
)
from vit_core.checkpoints import loading
from vit_core.checkpoints.folder import describe
from vit_core.checkpoints.hf_folder import FAMILIES
from vit_core.checkpoints.io import INDEX, n_bytes
from vit_core.checkpoints.labels import ASSETS, label_set

pytestmark = pytest.mark.parity

HF = [name for name in REFERENCES if name.startswith("hf-")]
SHIPPED = [spec.name for spec in vit_core.available() if isinstance(spec, vit_core.ImageSpec) and spec.bundled]


def picture(*size: int) -> Tensor:
    return torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1))


def photo() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (37, 53, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((530, 370), Image.Resampling.BICUBIC)


# ---- transformers


@pytest.mark.parametrize("name", HF)
def test_a_folder_saved_by_transformers_gives_its_numbers(name: str, tmp_path: Path) -> None:
    """On disk the tensors have other names than in memory."""
    reference = REFERENCES[name]()
    module: Any = reference.module
    module.save_pretrained(tmp_path)
    loaded = vit_core.load(tmp_path)
    assert loaded.spec.config == reference.config
    assert_same(divergence(reference.watched(picture(24, 40)), loaded.model, picture(24, 40)), {"": 1e-5})


@pytest.mark.parametrize(("d_model", "ratio"), [(48, 4), (51, 2), (1536, 4), (60, 5)])
def test_a_giants_hidden_units_are_as_many_as_transformers_makes(d_model: int, ratio: int, tmp_path: Path) -> None:
    """Two thirds of the usual ones, rounded up to a multiple of 8."""
    sizes = {"hidden_size": d_model, "num_attention_heads": 3, "num_hidden_layers": 1, "mlp_ratio": ratio}
    config = transformers.Dinov2Config(**sizes, use_swiglu_ffn=True)
    with torch.device("meta"):
        module: Any = transformers.Dinov2Model(config)
    (tmp_path / "config.json").write_text(json.dumps(config.to_dict()))
    found = describe(tmp_path, {}, name="x").config
    assert found.gated and found.act == "silu"
    assert found.d_mlp == module.encoder.layer[0].mlp.down_proj.in_features


def test_of_a_giants_file_the_order_of_the_halves_counts(tmp_path: Path) -> None:
    reference = REFERENCES["hf-dinov2-giant"]()
    module: Any = reference.module
    module.save_pretrained(tmp_path)
    file = safetensors.torch.load_file(tmp_path / "model.safetensors")
    packed = [key for key in file if "weights_in" in key]
    assert len(packed) == 4  # of two layers weight and bias
    exchanged = {key: x.roll(len(x) // 2, dims=0).contiguous() if key in packed else x for key, x in file.items()}
    safetensors.torch.save_file(exchanged, tmp_path / "model.safetensors")
    ours = vit_core.load(tmp_path).model
    with pytest.raises(AssertionError, match="first to differ"):
        assert_same(divergence(reference.watched(picture(24, 40)), ours, picture(24, 40)), {"": 1e-5})


def test_of_a_mae_folder_the_decoder_is_left_out_and_told(tmp_path: Path) -> None:
    module: Any = REFERENCES["hf-vit-mae"]().module
    module.save_pretrained(tmp_path)
    loaded = vit_core.load(tmp_path)
    assert [note.code for note in loaded.notes][:3] == ["default_preprocess", "fixed_positions", "decoder_left_out"]
    dropped = loaded.report.dropped_on_purpose
    assert dropped and all(key.startswith("decoder.") for key in dropped)
    assert {f"decoder.{key}" for key in module.decoder.state_dict()} >= {"decoder.mask_token"}
    module.vit.save_pretrained(tmp_path / "encoder")
    alone = vit_core.load(tmp_path / "encoder")
    assert [note.code for note in alone.notes] == ["default_preprocess", "fixed_positions", "no_class_head"]
    assert alone.report.dropped_on_purpose == ()


@pytest.mark.parametrize("kind", ["ViT", "DeiT"])
def test_of_a_model_that_learned_to_paint_hidden_patches_the_encoder_is_read(kind: str, tmp_path: Path) -> None:
    config = getattr(transformers, f"{kind}Config")(**HF_SIZES, intermediate_size=96, encoder_stride=8)
    module: Any = perturb(getattr(transformers, f"{kind}ForMaskedImageModeling")(config))
    module.save_pretrained(tmp_path)
    loaded = vit_core.load(tmp_path)
    assert {"decoder_left_out", "no_class_head"} < {note.code for note in loaded.notes}
    for size in ((32, 32), (24, 40)):
        trace = vit_core.trace.trace_pixels(loaded, picture(*size)[0])
        with torch.no_grad():
            body = module.base_model(picture(*size), interpolate_pos_encoding=True)
        torch.testing.assert_close(trace["ln_final"], body.last_hidden_state[0], atol=1e-5, rtol=0)


def test_msn_with_either_name_before_its_layers(tmp_path: Path) -> None:
    """The published files say vit.encoder.layer; transformers 5 leaves vit. out where it writes a head beside it."""
    reference = REFERENCES["hf-vit-msn"]()
    module: Any = reference.module
    module.save_pretrained(tmp_path)
    file = safetensors.torch.load_file(tmp_path / "model.safetensors")
    for body in ("", "vit."):
        named = {key if key[:4] in ("vit.", "clas") else body + key: value for key, value in file.items()}
        safetensors.torch.save_file(named, tmp_path / "model.safetensors")
        assert any(key.startswith(f"{body}encoder.layer") for key in named)
        ours = vit_core.load(tmp_path).model
        assert_same(divergence(reference.watched(picture(24, 40)), ours, picture(24, 40)), {"": 1e-5})


def test_a_folder_in_several_files_is_the_same_model(tmp_path: Path) -> None:
    reference = REFERENCES[HF[0]]()
    module: Any = reference.module
    module.save_pretrained(tmp_path, max_shard_size="20KB")
    parts = sorted(tmp_path.glob("model-*.safetensors"))
    assert len(parts) > 2 and not (tmp_path / "model.safetensors").exists()
    loaded = vit_core.load(tmp_path)
    assert loaded.spec.config == vit_core.checkpoints.peek(tmp_path, "it").config == reference.config
    assert_same(divergence(reference.watched(picture(24, 40)), loaded.model, picture(24, 40)), {"": 1e-5})
    assert n_bytes(tmp_path / INDEX) == sum(part.stat().st_size for part in parts)
    parts[1].rename(tmp_path / "elsewhere")
    with pytest.raises(vit_core.CheckpointError, match=parts[1].name):
        vit_core.load(tmp_path)
    parts[0].rename(parts[1])
    (tmp_path / INDEX).write_text((tmp_path / INDEX).read_text().replace(parts[0].name, "../model.safetensors"))
    with pytest.raises(vit_core.CheckpointError, match="of this folder"):
        vit_core.load(tmp_path)


def test_what_transformers_reads_from_a_config_is_what_we_read(tmp_path: Path) -> None:
    """eps and activation are the config's; GELU by tanh and eps 1e-12 differ by little enough to be missed by eye."""
    config = transformers.ViTConfig(
        **HF_SIZES, intermediate_size=96, layer_norm_eps=1e-3, hidden_act="gelu_new", qkv_bias=False
    )
    module = perturb(transformers.ViTForImageClassification(config))
    module.save_pretrained(tmp_path)
    ours = vit_core.load(tmp_path).model
    with torch.no_grad():
        torch.testing.assert_close(ours(picture(32, 32)), module(picture(32, 32)).logits, atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", FAMILIES)
def test_what_a_config_leaves_out_is_transformers_default(kind: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}))
    found = describe(tmp_path, {"classifier.weight": torch.zeros(0)}, name="x").config
    default = transformers.AutoConfig.for_model(kind)
    assert (found.image_size, found.patch_size, found.eps) == (
        default.image_size,
        default.patch_size,
        default.layer_norm_eps,
    )
    assert (found.d_model, found.n_layers, found.n_heads) == (
        default.hidden_size,
        default.num_hidden_layers,
        default.num_attention_heads,
    )
    assert found.d_mlp == (default.hidden_size * default.mlp_ratio if "dinov2" in kind else default.intermediate_size)
    assert (found.act, found.qkv_bias, found.n_classes) == (default.hidden_act, default.qkv_bias, default.num_labels)
    assert found.n_registers == getattr(default, "num_register_tokens", 0)


PROCESSORS = [
    ("vit", "ViTImageProcessor", {}),
    ("vit", "ViTImageProcessor", {"size": {"height": 48, "width": 48}, "image_mean": [0.1, 0.2, 0.3], "resample": 3}),
    ("vit", "ViTImageProcessor", {"size": {"shortest_edge": 40}, "do_center_crop": True, "crop_size": 32}),
    ("vit", "ViTImageProcessor", {"do_normalize": False}),
    ("deit", "DeiTImageProcessor", {}),
    ("dinov2", "BitImageProcessor", {"size": {"shortest_edge": 256}}),
    ("dinov2_with_registers", "BitImageProcessor", {"size": {"shortest_edge": 256}}),
]


@pytest.mark.parametrize(("kind", "processor", "options"), PROCESSORS, ids=str)
def test_a_saved_image_processor_is_reproduced(
    kind: str, processor: str, options: dict[str, Any], tmp_path: Path
) -> None:
    reference = {"dinov2_with_registers": "hf-dinov2-no-registers"}.get(kind, f"hf-{kind}")
    module: Any = REFERENCES[reference]().module
    module.save_pretrained(tmp_path)
    # The PIL backend: torchvision's own bicubic on tensors differs from PIL's by up to a few grey levels.
    theirs = getattr(transformers, f"{processor}Pil")(**options)
    theirs.save_pretrained(tmp_path)
    loaded = vit_core.load(tmp_path)
    expected = theirs(photo(), return_tensors="pt")["pixel_values"][0]
    found = loaded.preprocess(photo())
    assert found.shape == expected.shape
    level = 1 / 255 / min(loaded.preprocess.std)
    assert (found - expected).abs().max() <= 1.01 * level
    assert "default_preprocess" not in [note.code for note in loaded.notes]


def test_of_two_files_of_a_processor_the_one_that_transformers_takes_is_read(tmp_path: Path) -> None:
    module: Any = REFERENCES["hf-vit"]().module
    module.save_pretrained(tmp_path)
    inside = {"image_processor_type": "ViTImageProcessor", "size": {"height": 48, "width": 48}, "resample": 3}
    other = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}, "resample": 2}
    (tmp_path / "processor_config.json").write_text(json.dumps({"processor_class": "X", "image_processor": inside}))
    for older in (None, other):
        if older:
            (tmp_path / "preprocessor_config.json").write_text(json.dumps(older))
        theirs = transformers.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
        expected = theirs(photo(), return_tensors="pt")["pixel_values"][0]
        torch.testing.assert_close(vit_core.load(tmp_path).preprocess(photo()), expected, atol=1e-6, rtol=0)
    (tmp_path / "processor_config.json").write_text(json.dumps({"processor_class": "X"}))  # as older ones are
    assert vit_core.load(tmp_path).preprocess.crop == 32


# ---- torchvision


def test_a_torchvision_file_in_either_spelling_gives_its_numbers(tmp_path: Path) -> None:
    """The published files call the MLP's layers linear_1 and linear_2, today's code mlp.0 and mlp.3."""
    reference = torchvision_vit()
    state = reference.module.state_dict()
    older = {key.replace("mlp.0", "mlp.linear_1").replace("mlp.3", "mlp.linear_2"): v for key, v in state.items()}
    assert older.keys() != state.keys()
    for name, tensors in (("today", state), ("older", older)):
        torch.save(tensors, tmp_path / f"{name}.pth")
        ours = vit_core.load(tmp_path / f"{name}.pth", like=reference.config).model
        assert_same(divergence(reference.watched(picture(32, 32)), ours, picture(32, 32)), {"": 1e-5})


# ---- timm

SMALL = {"img_size": 32, "patch_size": 8, "depth": 2, "embed_dim": 48, "num_heads": 3, "mlp_ratio": 2.0}
TIMM_FOLDERS: list[tuple[str, dict[str, Any]]] = [
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 0, "init_values": 0.1, "qkv_bias": False}),
    ("deit_tiny_distilled_patch16_224", {**SMALL, "num_classes": 7}),
    ("vit_small_patch14_reg4_dinov2", {**SMALL, "num_classes": 7, "reg_tokens": 3}),
    ("deit3_small_patch16_224", {**SMALL, "num_classes": 7, "no_embed_class": False}),
    ("vit_huge_patch14_224", {**SMALL, "num_classes": 7}),
    ("vit_giant_patch14_224", {key: value for key, value in SMALL.items() if key != "mlp_ratio"} | {"num_classes": 7}),
    ("deit3_huge_patch14_224", {**SMALL, "num_classes": 7}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7, "reg_tokens": 3}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7, "reg_tokens": 3, "global_pool": "avg"}),
    ("vit_giant_patch14_dinov2", {**SMALL, "num_classes": 7}),
    ("vit_giant_patch14_reg4_dinov2", {**SMALL, "num_classes": 0, "act_layer": "gelu_tanh", "reg_tokens": 3}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7, "act_layer": "SiLU"}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7, "init_values": 0}),
    ("vit_base_patch16_224_miil", {**SMALL, "num_classes": 7}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7, "global_pool": "avg"}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7, "global_pool": "avg", "fc_norm": False}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7, "fc_norm": True}),
    ("vit_tiny_patch16_224", {**SMALL, "num_classes": 7, "drop_path_rate": 0.1, "drop_rate": 0.1, "qk_norm": False}),
]


@pytest.mark.parametrize(("architecture", "options"), TIMM_FOLDERS, ids=str)
def test_a_folder_saved_by_timm_gives_its_numbers(architecture: str, options: dict[str, Any], tmp_path: Path) -> None:
    module = perturb(timm.create_model(architecture, **options))
    timm.models.save_for_hf(module, tmp_path, model_args=options, safe_serialization=True)
    loaded = vit_core.load(tmp_path)
    with torch.no_grad():
        expected = module(picture(32, 32))
        if options["num_classes"]:
            torch.testing.assert_close(loaded.model(picture(32, 32)), expected, atol=1e-5, rtol=0)
        else:
            trace = vit_core.trace.trace_pixels(loaded, picture(32, 32)[0])
            torch.testing.assert_close(trace["ln_final"][0], expected[0], atol=1e-5, rtol=0)
    transform = create_transform(**resolve_data_config({"input_size": (3, 32, 32)}, model=module))
    torch.testing.assert_close(loaded.preprocess(photo()), transform(photo()), atol=1e-6, rtol=0)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("architecture", "name"),
    [("vit_giant_patch14_dinov2", "act_layer"), ("vit_small_patch14_dinov2", "init_values")],
)
def test_an_argument_that_is_said_to_be_nothing(architecture: str, name: str, wrapped: bool, tmp_path: Path) -> None:
    """timm hands it on, in the place of the architecture's own; where transformers asks timm it is left out first."""
    arguments = {**SMALL, "num_classes": 7}
    module = perturb(timm.create_model(architecture, **arguments))
    if name == "init_values" and not wrapped:
        module = perturb(timm.models.vision_transformer.VisionTransformer(**arguments))
        module.pretrained_cfg = timm.models.get_pretrained_cfg(architecture).to_dict()
    said = {**arguments, name: None}
    if wrapped:
        sizes = {"input_size": [3, 32, 32], "mean": [0.5] * 3, "std": [0.5] * 3}
        more = {"do_pooling": True, "num_labels": 7}
        del said["num_classes"]
        config = transformers.TimmWrapperConfig(
            architecture=architecture, model_args=said, pretrained_cfg=sizes, **more
        )
        wrapper: Any = transformers.TimmWrapperForImageClassification(config)
        wrapper.timm_model.load_state_dict(module.state_dict())
        wrapper.save_pretrained(tmp_path)
        timms: Any = transformers.TimmWrapperForImageClassification.from_pretrained(tmp_path).timm_model.eval()
    else:
        timm.models.save_for_hf(module, tmp_path, model_args=said, safe_serialization=True)
        timms = timm.create_model(f"local-dir:{tmp_path}", pretrained=True).eval()
    with torch.no_grad():
        expected = timms(picture(32, 32))
        torch.testing.assert_close(vit_core.load(tmp_path).model(picture(32, 32)), expected, atol=1e-5, rtol=0)
        if name == "act_layer":
            as_it_is = module(picture(32, 32))
            assert ((as_it_is - expected).abs().max() < 1e-4) == wrapped


@pytest.mark.parametrize("ratio", [2.0, 2.66667 * 2, None])
def test_a_gate_that_users_name_in_code_is_seen_in_the_file_and_told(ratio: float | None, tmp_path: Path) -> None:
    """Virchow2, UNI 2 and H0-mini: their cards give timm mlp_layer=SwiGLUPacked, which no config.json can say."""
    said: dict[str, Any] = {**SMALL, "num_classes": 0, "init_values": 0.5, "reg_tokens": 4, "no_embed_class": True}
    said = {**said, "mlp_ratio": ratio} if ratio else {key: said[key] for key in said if key != "mlp_ratio"}
    module = perturb(timm.create_model("vit_huge_patch14_224", **said, mlp_layer=SwiGLUPacked, act_layer=nn.SiLU))
    nothing = {"mlp_layer": None, "act_layer": None}  # what timm asks for in the place of classes
    timm.models.save_for_hf(module, tmp_path, model_args={**said, **nothing}, safe_serialization=True)
    raw = json.loads((tmp_path / "config.json").read_text())
    assert raw["model_args"].items() >= nothing.items()
    assert vit_core.load(tmp_path).spec.config.act == "silu"
    (tmp_path / "config.json").write_text(json.dumps({**raw, "model_args": said}))
    loaded = vit_core.load(tmp_path)
    assert [note.code for note in loaded.notes] == ["gate_seen", "registers", "layer_scale", "gated", "no_class_head"]
    bare = vit_core.load(tmp_path / "model.safetensors", like=replace(loaded.spec.config, gated=False, act="gelu"))
    assert "gate_seen" in {note.code for note in bare.notes}
    for ours in (loaded, bare):
        assert ours.spec.config == loaded.spec.config
        with torch.no_grad():
            expected = module(picture(32, 32))
        trace = vit_core.trace.trace_pixels(ours, picture(32, 32)[0])
        torch.testing.assert_close(trace["ln_final"][0], expected[0], atol=1e-5, rtol=0)


def dinov2s_own(reference: Reference, *, registers: bool) -> dict[str, Tensor]:
    """The tensors of a timm model as facebookresearch/dinov2 writes them: CLS has a position, registers have none."""
    state = {key: tensor.clone() for key, tensor in reference.module.state_dict().items()}
    if reference.config.gated:
        renamed = {"mlp.fc1": "mlp.w12", "mlp.fc2": "mlp.w3"}
        state = {key.replace(key[9:16], renamed.get(key[9:16], key[9:16])): x for key, x in state.items()}
    noise = torch.Generator().manual_seed(3)
    if registers:
        state["register_tokens"] = state.pop("reg_token")
        state["pos_embed"] = torch.cat([torch.randn(1, 1, 48, generator=noise), state["pos_embed"]], dim=1)
    return {**state, "mask_token": torch.randn(1, 48, generator=noise)}


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("registers", [False, True])
@pytest.mark.parametrize("wrap", ["published", "training", "chunks"])
def test_dinov2s_own_file_is_what_timm_makes_of_it(
    registers: bool, wrap: str, gated: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more: dict[str, Any] = {"reg_tokens": 3, "no_embed_class": True} if registers else {}
    more |= TIMM_GATED if gated else {}
    reference = timm_vit(init_values=0.5, num_classes=0, **more)
    own = dinov2s_own(reference, registers=registers)
    module: Any = reference.module
    module.load_state_dict(timm.models.vision_transformer.checkpoint_filter_fn(dict(own), module), strict=True)
    content: Any = own
    if wrap != "published":
        content = {f"backbone.{key}": value for key, value in own.items()}
        content = {"teacher": {**content, "dino_head.mlp.0.weight": torch.zeros(2), "ibot_head.x": torch.zeros(2)}}
    if wrap == "chunks":
        content["teacher"] = {key.replace("blocks.", "blocks.0."): value for key, value in content["teacher"].items()}
    torch.save(content, tmp_path / "pretrain.pth")

    name = "facebook/dinov2-with-registers-small" if registers else "facebook/dinov2-small"
    shape = replace(reference.config, prefix_positions=True, position_resample="bicubic")
    known = vit_core.checkpoints.registry.REGISTRY[name]
    monkeypatch.setattr(loading, "REGISTRY", {name: replace(known, config=shape)})
    assert any(".mlp.w12." in key for key in own) == gated
    plain = replace(shape, gated=False, act="gelu")  # a shape that says nothing of a gate, which the file's names do
    for like in (name, shape, plain):
        loaded = vit_core.load(tmp_path / "pretrain.pth", like=like)
        trace = vit_core.trace.trace_pixels(loaded, picture(32, 32)[0])
        with torch.no_grad():
            expected = module.forward_features(picture(32, 32)[:1])[0]
        torch.testing.assert_close(trace["ln_final"], expected, atol=1e-5, rtol=0)
        # Off its size its authors' code resizes positions in its own way (tests/core/test_positions.py).
        assert loaded.spec.config.position_resample == ("bicubic_antialias" if registers else "bicubic_offset")
        assert {key.rpartition(".")[2] for key in loaded.report.dropped_on_purpose} >= {"mask_token"}


def as_published(table: Tensor, rows: int, cols: int, *, registers: bool) -> Tensor:
    """The positions [1, 1 + N, D] of a picture of rows x cols patches by dinov2/models/vision_transformer.py: bicubic,
    to a grid whose sides are given as shares of the learned one. The published small to giant models add 0.1 patches
    to a side and do not filter; those with registers filter and add nothing (hub/backbones.py).
    """
    side = int((table.shape[1] - 1) ** 0.5)
    grid = table[:, 1:].unflatten(1, (side, side)).permute(0, 3, 1, 2)
    more = 0.0 if registers else 0.1
    shares = ((rows + more) / side, (cols + more) / side)
    if registers:
        resized = torch.nn.functional.interpolate(grid, size=(rows, cols), mode="bicubic", antialias=True)
    else:
        resized = torch.nn.functional.interpolate(grid, scale_factor=shares, mode="bicubic", antialias=False)
    assert resized.shape[-2:] == (rows, cols)
    return torch.cat([table[:, :1], resized.flatten(2).transpose(1, 2)], dim=1)


@pytest.mark.parametrize("size", [(24, 40), (48, 48), (16, 64), (72, 24)], ids=str)
@pytest.mark.parametrize("registers", [False, True])
def test_at_another_size_dinov2s_own_file_gives_what_its_authors_code_gives(
    registers: bool, size: tuple[int, int], tmp_path: Path
) -> None:
    more: dict[str, Any] = {"init_values": 0.5, "num_classes": 0}
    more |= {"reg_tokens": 3, "no_embed_class": True} if registers else {}
    reference = timm_vit(**more)
    own = dinov2s_own(reference, registers=registers)
    torch.save(own, tmp_path / "pretrain.pth")
    rows, cols = (side // reference.config.patch_size for side in size)
    resized = {**own, "pos_embed": as_published(own["pos_embed"], rows, cols, registers=registers)}
    module: Any = timm_vit(img_size=size, **more).module
    module.load_state_dict(timm.models.vision_transformer.checkpoint_filter_fn(resized, module), strict=True)
    with torch.no_grad():
        expected = module.forward_features(picture(*size)[:1])[0]

    def off(**changes: Any) -> float:
        like = replace(reference.config, prefix_positions=True, position_resample="bicubic")
        loaded = vit_core.load(tmp_path / "pretrain.pth", like=replace(like, **changes))
        return (vit_core.trace.trace_pixels(loaded, picture(*size)[0])["ln_final"] - expected).abs().max().item()

    assert off() < 1e-5
    slips = {"bicubic_offset", "bicubic_antialias", "bicubic_corners", "bilinear"}
    slips -= {"bicubic_antialias" if registers else "bicubic_offset"}
    for rule in slips:  # a shape that says its own rule is obeyed, so that each slip can be planted
        assert off(position_resample=rule) > 1e-4, rule


def test_a_tensor_that_dinov2_has_not_is_no_part_of_it(tmp_path: Path) -> None:
    reference = timm_vit(init_values=0.5, num_classes=0)
    own = dinov2s_own(reference, registers=False)
    for more in ("register_tokens", "adapter.weight"):
        torch.save({**own, more: torch.zeros(1, 3, 48)}, tmp_path / "pretrain.pth")
        with pytest.raises(vit_core.CheckpointError) as caught:
            vit_core.load(tmp_path / "pretrain.pth", like=reference.config)
        assert (caught.value.code, caught.value.params["tensor"]) == ("unexpected_tensor", more)


@pytest.mark.parametrize("pool", ["cls", "mean+norm"])
def test_a_bare_file_whose_norm_stands_behind_a_mean_reads_the_mean(pool: Any, tmp_path: Path) -> None:
    """MAE's fine-tuned files: {"model": ...} with fc_norm in the place of norm. CLS would give other scores."""
    reference = timm_vit(global_pool="avg")
    torch.save({"model": reference.module.state_dict(), "epoch": 99}, tmp_path / "finetuned.pth")
    loaded = vit_core.load(tmp_path / "finetuned.pth", like=replace(reference.config, pool=pool))
    assert_same(divergence(reference.watched(picture(24, 40)), loaded.model, picture(24, 40)), {"": 1e-5})
    assert ("mean_read" in [note.code for note in loaded.notes]) is (pool == "cls")
    assert loaded.spec.config.pool == "mean+norm"


def test_a_norm_that_does_not_stand_where_it_should_is_refused(tmp_path: Path) -> None:
    behind, before = timm_vit(global_pool="avg"), timm_vit(global_pool="avg", fc_norm=False)
    for reference, pool, code in ((behind, "mean", "unexpected_tensor"), (before, "mean+norm", "missing_tensor")):
        torch.save(reference.module.state_dict(), tmp_path / "model.pth")
        with pytest.raises(vit_core.CheckpointError) as caught:
            vit_core.load(tmp_path / "model.pth", like=replace(reference.config, pool=pool))
        assert (caught.value.code, caught.value.params["tensor"]) == (code, "fc_norm.weight")
    for options, said, code in (
        ({"global_pool": "avg"}, "token", "unexpected_tensor"),
        ({}, "avg", "missing_tensor"),
    ):
        folder = timm_folder(tmp_path / said, {}, {**options, "num_classes": 7})
        raw = json.loads((folder / "config.json").read_text())
        raw["global_pool"] = said
        raw["model_args"]["global_pool"] = said
        (folder / "config.json").write_text(json.dumps(raw))
        with pytest.raises(vit_core.CheckpointError) as caught:
            vit_core.load(folder)
        assert (caught.value.code, caught.value.params["tensor"]) == (code, "fc_norm.weight")


def timm_folder(path: Path, changes: dict[str, Any], options: dict[str, Any]) -> Path:
    """A folder saved by timm, with changes in its pretrained_cfg."""
    timm.models.save_for_hf(
        timm.create_model("vit_tiny_patch16_224", **SMALL, **options), path, safe_serialization=True
    )
    raw = json.loads((path / "config.json").read_text())
    raw["pretrained_cfg"].update(changes)
    (path / "config.json").write_text(json.dumps(raw))
    return path


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"qk_norm": True}, "unsupported_architecture", "qk_norm"),
    ({}, {"global_pool": "max"}, "unsupported_architecture", "max pooling"),
    ({}, {"class_token": False, "global_pool": "avg"}, "unsupported_architecture", "class_token"),
    ({}, {"in_chans": 1}, "unsupported_architecture", "1 colour channels"),
    ({"crop_mode": "border"}, {}, "unsupported_preprocess", "border"),
]


@pytest.mark.parametrize(("changes", "options", "code", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_what_timm_can_do_and_we_cannot_is_refused_rather_than_ignored(
    changes: dict[str, Any], options: dict[str, Any], code: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(vit_core.CheckpointError) as caught:
        vit_core.load(timm_folder(tmp_path, changes, options))
    assert caught.value.code == code
    assert words in str(caught.value)


# ---- timm's models in transformers' wrapper

CFG = {"mean": [0.1, 0.2, 0.3], "std": [0.5, 0.4, 0.3], "input_size": [3, 40, 40], "interpolation": "bilinear"}
WRAPPED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("vit_tiny_patch16_224", {}, {"num_labels": 7}),
    ("vit_tiny_patch16_224.augreg_in21k_ft_in1k", {}, {"id2label": dict(enumerate("abc"))}),
    ("deit_tiny_distilled_patch16_224", {}, {"num_labels": 7}),
    ("vit_small_patch14_reg4_dinov2", {"reg_tokens": 3}, {"num_labels": 7}),
    ("vit_tiny_patch16_224", {"global_pool": "avg", "drop_path_rate": 0.1}, {"num_labels": 7}),
    ("vit_tiny_patch16_224", {}, {"num_labels": 7, "head": False}),
]


@pytest.mark.parametrize(("architecture", "arguments", "more"), WRAPPED, ids=str)
def test_a_folder_of_transformers_wrapper_of_timm_gives_its_numbers(
    architecture: str, arguments: dict[str, Any], more: dict[str, Any], tmp_path: Path
) -> None:
    said = {**SMALL, "dynamic_img_size": True, **arguments}
    head, classes = more.get("head", True), {key: value for key, value in more.items() if key != "head"}
    config = transformers.TimmWrapperConfig(architecture=architecture, model_args=said, pretrained_cfg=CFG, **classes)
    family = transformers.TimmWrapperForImageClassification if head else transformers.TimmWrapperModel
    module: Any = perturb(family(config))
    module.save_pretrained(tmp_path)
    loaded = vit_core.load(tmp_path)
    assert vit_core.checkpoints.peek(tmp_path, "it").config == loaded.spec.config
    assert loaded.labels == (tuple("abc") if "id2label" in more else ())
    for size in ((32, 32), (24, 40)):
        with torch.no_grad():
            if head:
                expected = module(picture(*size)).logits
                torch.testing.assert_close(loaded.model(picture(*size)), expected, atol=1e-5, rtol=0)
            else:
                trace = vit_core.trace.trace_pixels(loaded, picture(*size)[0])
                expected = module(picture(*size)).last_hidden_state[0]
                torch.testing.assert_close(trace["ln_final"], expected, atol=1e-5, rtol=0)
                assert loaded.spec.config.n_classes == 0
    theirs = transformers.TimmWrapperImageProcessor.from_pretrained(tmp_path)
    expected = theirs(photo(), return_tensors="pt")["pixel_values"][0]
    torch.testing.assert_close(loaded.preprocess(photo()), expected, atol=1e-6, rtol=0)


def test_a_wrapper_of_what_is_no_plain_vit_says_what_it_wraps(tmp_path: Path) -> None:
    folder = timm_folder(tmp_path, {}, {"num_classes": 7})
    raw = json.loads((folder / "config.json").read_text())
    raw |= {"model_type": "timm_wrapper", "architecture": "resnet50.a1_in1k"}
    (folder / "config.json").write_text(json.dumps(raw))
    with pytest.raises(vit_core.CheckpointError, match="resnet50"):
        vit_core.load(folder)
    raw |= {"architecture": "vit_tiny_patch16_224", "problem_type": "multi_label_classification"}
    (folder / "config.json").write_text(json.dumps(raw))
    assert vit_core.load(folder).model.config.answer == "each"


@pytest.mark.parametrize("dynamic", [True, False])
def test_pictures_are_of_the_size_that_timm_makes_of_them(dynamic: bool, tmp_path: Path) -> None:
    """Positions for 32 pixels under pictures of 48: with dynamic_img_size they follow the pictures."""
    folder = timm_folder(tmp_path, {}, {"num_classes": 3})
    raw = json.loads((folder / "config.json").read_text())
    raw["pretrained_cfg"]["input_size"] = [3, 48, 48]
    raw["model_args"] = {**raw["model_args"], **({"dynamic_img_size": True} if dynamic else {})}
    (folder / "config.json").write_text(json.dumps(raw))
    module = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    expected = create_transform(**resolve_data_config({}, model=module))(photo())
    loaded = vit_core.load(folder)
    assert expected.shape[-1] == (48 if dynamic else 32)
    torch.testing.assert_close(loaded.preprocess(photo()), expected, atol=1e-6, rtol=0)
    with torch.no_grad():
        torch.testing.assert_close(loaded.model(expected[None]), module(expected[None]), atol=1e-5, rtol=0)


def test_timms_squashed_pictures_and_own_labels(tmp_path: Path) -> None:
    labels = list("abcdefg")
    loaded = vit_core.load(timm_folder(tmp_path, {"crop_mode": "squash", "label_names": labels}, {"num_classes": 7}))
    assert loaded.labels == tuple(labels)
    assert loaded.notes == ()
    transform = create_transform((3, 32, 32), crop_pct=0.9, crop_mode="squash", interpolation="bicubic")
    ours = replace(loaded.preprocess, mean=IMAGENET_DEFAULT_MEAN, std=IMAGENET_DEFAULT_STD)
    torch.testing.assert_close(ours(photo()), transform(photo()), atol=1e-6, rtol=0)


def test_a_thousand_classes_of_timm_are_taken_for_imagenets_and_it_is_said(tmp_path: Path) -> None:
    loaded = vit_core.load(timm_folder(tmp_path, {"mean": None}, {"num_classes": 1000}))
    assert loaded.labels[0] == "tench" and "ko" in loaded.labels_by_language
    assert [note.code for note in loaded.notes] == ["labels_assumed", "default_preprocess"]


def test_of_a_registered_name_the_classes_are_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = timm_folder(tmp_path, {}, {"num_classes": 1000})
    monkeypatch.setattr(loading, "fetch", lambda repo, progress: folder)
    loaded = vit_core.load("vit_tiny_patch16_224.augreg_in21k_ft_in1k")
    assert loaded.labels[0] == "tench"
    assert loaded.notes == ()


# ---- the shipped checkpoint


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_checkpoint_is_what_transformers_makes_of_the_folder(name: str) -> None:
    folder = ASSETS / "checkpoints" / name
    theirs = transformers.ViTForImageClassification.from_pretrained(folder, dtype=torch.float32).eval()
    ours = vit_core.load(name)
    pixels = ours.preprocess(photo())[None]
    patch = ours.model.config.patch_size
    other_size = torch.nn.functional.interpolate(pixels, size=(8 * patch, 12 * patch), mode="bicubic")
    for x in (pixels, other_size):
        trace = vit_core.trace.trace_pixels(ours, x[0])
        with torch.no_grad():
            theirs.set_attn_implementation("eager")
            output = theirs(x, interpolate_pos_encoding=True, output_attentions=True)
        torch.testing.assert_close(trace.logits, output.logits[0], atol=1e-4, rtol=0)
        for layer, pattern in enumerate(output.attentions):
            torch.testing.assert_close(trace.pattern(layer), pattern[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_folder_wants_its_pictures_as_transformers_prepares_them(name: str) -> None:
    processor = transformers.AutoImageProcessor.from_pretrained(ASSETS / "checkpoints" / name, backend="pil")
    expected = processor(photo(), return_tensors="pt")["pixel_values"][0]
    ours = vit_core.load(name).preprocess
    assert (ours(photo()) - expected).abs().max() <= 1.01 / 255 / min(ours.std)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_config_names_the_classes_of_the_label_set(name: str) -> None:
    names = json.loads((ASSETS / "checkpoints" / name / "config.json").read_text(encoding="utf-8"))["id2label"]
    loaded = vit_core.load(name)
    assert loaded.labels == tuple(names[str(i)] for i in range(loaded.model.config.n_classes))
    assert loaded.labels_by_language["en"] == label_set(loaded.spec.labels)["en"]
    assert loaded.labels_by_language["ko"] == label_set(loaded.spec.labels)["ko"]
