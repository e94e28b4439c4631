"""What is no plain Vision Transformer, or no checkpoint: each must be refused in a sentence that names it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import safetensors.torch
import timm
import torch
import transformers
from timm.models._hub import save_config_for_hf
from torch import Tensor, nn

from tests.wild import bare_files
from tests.wild.forms import Case, Form
from tests.wild.transformers_folders import NAMES, TRAINER, VIT, Said, classes, config
from tests.wild.transformers_folders import written as hf_written
from tests.wild.weights import shaken

# Of a folder that its config.json alone decides on, so many tensors are written, under their true names and shapes.
TENSORS = 12


def _first(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: torch.zeros(x.shape, dtype=torch.float16) for key, x in list(state.items())[:TENSORS]}


# ---- other families of transformers

FAMILIES: list[tuple[str, str, str]] = [
    ("microsoft/beit-base-patch16-224", "beit", "BeitForImageClassification"),
    ("facebook/data2vec-vision-base-ft1k", "data2vec-vision", "Data2VecVisionForImageClassification"),
    ("openai/clip-vit-base-patch32", "clip", "CLIPModel"),
    ("openai/clip-vit-base-patch32, its vision tower", "clip_vision_model", "CLIPVisionModel"),
    ("google/siglip-base-patch16-224", "siglip", "SiglipModel"),
    ("google/siglip2-base-patch16-naflex", "siglip2", "Siglip2Model"),
    ("facebook/dinov3-vits16-pretrain-lvd1689m", "dinov3_vit", "DINOv3ViTModel"),
    ("facebook/ijepa_vith14_1k", "ijepa", "IJepaModel"),
    ("apple/aimv2-large-patch14-224", "aimv2_vision_model", "Aimv2VisionModel"),
    ("microsoft/swin-tiny-patch4-window7-224", "swin", "SwinForImageClassification"),
    ("microsoft/swinv2-tiny-patch4-window8-256", "swinv2", "Swinv2ForImageClassification"),
    ("facebook/convnext-tiny-224", "convnext", "ConvNextForImageClassification"),
    ("microsoft/resnet-50", "resnet", "ResNetForImageClassification"),
    ("facebook/regnet-y-040", "regnet", "RegNetForImageClassification"),
    ("google/efficientnet-b0", "efficientnet", "EfficientNetForImageClassification"),
    ("facebook/levit-128S", "levit", "LevitForImageClassification"),
    ("facebook/hiera-tiny-224-in1k-hf", "hiera", "HieraForImageClassification"),
    ("hustvl/yolos-tiny", "yolos", "YolosForObjectDetection"),
    ("Intel/dpt-large", "dpt", "DPTForDepthEstimation"),
    ("nvidia/segformer-b0-finetuned-ade-512-512", "segformer", "SegformerForSemanticSegmentation"),
    ("MCG-NJU/videomae-base", "videomae", "VideoMAEForPreTraining"),
    ("google/vivit-b-16x2-kinetics400", "vivit", "VivitForVideoClassification"),
    ("google-bert/bert-base-uncased", "bert", "BertForMaskedLM"),
    ("openai-community/gpt2", "gpt2", "GPT2LMHeadModel"),
    ("google-t5/t5-small", "t5", "T5ForConditionalGeneration"),
    ("facebook/nllb-200-distilled-600M", "m2m_100", "M2M100ForConditionalGeneration"),
    ("facebook/mbart-large-50-many-to-many-mmt", "mbart", "MBartForConditionalGeneration"),
    ("facebook/wmt19-de-en", "fsmt", "FSMTForConditionalGeneration"),
]


def of_family(folder: Path, kind: str, named: str) -> Case:
    """A folder of another family, with the settings of its base model."""
    said = transformers.AutoConfig.for_model(kind)
    with torch.device("meta"):
        module = getattr(transformers, named)(said)
    folder.mkdir()
    safetensors.torch.save_file(_first(module.state_dict()), folder / "model.safetensors")
    raw = {**json.loads(said.to_json_string(use_diff=False)), "architectures": [named], "model_type": kind}
    (folder / "config.json").write_text(json.dumps(raw))
    return Case(folder)


# ---- other families of timm

TIMMS = """
eva02_base_patch14_448.mim_in22k_ft_in22k_in1k eva_giant_patch14_224.clip_ft_in1k
beit_base_patch16_224.in22k_ft_in22k_in1k beitv2_base_patch16_224.in1k_ft_in22k_in1k
beit3_base_patch16_224.in22k_ft_in1k
vit_base_patch16_clip_224.openai vit_base_patch16_clip_quickgelu_224.openai vit_base_patch16_siglip_224.webli
vit_base_patch16_siglip_gap_224.v2_webli vit_small_patch16_dinov3.lvd1689m vit_base_r50_s16_384.orig_in21k_ft_in1k
vit_relpos_base_patch16_224.sw_in1k
vit_base_patch16_rpn_224.sw_in1k vit_wee_patch16_reg1_gap_256.sbb_in1k vit_medium_patch16_gap_256.sw_in12k_ft_in1k
vit_huge_patch14_gap_224.in1k_ijepa vit_intern300m_patch14_448.ogvl_2pt5 vit_base_patch16_radio_v3.c_radio
aimv2_large_patch14_224.apple_pt vit_pe_core_base_patch16_224.fb
swin_tiny_patch4_window7_224.ms_in1k convnext_tiny.fb_in1k resnet50.a1_in1k cait_s24_224.fb_dist_in1k
xcit_small_12_p16_224.fb_in1k samvit_base_patch16.sa1b
""".split()  # noqa: SIM905


def of_timm(folder: Path, name: str) -> Case:
    """A folder of another model of timm's."""
    with torch.device("meta"):
        module = timm.create_model(name)
    folder.mkdir()
    safetensors.torch.save_file(_first(module.state_dict()), folder / "model.safetensors")
    save_config_for_hf(module, str(folder / "config.json"))
    return Case(folder)


# ---- plain Vision Transformers with a part that is not plain

TINY = config("vit", VIT, "tiny", 16, 224, **classes(NAMES["cifar"]))


def changed(folder: Path, said: Said, processor: Said | None = TRAINER) -> Case:
    """A folder whose weights are those of a plain model; what config.json and processor say is not."""
    plain = {key: value for key, value in TINY.items()}
    case = hf_written(folder, plain, processor)
    (folder / "config.json").write_text(json.dumps({**plain, **said}))
    return Case(case.path)


def gray(folder: Path) -> Case:
    """Pictures of one channel, as of X-rays."""
    case = hf_written(folder, {**TINY, "num_channels": 1}, TRAINER)
    return Case(case.path)


# ---- no checkpoints

Make = Callable[[Path], object]


def folder_of(folder: Path, **files: Any) -> Case:
    """A folder with files: a mapping is JSON, anything else what `torch.save` writes, or bytes."""
    folder.mkdir()
    for name, content in files.items():
        _file(folder / name, content)
    return Case(folder)


def file_of(folder: Path, name: str, content: Any, like: Any = bare_files.AUGREG) -> Case:
    """One file."""
    folder.mkdir()
    _file(folder / name, content() if callable(content) else content)
    return Case(folder / name, like=bare_files.said(like))


def _file(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif path.suffix == ".json":
        path.write_text(json.dumps(content))
    elif path.suffix == ".safetensors":
        safetensors.torch.save_file(content, path)
    else:
        torch.save(content, path)


POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:b4bf2f7d9b0d1b0e3c2a1f3e4d5c6b7a8990a1b2c3d4e5f60718293a4b5c6d7e\nsize 346293852\n"
)
ADAPTER = {
    "base_model_name_or_path": "google/vit-base-patch16-224-in21k", "peft_type": "LORA", "r": 16, "lora_alpha": 16,
    "target_modules": ["query", "value"], "modules_to_save": ["classifier"], "task_type": None,
}  # fmt: skip
LORA = {"base_model.model.vit.encoder.layer.0.attention.attention.query.lora_A.weight": torch.zeros(16, 768)}


def state() -> dict[str, Tensor]:
    """A small model's tensors under timm's names."""
    module = shaken(lambda: timm.create_model("vit_tiny_patch16_224", num_classes=0))
    return {key: x.clone() for key, x in module.state_dict().items()}


def scripted(folder: Path) -> Case:
    """A program with its weights, as OpenAI's CLIP and many exports are."""
    folder.mkdir()
    torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2)).save(str(folder / "ViT-B-32.pt"))
    return Case(folder / "ViT-B-32.pt", like=bare_files.AUGREG)


def quantised() -> dict[str, Tensor]:
    """bitsandbytes' eight-bit weights."""
    made = {key: x for key, x in state().items()}
    at = "blocks.0.attn.qkv.weight"
    return {**made, at: torch.zeros(made[at].shape, dtype=torch.int8), at.replace("weight", "SCB"): torch.zeros(576)}


def named_as(pairs: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    return {key: torch.zeros(shape) for key, shape in pairs.items()}


MMPRETRAIN = {
    "meta": {"epoch": 100},
    "state_dict": named_as({
        "backbone.cls_token": (1, 1, 192), "backbone.pos_embed": (1, 197, 192),
        "backbone.patch_embed.projection.weight": (192, 3, 16, 16), "backbone.layers.0.ln1.weight": (192,),
        "backbone.layers.0.attn.qkv.weight": (576, 192), "backbone.layers.0.ffn.layers.0.0.weight": (768, 192),
        "backbone.ln1.weight": (192,), "head.layers.head.weight": (1000, 192),
    }),
}  # fmt: skip
OPEN_CLIP = named_as({
    "positional_embedding": (77, 512), "text_projection": (512, 512), "logit_scale": (), "visual.proj": (768, 512),
    "visual.class_embedding": (768,), "visual.positional_embedding": (197, 768),
    "visual.conv1.weight": (768, 3, 16, 16),
    "visual.transformer.resblocks.0.attn.in_proj_weight": (2304, 768), "visual.ln_pre.weight": (768,),
})  # fmt: skip
SAM = named_as({
    "image_encoder.pos_embed": (1, 64, 64, 768), "image_encoder.blocks.0.attn.rel_pos_h": (27, 64),
    "image_encoder.blocks.0.attn.qkv.weight": (2304, 768), "image_encoder.neck.0.weight": (256, 768, 1, 1),
    "prompt_encoder.no_mask_embed.weight": (1, 256), "mask_decoder.iou_token.weight": (1, 256),
})  # fmt: skip
BEIT = {"model": named_as({
    "cls_token": (1, 1, 768), "patch_embed.proj.weight": (768, 3, 16, 16), "blocks.0.gamma_1": (768,),
    "blocks.0.attn.q_bias": (768,), "blocks.0.attn.relative_position_bias_table": (732, 12),
    "blocks.0.attn.qkv.weight": (2304, 768), "fc_norm.weight": (768,), "head.weight": (1000, 768),
})}  # fmt: skip
DINOV3 = named_as({
    "cls_token": (1, 1, 384), "storage_tokens": (1, 4, 384), "mask_token": (1, 384), "rope_embed.periods": (16,),
    "patch_embed.proj.weight": (384, 3, 16, 16), "blocks.0.attn.qkv.weight": (1152, 384), "norm.weight": (384,),
})  # fmt: skip
SWIN = {"model": named_as({
    "patch_embed.proj.weight": (96, 3, 4, 4), "layers.0.blocks.0.attn.relative_position_bias_table": (169, 3),
    "layers.0.blocks.0.attn.qkv.weight": (288, 96), "layers.0.downsample.reduction.weight": (192, 384),
})}  # fmt: skip
RESNET = named_as({"conv1.weight": (64, 3, 7, 7), "bn1.weight": (64,), "layer1.0.conv1.weight": (64, 64, 1, 1),
                   "fc.weight": (1000, 2048)})  # fmt: skip
CAIT = {"model": {f"module.{key}": x for key, x in named_as({
    "cls_token": (1, 1, 384), "pos_embed": (1, 196, 384), "blocks_token_only.0.attn.q.weight": (384, 384),
    "blocks.0.attn.proj_l.weight": (8, 8), "blocks.0.gamma_1": (384,),
}).items()}}  # fmt: skip

NAMESPACE = argparse.Namespace(arch="vit_small", epochs=300)


def _unwell() -> Iterator[tuple[str, str, Callable[[Path], Case], tuple[str, ...]]]:
    file = partial(partial, file_of)
    folder = partial(partial, folder_of)
    like_tiny = bare_files.shape("vit_tiny_patch16_224", {"num_classes": 0})

    def tiny(name: str, content: Any) -> Callable[[Path], Case]:
        return partial(file_of, name=name, content=content, like=like_tiny)

    config_json = {"config.json": TINY}
    yield "a clone without git lfs", "git clone of any hub repository", folder(
        **config_json, **{"model.safetensors": POINTER}), ("Git LFS",)  # fmt: skip
    yield "a clone without git lfs, pytorch_model.bin", "git clone of any hub repository", folder(
        **config_json, **{"pytorch_model.bin": POINTER}), ("Git LFS",)  # fmt: skip
    yield "a .pth that is a pointer", "git clone", file(name="model.pth", content=POINTER), ("Git LFS",)
    yield "a LoRA adapter", "PEFT", folder(
        **{"adapter_config.json": ADAPTER, "adapter_model.safetensors": LORA}
    ), ("LoRA", "google/vit-base-patch16-224-in21k")  # fmt: skip
    yield "a LoRA adapter as .bin", "PEFT before 0.5", folder(
        **{"adapter_config.json": ADAPTER, "adapter_model.bin": LORA}
    ), ("LoRA",)  # fmt: skip
    yield "the folder above a run's checkpoints", "transformers' Trainer", folder(
        **{"checkpoint-500/config.json": TINY, "checkpoint-500/model.safetensors": LORA, "runs/x": b""}
    ), ("training run", "checkpoint-500")  # fmt: skip
    for name, framework in (("tf_model.h5", "TensorFlow"), ("flax_model.msgpack", "Flax"), ("model.onnx", "ONNX")):
        yield f"{name} alone", "hub repositories", folder(**config_json, **{name: b"\x08\x01"}), (framework,)
    yield "a tokenizer alone", "hub repositories", folder(**{"tokenizer.json": {}}), ("tokenizer",)
    yield "a data set", "hub data sets", folder(**{"data/train-00000-of-00001.parquet": b"PAR1"}), ("data set",)
    part = "model-00001-of-00002.safetensors"
    yield "config.json without weights", "interrupted downloads", folder(**config_json), ("model.safetensors",)
    yield "an index whose part is missing", "interrupted downloads", folder(
        **config_json, **{"model.safetensors.index.json": {"weight_map": {"vit.embeddings.cls_token": part}}}
    ), (part,)  # fmt: skip
    page = b"<!DOCTYPE html><html><body>Access denied</body></html>"
    yield "a page of HTML in the place of a .bin", "downloads behind a login", folder(
        **config_json, **{"pytorch_model.bin": page}), ("pytorch_model.bin",)  # fmt: skip
    yield "an empty file", "interrupted downloads", file(name="model.pth", content=b""), ("model.pth",)
    yield "a TorchScript archive", "OpenAI's CLIP, torch.jit.save", scripted, ("TorchScript",)
    yield "a whole module", "torch.save(model)", file(name="model.pth", content=partial(nn.Linear, 2, 2)), ("run code",)
    yield "main_dino.py's checkpoint.pth", "github.com/facebookresearch/dino", tiny(
        "checkpoint.pth", lambda: bare_files.dinos_training(state(), arguments=NAMESPACE)
    ), ("run code",)  # fmt: skip
    yield "model_best.pth.tar of timm's train.py", "timm's train.py", tiny(
        "model_best.pth.tar", lambda: {"epoch": 9, "arch": "vit", "state_dict": state(), "args": NAMESPACE}
    ), ("run code",)  # fmt: skip
    yield "optimizer.pt", "transformers' Trainer", file(
        name="optimizer.pt", content={"state": {0: {"step": torch.zeros(1)}}, "param_groups": [{"lr": 0.1}]}
    ), ("optimizer.pt",)  # fmt: skip
    yield "vit-s-300ep.pth.tar", "github.com/facebookresearch/moco-v3", tiny(
        "vit-s-300ep.pth.tar", lambda: bare_files.mocos(state())
    ), ("base_encoder",)  # fmt: skip
    yield "IN1K-vit.h.14-300e.pth.tar", "github.com/facebookresearch/ijepa", tiny("ijepa.pth.tar", lambda: {
        "target_encoder": {f"module.{key}": x for key, x in state().items() if key != "cls_token"},
        "encoder": {}, "predictor": {}, "epoch": 300,
    }), ("cls_token",)  # fmt: skip
    yield "dinov2_vits14_linear_head.pth", "github.com/facebookresearch/dinov2", file(
        name="dinov2_vits14_linear_head.pth", content=named_as({"weight": (1000, 768), "bias": (1000,)})
    ), ("tensor names",)  # fmt: skip
    for title, where, name, content in (
        ("vit-base-p16_…_in1k.pth", "github.com/open-mmlab/mmpretrain", "mmpretrain.pth", MMPRETRAIN),
        ("open_clip_pytorch_model.bin", "huggingface.co/laion", "open_clip_pytorch_model.bin", OPEN_CLIP),
        ("sam_vit_b_01ec64.pth", "github.com/facebookresearch/segment-anything", "sam_vit_b_01ec64.pth", SAM),
        ("swin_tiny_patch4_window7_224.pth", "github.com/microsoft/Swin-Transformer", "swin.pth", SWIN),
        ("resnet50-0676ba61.pth", "download.pytorch.org", "resnet50-0676ba61.pth", RESNET),
    ):
        yield title, where, file(name=name, content=content), ("tensor names",)
    yield "beit_base_patch16_224_pt22k_ft22kto1k.pth", "github.com/microsoft/unilm", file(
        name="beit.pth", content=BEIT), ("beit.pth",)  # fmt: skip
    yield "dinov3_vits16_pretrain_lvd1689m.pth", "github.com/facebookresearch/dinov3", file(
        name="dinov3.pth", content=DINOV3), ("dinov3.pth",)  # fmt: skip
    yield "S24_224.pth (CaiT)", "github.com/facebookresearch/deit", file(name="S24.pth", content=CAIT), ("S24.pth",)
    yield "eight-bit weights", "bitsandbytes", tiny("model.safetensors", quantised), ("SCB",)
    yield "weights that are not numbers", "a run that diverged", tiny(
        "model.pth", lambda: {**state(), "norm.bias": torch.full((192,), float("nan"))}), ("NaN",)  # fmt: skip
    yield "a .npz of something else", "NumPy", partial(arrays_of_another), ("NumPy",)


def arrays_of_another(folder: Path) -> Case:
    """Features that somebody has saved."""
    import numpy as np

    folder.mkdir()
    np.savez(folder / "features.npz", features=np.zeros((3, 4), np.float32), labels=np.zeros(3))
    return Case(folder / "features.npz", like=bare_files.AUGREG)


def forms() -> Iterator[Form]:
    """Every form of this kind."""
    for repository, kind, named in FAMILIES:
        yield Form(repository, "huggingface.co", partial(of_family, kind=kind, named=named), (kind,))
    for name in TIMMS:
        yield Form(f"timm/{name}", "huggingface.co", partial(of_timm, name=name), (name.partition(".")[0],))
    for title, said, words in (
        ("one score that nothing explains", {"num_labels": 1, "id2label": {"0": "LABEL_0"}}, ("one score",)),
        ("pictures that are no squares", {"image_size": [224, 320]}, ("224x320",)),
        ("QuickGELU", {"hidden_act": "quick_gelu"}, ("quick_gelu",)),
    ):
        yield Form(f"transformers: {title}", "transformers' ViTConfig", partial(changed, said=said), words)
    yield Form("transformers: pictures of one channel", "transformers' ViTConfig", gray, ("1 colour channels",))
    raw = partial(changed, said={}, processor={**TRAINER, "do_rescale": False})
    yield Form("transformers: pixels of 0 to 255", "ViTImageProcessor(do_rescale=False)", raw, ("not scaled",))
    offset = {**TRAINER, "image_processor_type": "VivitImageProcessor", "rescale_offset": True}
    yield Form("transformers: pixels with an offset", "VivitImageProcessor", partial(
        changed, said={}, processor=offset), ("rescale_offset",))  # fmt: skip
    for title, where, write, words in _unwell():
        yield Form(f"no model: {title}" if "/" not in where else f"file: {title}", where, write, words)
