"""Where an odd number of pixels is cropped, the square begins where the checkpoint's own library has it begin."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
import transformers
from PIL import Image
from timm.data import create_transform, resolve_data_config
from torch import Tensor
from torchvision.transforms._presets import ImageClassification

import vit_core
from tests.support.tiny import write_tiny
from vit_core.preprocess import Preprocess
from vit_core.vit import VisionTransformer

pytestmark = pytest.mark.parity

# In each case 3, 7 or 11 pixels of at least one are cropped: then the two rules differ.
SIZES = [
    (150, 97),
    (97, 150),
    (149, 100),
    (151, 100),
    (100, 133),
    (100, 135),
    (137, 100),
    (97, 64),
    (64, 99),
    (224, 224),
]


def photo(width: int, height: int) -> Image.Image:
    """Noise: a shift by one pixel changes nearly all of them."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def pixels(normalised: Tensor, preprocess: Preprocess) -> Tensor:
    return preprocess.undo(normalised)


def same_pixels(preprocess: Preprocess, theirs: Any) -> list[bool]:
    """By picture: whether every pixel is the same."""
    return [
        torch.equal(pixels(preprocess(photo(*s)), preprocess), pixels(theirs(photo(*s)), preprocess)) for s in SIZES
    ]


def other_way(preprocess: Preprocess) -> Preprocess:
    return replace(preprocess, halves="down" if preprocess.halves == "even" else "even")


PROCESSORS: list[tuple[str, dict[str, Any]]] = [
    ("ViT", {"size": {"shortest_edge": 36}, "do_center_crop": True, "crop_size": 32}),
    ("ViT", {"size": 39, "do_center_crop": True, "crop_size": 32}),
    ("DeiT", {"size": {"height": 39, "width": 39}, "crop_size": 32}),
    ("Beit", {"size": 35, "do_center_crop": True, "crop_size": 32}),
    ("Bit", {"size": {"shortest_edge": 35}, "crop_size": 32}),
    ("CLIP", {"size": {"shortest_edge": 32}, "crop_size": 32}),
    ("ConvNext", {"size": {"shortest_edge": 32}}),
    ("ConvNext", {"size": {"shortest_edge": 32}, "crop_pct": 0.9}),
]


@pytest.mark.parametrize(("processor", "said"), PROCESSORS, ids=str)
def test_processors_of_transformers(
    processor: str, said: dict[str, Any], tmp_path: Path, tiny_vit: VisionTransformer
) -> None:
    folder = write_tiny(tmp_path / "tiny", tiny_vit)
    file = folder / "preprocessor_config.json"
    file.write_text(json.dumps({"image_processor_type": f"{processor}ImageProcessor", **said}))
    ours = vit_core.load(folder).preprocess
    by_pillow = getattr(transformers, f"{processor}ImageProcessorPil").from_pretrained(folder)
    assert all(same_pixels(ours, lambda p: by_pillow(p, return_tensors="pt")["pixel_values"][0]))
    assert not all(same_pixels(other_way(ours), lambda p: by_pillow(p, return_tensors="pt")["pixel_values"][0]))
    # The usual processor resizes by torch, which rounds otherwise; a shift would change most pixels by far more.
    by_torch = getattr(transformers, f"{processor}ImageProcessor").from_pretrained(folder)
    for size in SIZES:
        theirs = pixels(by_torch(photo(*size), return_tensors="pt")["pixel_values"][0], ours)
        levels = (pixels(ours(photo(*size)), ours).int() - theirs.int()).abs()
        assert levels.max() <= 2 and levels.float().mean() < 0.2, size


def test_a_folder_without_a_processor_is_cropped_as_transformers_does(
    tmp_path: Path, tiny_vit: VisionTransformer
) -> None:
    folder = write_tiny(tmp_path / "tiny", tiny_vit)
    (folder / "preprocessor_config.json").unlink()
    assert vit_core.load(folder).preprocess.halves == "down"


@pytest.mark.parametrize("name", ["vit-s14-everyday", "vit-course-48"])
def test_the_shipped_folders(name: str) -> None:
    ours = vit_core.load(name)
    assert ours.spec.folder is not None
    theirs = transformers.AutoImageProcessor.from_pretrained(ours.spec.folder, backend="pil")
    assert all(same_pixels(ours.preprocess, lambda p: theirs(p, return_tensors="pt")["pixel_values"][0]))
    known = next(spec for spec in vit_core.available() if spec.name == name)
    assert isinstance(known, vit_core.ImageSpec) and known.preprocess == ours.preprocess


@pytest.mark.parametrize("changes", [{"crop_pct": 0.9}, {"crop_pct": 0.875}, {"crop_mode": "squash", "crop_pct": 0.95}])
def test_timms_transform(changes: dict[str, Any], tmp_path: Path) -> None:
    small = {"img_size": 224, "patch_size": 32, "depth": 1, "embed_dim": 48, "num_heads": 3}
    module = timm.create_model("vit_tiny_patch16_224", **small, num_classes=3)
    timm.models.save_for_hf(module, tmp_path, model_args=small, model_config={"pretrained_cfg": changes})
    said = json.loads((tmp_path / "config.json").read_text())
    said["pretrained_cfg"].update(changes)
    (tmp_path / "config.json").write_text(json.dumps(said))
    ours = vit_core.load(tmp_path).preprocess
    theirs = create_transform(**resolve_data_config(said["pretrained_cfg"]))
    assert all(same_pixels(ours, theirs))
    assert not all(same_pixels(other_way(ours), theirs))


def test_torchvisions_preset() -> None:
    ours = next(spec for spec in vit_core.available() if spec.name == "vit_l_16").preprocess
    preset = ImageClassification(crop_size=ours.crop, resize_size=ours.resize)
    assert all(same_pixels(ours, preset))
    assert not all(same_pixels(other_way(ours), preset))
