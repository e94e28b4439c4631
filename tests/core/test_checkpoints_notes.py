"""What a model has beyond the plain Vision Transformer is said, not only computed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import vit_core
from vit_core.checkpoints import NOTES
from vit_core.checkpoints.convert import expected_shapes
from vit_core.config import ViTConfig

TINY = ViTConfig(image_size=32, patch_size=8, d_model=48, n_layers=2, n_heads=3, d_mlp=96, n_classes=7)
ALWAYS = ["default_preprocess", "no_labels"]  # of a bare file


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"n_registers": 4}, ["registers"]),
        ({"distilled": True, "distilled_head": True}, ["distilled"]),
        ({"layer_scale": True}, ["layer_scale"]),
        ({"n_registers": 2, "layer_scale": True}, ["registers", "layer_scale"]),
        ({"gated": True, "act": "silu"}, ["gated"]),
    ],
    ids=str,
)
def test_each_part_that_the_plain_model_lacks_is_noted(
    tmp_path: Path, changes: dict[str, Any], codes: list[str]
) -> None:
    config = replace(TINY, **changes)
    torch.save({name: torch.zeros(shape) for name, shape in expected_shapes(config).items()}, tmp_path / "model.pt")
    notes = vit_core.load(tmp_path / "model.pt", like=config).notes
    assert [note.code for note in notes if note.code not in ALWAYS] == codes
    assert all(note.code in NOTES and "{" not in note.sentence for note in notes)
    for note in notes:
        if note.code == "registers":
            assert f"{config.n_registers} registers" in note.sentence


def test_without_a_head_all_of_it_is_said(tmp_path: Path) -> None:
    config = replace(TINY, n_classes=0, n_registers=4, layer_scale=True)
    torch.save({name: torch.zeros(shape) for name, shape in expected_shapes(config).items()}, tmp_path / "model.pt")
    codes = [note.code for note in vit_core.load(tmp_path / "model.pt", like=config).notes]
    assert codes == ["default_preprocess", "registers", "layer_scale", "no_class_head"]


def test_one_score_of_a_bare_file_is_refused_by_name(tmp_path: Path) -> None:
    config = replace(TINY, n_classes=1)
    torch.save({name: torch.zeros(shape) for name, shape in expected_shapes(config).items()}, tmp_path / "model.pt")
    with pytest.raises(vit_core.CheckpointError, match="one score"):
        vit_core.load(tmp_path / "model.pt", like=config)
