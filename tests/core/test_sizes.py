"""Parameters counted from a shape are those of the model of that shape; the papers' sizes are those of the papers."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from vit_core import CheckpointSpec, available
from vit_core.checkpoints.convert import expected_shapes
from vit_core.checkpoints.registry import REGISTRY
from vit_core.config import CellKind, ViTConfig
from vit_core.recurrent import CELLS
from vit_core.sizes import (
    TRANSFORMER_BASE,
    VIT_TABLE_1,
    cell_multiplications,
    cell_parameters,
    n_parameters,
    parameter_parts,
)

FLAGS = ("distilled", "layer_scale", "qkv_bias", "prefix_positions", "gated")


def counted(config: ViTConfig) -> int:
    return sum(shape.numel() for shape in expected_shapes(config).values())


@pytest.mark.parametrize("spec", available(), ids=lambda spec: spec.name)
def test_the_count_is_the_models_own(spec: CheckpointSpec) -> None:
    assert n_parameters(spec.config) == counted(spec.config)


@given(
    flags=st.fixed_dictionaries({flag: st.booleans() for flag in FLAGS}),
    n_registers=st.integers(0, 3),
    n_classes=st.sampled_from([0, 7]),
    pool=st.sampled_from(["cls", "cls+mean", "mean"]),
    two_heads=st.booleans(),
)
def test_the_count_is_right_for_every_architecture(
    flags: dict[str, bool], n_registers: int, n_classes: int, pool: str, two_heads: bool
) -> None:
    config = ViTConfig(
        image_size=32, patch_size=8, d_model=48, n_layers=3, n_heads=3, d_mlp=80, n_classes=n_classes,
        n_registers=n_registers, pool=pool, **flags,
        distilled_head=two_heads and flags["distilled"] and n_classes > 0,
    )  # fmt: skip
    assert n_parameters(config) == counted(config)
    assert all(parameter_parts(config).values())


def test_the_papers_models_have_as_many_parameters_as_the_papers_print() -> None:
    """Counted at 224 pixels, with patches of 16 (ViT-H: 14) and no head: the paper's heads are of another size."""
    for size, patch in zip(VIT_TABLE_1, (16, 16, 14), strict=True):
        config = ViTConfig(224, patch, size.d_model, size.layers, size.heads, size.d_mlp, n_classes=0)
        assert n_parameters(config) / 1e6 == pytest.approx(size.millions, rel=0.015)
    assert [size.name for size in VIT_TABLE_1] == ["ViT-Base", "ViT-Large", "ViT-Huge"]
    base = TRANSFORMER_BASE
    assert (base.layers, base.decoder_layers, base.d_model, base.d_mlp, base.heads) == (6, 6, 512, 2048, 8)
    # 6 + 6 layers and one shared table of 37,000 word pieces: 63 million, printed as 65.
    encoder = 4 * 512**2 + 2 * 512 * 2048
    decoder = encoder + 4 * 512**2
    assert (6 * (encoder + decoder) + 37_000 * 512) / 1e6 == pytest.approx(base.millions, rel=0.04)


def test_a_shape_with_one_more_layer_has_more_parameters() -> None:
    config = REGISTRY["vit_b_16"].config
    assert n_parameters(replace(config, n_layers=13)) - n_parameters(config) == 7_087_872


class Products(TorchDispatchMode):
    """Counts the multiplications of numbers by numbers, which flop counters leave out."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        if function is torch.ops.aten.mul.Tensor:
            self.count += made.numel()
        return made


def test_the_multiplications_of_the_cells_as_the_page_compares_them() -> None:
    """By hand, of 256 units that read words of 128 numbers: matrices, and as many ⊙ as the shown formulas have."""
    matrices = 256 * (128 + 256)
    assert cell_multiplications("rnn", 128, 256) == matrices == 98_304
    assert cell_multiplications("lstm", 128, 256) == 4 * matrices + 3 * 256
    assert cell_multiplications("gru", 128, 256) == 3 * matrices + 3 * 256 == 295_680


@pytest.mark.parametrize("kind", CELLS)
def test_a_cells_step_is_counted_as_its_formula_is_written(kind: CellKind) -> None:
    cell = CELLS[kind](5, 7)
    x = torch.randn(1, 5)
    with torch.inference_mode(), FlopCounterMode(display=False) as sums, Products() as products:
        cell(x, cell.start(x))
    # Of z ⊙ h + (1 - z) ⊙ n, as the page shows it, the code makes one product, h moved by z ⊙ (h - n).
    spared = 7 if kind == "gru" else 0
    # A multiplication and an addition are two of the counter's operations.
    assert cell_multiplications(kind, 5, 7) == sums.get_total_flops() // 2 + products.count + spared
    assert cell_parameters(kind, 5, 7) == sum(parameter.numel() for parameter in cell.parameters())
