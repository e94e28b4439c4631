"""Published quality of the registered checkpoints, as their sources print it: ImageNet-1k validation, in per cent.

Sources: results/results-imagenet.csv of huggingface/pytorch-image-models for timm's files; the tables in the READMEs of
facebookresearch/deit, facebookresearch/dino and facebookresearch/dinov2 for those. google/vit-base-patch16-224 has no
figure of its own: the paper's 83.97 % is for 384 pixels. torchvision's stand in the registry, beside its digests.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LABELLED = "ImageNet-1k"
LINEAR = "ImageNet-1k, linear layer on frozen features"
NEIGHBOURS = "ImageNet-1k, nearest neighbours of frozen features"

_TOP_1_AND_5 = {
    "vit_tiny_patch16_224.augreg_in21k_ft_in1k": (75.454, 92.844),
    "vit_small_patch16_224.augreg_in21k_ft_in1k": (81.384, 96.136),
    "vit_small_patch32_224.augreg_in21k_ft_in1k": (75.994, 93.27),
    "vit_base_patch16_224.augreg_in21k_ft_in1k": (84.532, 97.292),
    "vit_base_patch32_224.augreg_in21k_ft_in1k": (80.716, 95.566),
    "deit_tiny_patch16_224.fb_in1k": (72.172, 91.112),
    "deit_small_patch16_224.fb_in1k": (79.844, 95.044),
    "deit_base_patch16_224.fb_in1k": (81.992, 95.736),
    "deit_small_distilled_patch16_224.fb_in1k": (81.218, 95.384),
    "facebook/deit-tiny-patch16-224": (72.2, 91.1),
    "facebook/deit-tiny-distilled-patch16-224": (74.5, 91.9),
    "facebook/deit-small-patch16-224": (79.9, 95.0),
    "facebook/deit-small-distilled-patch16-224": (81.2, 95.4),
    "facebook/deit-base-patch16-224": (81.8, 95.6),
    "facebook/deit-base-distilled-patch16-224": (83.4, 96.5),
}
_FROZEN = {
    "vit_small_patch16_224.dino": (77.0, 74.5),
    "vit_small_patch8_224.dino": (79.7, 78.3),
    "vit_base_patch16_224.dino": (78.2, 76.1),
    "facebook/dinov2-small": (81.1, 79.0),
    "facebook/dinov2-with-registers-small": (80.9, 79.1),
    "facebook/dinov2-base": (84.5, 82.1),
    "facebook/dinov2-with-registers-base": (84.6, 82.0),
}


def published(name: str) -> Mapping[str, str]:
    """What the source of a checkpoint says of its quality, by name of the measurement; empty where it says nothing."""
    found: dict[str, str] = {}
    if name in _TOP_1_AND_5:
        top1, top5 = _TOP_1_AND_5[name]
        found[LABELLED] = f"top-1 {top1} %, top-5 {top5} %"
    if name in _FROZEN:
        linear, neighbours = _FROZEN[name]
        found |= {LINEAR: f"top-1 {linear} %", NEIGHBOURS: f"top-1 {neighbours} %"}
    return MappingProxyType(found)
