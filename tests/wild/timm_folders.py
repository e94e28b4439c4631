"""Folders in timm's form, as timm/<name> and other hub repositories have them, and transformers' wrapper of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import safetensors.torch
import timm
import torch
import transformers
from PIL import Image
from timm.layers import SwiGLUPacked
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn

from tests.wild.forms import Answer, Case, Form
from tests.wild.readers import OfTimm, timms_folder
from tests.wild.weights import shaken

Arguments = dict[str, Any]
# Of models of these sizes so many layers are written, of so many: the whole takes gigabytes, twice, and minutes.
LAYERS = {"base": (6, 12), "large": (4, 24), "huge": (3, 32), "giant": (2, 40), "so400m": (4, 27)}


def layers_of(name: str) -> tuple[int, int] | None:
    """How many layers of a model are written, and how many it has; None where all are."""
    return next((layers for size, layers in LAYERS.items() if f"_{size}" in name), None)


@cache
def shape_of(name: str) -> tuple[int, int, int, int]:
    """Width, layers, patch and picture size of one of timm's models."""
    with torch.device("meta"):
        model = timm.create_model(name)
    return model.embed_dim, len(model.blocks), model.patch_embed.patch_size[0], model.patch_embed.img_size[0]


def made(name: str, **arguments: Any) -> VisionTransformer:
    """One of timm's models with random weights."""
    return shaken(lambda: timm.create_model(name, **arguments))


def written(folder: Path, name: str, arguments: Arguments, *, pickled: bool = False) -> Case:
    """A folder as timm writes it.

    Args:
        name: architecture and tag, whose pretrained_cfg is the one that timm has.
        arguments: what config.json says as model_args.
        pickled: pytorch_model.bin in place of model.safetensors.
    """
    module = made(name, **arguments)
    timm.models.save_for_hf(module, folder, model_args=arguments or None, safe_serialization=not pickled)
    patch, size = module.patch_embed.patch_size[0], module.patch_embed.img_size[0]
    del module
    return Case(folder, partial(timms_folder, folder), patch=patch, size=size)


# Names under which timm publishes weights.
HUB = """
vit_tiny_patch16_224.augreg_in21k vit_tiny_patch16_224.augreg_in21k_ft_in1k vit_tiny_patch16_384.augreg_in21k_ft_in1k
vit_small_patch8_224.dino vit_small_patch16_224.dino vit_small_patch16_224.augreg_in1k
vit_small_patch16_224.augreg_in21k vit_small_patch16_224.augreg_in21k_ft_in1k
vit_small_patch16_384.augreg_in21k_ft_in1k vit_small_patch32_224.augreg_in21k_ft_in1k
vit_small_patch32_384.augreg_in21k_ft_in1k vit_small_patch14_dinov2.lvd142m vit_small_patch14_reg4_dinov2.lvd142m
vit_base_patch16_224.augreg_in21k
vit_base_patch16_224.augreg_in21k_ft_in1k vit_base_patch16_224.orig_in21k
vit_base_patch16_224.sam_in1k vit_base_patch16_224.mae vit_base_patch16_224.dino vit_base_patch16_224.bamboo
vit_base_patch16_224_miil.in21k_ft_in1k
vit_base_patch32_384.augreg_in21k_ft_in1k vit_base_patch14_reg4_dinov2.lvd142m
vit_large_patch16_224.augreg_in21k_ft_in1k vit_large_patch16_224.mae
vit_large_patch14_reg4_dinov2.lvd142m
vit_huge_patch14_224.mae
deit_tiny_patch16_224.fb_in1k deit_small_patch16_224.fb_in1k deit_base_patch16_224.fb_in1k
deit_tiny_distilled_patch16_224.fb_in1k deit_small_distilled_patch16_224.fb_in1k
deit_base_distilled_patch16_384.fb_in1k
deit3_small_patch16_224.fb_in1k deit3_small_patch16_384.fb_in22k_ft_in1k deit3_medium_patch16_224.fb_in1k
deit3_base_patch16_224.fb_in22k_ft_in1k deit3_huge_patch14_224.fb_in1k
flexivit_small.1200ep_in1k flexivit_base.1000ep_in21k flexivit_large.600ep_in1k
eva_large_patch14_196.in22k_ft_in1k test_vit.r160_in1k
vit_giant_patch14_dinov2.lvd142m vit_giant_patch14_reg4_dinov2.lvd142m
vit_base_patch14_reg1_tipsv2.webli vit_so400m_patch14_reg1_tipsv2.webli vit_giant_patch14_reg1_tipsv2.webli
""".split()  # noqa: SIM905

# Repositories of others in timm's form: architecture, model_args.
OTHERS: list[tuple[str, str, Arguments, bool]] = [
    ("MahmoodLab/UNI", "vit_large_patch16_224",
     {"img_size": 224, "init_values": 1e-5, "num_classes": 0, "dynamic_img_size": True}, True),
    ("1aurent/vit_small_patch16_224.kaiko_ai_towards_large_pathology_fms", "vit_small_patch16_224",
     {"num_classes": 0, "dynamic_img_size": True}, False),
    ("1aurent/vit_small_patch16_256.tcga_brca_dino", "vit_small_patch16_224", {"img_size": 256, "num_classes": 0},
     True),
    ("1aurent/vit_base_patch16_224.owkin_pancancer", "vit_base_patch16_224", {"num_classes": 0}, False),
    ("edadaltocg/vit_base_patch16_224_in21k_ft_cifar10", "vit_base_patch16_224", {"num_classes": 10}, True),
    ("a fine-tune of timm's train.py, drop path in model_args", "deit_small_patch16_224",
     {"num_classes": 7, "drop_path_rate": 0.1}, False),
    ("a fine-tune with average pooling", "vit_small_patch16_224", {"num_classes": 7, "global_pool": "avg"}, False),
    ("a fine-tune with average pooling before the norm", "vit_small_patch16_224",
     {"num_classes": 7, "global_pool": "avg", "fc_norm": False}, False),
    ("a fine-tune at another size", "vit_small_patch16_224", {"num_classes": 7, "img_size": 320}, False),
    ("a fine-tune of DINOv2 at 224 pixels", "vit_small_patch14_dinov2", {"num_classes": 7, "img_size": 224}, False),
    ("a model without biases of q, k and v", "vit_small_patch16_224", {"num_classes": 7, "qkv_bias": False}, False),
]  # fmt: skip


GIANT = {"embed_dim": 1536, "num_heads": 24, "init_values": 1e-5, "num_classes": 0, "mlp_ratio": 5.33334}
REGISTERED = {"no_embed_class": True, "dynamic_img_size": True}
# Pathology models with a gated MLP: architecture, model_args, layers, and whether the users' code names the gate.
GATED: list[tuple[str, str, Arguments, int, bool]] = [
    ("paige-ai/Virchow", "vit_huge_patch14_224",
     {"init_values": 1e-5, "num_classes": 0, "mlp_ratio": 5.3375, "global_pool": "", "dynamic_img_size": True}, 32,
     True),
    ("paige-ai/Virchow2", "vit_huge_patch14_224",
     {"init_values": 1e-5, "num_classes": 0, "mlp_ratio": 5.3375, "global_pool": "", "dynamic_img_size": True,
      "reg_tokens": 4}, 32, True),
    ("MahmoodLab/UNI2-h", "vit_giant_patch14_224", {**GIANT, **REGISTERED, "reg_tokens": 8}, 24, True),
    ("bioptimus/H0-mini", "vit_base_patch14_reg4_dinov2",
     {"img_size": 224, "init_values": 1e-5, "num_classes": 0, "dynamic_img_size": True}, 12, True),
    ("bioptimus/H-optimus-0", "vit_giant_patch14_reg4_dinov2", {"img_size": 224, "init_values": 1e-5}, 40, False),
    ("prov-gigapath/prov-gigapath", "vit_giant_patch14_dinov2",
     {**GIANT, "img_size": 224, "in_chans": 3, "patch_size": 16, "global_pool": "token"}, 40, False),
]  # fmt: skip


def gated(folder: Path, architecture: str, arguments: Arguments, *, by_users: bool) -> Case:
    """A folder whose config.json cannot say that there is a gate: the model's card gives timm the class."""
    classes: Arguments = {"mlp_layer": SwiGLUPacked, "act_layer": nn.SiLU} if by_users else {}
    module = made(architecture, **arguments, **classes)
    timm.models.save_for_hf(module, folder, model_args={**arguments, **dict.fromkeys(classes)}, safe_serialization=True)
    raw = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**raw, "model_args": arguments}))
    patch, size = module.patch_embed.patch_size[0], module.patch_embed.img_size[0]
    return Case(folder, partial(timms_folder, folder, **classes), patch=patch, size=size)


class OfTheWrapper(OfTimm):
    """A folder of transformers' TimmWrapper classes, with their own image processor."""

    def __init__(self, folder: Path, *, head: bool) -> None:
        family = transformers.TimmWrapperForImageClassification if head else transformers.TimmWrapperModel
        self._folder, self._wrapper = folder, family.from_pretrained(folder, dtype=torch.float32)
        super().__init__(self._wrapper.timm_model)

    def pixels(self, photo: Image.Image) -> Tensor | None:
        processor = transformers.TimmWrapperImageProcessor.from_pretrained(self._folder)
        return processor(photo, return_tensors="pt")["pixel_values"][0]

    def answer(self, pixels: Tensor) -> Answer:
        """Shapes: [3, H, W] -> `Answer`."""
        output = self._wrapper(pixels[None])
        result = output.logits[0] if "logits" in output else output.last_hidden_state[0]
        return Answer(result, super().answer(pixels).patterns)


def wrapped(folder: Path, name: str, arguments: Arguments, *, head: bool = True) -> Case:
    """A folder as transformers writes a model of timm's that was fine-tuned with it."""
    said = timm.models.get_pretrained_cfg(name).to_dict()
    said = {key: said[key] for key in ("input_size", "mean", "std", "interpolation", "crop_pct", "crop_mode")}
    labels = {"num_labels": 7} if head else {}
    config = transformers.TimmWrapperConfig(
        architecture=name, model_args={**arguments, "dynamic_img_size": True}, pretrained_cfg=said, **labels
    )
    family = transformers.TimmWrapperForImageClassification if head else transformers.TimmWrapperModel
    module: Any = shaken(lambda: family(config))
    module.save_pretrained(folder)
    _, _, patch, size = shape_of(name)
    return Case(folder, partial(OfTheWrapper, folder, head=head), patch=patch, size=size)


def under_name(folder: Path) -> Case:
    """An older config.json, which says less."""
    case = written(folder, "vit_small_patch16_224.augreg_in21k_ft_in1k", {})
    raw = json.loads((folder / "config.json").read_text())
    kept = ("input_size", "num_classes", "mean", "std", "interpolation", "crop_pct", "first_conv", "classifier")
    said = {key: raw["pretrained_cfg"][key] for key in kept}
    older = {"architecture": raw["architecture"], "num_classes": 1000, "num_features": 384, "pretrained_cfg": said}
    (folder / "config.json").write_text(json.dumps(older))
    return case


def half(folder: Path) -> Case:
    """float16 weights, as hub repositories save space with."""
    case = written(folder, "vit_small_patch16_224.augreg_in1k", {"num_classes": 7})
    file = folder / "model.safetensors"
    tensors = {key: x.half() for key, x in safetensors.torch.load_file(file).items()}
    safetensors.torch.save_file(tensors, file)
    return case


def forms() -> Iterator[Form]:
    """Every form of this kind."""
    for name in HUB:
        cut = layers_of(name)
        arguments = {"depth": cut[0]} if cut else {}
        yield Form(f"timm/{name}", "huggingface.co", partial(written, name=name, arguments=arguments), layers=cut)
    for name, architecture, arguments, pickled in OTHERS:
        cut = layers_of(architecture)
        more = {**arguments, "depth": cut[0]} if cut else arguments
        write = partial(written, name=architecture, arguments=more, pickled=pickled)
        where = "huggingface.co" if "/" in name else "timm's save_for_hf"
        title = name if "/" in name else f"timm: {name}"
        yield Form(title, where, write, layers=cut)
    for name, architecture, arguments, layers, by_users in GATED:
        write = partial(gated, architecture=architecture, arguments={**arguments, "depth": 2}, by_users=by_users)
        told = ("gated", "gate_seen") if by_users else ("gated",)
        yield Form(name, "huggingface.co", write, told=told, layers=(2, layers))
    yield Form("timm: the config.json of 2022", "huggingface.co/timm until 2022", under_name)
    yield Form("timm: float16 weights", "huggingface.co", half)
    wrapper = "transformers' TimmWrapperForImageClassification"
    for title, architecture, arguments, head in (
        ("fine-tuned, vit_small", "vit_small_patch16_224.augreg_in21k_ft_in1k", {}, True),
        ("fine-tuned, deit_tiny_distilled", "deit_tiny_distilled_patch16_224.fb_in1k", {}, True),
        ("fine-tuned, DINOv2 with registers", "vit_small_patch14_reg4_dinov2.lvd142m", {}, True),
        ("average pooling", "vit_tiny_patch16_224.augreg_in21k", {"global_pool": "avg"}, True),
        ("without a head", "vit_small_patch16_224.dino", {}, False),
    ):
        write = partial(wrapped, name=architecture, arguments=arguments, head=head)
        yield Form(f"timm_wrapper: {title}", wrapper if head else "transformers' TimmWrapperModel", write)
